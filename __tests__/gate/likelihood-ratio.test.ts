import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { breachesLimit, likelihoodRatioOf } from '../../src/gate/likelihood-ratio.js';
import type { Limit, Observation } from '../../src/contract/check.js';

const success = (minPercent: number): Limit => ({ metric: 'success-rate', minPercent });
const latency = (percentile: number): Limit => ({ metric: 'latency', percentile, maxMs: 800 });
const perMinute = (max: number, scaledTo: number | null = null): Limit => ({
  metric: 'errors-per-minute',
  max,
  scaledTo,
});
const value = (max: number): Limit => ({ metric: 'value', max });
const least = (min: number): Limit => ({ metric: 'value', min });
const health: Limit = { metric: 'health', failures: 3, successes: 2 };

const counts = (samples: number, failures: number, seconds = 10): Observation => ({
  kind: 'counts',
  samples,
  failures,
  seconds,
});
const measured = (number: number): Observation => ({ kind: 'value', value: number });
const totals = (
  samples: number,
  failures: number,
  seconds = 600,
  sum = 0,
): { samples: number; failures: number; seconds: number; sum: number } => ({
  samples,
  failures,
  seconds,
  sum,
});

const metricLimit: fc.Arbitrary<Limit> = fc.oneof(
  fc.double({ min: 0, max: 100, noNaN: true }).map(success),
  fc.double({ min: 0, max: 100, noNaN: true }).map(latency),
  fc.double({ min: 0, max: 1e6, noNaN: true }).map((max) => perMinute(max)),
  fc.double({ min: 0, max: 1e6, noNaN: true }).map((max) => perMinute(max, 60)),
  fc.double({ min: 0, max: 1e6, noNaN: true }).map(value),
  fc.double({ min: 1e-6, max: 1e6, noNaN: true }).map(least),
);
const anyObservation: fc.Arbitrary<Observation> = fc.oneof(
  fc
    .tuple(fc.double(), fc.double(), fc.double())
    .map(([samples, failures, seconds]) => counts(samples, failures, seconds)),
  fc.tuple(fc.nat(), fc.nat(), fc.nat(1e6)).map(([n, f, seconds]) => counts(n, f, seconds)),
  fc.double().map(measured),
  fc.constantFrom<Observation>(
    { kind: 'none', why: 'no-data' },
    { kind: 'none', why: 'provider-error' },
  ),
);

