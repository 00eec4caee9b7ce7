import type { CheckResult } from '../contract/check.js';
import type { Attempt, RollbackStatus } from '../contract/strategy.js';
import { clockTime, formatDuration, formatNumber, joined } from '../support/text.js';
import {
  baselineInWords,
  type ChartFrame,
  evidenceChart,
  isDrawn,
  pointInWords,
  valueChart,
} from './check-chart.js';
import { renderSvg } from './html-chart.js';
import { EMPTY, folded, more, table } from './html-table.js';
import { code, html, link, type Markup, nothing, type Part, prose } from './markup.js';
import { decisiveAttempt, type TargetReport } from './record.js';
import {
  chanceInWords,
  checkSentence,
  countsInWords,
  kindsInWords,
  missingInWords,
  type Opening,
  kindsByCount,
  rollbackInWords,
  versionInWords,
  worstFirst,
} from './words.js';

export type Tone = 'good' | 'bad' | 'warn' | 'flat';

export const toneOfVerdict: Readonly<Record<TargetReport['verdict'], Tone>> = {
  healthy: 'good',
  unhealthy: 'bad',
  inconclusive: 'warn',
  cancelled: 'warn',
  'not-judged': 'flat',
};

export const toneOfStatus: Readonly<Record<RollbackStatus, Tone>> = {
  'not-needed': 'flat',
  verified: 'good',
  unverified: 'bad',
  'still-unhealthy': 'bad',
  failed: 'bad',
  withheld: 'warn',
};

const outcomes: Readonly<Record<CheckResult['outcome'], { tone: Tone; text: string }>> = {
  breached: { tone: 'bad', text: '✗ breached' },
  within: { tone: 'good', text: '✓ within' },
  'no-data': { tone: 'warn', text: '? no data' },
};

const attemptOutcomes: Readonly<Record<Attempt['outcome'], { tone: Tone; text: string }>> = {
  verified: { tone: 'good', text: '✓ verified' },
  triggered: { tone: 'warn', text: '! triggered' },
  failed: { tone: 'bad', text: '✗ failed' },
  skipped: { tone: 'flat', text: 'skipped' },
};

/** How the checks of one target are shown. */
export interface TargetView {
  /** Unique in the page; letters, digits and hyphens. */
  readonly id: string;
  readonly warmUp: number;
  /** Those that are drawn: a page has room for so many charts. */
  readonly drawn: ReadonlySet<CheckResult>;
  /** Of headings within the section. */
  readonly level: 2 | 3;
}

