import { formatDuration, formatNumber, formatShare, plural } from '../support/format.js';
import type { Health } from './health.js';
import { probabilityBelow } from './posterior.js';
import { valueInWords, limitInWords } from './words.js';
import { valueOf } from './tally.js';
import type { MetricLimit, Totals } from './types.js';

/** One metric check, as far as a sentence needs it. */
export interface Explained {
  readonly id: string;
  readonly limit: MetricLimit;
  readonly totals: Readonly<Totals>;
  readonly maxLogE: number;
}

/**
 * Why the evidence against a check is enough: what was seen, and how seldom a version within the limit would look
 * like this.
 *
 * @param metricChecks number of metric checks of the target: the odds are shared among them
 */
export function byEvidence(check: Explained, metricChecks: number): string {
  const odds = oddsInWords(check.maxLogE - Math.log(metricChecks));
  return (
    `${seen(check)}; if the true ${rateNoun(check.limit)} were ${limitInWords(check.limit)}, ` +
    `evidence this strong would appear in fewer than 1 in ${odds} watches.${belief(check)}`
  );
}

/** Why the literal limit decided at the end of the watch, without much evidence. */
export function byLimit(check: Explained): string {
  return (
    `${seen(check)}, measured over the whole watch.${belief(check)} ` +
    'The margin is within noise: set `decision: evidence` to hold instead.'
  );
}

/** Why one interval over the limit was enough. */
export function byInterval(check: Explained, window: string): string {
  return `${seen(check)}, of which the interval at ${window} alone is over the limit (\`decision: strict\`).`;
}

/** Why a version may stay. */
export function passed(
  checks: readonly Explained[],
  health: Health | undefined,
  over: number,
): string {
  const parts = checks.map((check) => within(check));
  if (health !== undefined)
    parts.push(
      `the health check passed ${formatNumber(health.looks - health.failed, 0)} of ${plural(health.looks, 'look')}`,
    );
  const strongest = Math.max(0, ...checks.map((check) => check.maxLogE));
  const evidence =
    checks.length === 0
      ? ''
      : `; no evidence of a breach at any point (strongest 1 in ${oddsInWords(strongest)})`;
  const first = checks[0];
  return (
    `${capital(parts.join(', '))} over ${formatDuration(over)}${evidence}.` +
    (first === undefined ? '' : belief(first))
  );
}

/** Why the health check failed. */
export function byHealth(health: Health, at: number): string {
  const times = `${String(health.failedInARow)} times in a row`;
  const answered =
    health.lastGoodAt === null
      ? 'it has not answered well since the watch began'
      : `it last answered well ${formatDuration(Math.max(0, at - health.lastGoodAt))} before`;
  return `The health check failed ${times} (${health.lastDetail}); ${answered}.`;
}

export function tooFew(check: Explained, needed: number, over: number): string {
  return `Only ${plural(check.totals.samples, 'request')} in ${formatDuration(over)} (${formatNumber(needed)} needed): not enough to judge ${check.id}.`;
}

export function stale(check: Explained, silentFor: number | null): string {
  return silentFor === null
    ? `The source of ${check.id} gave no data during the whole watch: not enough to judge.`
    : `The source of ${check.id} gave no data in the last ${formatDuration(silentFor)} of the watch: not enough to judge.`;
}

export function grey(check: Explained): string {
  return `${seen(check)}, but the evidence is too weak to act on (strongest 1 in ${oddsInWords(check.maxLogE)}).${belief(check)}`;
}

export function flapping(health: Health): string {
  return (
    `The health check neither failed nor passed often enough in a row at the end of the watch ` +
    `(${String(health.failed)} of ${plural(health.looks, 'look')} failed, last: ${health.lastDetail === '' ? 'passed' : health.lastDetail}).`
  );
}

/** What was counted, with the limit beside it: `41 of 300 requests failed (86.3 % success, limit 95 %)`. */
export function seen(check: Explained): string {
  const { limit, totals } = check;
  const of = `${formatNumber(totals.failures, 0)} of ${plural(totals.samples, 'request')}`;
  switch (limit.metric) {
    case 'success-rate':
      return `${of} failed (${percent(totals)} success, limit ${formatNumber(limit.minPercent, 4)} %)`;
    case 'errors-per-minute':
      return `${of} failed (${formatNumber(valueOf(limit, totals) ?? 0)} errors per minute${
        limit.scaledTo === null ? '' : `, scaled to ${String(limit.scaledTo)} probes a minute`
      }, limit ${formatNumber(limit.max, 4)})`;
    case 'latency':
      return `${of} took longer than ${formatDuration(limit.maxMs)} (limit: ${formatNumber(100 - limit.percentile, 4)} %)`;
    case 'value':
      return `the value was ${valueInWords(limit, totals)} on average (limit ${limitInWords(limit)})`;
  }
}

function within(check: Explained): string {
  const { limit, totals } = check;
  switch (limit.metric) {
    case 'success-rate':
      return `${percent(totals)} of ${plural(totals.samples, 'request')} succeeded (limit ${formatNumber(limit.minPercent, 4)} %)`;
    case 'errors-per-minute':
      return `${formatNumber(valueOf(limit, totals) ?? 0)} errors per minute (limit ${formatNumber(limit.max, 4)})`;
    case 'latency':
      return `${valueInWords(limit, totals)} (limit ${formatNumber(limit.percentile, 4)} %)`;
    case 'value':
      return `${valueInWords(limit, totals)} on average (limit ${limitInWords(limit)})`;
  }
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

function rateNoun(limit: MetricLimit): string {
  switch (limit.metric) {
    case 'success-rate':
      return 'rate';
    case 'errors-per-minute':
      return 'error rate';
    case 'latency':
      return 'latency';
    case 'value':
      return 'value';
  }
}

function oddsInWords(logOdds: number): string {
  if (logOdds > Math.log(1e9)) return 'a billion';
  return formatNumber(Math.max(1, Math.floor(Math.exp(logOdds))), 0);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
