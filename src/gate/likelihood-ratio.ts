import type { Limit, Observation, Totals, ValueLimit } from '../contract/check.js';

/**
 * The most that one interval can say. A smaller value keeps the evidence valid; with this one a single interval, however
 * bad, is worth at most a factor of 8, so that it always takes a second one.
 */
const CAP = 20;

/** What rounding may cost when a count is compared with a limit: `0.07 * 100` is 7.000000000000001 in doubles. */
const SLACK = 1e-9;

/**
 * How far one interval was over the limit: 0 is nothing bad, 1 is exactly at the limit, 20 is the most that counts.
 * For a service at its limit the expected value is 1, whatever the requests of one interval have to do with each
 * other; the evidence rests on that and on nothing else.
 *
 * A limit that allows nothing bad at all (100 %, 0 per minute) gives 20 for anything bad, else 0.
 *
 * For a value that must be at least `min` it is how far the value is below twice the limit, in parts of the limit: 1 at the
 * limit, 2 at zero. What is above twice the limit counts as twice the limit, because a ratio is not negative: the mean that
 * the evidence concerns is bounded, so that a few high readings can neither hide a low mean nor make up for one.
 *
 * An interval of real traffic without a request is an interval without errors for `errors-per-minute`, because that limit
 * concerns time; leaving such intervals out would make a rare burst look like the usual rate.
 *
 * @returns a number from 0 to 20, or `undefined` when there is nothing to judge: no data, no request, no time passed, or
 *   a number that is not finite or, for a count, negative. Always `undefined` for `health`, and for `relative`, which has an evidence of its own.
 */
export function likelihoodRatioOf(limit: Limit, observation: Observation): number | undefined {
  if (observation.kind === 'none') return undefined;
  if (observation.kind === 'value')
    return limit.metric === 'value' ? ofValue(limit, observation.value) : undefined;
  const { samples, seconds } = observation;
  if (![samples, observation.failures, seconds].every((count) => count >= 0)) return undefined;
  // A scrape is not atomic: it can hold a failure whose request is not counted yet.
  const failures = Math.min(observation.failures, samples);
  switch (limit.metric) {
    case 'success-rate':
      return ratio(100 * failures, (100 - limit.minPercent) * samples, samples);
    case 'latency':
      return ratio(100 * failures, (100 - limit.percentile) * samples, samples);
    case 'errors-per-minute':
      return limit.scaledTo === null
        ? ratio(60 * failures, limit.max * seconds, seconds)
        : ratio(limit.scaledTo * failures, limit.max * samples, samples);
    case 'value':
    case 'relative':
    case 'health':
      return undefined;
  }
}

function ofValue(limit: ValueLimit, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  if ('max' in limit) return ratio(value, limit.max);
  const { min } = limit;
  return ratio(2 * min - Math.min(Math.max(value, 0), 2 * min), min);
}

/** `measured / allowed`, capped; nothing when the `basis` that both were measured on is empty. */
function ratio(measured: number, allowed: number, basis = 1): number | undefined {
  if (!Number.isFinite(measured) || !Number.isFinite(basis) || basis === 0) return undefined;
  if (allowed <= 0) return measured > 0 ? CAP : 0;
  return Math.min(CAP, Math.max(0, measured / allowed));
}

/**
 * Whether the limit is broken as it is written, without regard to chance. Exactly at the limit is not over it, at any
 * number of requests. Without data nothing is broken, and `health` and `relative` are not judged by totals.
 *
 * @param totals requests, failures (for `latency`: slow requests) and the seconds they cover; for `value` the sum of
 *   `samples` measurements, whose mean is compared
 */
export function breachesLimit(limit: Limit, totals: Readonly<Totals>): boolean {
  const { samples, failures, seconds, sum } = totals;
  switch (limit.metric) {
    case 'success-rate':
      return exceeds((limit.minPercent * samples) / 100, samples - failures);
    case 'latency':
      return exceeds((limit.percentile * samples) / 100, samples - failures);
    case 'errors-per-minute':
      return limit.scaledTo === null
        ? seconds > 0 && exceeds((60 * failures) / seconds, limit.max)
        : samples > 0 && exceeds((limit.scaledTo * failures) / samples, limit.max);
    case 'value':
      if (samples === 0) return false;
      return 'max' in limit ? exceeds(sum / samples, limit.max) : exceeds(limit.min, sum / samples);
    case 'relative':
    case 'health':
      return false;
  }
}

/** Beyond some millions, where doubles lie further apart than the slack, the slack is what rounding can cost there. */
function exceeds(measured: number, limit: number): boolean {
  return measured > limit + Math.max(SLACK, 4 * Number.EPSILON * Math.abs(limit));
}
