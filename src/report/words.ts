import type { CheckResult } from '../contract/check.js';
import type { RollbackStatus } from '../contract/strategy.js';
import { formatDuration, formatNumber, plural } from '../support/text.js';
import type { RunReport, TargetReport } from './record.js';

/** The mark and the one word that a report begins with. */
interface Headline {
  readonly mark: string;
  readonly word: string;
}

const verdicts: Readonly<Record<TargetReport['verdict'], Headline>> = {
  healthy: { mark: '✅', word: 'Healthy' },
  unhealthy: { mark: '❌', word: 'Unhealthy' },
  inconclusive: { mark: '❔', word: 'Inconclusive' },
  cancelled: { mark: '⏹️', word: 'Cancelled' },
  'not-judged': { mark: '⏭️', word: 'Not-judged' },
};

export function verdictHeadline(verdict: TargetReport['verdict']): Headline {
  return verdicts[verdict];
}

/** The headline of a run; one that ended without a verdict is named after its exit code. */
export function headlineOf(report: RunReport): Headline {
  if (report.verdict !== null) return verdicts[report.verdict];
  if (report.exitCode === 0) return { mark: '✅', word: 'Done' };
  if (report.exitCode === 2) return { mark: '🔧', word: 'Misconfigured' };
  return { mark: '💥', word: 'Failed' };
}

/** What became of the rollback, for a person who has ten seconds; empty when none was needed. */
export const statusSentence: Readonly<Record<RollbackStatus, string>> = {
  'not-needed': '',
  verified: '↩️ Rolled back and verified.',
  unverified: '🚨 ROLLBACK NOT VERIFIED, act now: the bad version may still be live.',
  'still-unhealthy':
    '🚨 STILL UNHEALTHY, act now: the old version fails the same checks. Either the cause is elsewhere (a dependency, the URL), or the rollback had no effect.',
  failed: '🚨 ROLLBACK FAILED, act now: nothing was rolled back, and the bad version is live.',
  withheld: '✋ Not rolled back.',
};

/** The same in a title; of several targets the one that needs a person most decides. */
const statusTitles: readonly (readonly [RollbackStatus, string])[] = [
  ['failed', 'ROLLBACK FAILED'],
  ['unverified', 'ROLLBACK NOT VERIFIED'],
  ['still-unhealthy', 'rolled back, still unhealthy'],
  ['withheld', 'unhealthy, not rolled back'],
  ['verified', 'rolled back'],
];

/** Title and text of the one line that a CI system shows first: the outcome before the numbers. */
export function annotationOf(report: RunReport): { readonly title: string; readonly text: string } {
  const statuses = new Set(report.targets.map(({ rollback }) => rollback.status));
  const [status, title] = statusTitles.find(([one]) => statuses.has(one)) ?? [];
  if (status === undefined || title === undefined)
    return { title: `Rollgate: ${report.verdict ?? 'no verdict'}`, text: report.reason };
  return { title: `Rollgate: ${title}`, text: `${statusSentence[status]} ${report.reason}` };
}

/** `41 of 300 failed`; what `failed` is depends on the metric. Empty without samples. */
export function countsInWords(check: CheckResult): string {
  if (check.samples === 0) return '';
  if (check.kind === 'value') return plural(check.samples, 'measurement');
  const noun =
    check.slowerThan !== undefined
      ? `slower than ${formatDuration(check.slowerThan)}`
      : check.metric === 'latency'
        ? 'too slow'
        : 'failed';
  return `${formatNumber(check.failures, 0)} of ${formatNumber(check.samples, 0)} ${noun}`;
}

/** `30 × status 503, 11 × timeout`, most frequent first, at most five. Empty when nothing failed. */
export function kindsInWords(check: CheckResult): string {
  return Object.entries(check.kinds)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 5)
    .map(([kind, count]) => `${formatNumber(count, 0)} × ${kind}`)
    .join(', ');
}

/** `4 checks without data, 1 error of the source`; empty when nothing was missing. */
export function missingInWords(check: CheckResult): string {
  const { noData, providerErrors } = check.missing;
  return [
    noData > 0 ? `${plural(noData, 'check')} without data` : '',
    providerErrors > 0 ? `${plural(providerErrors, 'error')} of the source` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/**
 * How seldom a target within its limits shows this much against one of its checks: `1 in 4,300`. The checks of a
 * target share the odds. Empty for a check that has no evidence (health) or nothing against it.
 */
export function chanceInWords(check: CheckResult, target: TargetReport): string {
  if (check.evidence === null) return '';
  const sharing = target.checks.filter((other) => other.evidence !== null).length;
  const logRatio = check.evidence.maxLogE - Math.log(sharing);
  if (logRatio > Math.log(1e9)) return '1 in a billion';
  const ratio = Math.floor(Math.exp(logRatio));
  return ratio < 2 ? '' : `1 in ${formatNumber(ratio, 0)}`;
}

/** Why a breach is not held against what was deployed. */
function excuseOf({ before, baseline }: CheckResult): string {
  if (before?.effect === 'none') return 'was so before the deploy';
  return baseline === undefined ? 'was never seen well' : 'the baseline does no better';
}

/** One sentence about a check, with all its numbers. */
export function checkSentence(check: CheckResult): string {
  if (check.outcome === 'no-data') {
    const missing = missingInWords(check);
    return `${check.id}: no data (limit ${check.limit})${missing === '' ? '' : `; ${missing}`}.`;
  }
  const counts = countsInWords(check);
  const kinds = kindsInWords(check);
  const verb =
    check.outcome === 'within'
      ? 'is within the limit'
      : check.excused === true
        ? `is over the limit, and ${excuseOf(check)}`
        : 'is over the limit';
  const value = check.shown === '' ? 'value unknown' : check.shown;
  return (
    `${check.id}: ${value} ${verb} (${check.limit})` +
    `${counts === '' || check.kind === 'health' ? '' : `; ${counts}`}${kinds === '' ? '' : `: ${kinds}`}.`
  );
}
