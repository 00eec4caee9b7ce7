import type { CheckResult, Limit } from '../contract/check.js';
import type { RollbackReport } from '../contract/strategy.js';
import { clockTime, formatDuration, formatNumber, joined, oneLine } from '../support/text.js';
import { type RunReport, startedRun, type TargetReport } from './record.js';
import {
  type Opening,
  headlineOf,
  rollbackInWords,
  subjectInWords,
  verdictHeadline,
} from './words.js';

/** No line is wider than this, except for an address: that must stay whole to be opened. */
export const maxColumns = 120;

/** The watch at one moment. */
interface Progress {
  readonly elapsedMs: number;
  readonly totalMs: number;
  readonly phase: 'warm-up' | 'watch' | 'waiting' | 'confirming';
  readonly checks: readonly CheckResult[];
  /** The time since which a check has no data, milliseconds since the start of the watch, by id. */
  readonly silentSince?: ReadonlyMap<string, number> | undefined;
  /** The target, where there are several. */
  readonly lead?: string;
}

/** The layout of lines. Colour only where the terminal shows it. */
export interface Style {
  readonly colour: boolean;
  /** Of the terminal; `undefined`: there is none. */
  readonly columns?: number | undefined;
}

/** A terminal that is narrower than this breaks lines by itself. */
const LEAST_COLUMNS = 20;

function columnsOf({ columns = maxColumns }: Style): number {
  return Math.max(LEAST_COLUMNS, Math.min(maxColumns, columns));
}

const plain: Style = { colour: false };

type Paint = 'red' | 'green' | 'yellow' | 'dim';

// SGR codes, ECMA-48 8.3.117.
const codes: Readonly<Record<Paint, number>> = { red: 31, green: 32, yellow: 33, dim: 2 };

function paint(text: string, how: Paint, style: Style): string {
  return style.colour ? `\u001b[${String(codes[how])}m${text}\u001b[0m` : text;
}

/**
 * One line about the watch: `  02:10/05:30  success 98.75 % of 240 (≥ 95 %)  errors 0.75 per minute (≤ 10 per minute)  health ok`.
 * One part per metric, the worst check of it; what does not fit is counted: `+2`.
 */
export function progressLine(progress: Progress, style: Style = plain): string {
  const parts = metrics
    .map((metric) => progress.checks.filter((check) => check.metric === metric))
    .filter((checks) => checks.length > 0)
    .map((checks) => part(checks, progress));
  let line = headOf(progress);
  let columns = line.length;
  let shown = 0;
  for (const { text, outcome } of parts) {
    const needed = columns + 2 + text.length + (shown < parts.length - 1 ? ' +9'.length : 0);
    if (needed > maxColumns) break;
    line += `  ${outcome === 'breached' ? paint(text, 'red', style) : text}`;
    columns += 2 + text.length;
    shown += 1;
  }
  return shown === parts.length ? line : `${line} +${String(parts.length - shown)}`;
}

/** `  02:10/05:30  warm-up` */
function headOf({ elapsedMs, totalMs, phase, lead = '' }: Progress): string {
  const time = `  ${clockTime(elapsedMs)}/${clockTime(totalMs)}`;
  return joined([time, phase === 'watch' ? '' : phase, lead], '  ');
}

/** More checks than that are counted: a live view that is higher than the terminal cannot be replaced. */
const MOST_LIVE = 12;
const SPARKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** The last intervals. */
const SPARK_WIDTH = 20;
/** A share of failures that fills the height; with more the worst one does. */
const FULL_SHARE = 0.1;

/**
 * The watch at one moment, as a person looks at it: the time, and a line for each check, the worst first: how it went in the last
 * intervals (the share of failures, or what was measured), what it shows, and how far the evidence has come on its way to a rollback.
 */
