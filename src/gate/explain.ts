import { capitalised, formatDuration, formatNumber, formatShare, plural } from '../support/text.js';
import type { Health } from './health.js';
import { probabilityBelow } from './posterior.js';
import { healthName, type NamedHealth, limitInWords, particular, valueInWords } from './words.js';
import { valueOf } from './accumulator.js';
import type { BaselineCounts, Before, MetricLimit, Totals } from '../contract/check.js';

/** One metric check, as far as a sentence needs it. */
export interface Explained {
  readonly id: string;
  readonly limit: MetricLimit;
  readonly totals: Readonly<Totals>;
  readonly maxLogE: number;
  /** What became of its limit by the hour before the deploy. */
  readonly before?: Before | undefined;
  /** What was counted of the baseline, for a check that has one. */
  readonly baseline?: Readonly<BaselineCounts>;
  /** There is evidence against it, and the baseline did no better. */
  readonly excused?: boolean;
}

/**
 * Why the evidence against a check is enough: what was seen, and how seldom a version within the limit would look
 * like this.
 *
 * @param metricChecks number of metric checks of the target: the error probability is shared among them
 */
export function byEvidence(check: Explained, metricChecks: number): string {
  const chance = chanceInWords(check.maxLogE - Math.log(metricChecks));
  return (
    `${seen(check)}. This is not bad luck: ${acceptable(check.limit)} would look this bad ` +
    `in fewer than 1 in ${chance} watches.${blame(check)}`
  );
}

/** What could be seen of the judged time, milliseconds. */
export interface View {
  readonly of: number;
  readonly seen: number;
  /** At its end nothing was seen for so long, because samples came `lag` late. */
  readonly missing: number;
  readonly lag: number;
}

/** Why the configured limit decided at the end of the watch, without much evidence. */
export function byLimit(check: Explained, view: View): string {
  const close = isClose(check)
    ? ' This is close to the limit: with `decision: evidence` it would be inconclusive.'
    : '';
  const part =
    seconds(view.seen) === seconds(view.of)
      ? 'the whole watch'
      : `${seconds(view.seen)} of the watch`;
  return `${seen(check)}, measured over ${part}.${late(view)}${belief(check)}${blame(check)}${close}`;
}

/** Whether chance alone may have put what was counted over the limit: more than 5 %, were all requests independent. */
function isClose({ limit, totals }: Explained): boolean {
  const { samples, failures, seconds } = totals;
  switch (limit.metric) {
    case 'success-rate':
      return probabilityBelow(limit.minPercent, samples - failures, failures) < 0.95;
    case 'latency':
      return probabilityBelow(limit.percentile, samples - failures, failures) < 0.95;
    case 'errors-per-minute': {
      if (limit.scaledTo !== null)
        return (
          probabilityBelow(100 - (100 * limit.max) / limit.scaledTo, samples - failures, failures) <
          0.95
        );
      // A count of rare events varies by its root (Poisson); 1.645 standard deviations leave 5 % above.
      const allowed = (limit.max * seconds) / 60;
      return failures < allowed + 1.645 * Math.sqrt(allowed);
    }
    // How much a value varies, and against what a canary is compared, no count tells.
    case 'value':
    case 'relative':
      return false;
  }
}

/** Why one interval over the limit was enough. */
export function byInterval(check: Explained, window: string): string {
  return `${seen(check)}, of which the interval at ${window} alone is over the limit (\`decision: strict\`).`;
}

/** Why a version may stay. */
export function passed(
  checks: readonly Explained[],
  healths: readonly ExplainedHealth[],
  view: View,
): string {
  const parts = checks.map((check) => within(check));
  const general = healths.filter(({ check }) => particular[check.source] === undefined);
  const telling = healths.filter((each) => each === general[0] || !general.includes(each));
  parts.push(...telling.map(passedHealth));
  const excused = checks.filter((check) => check.excused === true);
  const against = checks.filter((check) => check.excused !== true);
  const strongest = Math.max(0, ...against.map((check) => check.maxLogE));
  const evidence =
    against.length === 0
      ? ''
      : `; no evidence of a breach at any point${strongest < Math.LN2 ? '' : ` (strongest 1 in ${chanceInWords(strongest)})`}`;
  const first = checks[0];
  return (
    `${capitalised(parts.join(', '))} over ${seconds(view.seen)}${evidence}.${late(view)}` +
    (first === undefined ? '' : belief(first)) +
    excused.map(equallyAffectedMeanwhile).join('')
  );
}

