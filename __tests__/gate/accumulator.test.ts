import { describe, expect, it } from '@jest/globals';
import type { MetricLimit, Observation } from '../../src/contract/check.js';
import { createAccumulator } from '../../src/gate/accumulator.js';

const SECOND = 1000;

/** The points of a watch without warm-up, one interval of ten seconds for each observation. */
function seriesOf(limit: MetricLimit, observations: readonly Observation[]): readonly object[] {
  const plan = { warmUp: 0, duration: 60 * SECOND, interval: 10 * SECOND };
  const accumulator = createAccumulator(limit, plan, undefined);
  observations.forEach((observation, i) => {
    const from = i * plan.interval;
    accumulator.push({ from, to: from + plan.interval }, observation);
  });
  return accumulator.series().map(({ t, samples, failures, value, baseline }) => ({
    t,
    samples,
    failures,
    value,
    baseline,
  }));
}

const counts = (over: Partial<Extract<Observation, { kind: 'counts' }>>): Observation => ({
  kind: 'counts',
  samples: 20,
  failures: 4,
  seconds: 10,
  ...over,
});

describe('the course of a check', () => {
  it('of a value has the value', () => {
    const observed: readonly Observation[] = [
      { kind: 'value', value: 0.25 },
      { kind: 'value', value: 7 },
    ];
    expect(seriesOf({ metric: 'value', max: 5 }, observed)).toEqual([
      { t: 10, samples: 1, failures: 0, value: 0.25 },
      { t: 20, samples: 1, failures: 1, value: 7 },
    ]);
  });

  it.each([
    ['counted as they are', null, 24],
    ['scaled to 60 requests', 60, 12],
  ])('of errors per minute has them, %s', (_name, scaledTo, value) => {
    const limit = { metric: 'errors-per-minute', max: 10, scaledTo } as const;
    expect(seriesOf(limit, [counts({})])).toEqual([{ t: 10, samples: 20, failures: 4, value }]);
  });

  it('of errors per minute has no value without requests to scale', () => {
    const limit = { metric: 'errors-per-minute', max: 10, scaledTo: 60 } as const;
    expect(seriesOf(limit, [counts({ samples: 0, failures: 0 })])).toEqual([
      { t: 10, samples: 0, failures: 0 },
    ]);
  });

  it('of a share has the counts of its baseline, where there are any', () => {
    const baseline = { samples: 10, failures: 12 };
    expect(
      seriesOf({ metric: 'success-rate', minPercent: 95 }, [counts({ baseline }), counts({})]),
    ).toEqual([
      { t: 10, samples: 20, failures: 4, baseline: { samples: 10, failures: 10 } },
      { t: 20, samples: 20, failures: 4 },
    ]);
  });

  it('of compared latencies has both sides at the border that tells most', () => {
    const slow = counts({
      failures: 0,
      slower: { '100': 15, '500': 0 },
      baseline: { samples: 40, failures: 0, slower: { '100': 2, '500': 0 } },
    });
    expect(
      seriesOf({ metric: 'relative', margin: 1, of: 'latency' }, [slow, slow]).at(-1),
    ).toMatchObject({ failures: 15, baseline: { samples: 40, failures: 2 } });
  });
});