export function liveLines(progress: Progress, style: Style = plain): readonly string[] {
  const { elapsedMs, checks } = progress;
  const sorted = [...checks].sort((a, b) => severity(b) - severity(a));
  const shown = sorted.slice(0, MOST_LIVE);
  const width = Math.max(0, ...shown.map(({ id }) => id.length));
  const lines = shown.map((check) => {
    const since = progress.silentSince?.get(check.id);
    const silentMs = since === undefined ? undefined : elapsedMs - since;
    const text = [
      `  ${oneLine(check.id, 40).padEnd(Math.min(width, 40))}`,
      sparkline(check).padEnd(SPARK_WIDTH),
      joined([partText(check, silentMs), evidenceText(check)], '  '),
    ].join('  ');
    // What does not fit is cut at the right: there the value and its limit come first.
    const fits = text.length <= (style.columns ?? Infinity);
    const line = fits ? text : `  ${shortPart(check, silentMs)}  ${evidenceText(check)}`.trimEnd();
    return check.outcome === 'breached' ? paint(line, 'red', style) : line;
  });
  const left = checks.length - shown.length;
  return [headOf(progress), ...lines, ...(left > 0 ? [`  +${String(left)} more`] : [])];
}

function sparkline({ series }: CheckResult): string {
  const heights = series
    .slice(-SPARK_WIDTH)
    .map(({ value, failures, samples }) => value ?? (samples === 0 ? 0 : failures / samples));
  const isShare = series.every(({ value }) => value === undefined);
  const full = Math.max(isShare ? FULL_SHARE : Number.MIN_VALUE, ...heights);
  return heights
    .map(
      (height) => SPARKS[Math.min(SPARKS.length - 1, Math.floor((height / full) * SPARKS.length))],
    )
    .join('');
}

/** `evidence 62 %` of what a rollback needs; empty for a check that has none. */
function evidenceText({ evidence }: CheckResult): string {
  if (evidence === null || evidence.threshold <= 0) return '';
  const share = Math.min(1, Math.max(0, evidence.logE / evidence.threshold));
  return `evidence ${String(Math.floor(100 * share))} %`;
}

const metrics = [
  'success-rate',
  'errors-per-minute',
  'latency',
  'value',
  'relative',
  'health',
] as const;

/** `null`: a measured value is called by the name of its check. */
const labels: Readonly<Record<Limit['metric'], string | null>> = {
  'success-rate': 'success',
  'errors-per-minute': 'errors',
  latency: 'latency',
  value: null,
  relative: null,
  health: 'health',
};

function part(
  checks: readonly CheckResult[],
  { elapsedMs, silentSince }: Pick<Progress, 'elapsedMs' | 'silentSince'>,
): {
  readonly text: string;
  readonly outcome: CheckResult['outcome'];
} {
  const worst = checks.reduce((a, b) => (severity(b) > severity(a) ? b : a));
  const of = checks.length > 1 ? ` (worst of ${String(checks.length)})` : '';
  const since = silentSince?.get(worst.id);
  const silentMs = since === undefined ? undefined : elapsedMs - since;
  return { text: oneLine(`${partText(worst, silentMs)}${of}`, 60), outcome: worst.outcome };
}

/** @param silentMs for how long it has had no data; `undefined`: it has some. */
function partText(check: CheckResult, silentMs: number | undefined): string {
  const label = labels[check.metric] ?? check.id;
  if (silentMs !== undefined)
    return `${label} no data for ${formatDuration(Math.round(silentMs / 1000) * 1000)}`;
  if (check.metric === 'health') return `${label} ${healthInWords(check)}`;
  if (check.shown === '') return `${label} no data`;
  const of = check.metric === 'success-rate' ? ` of ${formatNumber(check.samples, 0)}` : '';
  return `${label} ${check.shown}${of} (${check.limit})`;
}

/** Failures that are not yet enough in a row are failures all the same. */
function healthInWords({ outcome, failures, samples }: CheckResult): string {
  return outcome === 'within' && failures > 0
    ? `${String(failures)} of ${String(samples)} failed`
    : healthWord[outcome];
}

/** The same in few columns: the unit that the limit has is left out of the value. */
function shortPart(check: CheckResult, silentMs: number | undefined): string {
  const unit = check.shown.replace(/^[\d.,]+/, '');
  const isShared = unit !== '' && unit !== check.shown && check.limit.endsWith(unit);
  const shown = isShared ? check.shown.slice(0, -unit.length) : check.shown;
  return silentMs !== undefined || check.metric === 'health' || shown === ''
    ? partText(check, silentMs)
    : `${labels[check.metric] ?? oneLine(check.id, 12)} ${shown} (${check.limit})`;
}

const healthWord: Readonly<Record<CheckResult['outcome'], string>> = {
  within: 'ok',
  breached: 'failing',
  'no-data': 'no answer yet',
};