describe('likelihoodRatioOf an interval', () => {
  it.each<[string, Limit, Observation, number]>([
    ['exactly 95 % success', success(95), counts(100, 5), 1],
    ['no failure', success(95), counts(100, 0), 0],
    ['twice as many failures as allowed', success(95), counts(100, 10), 2],
    ['one good request', success(95), counts(1, 0), 0],
    ['one failed request', success(95), counts(1, 1), 20],
    ['more failures than requests', success(50), counts(10, 11), 2],
    ['a limit of 0 %', success(0), counts(10, 5), 0.5],
    ['every request failed, capped at 20', success(99.9), counts(10, 10), 20],
    ['a limit of 100 %, nothing failed', success(100), counts(1000, 0), 0],
    ['a limit of 100 %, one failed', success(100), counts(1000, 1), 20],
    ['latency at the limit', latency(95), counts(40, 2), 1],
    ['latency p100, one slow request', latency(100), counts(40, 1), 20],
    ['10 errors a minute of real traffic, the limit', perMinute(10), counts(900, 5, 30), 1],
    ['the same errors over twice the time', perMinute(10), counts(900, 5, 60), 0.5],
    ['no request in 10 s at 10 errors a minute', perMinute(10), counts(0, 0, 10), 0],
    ['a limit of 0 errors a minute, none', perMinute(0), counts(900, 0, 30), 0],
    ['a limit of 0 errors a minute, one', perMinute(0), counts(900, 1, 30), 20],
    ['own probes at 60 a minute, at the limit', perMinute(10, 60), counts(60, 10, 60), 1],
    [
      'own probes at 200/s, the same share',
      perMinute(10, 60),
      counts(2000, 333.333_333_333, 10),
      1,
    ],
    ['own probes, whatever the time', perMinute(10, 60), counts(12, 4, 0), 2],
    ['own probes, a limit of 0 errors a minute, one', perMinute(0, 60), counts(12, 1, 10), 20],
    ['a value at its limit', value(80), measured(80), 1],
    ['a value below its limit', value(80), measured(20), 0.25],
    ['a value far above its limit', value(1), measured(1e9), 20],
    ['a limit of 0, value 0', value(0), measured(0), 0],
    ['a limit of 0, a value above', value(0), measured(0.001), 20],
    ['a negative value with an upper limit', value(80), measured(-5), 0],
    ['a value at its minimum', least(80), measured(80), 1],
    ['half of the minimum', least(80), measured(40), 1.5],
    ['a value of 0 with a minimum', least(80), measured(0), 2],
    ['a negative value with a minimum', least(80), measured(-1e9), 2],
    ['half more than the minimum', least(80), measured(120), 0.5],
    ['twice the minimum', least(80), measured(160), 0],
    ['far more than the minimum', least(80), measured(1e12), 0],
  ])('%s', (_name, limit, observation, ratio) => {
    expect(likelihoodRatioOf(limit, observation)).toBeCloseTo(ratio, 9);
  });

  it.each<[string, Limit, Observation]>([
    ['no data', success(95), { kind: 'none', why: 'no-data' }],
    ['a source that does not answer', success(95), { kind: 'none', why: 'provider-error' }],
    ['no request', success(95), counts(0, 0)],
    ['no request at 100 %', success(100), counts(0, 0)],
    ['no request, but a failure', success(95), counts(0, 1)],
    ['no request for latency', latency(95), counts(0, 0)],
    ['no probe', perMinute(10, 60), counts(0, 0)],
    ['counts over no time', perMinute(10), counts(100, 5, 0)],
    ['counts over no time with a limit of 0 errors a minute', perMinute(0), counts(100, 5, 0)],
    ['NaN requests', success(95), counts(NaN, 1)],
    ['NaN failures', success(95), counts(10, NaN)],
    ['NaN seconds', perMinute(10), counts(10, 1, NaN)],
    ['infinitely many requests', success(95), counts(Infinity, 1)],
    ['infinitely many requests and failures', success(95), counts(Infinity, Infinity)],
    ['infinite time', perMinute(10), counts(10, 1, Infinity)],
    ['negative failures', success(95), counts(10, -1)],
    ['negative requests', success(95), counts(-10, 1)],
    ['negative time', perMinute(10), counts(10, 1, -10)],
    ['a NaN value', value(80), measured(NaN)],
    ['an infinite value', value(80), measured(Infinity)],
    ['a NaN value with a minimum', least(80), measured(NaN)],
    ['an infinite value with a minimum', least(80), measured(Infinity)],
    ['a health limit', health, counts(10, 1)],
    ['counts for a value limit', value(80), counts(10, 1)],
    ['a value for a share', success(95), measured(1)],
  ])('is undefined for %s', (_name, limit, observation) => {
    expect(likelihoodRatioOf(limit, observation)).toBeUndefined();
  });

  it('is a number from 0 to 20, or undefined', () => {
    fc.assert(
      fc.property(metricLimit, anyObservation, (limit, observation) => {
        const ratio = likelihoodRatioOf(limit, observation);
        if (ratio === undefined) return;
        expect(ratio).toBeGreaterThanOrEqual(0);
        expect(ratio).toBeLessThanOrEqual(20);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, (strictness: number) => Limit]>([
    ['success-rate', (strictness) => success(strictness)],
    ['latency', (strictness) => latency(strictness)],
    ['errors-per-minute', (strictness) => perMinute(100 - strictness)],
    ['errors-per-minute of own probes', (strictness) => perMinute(100 - strictness, 60)],
  ])('is never lowered by a stricter limit: %s', (_name, limit) => {
    const percent = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(percent, percent, fc.nat(5000), fc.nat(5000), (one, other, good, failures) => {
        const ratio = (strictness: number): number =>
          likelihoodRatioOf(limit(strictness), counts(good + failures, failures)) ?? 0;
        expect(ratio(Math.max(one, other))).toBeGreaterThanOrEqual(ratio(Math.min(one, other)));
      }),
    );
  });
});

describe('likelihoodRatioOf a value with a minimum', () => {
  const readings = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), {
    minLength: 1,
    maxLength: 50,
  });
  const limit = fc.double({ min: 0.01, max: 500, noNaN: true });
  const mean = (all: readonly number[]): number =>
    all.reduce((sum, each) => sum + each, 0) / all.length;
  const ratio = (min: number, number: number): number =>
    likelihoodRatioOf(least(min), measured(number)) ?? NaN;

  it('is on average 1 exactly where the mean of the readings, cut at twice the limit, is the limit', () => {
    fc.assert(
      fc.property(readings, limit, (all, min) => {
        const bounded = mean(all.map((each) => Math.min(each, 2 * min)));
        expect(mean(all.map((each) => ratio(min, each)))).toBeCloseTo(2 - bounded / min, 8);
      }),
    );
  });

  it('does not let a high reading make up for low ones', () => {
    fc.assert(
      fc.property(limit, fc.double({ min: 2, max: 1e6, noNaN: true }), (min, times) => {
        expect(ratio(min, times * min)).toBe(ratio(min, 2 * min));
      }),
    );
  });

  it('is never raised by a larger value, nor by a smaller limit', () => {
    const number = fc.double({ min: 0, max: 1000, noNaN: true });
    fc.assert(
      fc.property(number, number, limit, limit, (one, other, min, otherMin) => {
        const larger = Math.max(one, other);
        expect(ratio(min, larger)).toBeLessThanOrEqual(ratio(min, Math.min(one, other)));
        expect(ratio(Math.min(min, otherMin), one)).toBeLessThanOrEqual(
          ratio(Math.max(min, otherMin), one) + 1e-12,
        );
      }),
    );
  });
});

describe('breachesLimit over the whole watch', () => {
  it.each<[string, Limit, ReturnType<typeof totals>, boolean]>([
    ['exactly 95 %', success(95), totals(600, 30), false],
    ['one failure more than 5 %', success(95), totals(600, 31), true],
    ['34 of 600 failed at 95 %', success(95), totals(600, 34), true],
    ['no request', success(95), totals(0, 0), false],
    ['one good request', success(100), totals(1, 0), false],
    ['one failed request', success(95), totals(1, 1), true],
    ['a limit of 100 %, nothing failed', success(100), totals(1e8, 0), false],
    ['a limit of 100 %, one of a hundred million failed', success(100), totals(1e8, 1), true],
    ['exactly 5 % slow requests at p95', latency(95), totals(600, 30), false],
    ['one slow request more than 5 %', latency(95), totals(600, 31), true],
    ['no request for latency', latency(95), totals(0, 0), false],
    ['exactly 10 errors a minute', perMinute(10), totals(6000, 100, 600), false],
    ['one error more than 10 a minute', perMinute(10), totals(6000, 101, 600), true],
    ['a limit of 0 errors a minute, none', perMinute(0), totals(6000, 0, 600), false],
    ['a limit of 0 errors a minute, one', perMinute(0), totals(6000, 1, 600), true],
    ['no time at all', perMinute(10), totals(0, 0, 0), false],
    ['exactly 10 of 60 probes failed', perMinute(10, 60), totals(60, 10, 30), false],
    ['11 of 60 probes failed', perMinute(10, 60), totals(60, 11, 30), true],
    [
      'exactly 10 of 60 probes failed, at 200 probes/s',
      perMinute(10, 60),
      totals(60_000, 10_000, 300),
      false,
    ],
    [
      'one probe more than 10 of 60 failed, at 200 probes/s',
      perMinute(10, 60),
      totals(60_000, 10_001, 300),
      true,
    ],
    ['no probe', perMinute(10, 60), totals(0, 0, 300), false],
    ['a mean at its limit', value(80), totals(3, 1, 0, 240), false],
    ['a mean above its limit', value(80), totals(3, 1, 0, 241), true],
    ['no value', value(80), totals(0, 0, 0, 0), false],
    ['a mean at its minimum', least(80), totals(3, 1, 0, 240), false],
    ['a mean below its minimum', least(80), totals(3, 1, 0, 239), true],
    [
      'a mean that one high reading lifts above the minimum',
      least(80),
      totals(3, 2, 0, 1000),
      false,
    ],
    ['no value with a minimum', least(80), totals(0, 0, 0, 0), false],
    ['a health limit', health, totals(10, 10), false],
  ])('%s', (_name, limit, seen, breached) => {
    expect(breachesLimit(limit, seen)).toBe(breached);
  });

  // Percentages with up to four decimals, as whole ten-thousandths, so that the test itself does not round.
  const percent = fc.integer({ min: 0, max: 1_000_000 });
  // The most requests of which a percentage with four decimals can be met exactly is any multiple of a million.
  const millions = fc.integer({ min: 1, max: 1000 });

  it.each([success, latency])(
    'exactly the percentage is no breach, one failure more is',
    (limit) => {
      fc.assert(
        fc.property(percent, millions, (tenThousandths, n) => {
          const samples = n * 1_000_000;
          const failures = n * (1_000_000 - tenThousandths);
          const of = limit(tenThousandths / 10_000);
          expect(breachesLimit(of, totals(samples, failures))).toBe(false);
          if (failures < samples)
            expect(breachesLimit(of, totals(samples, failures + 1))).toBe(true);
        }),
        { numRuns: 500 },
      );
    },
  );

  it('exactly 95 % of any number of requests is no breach, one failure more is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000_000 }), (n) => {
        expect(breachesLimit(success(95), totals(20 * n, n))).toBe(false);
        expect(breachesLimit(success(95), totals(20 * n, n + 1))).toBe(true);
      }),
    );
  });

  it('exactly the errors per minute are no breach at any length of the watch, one more is', () => {
    const seconds = fc.integer({ min: 1, max: 86_400 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), seconds, (max, length) => {
        const failures = max * length;
        expect(breachesLimit(perMinute(max), totals(1e9, failures, 60 * length))).toBe(false);
        expect(breachesLimit(perMinute(max), totals(1e9, failures + 1, 60 * length))).toBe(true);
      }),
    );
  });

  it('passes exactly 10 errors per minute, at any rate of probes', () => {
    const rates = fc.constantFrom(0.1, 0.5, 1, 2, 3, 7, 10, 60, 200, 500);
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 1440 }), (rate, minutes) => {
        const samples = Math.round(60 * rate * 6) * minutes;
        const failures = samples / 6;
        const seconds = minutes * 360;
        expect(breachesLimit(perMinute(10, 60), totals(samples, failures, seconds))).toBe(false);
        expect(breachesLimit(perMinute(10, 60), totals(samples, failures + 1, seconds))).toBe(true);
      }),
    );
  });

  it('of one interval is a breach exactly when its likelihood ratio is above 1', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), percent, (good, failures, tenThousandths) => {
        fc.pre(good + failures > 0);
        const limit = success(tenThousandths / 10_000);
        const ratio = likelihoodRatioOf(limit, counts(good + failures, failures))!;
        fc.pre(Math.abs(ratio - 1) > 1e-6);
        expect(breachesLimit(limit, totals(good + failures, failures))).toBe(ratio > 1);
      }),
    );
  });
});
