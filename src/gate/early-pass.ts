import { valueOf } from './accumulator.js';
import type { MetricLimit, Totals } from '../contract/check.js';

/** How many times smaller than allowed the failure rate may truly be: one bet for each. */
const BETTER_BY = [1.3, 2, 4, 10, 50] as const;

/**
 * The evidence that fewer than `allowed` of the requests fail, as a natural logarithm: likelihood ratios of smaller
 * failure rates against the allowed one, averaged. Valid for independent requests only, which is why it can end a smoke
 * test early and nothing else.
 *
 * @param allowed share of requests that may fail, between 0 and 1 (both excluded)
 * @param requests how many there were
 * @param failures how many of them failed
 */
export function passEvidence(allowed: number, requests: number, failures: number): number {
  const ratio = allowed / (1 - allowed);
  const logs = BETTER_BY.map((factor) => {
    const rate = ratio / factor / (1 + ratio / factor);
    return (
      failures * Math.log(rate / allowed) +
      (requests - failures) * (Math.log1p(-rate) - Math.log1p(-allowed))
    );
  });
  const largest = Math.max(...logs);
  const sum = logs.reduce((total, log) => total + Math.exp(log - largest), 0);
  return largest + Math.log(sum / BETTER_BY.length);
}

/** Probability that a version just at its limit ever ends a watch early, for independent requests. */
const BETA = 0.01;

/**
 * Whether the requests so far are strong enough evidence that this check is within its limit. Never for a limit that
 * allows nothing or everything, nor for real traffic counted by the minute, where it is not a share of the requests.
 */
export function passesEarly(limit: MetricLimit, totals: Readonly<Totals>): boolean {
  const allowed = allowedShare(limit);
  if (allowed === null || allowed <= 0 || allowed >= 1 || valueOf(limit, totals) === null)
    return false;
  return passEvidence(allowed, totals.samples, totals.failures) >= -Math.log(BETA);
}

function allowedShare(limit: MetricLimit): number | null {
  switch (limit.metric) {
    case 'success-rate':
      return (100 - limit.minPercent) / 100;
    case 'latency':
      return (100 - limit.percentile) / 100;
    case 'errors-per-minute':
      return limit.scaledTo === null ? null : limit.max / limit.scaledTo;
    case 'value':
    case 'relative':
      return null;
  }
}