/** The worst state of any check. */
export function severityOf(checks: readonly CheckResult[]): number {
  return Math.max(-Infinity, ...checks.map(severity));
}

/** Breached first, then the strongest evidence, then the share of failures. */
function severity(check: CheckResult): number {
  const breached = check.outcome === 'breached' ? 1e6 : 0;
  const share = check.samples === 0 ? 0 : check.failures / check.samples;
  return breached + (check.evidence?.logE ?? 0) + share;
}

/**
 * The last lines of a run: the verdict, why, what became of the rollback, and where the report is.
 * @param reportPath `null`: it could not be written
 * @param isListed verdict and reason are in the log already, just above
 */
export function finalLines(
  report: RunReport,
  reportPath: string | null,
  style: Style = plain,
  isListed = false,
): readonly string[] {
  const columns = columnsOf(style);
  const where = (reportPath === null ? [] : indented(`report: ${reportPath}`, columns)).map(
    (line) => paint(line, 'dim', style),
  );
  if (isListed) return where;
  const headline = headlineOf(report);
  const { mark, title } = headline;
  const several = report.targets.length > 1;
  const [only] = report.targets;
  const isAlone = !several && only !== undefined;
  const subject = isAlone ? subjectInWords(report, only) : '';
  // The reason of a run that only rolls back ends with what became of it.
  const reason = isAlone && report.command === 'rollback' ? only.reason : report.reason;
  const isAbove = isAlone && report.command !== 'combine';
  return [
    `${mark} ${paint(title, headColour(report), style)}`,
    ...indentedUnlessEmpty(subject, columns),
    ...indented(reason, columns),
    ...report.targets.flatMap((target) =>
      targetLines(target, reason, several ? undefined : { ...headline, reason }, {
        isAbove,
        columns,
      }),
    ),
    ...where,
  ];
}

function headColour(report: RunReport): Paint {
  if (report.verdict === 'unhealthy') return 'red';
  if (report.verdict === null) return report.exitCode === 0 ? 'green' : 'red';
  return report.verdict === 'healthy' || report.verdict === 'not-judged' ? 'green' : 'yellow';
}

/**
 * @param said the reason of the whole run, which is not repeated
 * @param opening nor what else was said, where there is one target
 * @param layout `isAbove`: every attempt is in the log just above, and what changed nothing is not repeated
 */
function targetLines(
  target: TargetReport,
  said: string,
  opening: Opening | undefined,
  { isAbove, columns }: { readonly isAbove: boolean; readonly columns: number },
): readonly string[] {
  const { rollback } = target;
  const run = startedRun(rollback);
  return [
    ...(opening === undefined
      ? indented(
          `${verdictHeadline(target.verdict).mark} ${target.name}: ${target.reason}`,
          columns,
        )
      : []),
    ...indentedUnlessEmpty(outcomeInWords(target.rollback, opening), columns),
    ...rollback.attempts
      .filter(({ outcome, detail }) =>
        isAbove ? outcome !== 'skipped' && outcome !== 'failed' : !said.includes(detail),
      )
      .flatMap((attempt) =>
        indented(
          `${attempt.id}: ${attempt.outcome}${attempt.outcome === 'skipped' ? '' : ` after ${formatDuration(attempt.seconds * 1000)}`}: ${attempt.detail}`,
          columns,
        ),
      ),
    ...(run?.url ? [`   ${run.url}`] : []),
  ];
}

function outcomeInWords(rollback: RollbackReport, opening: Opening | undefined): string {
  const { mark, outcome, more } = rollbackInWords(rollback, opening);
  // A failure is shown next to each strategy, here or just above.
  return joined([mark, outcome, rollback.status === 'failed' ? '' : more]);
}

function indentedUnlessEmpty(text: string, columns: number): readonly string[] {
  return text === '' ? [] : indented(text, columns);
}

/** Wrapped between words; a word that is too long for a line is cut into pieces. */
function indented(text: string, columns: number): readonly string[] {
  const width = columns - 3;
  const lines: string[] = [];
  let line = '';
  for (const word of text
    .trim()
    .split(/\s+/)
    .flatMap((long) => pieces(long, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].map((content) => `   ${content}`);
}

function pieces(word: string, width: number): readonly string[] {
  return word.match(new RegExp(`.{1,${String(width)}}`, 'gsu')) ?? [word];
}
