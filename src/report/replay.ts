import type { CheckResult, Judgement, Verdict } from '../contract/check.js';
import { clockTime, formatNumber } from '../support/text.js';
import type { Replayed, ChangedSetting } from '../contract/replay.js';

/** One target of a recorded watch: what was concluded then, and what would be now. */
export interface ReplayedTarget {
  readonly name: string;
  /** `null`: the watch ended without a verdict. */
  readonly live: { readonly judgement: Judgement; readonly decidedAt: number | null } | null;
  readonly now: Replayed;
  /** What is judged differently. */
  readonly changes: readonly ChangedSetting[];
}

export interface ReplayedRecording {
  /** As it was named. */
  readonly file: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Of the program that made it. */
  readonly version: string;
  /** Its last line is incomplete. */
  readonly truncated: boolean;
  readonly targets: readonly ReplayedTarget[];
}

/** Everything about one recording. */
export function replayLines(recording: ReplayedRecording): readonly string[] {
  const { file, startedAt, version, truncated, targets } = recording;
  return [
    `${file}: watched ${startedAt} by rollgate ${version}`,
    ...(truncated ? ['  The last line is incomplete, and is left out.'] : []),
    ...targets.flatMap((target) => [
      ...(targets.length > 1 ? ['', `target ${target.name}`] : []),
      ...targetLines(target),
    ]),
  ];
}

function targetLines(target: ReplayedTarget): readonly string[] {
  const { live, now, changes } = target;
  return [
    `  limits: ${changes.length === 0 ? 'as they were' : changes.map(changeInWords).join('; ')}`,
    `  live:   ${liveInWords(target)}`,
    ...(live === null ? [] : [`          ${live.judgement.reason}`]),
    `  now:    ${nowInWords(now)}: ${outcomeInWords(now)}`,
    ...(now.judgement === null ? [] : [`          ${now.judgement.reason}`]),
    ...(changes.length === 0 && live !== null && isOtherwise(target)
      ? [
          '  With the same limits this version comes to another judgement than the one that watched; its rules are others.',
        ]
      : []),
    ...columns(now.results.map(checkCells)).map((line) => `  ${line}`),
  ];
}

function changeInWords({ what, from, to }: ChangedSetting): string {
  return `${what}: ${to} (was ${from})`;
}

/** One check, as cells of a table. */
export function checkCells(check: CheckResult): readonly string[] {
  const seen = check.shown === '' ? 'no data' : check.shown;
  const strongest =
    check.evidence === null
      ? ''
      : `evidence at most ${formatNumber(check.evidence.maxLogE, 1)} of ${formatNumber(check.evidence.threshold, 1)}`;
  return [check.id, check.limit, seen, check.outcome, strongest];
}

/** Several recordings, a line for each target: what the gate would have done on them. */
export function replayTable(recordings: readonly ReplayedRecording[]): readonly string[] {
  const all = recordings.flatMap(({ file, targets }) =>
    targets.map((target) => ({
      file: targets.length > 1 ? `${file} (${target.name})` : file,
      target,
    })),
  );
  const overridden = [
    ...new Set(all.flatMap(({ target }) => target.changes.map(({ what, to }) => `${what}: ${to}`))),
  ];
  const rolledBack = all.filter(({ target }) => verdictOf(target.now) === 'unhealthy').length;
  const otherwise = all.filter(({ target }) => isOtherwise(target)).length;
  return [
    `limits: ${overridden.length === 0 ? 'as they were' : overridden.join('; ')}`,
    ...columns([
      ['file', 'live', 'now', ''],
      ...all.map(({ file, target }) => [
        file,
        liveInWords(target),
        nowInWords(target.now),
        outcomeInWords(target.now),
      ]),
    ]),
    `${formatNumber(rolledBack, 0)} of ${formatNumber(all.length, 0)} would have been rolled back; ${
      otherwise === 0
        ? 'every verdict is that of the live watch'
        : `${formatNumber(otherwise, 0)} would have ended otherwise than live`
    }`,
    ...recordings
      .filter(({ truncated }) => truncated)
      .map(({ file }) => `${file}: the last line is incomplete, and is left out`),
  ];
}

function liveInWords({ live, now }: ReplayedTarget): string {
  if (live === null) return `no verdict by ${offset(now.endsAt)}`;
  const { judgement, decidedAt } = live;
  const when = decidedAt === null ? '' : ` at ${offset(decidedAt)}`;
  return `${judgement.verdict}${when}`;
}

function nowInWords({ judgement, decidedAt }: Replayed): string {
  return judgement === null ? 'no verdict' : `${judgement.verdict} at ${offset(decidedAt ?? 0)}`;
}

/** What the gate would have done. */
function outcomeInWords({ judgement, decidedAt, endsAt }: Replayed): string {
  if (judgement === null) return `nothing decided when the recording ends at ${offset(endsAt)}`;
  switch (judgement.verdict) {
    case 'unhealthy':
      return `would have rolled back at ${offset(decidedAt ?? 0)}`;
    case 'healthy':
      return 'would have passed';
    case 'inconclusive':
      return 'would have been inconclusive, without a rollback';
  }
}

function isOtherwise({ live, now }: ReplayedTarget): boolean {
  return (live?.judgement.verdict ?? null) !== verdictOf(now);
}

function verdictOf({ judgement }: Replayed): Verdict | null {
  return judgement?.verdict ?? null;
}

/** Since the start of the watch, the warm-up included: `+02:10`. */
export function offset(ms: number): string {
  return `+${clockTime(ms)}`;
}

/** Cells under each other, without blanks at line ends. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
