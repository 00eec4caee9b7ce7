import { Buffer } from 'node:buffer';
import type { CheckResult } from '../contract/check.js';
import type { RollbackReport, Attempt } from '../contract/strategy.js';
import type { Finding } from '../contract/result.js';
import { formatDuration, joined } from '../support/text.js';
import { drawnCheck, renderChart } from './chart.js';
import { codeMarkdown, linkMarkdown, plainMarkdown, tableMarkdown } from './markdown.js';
import { decisiveAttempt, type RunReport, type TargetReport } from './record.js';
import {
  chanceInWords,
  countsInWords,
  headlineOf,
  kindsInWords,
  missingInWords,
  type Opening,
  openingOf,
  rollbackInWords,
  subjectInWords,
  verdictHeadline,
  worstFirst,
} from './words.js';

/**
 * GitHub refuses a step's summary of more than 1 MiB, and what several steps write adds up.
 * Source: https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#step-isolation-and-limits
 */
const maxBytes = 128 * 1024;

const maxRows = 100;

/**
 * The Markdown for people: the verdict first, then what became of the rollback, then the numbers. Nothing from
 * outside can break out of its place, and the whole stays below {@link maxBytes}.
 */
export function renderSummary(report: RunReport): string {
  const several = report.targets.length > 1;
  const sections = [
    ...opening(report),
    // Before the targets, of which there may be more than fit.
    ...shards(report),
    ...(several
      ? [targetTable(report.targets), ...report.targets.flatMap(severalSection)]
      : report.targets.flatMap((target) => targetSections(target))),
    ...findings(report.findings),
    ...notices(report.notices),
    footer(report),
  ];
  return capped(sections.filter((section) => section !== ''));
}

function opening(report: RunReport): readonly string[] {
  const headline = headlineOf(report);
  const only = report.targets.length === 1 ? report.targets[0] : undefined;
  return [
    `## ${headline.mark} ${plainMarkdown(headline.title)}`,
    only === undefined ? '' : plainMarkdown(subjectInWords(report, only), 1000),
    `**${plainMarkdown(report.reason, 1000)}**`,
    only === undefined ? '' : rollbackLine(only.rollback, openingOf(report)),
  ];
}

/** Status, the strategy that did it, how long it took, and where to look. */
function rollbackLine(rollback: RollbackReport, said?: Opening): string {
  if (rollback.status === 'not-needed') return '';
  const { mark, outcome, more: told } = rollbackInWords(rollback, said);
  const attempt = decisiveAttempt(rollback);
  const by =
    attempt === undefined
      ? ''
      : `By ${codeMarkdown(attempt.id)} in ${formatDuration(rollback.seconds * 1000)}.`;
  const link = attempt === undefined ? '' : linkMarkdown('Look at it', attempt.url);
  return joined([mark, outcome, by, plainMarkdown(told), link]);
}

function targetTable(targets: readonly TargetReport[]): string {
  return tableMarkdown(
    ['target', 'verdict', 'rollback', 'why'],
    firstRows(targets, (target) => [
      codeMarkdown(target.name),
      `${verdictHeadline(target.verdict).mark} ${target.verdict}`,
      target.rollback.status,
      plainMarkdown(target.reason, 300),
    ]),
  );
}

/** A healthy target folds away: nobody reads about it at the worst moment of a week. */
function severalSection(target: TargetReport): readonly string[] {
  const { mark } = verdictHeadline(target.verdict);
  const body = [rollbackLine(target.rollback), ...targetSections(target)].filter(
    (section) => section !== '',
  );
  if (body.length === 0) return [];
  const title = `${mark} ${codeMarkdown(target.name)}`;
  if (target.verdict !== 'healthy') return [`### ${title}`, ...body];
  return [`<details><summary>${title}</summary>\n\n${body.join('\n\n')}\n\n</details>`];
}

function targetSections(target: TargetReport): readonly string[] {
  return [checkTable(target), beforeLines(target), attemptTable(target.rollback), chart(target)];
}

/** What the hour before the deploy made of the limits, where it made anything of them. */
function beforeLines({ checks }: TargetReport): string {
  return checks
    .filter(({ before }) => before !== undefined && before.effect !== 'kept')
    .slice(0, maxRows)
    .map(({ id, before }) => `- ${codeMarkdown(id)}: ${plainMarkdown(before?.inWords ?? '', 600)}`)
    .join('\n');
}

const checkMark: Readonly<Record<CheckResult['outcome'], string>> = {
  breached: '❌ breached',
  within: '✅ within',
  'no-data': '❔ no data',
};

function checkTable(target: TargetReport): string {
  if (target.checks.length === 0) return '';
  return tableMarkdown(
    ['check', 'value', 'limit', 'samples', 'evidence', 'outcome'],
    firstRows(worstFirst(target.checks), (check) => [
      `${codeMarkdown(check.id)}${several(check, target) ? ` ${plainMarkdown(check.subject, 120)}` : ''}`,
      check.shown === '' ? '–' : plainMarkdown(check.shown, 80),
      plainMarkdown(check.limit, 80),
      samples(check),
      chanceInWords(check, target) || '–',
      check.excused === true ? excuse(check) : checkMark[check.outcome],
    ]),
  );
}

/** What is not held against what was deployed says why. */
function excuse({ baseline, before }: CheckResult): string {
  if (before?.effect === 'none') return '❔ before too';
  return baseline === undefined ? '❔ never well' : '❔ baseline too';
}