/** That a watch went on after its planned end, and that nothing came of it. */
export function wentOn(
  extension: { readonly by: number; readonly why: string } | undefined,
): string {
  return extension === undefined
    ? ''
    : ` Its planned end was in doubt (${extension.why}), so it went on for ${formatDuration(extension.by)}: it is back within the limit.`;
}

/** A check that says yes or no. */
export interface ExplainedHealth {
  readonly check: NamedHealth;
  readonly health: Health;
}

function passedHealth({ check, health }: ExplainedHealth): string {
  const good = formatNumber(health.checks - health.failed, 0);
  if (check.source === 'alerts')
    return `no alert of ${check.id} began (${plural(health.checks, 'look')})`;
  return `${healthName(check)} passed ${good} of ${plural(health.checks, particular[check.source]?.look ?? 'check')}`;
}

/** Why a health check failed. */
export function byHealth({ check, health }: ExplainedHealth, at: number): string {
  if (check.source === 'alerts')
    return `An alert of ${check.id} began after the deploy: ${health.lastDetail}.`;
  const times = health.failedInARow === 1 ? '' : ` ${String(health.failedInARow)} times in a row`;
  const answered =
    health.lastGoodAt === null
      ? 'it has not passed once since the watch started'
      : `it last ${check.source === 'command' ? 'passed' : 'answered well'} ${formatDuration(Math.max(0, at - health.lastGoodAt))} before`;
  return `${capitalised(healthName(check))} failed${times} (${health.lastDetail}); ${answered}.`;
}

/** Of a health check that never passed: why; without a full stop. */
export function neverPassed(check: NamedHealth, health: Health): string {
  const { id, source } = check;
  const name =
    id === 'health' || particular[source] !== undefined
      ? capitalised(healthName(check))
      : capitalised(id);
  return health.failed === 0
    ? `${name} never saw anything (${health.blindDetail})`
    : `${name} never passed (${health.lastDetail})`;
}

export function tooFew(check: Explained, needed: number, over: number): string {
  if (check.limit.metric === 'value')
    return `No value was read in ${formatDuration(over)}: nothing to judge ${check.id} by.`;
  return `${fewRequests(check.totals.samples)} in ${formatDuration(over)} (${formatNumber(needed)} needed): not enough to judge ${check.id}.`;
}

function fewRequests(count: number): string {
  return count === 0 ? 'No requests' : `Only ${plural(count, 'request')}`;
}

/** A limit on how often one may ask was in the way. */
export function tooManyLeftOut(
  { id }: Explained,
  leftOut: { readonly requests: number; readonly of: number },
): string {
  return (
    `${formatNumber(leftOut.requests, 0)} of ${plural(leftOut.of, 'request')} told nothing, because the service is asked too often for its rate limit: ` +
    `not enough to judge ${id}. Set \`requests-per-second\` lower.`
  );
}

/** Too much of the watch was not seen. */
export function unseen({ id }: Explained, view: View): string {
  return `Only ${seconds(view.seen)} of ${seconds(view.of)} could be seen of ${id}: not enough to judge.${late(view)}`;
}

function late({ missing, lag }: View): string {
  if (missing === 0) return '';
  const cause = 2 * lag < missing ? '' : `: samples came ${seconds(lag)} late`;
  return ` Its last ${seconds(missing)} could not be seen${cause}.`;
}

/** Whole seconds are enough to say how much was seen. */
function seconds(ms: number): string {
  return formatDuration(ms < 1000 ? ms : 1000 * Math.round(ms / 1000));
}

/** A check whose source had nothing more to say when the watch ended. */
export interface Staleness {
  readonly id: string;
  /** Milliseconds; `null`: during the whole watch. */
  readonly silentFor: number | null;
  readonly why: 'no-data' | 'provider-error';
  /** In words; may be empty. */
  readonly detail: string;
}

export function stale(check: Staleness): string {
  return `${silenceOf(check)}: not enough to judge.`;
}

/** `on-no-data: unhealthy`. */
export function staleIsUnhealthy(check: Staleness): string {
  return `${silenceOf(check)}, which counts as unhealthy (\`on-no-data\`).`;
}

/** `on-no-data: ignore`, `on-provider-error: ignore`. */
export function leftOut(check: Staleness): string {
  return ` ${silenceOf(check)}: the check was left out.`;
}

/** That a source said nothing, and why; without a full stop. */
export function silenceOf({ id, silentFor, why, detail }: Staleness): string {
  const when =
    silentFor === null
      ? 'during the whole watch'
      : `in the last ${formatDuration(silentFor)} of the watch`;
  const what = why === 'no-data' ? 'No data' : 'No usable answer';
  return `${what} for ${id} ${when}${detail === '' ? '' : ` (${detail})`}`;
}

