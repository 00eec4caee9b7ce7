import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSchedule } from '../../../src/sources/http/prober.js';

const rate = fc.oneof(
  fc.constantFrom(0.1, 0.3, 1, 2, 3, 7, 10, 59.94, 100, 333, 500),
  fc.double({ min: 0.1, max: 500, noNaN: true }),
);

describe('createSchedule', () => {
  it('puts probes at equal distances', () => {
    const { due } = createSchedule(4);
    expect([0, 1, 2, 5].map(due)).toEqual([0, 250, 500, 1250]);
  });

  it.each([
    [2, 30_000, 330_000, 600],
    [0.1, 30_000, 330_000, 30],
    [500, 30_000, 330_000, 150_000],
    [0.3, 0, 10_000, 3],
    [3, 0, 1000, 3],
    [0.1, 1000, 2000, 0],
  ])('at %d/s has in %d..%d ms exactly %d probes', (perSecond, from, to, count) => {
    const { firstAt } = createSchedule(perSecond);
    expect(firstAt(to) - firstAt(from)).toBe(count);
  });

  it('counts a probe that is due at the border of two windows in the second one', () => {
    const { firstAt } = createSchedule(2);
    expect(firstAt(1000)).toBe(2);
    expect(firstAt(1000.1)).toBe(3);
  });

  it('has every probe at its own time, at any rate', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 0, max: 10_000_000 }), (perSecond, probe) => {
        const { due, firstAt } = createSchedule(perSecond);
        expect(firstAt(due(probe))).toBe(probe);
      }),
    );
  });

  it('splits time into windows without losing or doubling a probe', () => {
    fc.assert(
      fc.property(
        rate,
        fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 30 }),
        (perSecond, lengths) => {
          const { firstAt } = createSchedule(perSecond);
          let from = 0;
          let counted = 0;
          for (const length of lengths) {
            const probes = firstAt(from + length) - firstAt(from);
            expect(probes).toBeGreaterThanOrEqual(0);
            counted += probes;
            from += length;
          }
          expect(counted).toBe(firstAt(from));
        },
      ),
    );
  });
});
