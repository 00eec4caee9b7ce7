import { createEvidence } from './evidence.js';
import { literalBreach, oddsOf } from './odds.js';
import { createSeries } from './series.js';
import type { MetricLimit, Observation, SeriesPoint, Totals, WatchPlan, Window } from './types.js';

/** Everything that is known of one metric check, up to now. Its size does not grow with the watch. */
export interface Tally {
  /** Returns whether this very interval was over the literal limit; `false` in the warm-up and without data. */
  push(window: Window, observation: Observation): boolean;
  readonly totals: Readonly<Totals>;
  readonly logE: number;
  readonly maxLogE: number;
  /** End of the last window in which the source answered, milliseconds since the start; `null`: never. */
  readonly freshAt: number | null;
  readonly kinds: Readonly<Record<string, number>>;
  readonly missing: { readonly noData: number; readonly providerErrors: number };
  series(): readonly SeriesPoint[];
}

export function createTally(
  limit: MetricLimit,
  plan: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>,
): Tally {
  const evidence = createEvidence({ plannedIntervals: Math.ceil(plan.duration / plan.interval) });
  const series = createSeries();
  const totals: Totals = { samples: 0, failures: 0, seconds: 0, sum: 0 };
  const kinds: Record<string, number> = {};
  const missing = { noData: 0, providerErrors: 0 };
  let freshAt: number | null = null;
  return {
    push(window, observation) {
      const judged = window.to > plan.warmUp;
      if (observation.kind === 'none') {
        if (judged) missing[observation.why === 'no-data' ? 'noData' : 'providerErrors'] += 1;
        return false;
      }
      freshAt = window.to;
      const t = window.to / 1000;
      if (!judged) {
        series.push({ t, ...countsOf(limit, observation), logE: 0 });
        return false;
      }
      const counts = countsOf(limit, observation);
      totals.samples += counts.samples;
      totals.failures += counts.failures;
      if (observation.kind === 'value') totals.sum += observation.value;
      else {
        totals.seconds += observation.seconds;
        for (const [kind, count] of Object.entries(observation.kinds ?? {}))
          kinds[kind] = (kinds[kind] ?? 0) + count;
      }
      const odds = oddsOf(limit, observation);
      if (odds !== undefined) evidence.push(odds);
      series.push({ t, ...counts, logE: evidence.logE });
      return literalBreach(limit, {
        ...counts,
        seconds: observation.kind === 'counts' ? observation.seconds : 0,
        sum: observation.kind === 'value' ? observation.value : 0,
      });
    },
    totals,
    get logE() {
      return evidence.logE;
    },
    get maxLogE() {
      return evidence.maxLogE;
    },
    get freshAt() {
      return freshAt;
    },
    kinds,
    missing,
    series: () => series.points(),
  };
}

function countsOf(
  limit: MetricLimit,
  observation: Exclude<Observation, { kind: 'none' }>,
): { samples: number; failures: number } {
  if (observation.kind === 'counts')
    // A scrape is not atomic: it can hold a failure whose request is not counted yet.
    return {
      samples: observation.samples,
      failures: Math.min(observation.failures, observation.samples),
    };
  const over = limit.metric === 'value' && observation.value > limit.max;
  return { samples: 1, failures: over ? 1 : 0 };
}

/**
 * The measured value in the unit of the limit: share of good requests (0..1), errors per minute, or mean value;
 * `null` without data.
 */
export function valueOf(limit: MetricLimit, totals: Readonly<Totals>): number | null {
  switch (limit.metric) {
    case 'success-rate':
    case 'latency':
      return totals.samples === 0 ? null : (totals.samples - totals.failures) / totals.samples;
    case 'errors-per-minute':
      if (limit.scaledTo !== null)
        return totals.samples === 0 ? null : (limit.scaledTo * totals.failures) / totals.samples;
      return totals.seconds === 0 ? null : (60 * totals.failures) / totals.seconds;
    case 'value':
      return totals.samples === 0 ? null : totals.sum / totals.samples;
  }
}