/** The source cannot tell all bad ones from good ones, and with them it would be over the limit. */
export function unclear(check: Explained): string {
  const { totals } = check;
  const most = { ...totals, failures: totals.possibleFailures ?? totals.failures };
  return `${seen(check)}, and up to ${formatNumber(most.failures, 0)} may have: the source cannot tell exactly. Not enough to judge ${check.id}; set the limit to a border of a bucket.`;
}

export function grey(check: Explained): string {
  return `${seen(check)}, but the evidence is too weak to act on (strongest 1 in ${chanceInWords(check.maxLogE)}).${belief(check)}`;
}

export function flapping({ check, health }: ExplainedHealth): string {
  return (
    `${capitalised(healthName(check))} neither failed nor passed often enough in a row at the end of the watch ` +
    `(${String(health.failed)} of ${plural(health.checks, particular[check.source]?.look ?? 'check')} failed, last: ${health.lastDetail === '' ? 'passed' : health.lastDetail}).`
  );
}

/** The source of a health check was not reached at the end of the watch. */
export function blind(check: { readonly id: string }, health: Health): string {
  const when =
    health.checks === 0
      ? 'at any time of the watch'
      : `at the end of the watch (${String(health.blind)} of ${plural(health.checks + health.blind, 'check')} showed nothing)`;
  return `What ${check.id} looks at could not be seen ${when}: ${health.blindDetail}. Not enough to judge.`;
}

/** `on-provider-error: ignore`, of a check that says yes or no. */
export function leftOutBlind({ check, health }: ExplainedHealth): string {
  return ` What ${check.id} looks at could not be seen (${health.blindDetail}): the check was left out.`;
}

/** The limit is broken, and the baseline does no better: that says nothing against the new version. */
export function equallyAffected(check: Explained): string {
  return `${seen(check)}, but the baseline is equally affected: ${ofBaseline(check)}. This is not evidence against the new version.`;
}

function equallyAffectedMeanwhile({ id }: Explained): string {
  return ` For a while ${id} was over its limit, and the baseline was equally affected.`;
}

/** The limit is broken, and there is too little of a baseline to tell whether that is the new version's fault. */
export function incomparable(check: Explained, needed: number): string {
  return `${seen(check)}, but the baseline had only ${plural(check.baseline?.samples ?? 0, 'request')} (${formatNumber(needed)} needed): not enough to tell whether the new version is to blame.`;
}

export function staleBaseline(id: string, silentFor: number | null): string {
  const when =
    silentFor === null
      ? 'during the whole watch'
      : `in the last ${formatDuration(silentFor)} of the watch`;
  return `No data of the baseline for ${id} ${when}: not enough to judge.`;
}

export function tooFewOfBaseline(check: Explained, needed: number, over: number): string {
  return `${fewRequests(check.baseline?.samples ?? 0)} of the baseline in ${formatDuration(over)} (${formatNumber(needed)} needed): not enough to judge ${check.id}.`;
}

/** What was counted, with the limit beside it: `41 of 300 requests failed (86.3 % success, limit 95 %)`. */
export function seen(check: Explained): string {
  const { limit, totals, before } = check;
  const of = `${formatNumber(totals.failures, 0)} of ${plural(totals.samples, 'request')}`;
  const accepted = before === undefined || !isFromBefore(before) ? undefined : acceptedBy(before);
  switch (limit.metric) {
    case 'success-rate':
      if (accepted !== undefined)
        return `${failing(totals)} of ${plural(totals.samples, 'request')} failed; ${accepted}`;
      return `${of} failed (${percent(totals)} success, limit ${formatNumber(limit.minPercent, 4)} %)`;
    case 'errors-per-minute':
      if (accepted !== undefined)
        return `${formatNumber(valueOf(limit, totals) ?? 0)} requests a minute failed; ${accepted}`;
      return `${of} failed (${formatNumber(valueOf(limit, totals) ?? 0)} errors per minute${
        limit.scaledTo === null ? '' : `, scaled to ${String(limit.scaledTo)} probes a minute`
      }, limit ${formatNumber(limit.max, 4)})`;
    case 'latency':
      return `${of} took longer than ${formatDuration(limit.maxMs)} (limit: ${formatNumber(100 - limit.percentile, 4)} %${accepted === undefined ? '' : `; ${accepted}`})`;
    case 'value':
      if (accepted !== undefined)
        return `the value was ${valueInWords(limit, totals)} on average; ${accepted}`;
      return `the value was ${valueInWords(limit, totals)} on average (limit ${limitInWords(limit)})`;
    case 'relative':
      return `${of} ${badly(totals)} (${failing(totals)}), against ${ofBaseline(check)}`;
  }
}

