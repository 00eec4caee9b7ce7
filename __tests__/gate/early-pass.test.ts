import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { passEvidence } from '../../src/gate/early-pass.js';
import golden from './golden.json' with { type: 'json' };

describe('passEvidence, the evidence for an early pass', () => {
  it.each(golden.binom_grid_pass)('equals the reference value: $f of $n failed', (reference) => {
    expect(passEvidence(0.05, reference.n, reference.f)).toBeCloseTo(reference.logE, 9);
  });

  it('is 0 before the first request', () => {
    expect(passEvidence(0.05, 0, 0)).toBeCloseTo(0, 12);
  });

  it('is a finite number that falls with a failure and rises with a success', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
        fc.nat(10_000_000),
        fc.nat(100_000),
        (allowed, good, failures) => {
          const evidence = passEvidence(allowed, good + failures, failures);
          expect(Number.isFinite(evidence)).toBe(true);
          const slack = 1e-9 * Math.max(1, Math.abs(evidence));
          expect(passEvidence(allowed, good + failures + 1, failures + 1)).toBeLessThan(
            evidence + slack,
          );
          expect(passEvidence(allowed, good + failures + 1, failures)).toBeGreaterThan(
            evidence - slack,
          );
        },
      ),
    );
  });

  it('has an expected wealth of one for a service that fails as often as allowed', () => {
    // The mean over all outcomes of twelve requests, each weighed with its probability.
    const allowed = 0.2;
    let mean = 0;
    let choose = 1;
    for (let failures = 0; failures <= 12; failures += 1) {
      const probability = choose * allowed ** failures * (1 - allowed) ** (12 - failures);
      mean += probability * Math.exp(passEvidence(allowed, 12, failures));
      choose = (choose * (12 - failures)) / (failures + 1);
    }
    expect(mean).toBeCloseTo(1, 12);
  });
});
