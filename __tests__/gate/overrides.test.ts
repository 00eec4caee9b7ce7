import { describe, expect, it } from '@jest/globals';
import { override, type Overrides } from '../../src/gate/overrides.js';
import type { EvaluatedCheck, Limit, WatchPlan } from '../../src/contract/check.js';
import { defaultPlan, healthLimit, successRate } from '../support/stand-in-checks.js';

const of = (limit: Limit, id: string = limit.metric): EvaluatedCheck => ({
  id,
  limit,
  source: 'http',
  subject: 'a',
});
const all: readonly EvaluatedCheck[] = [
  of(healthLimit),
  of(successRate),
  of({ metric: 'success-rate', minPercent: 99 }, 'success-rate-2'),
  of({ metric: 'errors-per-minute', max: 10, scaledTo: 60 }),
  of({ metric: 'latency', percentile: 95, maxMs: 800 }),
  of({ metric: 'value', max: 7 }),
  of({ metric: 'value', min: 2 }, 'value-2'),
  { ...of({ metric: 'relative', margin: 1 }), baseline: { margin: 1 } },
];

const plan: WatchPlan = {
  ...defaultPlan,
  onNoData: 'inconclusive',
  onProviderError: 'inconclusive',
};
const apply = (overrides: Overrides, checks = all): ReturnType<typeof override> =>
  override({ plan: defaultPlan, checks }, overrides);

describe('override', () => {
  it('changes nothing by itself', () => {
    expect(apply({})).toEqual({ plan, checks: all, changes: [], unanswerable: [] });
  });

  it('a setting that equals the present one is no change', () => {
    const { changes, unanswerable, ...evaluated } = apply({
      sensitivity: 'normal',
      decision: 'balanced',
      minRequests: 20,
      earlyPass: false,
      onNoData: 'inconclusive',
      onProviderError: 'inconclusive',
      healthFailures: 3,
      healthSuccesses: 2,
      maxErrorsPerMinute: 10,
      maxLatency: { percentile: 95, maxMs: 800 },
    });
    expect([changes, unanswerable]).toEqual([[], []]);
    expect(evaluated).toEqual({ plan, checks: all });
  });

  it.each<[Overrides, string, string, string]>([
    [{ sensitivity: 'high' }, 'sensitivity', 'normal', 'high'],
    [{ decision: 'strict' }, 'decision', 'balanced', 'strict'],
    [{ minRequests: 7 }, 'min-requests', '20', '7'],
    [{ earlyPass: true }, 'early-pass', 'false', 'true'],
    [{ onNoData: 'unhealthy' }, 'on-no-data', 'inconclusive', 'unhealthy'],
    [{ onProviderError: 'ignore' }, 'on-provider-error', 'inconclusive', 'ignore'],
    [{ maxValue: 8 }, 'value', '≤ 7', '≤ 8'],
    [{ minValue: 0.5 }, 'value-2', '≥ 2', '≥ 0.5'],
    [{ minSuccessRate: 99 }, 'success-rate', '≥ 95 %', '≥ 99 %'],
    [{ minSuccessRate: 95 }, 'success-rate-2', '≥ 99 %', '≥ 95 %'],
    [{ maxErrorsPerMinute: 0 }, 'errors-per-minute', '≤ 10 per minute', '≤ 0 per minute'],
    [{ maxErrorsPerMinute: 'off' }, 'errors-per-minute', '≤ 10 per minute', 'off'],
    [{ maxLatency: { percentile: 99, maxMs: 800 } }, 'latency', 'p95 ≤ 800ms', 'p99 ≤ 800ms'],
    [
      { healthFailures: 5 },
      'health',
      'fewer than 3 failed checks in a row, 2 good ones for healthy',
      'fewer than 5 failed checks in a row, 2 good ones for healthy',
    ],
    [
      { healthSuccesses: 1 },
      'health',
      'fewer than 3 failed checks in a row, 2 good ones for healthy',
      'fewer than 3 failed checks in a row, 1 good ones for healthy',
    ],
  ])('%j is one change', (overrides, what, from, to) => {
    expect(apply(overrides)).toMatchObject({ changes: [{ what, from, to }], unanswerable: [] });
  });

  it('a new limit applies to every check of its metric, and to no other', () => {
    const { checks } = apply({ minSuccessRate: 50 });
    expect(checks.map(({ limit }) => limit)).toEqual(
      all.map(({ limit }) =>
        limit.metric === 'success-rate' ? { ...limit, minPercent: 50 } : limit,
      ),
    );
    expect(checks.at(-1)?.baseline).toEqual({ margin: 1 });
  });

  it('a limit that is off removes its checks', () => {
    const { checks } = apply({ minSuccessRate: 'off', maxLatency: 'off' });
    expect(checks.map(({ id }) => id)).toEqual([
      'health',
      'errors-per-minute',
      'value',
      'value-2',
      'relative',
    ]);
  });

  it.each<[Overrides, readonly EvaluatedCheck[], string, RegExp]>([
    [
      { maxLatency: { percentile: 95, maxMs: 500 } },
      all,
      'maxLatency',
      /counted what took longer than 800 ms, and not 500 ms/,
    ],
    [
      { maxLatency: { percentile: 95, maxMs: 500 } },
      [of(successRate)],
      'maxLatency',
      /no latency check/,
    ],
    [{ minSuccessRate: 99 }, [of(healthLimit)], 'minSuccessRate', /no success-rate check/],
    [
      { maxErrorsPerMinute: 1 },
      [of(successRate)],
      'maxErrorsPerMinute',
      /no errors-per-minute check/,
    ],
    [{ healthFailures: 1 }, [of(successRate)], 'healthFailures', /no health check/],
    [{ maxValue: 1 }, [of({ metric: 'value', min: 2 })], 'maxValue', /no value check with a `max`/],
    [{ minValue: 1 }, [of({ metric: 'value', max: 2 })], 'minValue', /no value check with a `min`/],
    [{ minSuccessRate: 'off' }, [of(successRate)], 'minSuccessRate', /no check would be left/],
  ])(
    '%j cannot be answered from the recording, and the message says why',
    (overrides, checks, id, message) => {
      const { unanswerable } = apply(overrides, checks);
      expect(unanswerable).toHaveLength(1);
      expect(unanswerable[0]?.override).toBe(id);
      expect(unanswerable[0]?.message).toMatch(message);
      expect(unanswerable[0]?.fix).toBeDefined();
    },
  );

  it('a policy for all checks replaces those of single checks', () => {
    const own: EvaluatedCheck = {
      ...of(successRate),
      minRequests: 5,
      onNoData: 'ignore',
      onProviderError: 'ignore',
    };
    expect(apply({}, [own]).checks).toEqual([own]);
    const { checks } = apply({ minRequests: 20, onNoData: 'unhealthy' }, [own]);
    expect(checks).toEqual([{ ...of(successRate), onProviderError: 'ignore' }]);
    const rest = apply({ onProviderError: 'inconclusive' }, [own]).checks;
    expect(rest).toEqual([{ ...of(successRate), minRequests: 5, onNoData: 'ignore' }]);
  });

  it('a limit that is off without such a check is no problem', () => {
    expect(apply({ maxLatency: 'off' }, [of(successRate)]).unanswerable).toEqual([]);
  });
});