/** What bad requests did. */
function badly({ borderMs }: Readonly<Totals>): string {
  return borderMs === undefined ? 'failed' : `took longer than ${formatDuration(borderMs)}`;
}

/** Whether the limit in force is that of the hour before. */
export function isFromBefore({ effect }: Before): boolean {
  return effect === 'stricter' || effect === 'over';
}

/** What the hour before was like, and what is accepted by it; for a limit that it gives. */
function acceptedBy({ set, worst, limit, minutes }: Before): string {
  const most = worst ?? 0;
  const accepted = limit ?? 0;
  const usually = `in the worst ${blockInWords(minutes)} of the hour before it was`;
  switch (set.metric) {
    case 'success-rate':
      return `${usually} ${share(most)}, so up to ${share(accepted)} is accepted`;
    case 'errors-per-minute':
      return `${usually} ${formatNumber(most)}, so up to ${formatNumber(accepted)} is accepted`;
    case 'latency':
      return `in the hour before ${formatNumber(set.percentile, 4)} % took at most ${formatDuration(most)}`;
    case 'value':
      return `${usually} ${formatNumber(most, 6)}, so up to ${formatNumber(accepted, 6)} is accepted`;
    case 'relative':
      return '';
  }
}

/** How long a block of the hour before is. */
export function blockInWords(minutes: number | undefined): string {
  return minutes === undefined ? 'five minutes' : formatDuration(60_000 * minutes);
}

/** A limit that the hour before gives: `up to 0.9 % failures`. */
function ofLimit({ metric }: MetricLimit, limit: number): string {
  switch (metric) {
    case 'success-rate':
      return `up to ${share(limit)} failures`;
    case 'latency':
      return `up to ${formatDuration(limit)}`;
    case 'errors-per-minute':
    case 'value':
    case 'relative':
      return `up to ${formatNumber(limit, 6)}`;
  }
}

/** `0.6 %` of a share of failures. */
function share(of: number): string {
  return `${formatNumber(100 * of)} %`;
}

/** What the hour before the deploy made of a limit, for the start of the watch; empty: nothing that a person should know. */
export function beforeInWords({ before }: { readonly before?: Before | undefined }): string {
  if (before === undefined) return '';
  const { set, effect, why, leftOut, of, worst, requests, minutes } = before;
  const incidents =
    leftOut === 0
      ? ''
      : ` ${String(leftOut)} of ${String(of)} blocks of the hour before were left out as an incident.`;
  switch (effect) {
    case 'stricter':
      return `${capitalised(acceptedBy(before))} (the limit that was set: ${limitInWords(set)}).${incidents}`;
    case 'over':
      return `The hour before was over the limit of ${limitInWords(set)}: ${acceptedBy(before)}; breaking ${limitInWords(set)} alone does not count against this deploy.${incidents}`;
    case 'none':
      return `The hour before was over the limit of ${limitInWords(set)}, and gives none (${why ?? ''}): breaking it does not count against this deploy.${incidents}`;
    case 'kept': {
      if (why !== undefined) return `No limit from the hour before: ${why}.`;
      if (set.metric === 'errors-per-minute' && requests > 0)
        return `${formatNumber(set.max)} errors per minute are ${formatNumber((100 * set.max) / (requests / 60))} % of the traffic of the hour before (${formatNumber(requests / 60)} requests per minute; in its worst ${blockInWords(minutes)} ${formatNumber(worst ?? 0)} errors per minute).`;
      const than =
        before.limit === null
          ? ''
          : `: by the hour before ${ofLimit(set, before.limit)} would be accepted`;
      return `The limit that was set stays (${limitInWords(set)})${than}.${incidents}`;
    }
  }
}

/** It was over the limit that was set before the deploy too, and is hardly worse now. */
export function olderThanDeploy({ before, limit, totals }: Explained): string {
  const usual = before?.usual ?? 0;
  const set = before?.set ?? limit;
  const not = 'in the hour before: not this deploy.';
  const { samples, failures, failuresAsSet = failures } = totals;
  switch (set.metric) {
    case 'success-rate':
      return `${percent(totals)} of ${plural(samples, 'request')} succeeded (limit ${formatNumber(set.minPercent, 4)} %); it was ${formatShare(1 - usual, 1)} ${not}`;
    case 'errors-per-minute':
      return `${formatNumber(valueOf(limit, totals) ?? 0)} requests a minute failed (limit ${formatNumber(set.max, 4)}); it was up to ${formatNumber(before?.worst ?? 0)} ${not}`;
    case 'latency':
      return `${share(failuresAsSet / samples)} of ${plural(samples, 'request')} took longer than ${formatDuration(set.maxMs)} (limit: ${formatNumber(100 - set.percentile, 4)} %); it was ${share(usual)} ${not}`;
    case 'value':
      return `The value was ${valueInWords(set, totals)} on average (limit ${limitInWords(set)}); it was ${formatNumber(usual, 6)} ${not}`;
    case 'relative':
      return '';
  }
}