/** Everything about one target: its checks, its charts, what failed, and what became of the rollback. */
export function targetSections(target: TargetReport, view: TargetView): readonly Markup[] {
  const parts: readonly (readonly [string, Part])[] = [
    ['Checks', checkTable(target)],
    ['Charts', charts(target, view)],
    ['Failures by kind', kindTable(target.checks)],
    ['Rollback', rollback(target)],
  ];
  return parts.flatMap(([title, body]) => {
    const content = html`${body}`;
    if (content.text.trim() === '') return [];
    const heading = view.level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`;
    return [html`<section>${heading} ${content}</section> `];
  });
}

/**
 * What became of the rollback, and by what; nothing when none was needed. Without a mark: the page has colours of its own, and not every
 * machine has emoji.
 *
 * @param said at the top of the page, where the target is the only one
 */
export function rollbackSentence({ rollback: result }: TargetReport, said?: Opening): Markup {
  if (result.status === 'not-needed') return nothing;
  const { outcome, more: told } = rollbackInWords(result, said);
  const attempt = decisiveAttempt(result);
  const by =
    attempt === undefined
      ? nothing
      : html` By ${code(attempt.id)} in ${formatDuration(result.seconds * 1000)}.`;
  const url = link('Look at it', attempt?.url ?? null);
  const look = attempt === undefined || url.text === 'Look at it' ? nothing : html` ${url}`;
  const detail = told === '' ? nothing : html` ${prose(told)}`;
  return html`<span class="status">${outcome}</span>${by}${detail}${look}`;
}

function toned(tone: Tone, text: string): Markup {
  return tone === 'flat' ? html`${text}` : html`<span class="o-${tone}">${text}</span>`;
}

function checkTable(target: TargetReport): Markup {
  return table('Checks', worstFirst(target.checks), [
    {
      head: 'Check',
      cell: ({ id, subject }) =>
        html`${code(id)}<br /><span class="quiet">${prose(subject, 200)}</span>`,
    },
    {
      head: 'Outcome',
      cell: ({ outcome, excused }) =>
        excused === true
          ? html`${toned('warn', '? breached')}<br /><span class="quiet"
                >does not count against this deploy</span
              >`
          : toned(outcomes[outcome].tone, outcomes[outcome].text),
    },
    {
      head: 'Value',
      cell: ({ shown }) => (shown === '' ? EMPTY : prose(shown, 120)),
      isNumber: true,
    },
    { head: 'Limit', cell: limitCell },
    { head: 'Counted', cell: counted },
    {
      head: 'Odds of bad luck',
      cell: (check) => chanceInWords(check, target) || EMPTY,
    },
  ]);
}

function limitCell({ limit, before }: CheckResult): Part {
  if (before === undefined || before.effect === 'kept') return prose(limit, 120);
  return html`${prose(limit, 120)}<br /><span class="quiet">${prose(before.inWords, 600)}</span>`;
}

function counted(check: CheckResult): Part {
  const missing = missingInWords(check);
  const words = joined([countsInWords(check), missing], '; ');
  return words === '' ? EMPTY : prose(words, 300);
}

function charts(target: TargetReport, view: TargetView): Part {
  const drawn = worstFirst(target.checks).filter((check) => view.drawn.has(check));
  const left = target.checks.filter(isDrawn).length - drawn.length;
  const isShort = drawn.length <= 4;
  const figures = drawn.map((check) => {
    const index = target.checks.indexOf(check);
    const frame = { id: `${view.id}-${String(index)}`, warmUp: view.warmUp };
    // The numbers of what is well would be most of a long page.
    const hasNumbers = isShort || check.outcome !== 'within';
    return { check, figure: figure(check, target, frame, hasNumbers) };
  });
  const [bad, good] = [
    figures.filter(({ check }) => check.outcome !== 'within'),
    figures.filter(({ check }) => check.outcome === 'within'),
  ];
  const grid = (some: typeof figures): Markup =>
    some.length === 0
      ? nothing
      : html`<div class="charts">${some.map(({ figure: one }) => one)}</div> `;
  return [
    isShort ? grid(figures) : grid(bad),
    isShort || good.length === 0
      ? nothing
      : folded(`Charts of the ${String(good.length)} checks within their limits`, grid(good)),
    more(left, left === 1 ? 'more chart' : 'more charts'),
  ];
}

function figure(
  check: CheckResult,
  target: TargetReport,
  frame: ChartFrame,
  hasNumbers: boolean,
): Markup {
  const value = valueChart(check, frame);
  const evidence =
    check.outcome === 'breached'
      ? evidenceChart(check, target, { ...frame, id: `${frame.id}-e` })
      : undefined;
  const one = (chart: typeof value): Markup =>
    html`<figure>
      <figcaption><strong>${prose(chart.title, 200)}</strong></figcaption>
      ${renderSvg(chart)}
      <p class="quiet">${chart.description}</p>
      ${hasNumbers && chart === value ? numbers(check) : nothing}
    </figure> `;
  return html`${one(value)}${evidence === undefined ? nothing : one(evidence)}`;
}

/** The table of numbers of a chart has at most so many rows. */
const MAX_POINTS = 24;

/** The points of a chart as numbers, evenly picked where there are many; the last is always there. */
function numbers(check: CheckResult): Markup {
  const step = Math.ceil(check.series.length / MAX_POINTS);
  const rows = check.series.filter((_, index) => (check.series.length - 1 - index) % step === 0);
  const which = step === 1 ? '' : ` (one point of every ${String(step)})`;
  const hasBaseline = check.series.some(({ baseline }) => baseline !== undefined);
  return html`<details>
    <summary>Numbers${which}</summary>
    ${table(`Numbers of ${check.id}`, rows, [
      { head: 'Until', cell: ({ t }) => clockTime(1000 * t), isNumber: true },
      { head: 'Value', cell: (point) => pointInWords(check, point) || EMPTY, isNumber: true },
      ...(hasBaseline
        ? [
            {
              head: 'Baseline',
              cell: (point: (typeof rows)[number]) => baselineInWords(check, point) || EMPTY,
            },
          ]
        : []),
      { head: 'Samples', cell: ({ samples }) => formatNumber(samples, 0), isNumber: true },
      { head: 'Bad', cell: ({ failures }) => formatNumber(failures, 0), isNumber: true },
    ])}
  </details>`;
}

function kindTable(checks: readonly CheckResult[]): Markup {
  const rows = worstFirst(checks)
    .filter((check) => kindsInWords(check) !== '')
    .flatMap((check) =>
      kindsByCount(check)
        .slice(0, 10)
        .map(([kind, count]) => ({ check, kind, count })),
    );
  return table('Failures by kind', rows, [
    { head: 'Check', cell: ({ check }) => code(check.id) },
    { head: 'Kind', cell: ({ kind }) => prose(kind, 200) },
    { head: 'Failures', cell: ({ count }) => formatNumber(count, 0), isNumber: true },
    {
      head: 'Of all failures of the check',
      cell: ({ check, count }) =>
        check.failures > 0 ? `${formatNumber((100 * count) / check.failures, 1)} %` : EMPTY,
      isNumber: true,
    },
  ]);
}

function rollback(target: TargetReport): Part {
  const { attempts } = target.rollback;
  return table('Attempts of the rollback', attempts, [
    { head: 'Strategy', cell: ({ id }) => code(id) },
    {
      head: 'Outcome',
      cell: ({ outcome }) => toned(attemptOutcomes[outcome].tone, attemptOutcomes[outcome].text),
    },
    { head: 'What happened', cell: ({ detail }) => prose(detail) },
    { head: 'From', cell: ({ from }) => versionCell(from) },
    { head: 'To', cell: ({ to }) => versionCell(to) },
    {
      head: 'Took',
      cell: ({ outcome, seconds }) =>
        outcome === 'skipped' ? EMPTY : formatDuration(seconds * 1000),
      isNumber: true,
    },
    { head: 'Link', cell: attemptLink },
  ]);
}

function attemptLink({ url, runId }: Attempt): Part {
  if (url === null) return runId === null ? EMPTY : prose(runId, 100);
  return link(prose(runId ?? 'open', 100), url);
}

function versionCell(version: Attempt['from']): Part {
  const words = versionInWords(version);
  return words === '' ? EMPTY : prose(words, 400);
}

/** The numbers behind the verdict, for those who want to check it. */
export function statistics(target: TargetReport): Markup {
  const rounded = (value: number): string => formatNumber(value, 3);
  return table(`Statistics of ${target.name}`, target.checks, [
    { head: 'Check', cell: ({ id }) => code(id) },
    { head: 'In one sentence', cell: (check) => prose(checkSentence(check), 600) },
    { head: 'Source', cell: ({ source }) => prose(source, 60) },
    {
      head: 'Evidence (ln): end / highest / to act',
      cell: ({ evidence }) =>
        evidence === null
          ? EMPTY
          : [evidence.logE, evidence.maxLogE, evidence.threshold].map(rounded).join(' / '),
    },
    {
      head: 'Baseline',
      cell: ({ baseline }) =>
        baseline === undefined
          ? EMPTY
          : `${formatNumber(baseline.failures, 0)} of ${formatNumber(baseline.samples, 0)} bad`,
    },
    {
      head: 'Hour before the deploy',
      cell: ({ before }) => (before === undefined ? EMPTY : prose(before.inWords, 600)),
    },
    {
      head: 'Connections / addresses',
      cell: ({ connections, remoteAddresses }) =>
        connections === undefined
          ? EMPTY
          : `${formatNumber(connections, 0)} / ${formatNumber(remoteAddresses ?? 0, 0)}`,
    },
  ]);
}
