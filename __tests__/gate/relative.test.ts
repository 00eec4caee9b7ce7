import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { failThreshold } from '../../src/gate/evidence.js';
import {
  createRelative,
  createRelativeLatency,
  type RelativeEvidence,
  type Side,
} from '../../src/gate/relative.js';
import golden from './relative-golden.json' with { type: 'json' };

type Row = readonly [canary: Side, baseline: Side];

function rowOf([samples, failures, baseSamples, baseFailures]: readonly number[]): Row {
  return [
    { samples: samples ?? NaN, failures: failures ?? NaN },
    { samples: baseSamples ?? NaN, failures: baseFailures ?? NaN },
  ];
}

function evidenceOf(rows: readonly Row[], margin = 1): RelativeEvidence {
  const evidence = createRelative(margin);
  for (const row of rows) evidence.push(...row);
  return evidence;
}

const threshold = failThreshold({ sensitivity: 'normal', metricChecks: 1 });

const side: fc.Arbitrary<Side> = fc
  .tuple(fc.nat(500), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([samples, share]) => ({ samples, failures: Math.floor(samples * share) }));
const rows = fc.array(fc.tuple(side, side), { maxLength: 60 });
const margin = fc.constantFrom(1, 1.5, 3);

describe('the evidence against a canary', () => {
  it.each(golden)('equals the reference values: $name', (reference) => {
    const evidence = createRelative(reference.r0);
    reference.rows.forEach((row, i) => {
      evidence.push(...rowOf(row));
      expect(Math.abs(evidence.logE() - reference.lnErel[i]!)).toBeLessThan(1e-9);
      expect(Math.abs(evidence.logSign() - reference.lnEsign[i]!)).toBeLessThan(1e-9);
    });
    expect(reference.rows.length).toBeGreaterThan(0);
  });

  it('is 0 before the first interval', () => {
    const evidence = createRelative();
    expect([evidence.logE(), evidence.logSign(), evidence.observations()]).toEqual([0, 0, 0]);
    expect(evidence.isWorse(threshold)).toBe(false);
  });

  it('is always a finite number', () => {
    fc.assert(
      fc.property(rows, margin, (all, times) => {
        const evidence = evidenceOf(all, times);
        expect(Number.isFinite(evidence.logE())).toBe(true);
        expect(Number.isFinite(evidence.logSign())).toBe(true);
      }),
    );
  });

  it('is not changed by an interval in which a side has no request', () => {
    const empty = fc.oneof(
      side.map((other): Row => [{ samples: 0, failures: 0 }, other]),
      side.map((other): Row => [other, { samples: 0, failures: 0 }]),
      fc.constantFrom(NaN, Infinity, -1).map((odd): Row => [
        { samples: odd, failures: 0 },
        { samples: 10, failures: 0 },
      ]),
      fc.constantFrom(NaN, Infinity, -1).map((odd): Row => [
        { samples: 10, failures: 0 },
        { samples: 10, failures: odd },
      ]),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.tuple(side, side).map((row) => ({ row, counts: true })),
            empty.map((row) => ({ row, counts: false })),
          ),
          { maxLength: 30 },
        ),
        (all) => {
          const whole = evidenceOf(all.map(({ row }) => row));
          const without = evidenceOf(all.filter(({ counts }) => counts).map(({ row }) => row));
          expect(whole.logE()).toBe(without.logE());
          expect(whole.logSign()).toBe(without.logSign());
          expect(whole.observations()).toBe(without.observations());
          expect(whole.isWorse(1)).toBe(without.isWorse(1));
        },
      ),
    );
  });

  it('is not raised by a wider margin, nor by failures of the baseline instead of the canary', () => {
    fc.assert(
      fc.property(rows, (all) => {
        expect(evidenceOf(all, 2).logSign()).toBeLessThanOrEqual(
          evidenceOf(all, 1).logSign() + 1e-9,
        );
        const shifted = all.map(([canary, baseline]): Row => {
          const moved = Math.min(canary.failures, baseline.samples - baseline.failures, 1);
          return [
            { ...canary, failures: canary.failures - moved },
            { ...baseline, failures: baseline.failures + moved },
          ];
        });
        expect(evidenceOf(shifted).logE()).toBeLessThanOrEqual(evidenceOf(all).logE() + 1e-9);
        expect(evidenceOf(shifted).logSign()).toBeLessThanOrEqual(evidenceOf(all).logSign() + 1e-9);
      }),
    );
  });

  it('takes a failure whose request is not counted yet for one that is', () => {
    const sane = evidenceOf([rowOf([10, 10, 20, 20])]);
    const torn = evidenceOf([rowOf([10, 12, 20, 21])]);
    expect(torn.logE()).toBe(sane.logE());
  });

  /** P(k of n), exact. */
  const binomial = (n: number, k: number, p: number): number => {
    let value = 1;
    for (let i = 0; i < k; i += 1) value *= ((n - i) / (i + 1)) * p;
    return value * (1 - p) ** (n - k);
  };

  it.each([
    { canary: 4, baseline: 4, times: 1 },
    { canary: 2, baseline: 8, times: 1 },
    { canary: 3, baseline: 6, times: 1.5 },
  ])(
    'has an expected wealth of one when both fail alike ($canary against $baseline, margin $times)',
    ({ canary, baseline, times }) => {
      // Failures of rare requests: given their sum, the canary's part is binomial. Two intervals with other sums.
      const share = (times * canary) / (times * canary + baseline);
      let mean = 0;
      for (let a = 0; a <= 3; a += 1)
        for (let b = 0; b <= 2; b += 1) {
          const evidence = createRelative(times);
          evidence.push(
            { samples: canary * 100, failures: a },
            { samples: baseline * 100, failures: 3 - a },
          );
          evidence.push(
            { samples: canary * 100, failures: b },
            { samples: baseline * 100, failures: 2 - b },
          );
          mean += binomial(3, a, share) * binomial(2, b, share) * Math.exp(evidence.logE());
        }
      expect(mean).toBeCloseTo(1, 12);
    },
  );

  it('does not count against a canary that fails exactly as often', () => {
    const evidence = evidenceOf(Array.from({ length: 60 }, () => rowOf([50, 10, 100, 20])));
    expect(evidence.logSign()).toBe(0);
    expect(evidence.logE()).toBeLessThan(0);
  });

  it('needs more than one interval when each holds 50 requests', () => {
    const one = evidenceOf([rowOf([50, 50, 50, 0])]);
    expect(one.logE()).toBeGreaterThan(threshold);
    expect(one.isWorse(threshold)).toBe(false);
    const six = evidenceOf(Array.from({ length: 6 }, () => rowOf([50, 50, 50, 0])));
    expect(six.isWorse(threshold)).toBe(true);
  });

  it('needs only one interval when each holds fewer than 50 requests', () => {
    const one = evidenceOf([rowOf([49, 49, 50, 0])]);
    expect(one.isWorse(threshold)).toBe(true);
  });

  it.each([
    [[10, 90], true],
    [[10, 89], false],
    [[10, 90, 90], true],
    [[10, 10, 90], false],
    [[49, 49, 50], false],
    [[49, 50], false],
    [[49, 51], true],
    [[], false],
  ])(
    'the median of the sizes %j says whether more intervals are needed: %s',
    (sizes, needsMore) => {
      const evidence = evidenceOf(sizes.map((size) => rowOf([size, size, 50, 0])));
      // More are needed as long as the number of intervals is small; without it the shares decide.
      expect(evidence.isWorse(threshold)).toBe(sizes.length > 0 && !needsMore);
    },
  );
});

