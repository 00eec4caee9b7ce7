import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { probabilityBelow } from '../../src/gate/posterior.js';
import golden from './golden.json' with { type: 'json' };

describe('probabilityBelow', () => {
  it.each(golden.posterior)(
    'equals the reference value: $f of $n failed, limit 95 %',
    (reference) => {
      const probability = probabilityBelow(95, reference.n - reference.f, reference.f);
      expect(Math.abs(probability - reference.P_bad)).toBeLessThan(1e-9);
    },
  );

  // Computed with mpmath at 40 digits.
  it.each([
    { percent: 95, successes: 95_000_000, failures: 5_000_000, probability: 0.500027457091466 },
    { percent: 95, successes: 94_999_000, failures: 5_001_000, probability: 0.676841912394634 },
    { percent: 99.9, successes: 99_899_999, failures: 100_001, probability: 0.501472137493921 },
    { percent: 99.99, successes: 99_990_123, failures: 9877, probability: 0.109175267914035 },
    { percent: 99.9999, successes: 99_999_910, failures: 90, probability: 0.158552970495108 },
    { percent: 50, successes: 50_000_000, failures: 50_000_000, probability: 0.5 },
    { percent: 1, successes: 1_000_000, failures: 99_000_000, probability: 0.499934511153078 },
    { percent: 95, successes: 100_000_000, failures: 0, probability: 0 },
    { percent: 95, successes: 0, failures: 100_000_000, probability: 1 },
    { percent: 95, successes: 3, failures: 4, probability: 0.999963519335647 },
    { percent: 99, successes: 0, failures: 1, probability: 0.999574306713422 },
    { percent: 99, successes: 1, failures: 0, probability: 0.872888571569538 },
  ])(
    'equals the reference value for $failures failures and $successes successes, limit $percent %',
    ({ percent, successes, failures, probability }) => {
      expect(Math.abs(probabilityBelow(percent, successes, failures) - probability)).toBeLessThan(
        1e-9,
      );
    },
  );

  // A counter can hold anything, and so can a damaged recording.
  it.each([
    { percent: 95, successes: 1e20, failures: 0, probability: 0 },
    { percent: 95, successes: 0, failures: 1e300, probability: 1 },
    { percent: 95, successes: 9.4e299, failures: 6e298, probability: 1 },
    { percent: 95, successes: 9.6e299, failures: 4e298, probability: 0 },
    { percent: 95, successes: Number.MAX_VALUE, failures: Number.MAX_VALUE, probability: 1 },
    { percent: 95, successes: Infinity, failures: 3, probability: 0 },
    { percent: 95, successes: 3, failures: Infinity, probability: 1 },
  ])(
    'ends, with a finite result, for $failures failures and $successes successes',
    ({ percent, successes, failures, probability }) => {
      expect(probabilityBelow(percent, successes, failures)).toBeCloseTo(probability, 9);
    },
  );

  it('is 78 % for 34 failures in 600 requests', () => {
    expect(probabilityBelow(95, 566, 34).toFixed(2)).toBe('0.78');
  });

  it.each([
    { percent: 0, probability: 0 },
    { percent: 100, probability: 1 },
  ])('is 0 for a limit of 0 % and 1 for a limit of 100 %', ({ percent, probability }) => {
    expect(probabilityBelow(percent, 50, 1)).toBe(probability);
  });

  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  const count = fc.oneof(fc.nat(50), fc.nat(100_000), fc.nat(50_000_000));

  it('is always from 0 to 1', () => {
    fc.assert(
      fc.property(percent, count, count, (limit, successes, failures) => {
        const probability = probabilityBelow(limit, successes, failures);
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('rises with every failure and with the limit, and falls with every success', () => {
    fc.assert(
      fc.property(percent, percent, count, count, (one, other, successes, failures) => {
        const limit = Math.min(one, other);
        const probability = probabilityBelow(limit, successes, failures);
        const slack = 1e-9;
        expect(probabilityBelow(limit, successes, failures + 1)).toBeGreaterThan(
          probability - slack,
        );
        expect(probabilityBelow(limit, successes + 1, failures)).toBeLessThan(probability + slack);
        expect(probabilityBelow(Math.max(one, other), successes, failures)).toBeGreaterThan(
          probability - slack,
        );
      }),
    );
  });

  it('equals 1 minus the probability computed from the failures', () => {
    const whole = fc.integer({ min: 1, max: 99 });
    fc.assert(
      fc.property(whole, count, count, (limit, successes, failures) => {
        const sum =
          probabilityBelow(limit, successes, failures) +
          probabilityBelow(100 - limit, failures, successes);
        expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
      }),
    );
  });
});