/** Whether the subject is needed to tell the check from others of its metric. */
function several(check: CheckResult, target: TargetReport): boolean {
  return target.checks.filter((other) => other.metric === check.metric).length > 1;
}

function samples(check: CheckResult): string {
  const kinds = kindsInWords(check);
  const missing = missingInWords(check);
  const parts = [
    countsInWords(check),
    kinds === '' ? '' : `(${kinds})`,
    missing === '' ? '' : `; ${missing}`,
  ];
  const text = joined(parts);
  return text === '' ? '–' : plainMarkdown(text.replace(/^; /, '').replace(/ ;/g, ';'), 300);
}

const attemptMark: Readonly<Record<Attempt['outcome'], string>> = {
  verified: '✅ verified',
  triggered: '⚠️ triggered',
  failed: '❌ failed',
  skipped: '⏭️ skipped',
};

function attemptTable(rollback: RollbackReport): string {
  if (rollback.attempts.length === 0) return '';
  return tableMarkdown(
    ['strategy', 'outcome', 'detail', 'took', 'link'],
    firstRows(rollback.attempts, (attempt) => [
      codeMarkdown(attempt.id),
      attemptMark[attempt.outcome],
      plainMarkdown(attempt.detail, 600),
      attempt.outcome === 'skipped' ? '–' : formatDuration(attempt.seconds * 1000),
      linkMarkdown(attempt.runId ?? 'open', attempt.url) || '–',
    ]),
  );
}

function chart(target: TargetReport): string {
  const drawn = renderChart(target.checks);
  const isFromBefore = ['stricter', 'over'].includes(
    drawnCheck(target.checks)?.before?.effect ?? '',
  );
  const whose = isFromBefore ? ', from the hour before the deploy' : '';
  return drawn === ''
    ? ''
    : `<details open><summary>Success rate during the watch (grey line: the limit${whose})</summary>\n\n${drawn}\n\n</details>`;
}

/** Of `combine`: what each shard ended with, and where it ran. */
function shards({ shards: of }: RunReport): readonly string[] {
  if (of === undefined) return [];
  const reports = new Map(of.reports.map((one) => [one.index, one]));
  const indexes = Array.from({ length: of.count }, (_, at) => at + 1);
  const table = tableMarkdown(
    ['shard', 'targets', 'verdict', 'exit code', 'run'],
    firstRows(indexes, (index) => {
      const name = `${String(index)}/${String(of.count)}`;
      const report = reports.get(index);
      if (report === undefined) return [name, '–', '❔ no report', '–', '–'];
      const { targets, verdict, exitCode, runUrl } = report;
      return [
        name,
        String(targets),
        verdict ?? 'none',
        String(exitCode),
        linkMarkdown('run', runUrl) || '–',
      ];
    }),
  );
  const done =
    'Each shard rolls back its own targets; nothing was rolled back where this was made.';
  return ['### Shards', table, done];
}

const findingMark: Readonly<Record<Finding['level'], string>> = {
  error: '❌',
  warning: '⚠️',
  notice: 'ℹ️',
};

function findings(found: readonly Finding[]): readonly string[] {
  if (found.length === 0) return [];
  const lines = found.slice(0, maxRows).map((finding) => {
    const fix = finding.fix === undefined ? '' : ` → ${plainMarkdown(finding.fix)}`;
    return `- ${findingMark[finding.level]} ${codeMarkdown(finding.subject)}: ${plainMarkdown(finding.message)}${fix}`;
  });
  return ['### Findings', [...lines, ...more(found.length)].join('\n')];
}

function notices(found: readonly string[]): readonly string[] {
  if (found.length === 0) return [];
  const lines = found.slice(0, maxRows).map((notice) => `- ${plainMarkdown(notice)}`);
  return ['### Notices', [...lines, ...more(found.length)].join('\n')];
}

function more(count: number): readonly string[] {
  return count > maxRows ? [`- … and ${String(count - maxRows)} more, see report.json`] : [];
}

function footer(report: RunReport): string {
  const parts = [
    `rollgate ${plainMarkdown(report.tool.version)} ${codeMarkdown(report.command)}`,
    `${utc(report.startedAt)} – ${utc(report.endedAt)} UTC`,
    report.detectionSeconds === null
      ? ''
      : `verdict after ${formatDuration(report.detectionSeconds * 1000)}`,
    `exit code ${String(report.exitCode)}`,
    linkMarkdown('run', report.host.runUrl),
  ];
  return `<sub>${joined(parts, ' · ')}</sub>`;
}

/** `2026-11-02T10:00:00.000Z` → `2026-11-02 10:00:00`. */
function utc(iso: string): string {
  return plainMarkdown(iso.replace('T', ' ').replace(/\.\d+Z$/, ''));
}

function firstRows<T>(
  items: readonly T[],
  row: (item: T) => readonly string[],
): readonly (readonly string[])[] {
  const rows = items.slice(0, maxRows).map(row);
  return items.length > maxRows
    ? [...rows, [`… and ${String(items.length - maxRows)} more, see report.json`]]
    : rows;
}

/** Whole sections, in order, as long as there is room: half a table or chart would be rendered as rubbish. */
function capped(sections: readonly string[]): string {
  const left = 'The rest did not fit; it is in report.json.';
  const kept: string[] = [];
  let bytes = Buffer.byteLength(left) + 2;
  for (const section of sections) {
    bytes += Buffer.byteLength(section) + 2;
    if (bytes > maxBytes) return `${[...kept, left].join('\n\n')}\n`;
    kept.push(section);
  }
  return `${kept.join('\n\n')}\n`;
}
