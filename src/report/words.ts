import type { CheckResult } from '../contract/check.js';
import type { Attempt, RollbackReport, RollbackStatus } from '../contract/strategy.js';
import {
  asSentence,
  formatDuration,
  formatNumber,
  joined,
  oneLine,
  plural,
} from '../support/text.js';
import { fields } from '../support/json.js';
import { decisiveAttempt, type RunReport, type TargetReport } from './record.js';

/** The mark and the words that a report begins with: the outcome, before any number. */
export interface Headline {
  readonly mark: string;
  readonly title: string;
}

const verdicts: Readonly<Record<TargetReport['verdict'], Headline>> = {
  healthy: { mark: '✅', title: 'Healthy' },
  unhealthy: { mark: '❌', title: 'Unhealthy' },
  inconclusive: { mark: '❔', title: 'Inconclusive' },
  cancelled: { mark: '⏹️', title: 'Cancelled' },
  'not-judged': { mark: '⏭️', title: 'Not judged' },
};

export function verdictHeadline(verdict: TargetReport['verdict']): Headline {
  return verdicts[verdict];
}

/** The heading of exit code 2. */
export const configurationError: Headline = {
  mark: '🔧',
  title: 'Configuration error: nothing was touched',
};

export function inOneLine({ mark, title }: Headline): string {
  return `${mark} ${title}`;
}

type Outcome = Exclude<RollbackStatus, 'not-needed'>;

/** What became of a rollback, in the order in which a person is needed. */
const outcomes: Readonly<Record<Outcome, Headline>> = {
  failed: {
    mark: '🚨',
    title: 'ROLLBACK FAILED: nothing was rolled back, the bad version is live',
  },
  unverified: { mark: '🚨', title: 'ROLLBACK NOT CONFIRMED: look now' },
  'still-unhealthy': { mark: '🚨', title: 'Rolled back, still unhealthy' },
  withheld: { mark: '✋', title: 'Unhealthy, not rolled back' },
  verified: { mark: '↩️', title: 'Rolled back and verified' },
};
const byUrgency = Object.keys(outcomes) as readonly Outcome[];

/** The command `rollback` judges nothing: what it was called for is not known to be bad. */
const byHand: Readonly<Partial<Record<Outcome, string>>> = {
  failed: 'ROLLBACK FAILED: nothing was rolled back',
  withheld: 'Not rolled back',
};

/**
 * What a report begins with, everywhere: what became of the rollback, else the verdict, else what the exit code stands for. Of several
 * targets the one that needs a person most decides, and how many there are like it is said.
 */
export function headlineOf(report: RunReport): Headline {
  const { mark, title } = outcomeOf(report);
  const { missing = [], count = 0 } = report.shards ?? {};
  const without =
    missing.length === 0 ? '' : `; ${String(missing.length)} of ${String(count)} shards missing`;
  return { mark, title: `${title}${without}` };
}

/** Of several rollbacks the status that needs a person most; `undefined`: none was needed. */
export function worstStatus(targets: readonly TargetReport[]): Outcome | undefined {
  return byUrgency.find((one) => targets.some(({ rollback }) => rollback.status === one));
}

function outcomeOf({ command, shards, targets, verdict, exitCode }: RunReport): Headline {
  const worst = worstStatus(targets);
  if (worst !== undefined) {
    const alike = targets.filter(({ rollback }) => rollback.status === worst);
    const given = (shards?.command ?? command) === 'rollback' ? byHand[worst] : undefined;
    const title = given ?? outcomes[worst].title;
    const why = worst === 'withheld' ? whyWithheld(alike) : '';
    const share =
      targets.length > 1 ? ` (${String(alike.length)} of ${String(targets.length)} targets)` : '';
    return { mark: outcomes[worst].mark, title: `${title}${why}${share}` };
  }
  if (verdict !== null) return verdicts[verdict];
  if (exitCode === 0) return { mark: '✅', title: 'Done' };
  if (exitCode === 2) return configurationError;
  return { mark: '💥', title: 'Internal error: check the deployment by hand' };
}

/** A heading is read at a glance: a longer reason stands below it. */
const LONGEST_WHY = 60;

