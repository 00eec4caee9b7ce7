import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEvidence, failThreshold, type Evidence } from '../../src/gate/evidence.js';
import { likelihoodRatioOf } from '../../src/gate/likelihood-ratio.js';
import type { Limit, Observation } from '../../src/contract/check.js';
import golden from './golden.json' with { type: 'json' };

/** `logE` after each interval. */
function course(evidence: Evidence, ratios: readonly number[]): number[] {
  return ratios.map((z) => {
    evidence.push(z);
    return evidence.logE;
  });
}

/** Number of the first interval at which the evidence is enough; `null`: never. */
function crossing(logs: readonly number[]): number | null {
  const threshold = failThreshold({ sensitivity: 'normal', metricChecks: 1 });
  const at = logs.findIndex((logE) => logE >= threshold);
  return at === -1 ? null : at + 1;
}

const ratioArray = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 120 });
const planned = fc.integer({ min: 1, max: 200 });

describe('the evidence against a service', () => {
  it.each(golden.bet_grid)('equals the reference values without restarts: $name', (reference) => {
    const logs = course(createEvidence({ plannedIntervals: 6 }), reference.z);
    expect(logs).toHaveLength(reference.logE.length);
    for (const [i, logE] of logs.entries()) expect(logE).toBeCloseTo(reference.logE[i]!, 9);
    expect(crossing(logs)).toBe(reference.first_cross_alpha_0_01);
  });

  it.each(golden.restarts)('equals the reference values with restarts: $name', (reference) => {
    const evidence = createEvidence({ plannedIntervals: 60 });
    const logs = course(evidence, reference.z);
    // The references are given to nine decimals.
    expect(Math.abs(evidence.logE - reference.lastLogE)).toBeLessThan(1e-9);
    expect(evidence.maxLogE).toBe(Math.max(0, ...logs));
    if (reference.maxLogE !== undefined)
      expect(Math.abs(evidence.maxLogE - reference.maxLogE)).toBeLessThan(1e-9);
    expect(crossing(logs)).toBe(reference.crossAt);
  });

  it('starts at a wealth of one', () => {
    const evidence = createEvidence({ plannedIntervals: 30 });
    expect([evidence.logE, evidence.maxLogE, evidence.observations]).toEqual([0, 0, 0]);
  });

  it('counts the intervals it has received', () => {
    const evidence = createEvidence({ plannedIntervals: 30 });
    course(evidence, [0, 1, 2]);
    expect(evidence.observations).toBe(3);
  });

  it.each([
    { planned: 6, restarts: 0 },
    { planned: 7, restarts: 1 },
    { planned: 12, restarts: 1 },
    { planned: 13, restarts: 2 },
    { planned: 6.5, restarts: 1 },
  ])(
    'restarts $restarts times in $planned intervals',
    ({ planned: plannedIntervals, restarts }) => {
      const evidence = createEvidence({ plannedIntervals });
      evidence.push(0);
      // What is kept for restarts is not lost to the first bets.
      const lost = golden.bet_grid.find(({ name }) => name === 'all_ok')!.logE[0]!;
      expect(evidence.logE).toBeCloseTo(
        restarts === 0 ? lost : Math.log(0.5 + 0.5 * Math.exp(lost)),
        9,
      );
      // An outage after a thousand good intervals: found by a late restart, or else too late.
      const before = createEvidence({ plannedIntervals });
      course(before, new Array<number>(6 * restarts).fill(0));
      const last = course(before, [20, 20, 20]).at(-1)!;
      // A restart that has just begun turns its share into at least 18.1³/4 times as much.
      const share = restarts === 0 ? 1 : 0.5 / restarts;
      expect(last).toBeGreaterThanOrEqual(Math.log((share * 18.1 ** 3) / 4));
    },
  );

  it('restarts as often as the options say', () => {
    const often = createEvidence({ plannedIntervals: 60, restartEvery: 2 });
    const seldom = createEvidence({ plannedIntervals: 60, restartEvery: 30 });
    const story = [...new Array<number>(20).fill(0), 20, 20, 20, 20];
    expect(course(often, story).at(-1)!).toBeGreaterThan(course(seldom, story).at(-1)!);
  });

  it('is never moved by intervals that are exactly at the limit', () => {
    fc.assert(
      fc.property(planned, fc.integer({ min: 1, max: 200 }), (plannedIntervals, intervals) => {
        const logs = course(
          createEvidence({ plannedIntervals }),
          new Array<number>(intervals).fill(1),
        );
        for (const logE of logs) expect(Math.abs(logE)).toBeLessThan(1e-9);
      }),
    );
  });

  it('is always a finite number, and its maximum never falls', () => {
    fc.assert(
      fc.property(planned, ratioArray, (plannedIntervals, ratios) => {
        const evidence = createEvidence({ plannedIntervals });
        let max = 0;
        for (const z of ratios) {
          evidence.push(z);
          expect(Number.isFinite(evidence.logE)).toBe(true);
          max = Math.max(max, evidence.logE);
          expect(evidence.maxLogE).toBe(max);
        }
      }),
    );
  });

  it('is still a finite number after a day of checks every second, good or bad', () => {
    for (const z of [0, 20]) {
      const evidence = createEvidence({ plannedIntervals: 86_400 });
      for (let i = 0; i < 86_400; i += 1) evidence.push(z);
      expect(Number.isFinite(evidence.logE)).toBe(true);
      expect(Math.sign(evidence.logE)).toBe(z === 0 ? -1 : 1);
    }
  });

  it('finds an outage at the end of a day of checks every second', () => {
    const evidence = createEvidence({ plannedIntervals: 86_400 });
    for (let i = 0; i < 86_280; i += 1) evidence.push(0);
    const logs = course(evidence, new Array<number>(10).fill(20));
    expect(crossing(logs)).toBe(6);
  });

  it('has an expected wealth of one for a service at its limit', () => {
    // Two equally probable intervals, 0 and 2, have the mean 1: the mean over all courses of nine is exact.
    const length = 9;
    let mean = 0;
    for (let pattern = 0; pattern < 2 ** length; pattern += 1) {
      const evidence = createEvidence({ plannedIntervals: 60 });
      for (let i = 0; i < length; i += 1) evidence.push(((pattern >> i) & 1) * 2);
      mean += Math.exp(evidence.logE) / 2 ** length;
    }
    expect(mean).toBeCloseTo(1, 9);
  });

  it('needs a second bad interval, however bad the first is', () => {
    const evidence = createEvidence({ plannedIntervals: 1 });
    evidence.push(20);
    expect(Math.exp(evidence.logE)).toBeCloseTo(8.125, 9);
    expect(crossing([evidence.logE])).toBeNull();
  });

  it('is never lowered by a stricter limit', () => {
    fc.assert(
      fc.property(
        planned,
        fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (plannedIntervals, counts, one, other) => {
          const logE = (minPercent: number): number => {
            const limit: Limit = { metric: 'success-rate', minPercent };
            const evidence = createEvidence({ plannedIntervals });
            for (const [good, failures] of counts) {
              const samples = good + failures;
              const z = likelihoodRatioOf(limit, {
                kind: 'counts',
                samples,
                failures,
                seconds: 10,
              });
              if (z !== undefined) evidence.push(z);
            }
            return evidence.logE;
          };
          expect(logE(Math.max(one, other))).toBeGreaterThanOrEqual(
            logE(Math.min(one, other)) - 1e-9,
          );
        },
      ),
    );
  });

  it('is the same with and without observations that have no new data', () => {
    const limit: Limit = { metric: 'success-rate', minPercent: 95 };
    const event = fc.oneof(
      fc.record({
        kind: fc.constant('counts' as const),
        samples: fc.nat(50),
        failures: fc.nat(50),
        seconds: fc.constant(10),
      }),
      fc.constant({ kind: 'none' as const, why: 'no-data' as const }),
      fc.constant({ kind: 'none' as const, why: 'provider-error' as const }),
    );
    fc.assert(
      fc.property(planned, fc.array(event, { maxLength: 60 }), (plannedIntervals, events) => {
        const judge = (some: readonly Observation[]): Evidence => {
          const evidence = createEvidence({ plannedIntervals });
          for (const observation of some) {
            const z = likelihoodRatioOf(limit, observation);
            if (z !== undefined) evidence.push(z);
          }
          return evidence;
        };
        const all = judge(events);
        const withData = judge(events.filter((seen) => seen.kind === 'counts' && seen.samples > 0));
        expect(all.logE).toBe(withData.logE);
        expect(all.observations).toBe(withData.observations);
      }),
    );
  });

  it.each([NaN, Infinity, -Infinity, -0.1])('a likelihood ratio of %p is refused', (ratio) => {
    const evidence = createEvidence({ plannedIntervals: 30 });
    expect(() => {
      evidence.push(ratio);
    }).toThrow(RangeError);
    expect([evidence.logE, evidence.observations]).toEqual([0, 0]);
  });
});

describe('failThreshold', () => {
  it.each([
    { sensitivity: 'high', metricChecks: 1, ratio: 20 },
    { sensitivity: 'normal', metricChecks: 1, ratio: 100 },
    { sensitivity: 'low', metricChecks: 1, ratio: 1000 },
    { sensitivity: 'normal', metricChecks: 3, ratio: 300 },
    // Only health checks: there is nothing to share.
    { sensitivity: 'normal', metricChecks: 0, ratio: 100 },
  ] as const)(
    'is a likelihood ratio of $ratio for $metricChecks checks at $sensitivity sensitivity',
    ({ ratio, ...o }) => {
      expect(failThreshold(o)).toBeCloseTo(Math.log(ratio), 12);
    },
  );
});