/** A limit that nobody has chosen was over before the deploy too, so that another one took its place. */
export function acceptedAsBefore({ before, limit, totals }: Explained): string {
  const set = before?.set;
  if (before === undefined || set?.metric !== 'errors-per-minute') return '';
  return ` ${formatNumber(valueOf(limit, totals) ?? 0)} errors per minute are over the usual limit of ${formatNumber(set.max, 4)}; ${acceptedBy(before)}.`;
}

/** ` (limit 99.1 %, from the hour before)` */
function fromBefore({ before }: Explained): string {
  return before !== undefined && isFromBefore(before) ? ', from the hour before' : '';
}

function within(check: Explained): string {
  const { limit, totals } = check;
  switch (limit.metric) {
    case 'success-rate':
      return `${percent(totals)} of ${plural(totals.samples, 'request')} succeeded (limit ${formatNumber(limit.minPercent, 4)} %${fromBefore(check)})`;
    case 'errors-per-minute':
      return `${formatNumber(valueOf(limit, totals) ?? 0)} errors per minute (limit ${formatNumber(limit.max, 4)}${fromBefore(check)})`;
    case 'latency':
      return `${valueInWords(limit, totals)} (limit ${formatNumber(limit.percentile, 4)} %${fromBefore(check)})`;
    case 'value':
      return `${valueInWords(limit, totals)} on average (limit ${limitInWords(limit)}${fromBefore(check)})`;
    case 'relative':
      return `${failing(totals)} of ${plural(totals.samples, 'request')} ${badly(totals)}, against ${ofBaseline(check)}`;
  }
}

/** `3 of 310 of the baseline (0.97 %)` */
function ofBaseline({ baseline = { samples: 0, failures: 0 } }: Explained): string {
  const of = `${formatNumber(baseline.failures, 0)} of ${formatNumber(baseline.samples, 0)} of the baseline`;
  return baseline.samples === 0 ? of : `${of} (${failing(baseline)})`;
}

function failing({ samples, failures }: Readonly<BaselineCounts>): string {
  return `${formatNumber((100 * failures) / samples)} %`;
}

/** With a baseline beside an absolute limit: that the baseline does better. */
function blame(check: Explained): string {
  return check.baseline === undefined || check.limit.metric === 'relative'
    ? ''
    : ` The baseline does better: ${ofBaseline(check)} failed.`;
}

/** The descriptive posterior; it assumes independent requests, so it stands beside the evidence and decides nothing. */
function belief({ limit, totals }: Explained): string {
  if (limit.metric !== 'success-rate' || totals.samples === 0) return '';
  const p = probabilityBelow(limit.minPercent, totals.samples - totals.failures, totals.failures);
  const shown =
    p > 0.999
      ? '> 99.9 %'
      : p < 0.001
        ? '< 0.1 %'
        : `= ${formatNumber(100 * p, p > 0.99 || p < 0.01 ? 1 : 0)} %`;
  return ` P(success < ${formatNumber(limit.minPercent, 4)} %) ${shown}.`;
}

/** One decimal, two where a failure would hardly show. */
function percent(totals: Readonly<Totals>): string {
  const share = (totals.samples - totals.failures) / totals.samples;
  return formatShare(share, share > 0.99 ? 2 : 1);
}

/** What would have been right, and is ruled out. */
function acceptable(limit: MetricLimit): string {
  if (limit.metric !== 'relative') return 'a version within the limit';
  const isOfLatency = limit.of === 'latency';
  if (limit.margin === 1)
    return `a version no ${isOfLatency ? 'slower' : 'worse'} than the baseline`;
  return `a version that ${isOfLatency ? 'is slow' : 'fails'} at most ${formatNumber(limit.margin, 4)} times as often`;
}

function chanceInWords(logRatio: number): string {
  if (logRatio > Math.log(1e9)) return 'a billion';
  return formatNumber(Math.max(1, Math.floor(Math.exp(logRatio))), 0);
}