/** `: dry run`, where all were withheld for the same short reason. */
function whyWithheld(targets: readonly TargetReport[]): string {
  const reasons = new Set(targets.map(({ rollback }) => rollback.detail.split(/[:;]/)[0]?.trim()));
  const [why = ''] = reasons;
  return reasons.size === 1 && why !== '' && why.length <= LONGEST_WHY ? `: ${why}` : '';
}

/** What to keep in mind about an outcome that needs a person; empty where the heading says it all. */
const advice: Readonly<Record<RollbackStatus, string>> = {
  'not-needed': '',
  verified: '',
  unverified:
    'The bad version may still be live. Look before you roll back again: a second rollback may undo the right version.',
  'still-unhealthy':
    'The old version fails the same checks. Either the cause is elsewhere (a dependency, the URL), or the rollback had no effect.',
  failed: '',
  withheld: '',
};

/** What became of the rollback of one target, without a mark; empty when none was needed. */
export function outcomeTitle(status: RollbackStatus): string {
  return status === 'not-needed' ? '' : `${outcomes[status].title}.`;
}

/** What is said of a rollback. All of it is empty when none was needed. */
export interface RollbackWords {
  readonly mark: string;
  /** What became of it, and what to keep in mind. */
  readonly outcome: string;
  /** What is told besides. */
  readonly more: string;
}

/** What a report has said already where it comes to the rollback of its only target. */
export interface Opening extends Headline {
  /** Of the whole run. */
  readonly reason: string;
}

/** How what is about a whole run begins. */
export function openingOf(report: RunReport): Opening {
  return { ...headlineOf(report), reason: report.reason };
}

/** @param opening what has been said already, where the target is the only one: it is not said again */
export function rollbackInWords(
  { status, detail }: RollbackReport,
  opening?: Opening,
): RollbackWords {
  if (status === 'not-needed') return { mark: '', outcome: '', more: '' };
  if (opening === undefined)
    return {
      mark: outcomes[status].mark,
      outcome: joined([outcomeTitle(status), advice[status]]),
      more: asSentence(detail),
    };
  const more = asSentence(detail);
  const isSaid = opening.title.includes(detail) || opening.reason.includes(more);
  return { mark: '', outcome: advice[status], more: isSaid ? '' : more };
}

/** What of a target a person would name: its URLs, or the workloads and services that its strategies act on. */
const subjects = [
  ...['url', 'health-url', 'kubernetes-workload', 'helm-release', 'compose-project'],
  ...['compose-service', 'ecs-service', 'lambda-alias', 'canary-workload'],
] as const;

/** The inputs that name what is watched and rolled back, in the order in which they are shown. */
export function subjectsOf(
  config: RunReport['config'],
): readonly { readonly id: string; readonly value: string }[] {
  return subjects.flatMap((id) => {
    const value = config[id];
    return typeof value === 'string' && value !== '' ? [{ id, value }] : [];
  });
}

/**
 * What was deployed, and from which version to which it was rolled back: `deployment/api: revision 8 → 7`. Empty where neither is known.
 */
export function subjectInWords(report: RunReport, target: TargetReport): string {
  const [named] = subjectsOf(configOf(report, target));
  const lines = (named?.value ?? '').split(/[\n,]/).map((one) => one.trim());
  return joined([oneLine(lines.join(', '), 200), changeInWords(target.rollback)], ': ');
}

/** At most this many differences are named. */
const MOST_VERSIONS = 2;

/** How the version that was rolled back differs from the one that runs again: `revision 8 → 7, images shop:2 → shop:1`. */
export function changeInWords(rollback: RollbackReport): string {
  const attempt = decisiveAttempt(rollback);
  if (attempt === undefined) return '';
  const to = new Map(leavesOf(attempt.to));
  const words = leavesOf(attempt.from)
    .filter(([name, before]) => (to.get(name) ?? before) !== before)
    .slice(0, MOST_VERSIONS)
    .map(([name, before]) => `${name} ${oneLine(before, 80)} → ${oneLine(to.get(name) ?? '', 80)}`)
    .join(', ');
  return words !== '' && rollback.versionConfirmed === false ? `${words} (not confirmed)` : words;
}