describe('the evidence against the latency of a canary', () => {
  it('equals the evidence by shares when there is one border', () => {
    fc.assert(
      fc.property(rows, margin, (all, times) => {
        const latency = createRelativeLatency(1, times);
        for (const [canary, baseline] of all)
          latency.push(
            { samples: canary.samples, slower: [canary.failures] },
            { samples: baseline.samples, slower: [baseline.failures] },
          );
        const shares = evidenceOf(all, times);
        expect(latency.logE()).toBe(shares.logE());
        expect(latency.logSign()).toBe(shares.logSign());
        expect(latency.observations()).toBe(shares.observations());
        expect(latency.isWorse(threshold)).toBe(shares.isWorse(threshold));
      }),
    );
  });

  it('is the mean over the borders', () => {
    const latency = createRelativeLatency(2);
    latency.push({ samples: 50, slower: [10, 3] }, { samples: 50, slower: [9, 0] });
    const wealth = [rowOf([50, 10, 50, 9]), rowOf([50, 3, 50, 0])].map((row) =>
      Math.exp(evidenceOf([row]).logE()),
    );
    expect(latency.logE()).toBeCloseTo(Math.log((wealth[0]! + wealth[1]!) / 2), 12);
  });

  it('a canary that is slower at one of four borders is worse', () => {
    const latency = createRelativeLatency(4);
    for (let i = 0; i < 12; i += 1)
      latency.push(
        { samples: 60, slower: [30, 20, 6, 0] },
        { samples: 60, slower: [30, 20, 0, 0] },
      );
    expect(latency.isWorse(threshold)).toBe(true);
  });

  it('ignores a border without counts', () => {
    const latency = createRelativeLatency(2);
    latency.push({ samples: 50, slower: [] }, { samples: 50, slower: [] });
    expect([latency.logE(), latency.observations()]).toEqual([0, 0]);
  });
});
