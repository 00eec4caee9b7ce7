import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRelative } from '../../src/gate/relative.js';
import { createLatencyComparison } from '../../src/gate/latency-comparison.js';
import type { BaselineCounts } from '../../src/contract/check.js';

const side = (samples: number, slower: Readonly<Record<string, number>>): BaselineCounts => ({
  samples,
  failures: 0,
  slower,
});

describe('createLatencyComparison', () => {
  it('has no evidence before both sides have counts at a common border', () => {
    const comparison = createLatencyComparison(1);
    comparison.push({ samples: 10, failures: 3 }, { samples: 10, failures: 0 });
    comparison.push(side(10, { 100: 3 }), side(10, { 200: 3 }));
    expect([comparison.logE(), comparison.logSign(), comparison.observations()]).toEqual([0, 0, 0]);
    expect(comparison.worst()).toBeUndefined();
    expect(comparison.isWorse(0)).toBe(false);
  });

  it('equals the comparison of failure shares when there is one border', () => {
    const count = fc.nat(40);
    fc.assert(
      fc.property(fc.array(fc.tuple(count, count), { maxLength: 20 }), (intervals) => {
        const comparison = createLatencyComparison(1.5);
        const shares = createRelative(1.5);
        for (const [canary, baseline] of intervals) {
          comparison.push(side(40, { 500: canary }), side(40, { 500: baseline }));
          shares.push({ samples: 40, failures: canary }, { samples: 40, failures: baseline });
        }
        expect(comparison.logE()).toBeCloseTo(shares.logE(), 9);
        expect(comparison.isWorse(3)).toBe(shares.isWorse(3));
      }),
    );
  });

  it('names the border with the strongest evidence, and what was counted there', () => {
    const comparison = createLatencyComparison(1);
    for (let i = 0; i < 10; i += 1)
      comparison.push(
        side(30, { 100: 20, 500: 9, 1000: 0 }),
        side(30, { 100: 19, 500: 1, 1000: 0 }),
      );
    expect(comparison.worst()).toEqual({ borderMs: 500, canary: 90, baseline: 10 });
    expect(comparison.isWorse(Math.log(100))).toBe(true);
  });

  it('ignores a border that appears after the first interval', () => {
    const comparison = createLatencyComparison(1);
    comparison.push(side(10, { 100: 1 }), side(10, { 100: 1, 500: 1 }));
    for (let i = 0; i < 30; i += 1)
      comparison.push(side(10, { 100: 1, 500: 10 }), side(10, { 100: 1, 500: 0 }));
    expect(comparison.isWorse(Math.log(100))).toBe(false);
    expect(comparison.worst()).toEqual({ borderMs: 100, canary: 31, baseline: 31 });
  });

  it('counts the slow requests of the canary in an interval without a baseline', () => {
    const comparison = createLatencyComparison(1);
    comparison.push(side(39, { 50: 39 }), undefined);
    comparison.push(side(40, { 50: 40 }), side(39, { 50: 0 }));
    comparison.push(side(40, { 50: 40 }), undefined);
    expect(comparison.observations()).toBe(1);
    expect(comparison.worst()).toEqual({ borderMs: 50, canary: 119, baseline: 0 });
  });
});