/** `{ revision: 7, images: { api: 'shop:7' } }` → `revision 7, images api shop:7`. */
export function versionInWords(version: Attempt['from']): string {
  return leavesOf(version)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** Every value in plain data, by the names on the way to it; values of a list are one. */
function leavesOf(data: unknown, name = ''): readonly (readonly [string, string])[] {
  if (data === null || data === undefined) return [];
  if (Array.isArray(data)) {
    const values = data.flatMap((one) => leavesOf(one).map((leaf) => joined(leaf)));
    return values.length > 0 ? [[name, values.join(', ')]] : [];
  }
  if (typeof data !== 'object')
    return [[name, typeof data === 'string' ? data : JSON.stringify(data)]];
  return Object.entries(data).flatMap(([key, value]) => leavesOf(value, joined([name, key])));
}

/** The effective inputs of a target: its own, and the flat ones for the rest. */
function configOf(
  { config }: RunReport,
  { name }: TargetReport,
): Readonly<Record<string, unknown>> {
  return { ...config, ...fields(fields(config.targets)[name]) };
}

/** Title and text of the one line that a CI system shows first: the outcome before the numbers. */
export function annotationOf(report: RunReport): { readonly title: string; readonly text: string } {
  const { title } = headlineOf(report);
  const worst = worstStatus(report.targets) ?? 'not-needed';
  return { title: `Rollgate: ${title}`, text: joined([report.reason, advice[worst]]) };
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

/** Kinds of failures and how many there were, the most frequent first. */
export function kindsByCount({ kinds }: CheckResult): readonly (readonly [string, number])[] {
  return Object.entries(kinds).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** `30 × status 503, 11 × timeout`, most frequent first, at most five. Empty when nothing failed. */
export function kindsInWords(check: CheckResult): string {
  return kindsByCount(check)
    .slice(0, 5)
    .map(([kind, count]) => `${formatNumber(count, 0)} × ${kind}`)
    .join(', ');
}

/** `4 checks without data, 1 error of the source`; empty when nothing was missing. */
export function missingInWords(check: CheckResult): string {
  const { noData, providerErrors } = check.missing;
  return joined(
    [
      noData > 0 ? `${plural(noData, 'check')} without data` : '',
      providerErrors > 0 ? `${plural(providerErrors, 'error')} of the source` : '',
    ],
    ', ',
  );
}

/**
 * How seldom a target within its limits shows this much against one of its checks: `1 in 4,300`. The checks of a
 * target share the odds. Empty for a check that has no evidence (health) or nothing against it.
 */
export function chanceInWords(check: CheckResult, target: TargetReport): string {
  if (check.evidence === null) return '';
  const logOdds = sharedLogOdds(check.evidence.maxLogE, target);
  return logOdds < Math.LN2 ? '' : oddsInWords(logOdds);
}

/** What the evidence against one check says of the target, whose checks share the odds. Natural logarithms. */
export function sharedLogOdds(logE: number, { checks }: TargetReport): number {
  return logE - Math.log(checks.filter(({ evidence }) => evidence !== null).length);
}

/** What rounding takes from the exponential of a logarithm must not make 99 of 100. */
const ROUNDING = 1 + 1e-9;

/** `1 in 4,300`. @param logOdds natural logarithm */
export function oddsInWords(logOdds: number): string {
  if (logOdds > Math.log(1e9)) return '1 in a billion';
  return `1 in ${formatNumber(Math.floor(Math.exp(Math.max(0, logOdds)) * ROUNDING), 0)}`;
}

const ranks = { breached: 0, 'no-data': 1, within: 2 } as const;

/** Checks over their limits first, then those without data. */
export function worstFirst(checks: readonly CheckResult[]): readonly CheckResult[] {
  return [...checks].sort((a, b) => ranks[a.outcome] - ranks[b.outcome]);
}

/** Why a breach is not held against what was deployed. */
function excuseOf({ before, baseline }: CheckResult): string {
  if (before?.effect === 'none') return 'was so before the deploy';
  return baseline === undefined ? 'has never been seen healthy' : 'the baseline does no better';
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
