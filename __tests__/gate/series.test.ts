import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeries } from '../../src/gate/series.js';

describe('createSeries', () => {
  it('keeps every point of a short watch', () => {
    const series = createSeries(8);
    for (let i = 1; i <= 7; i += 1) series.push({ t: i, samples: 1, failures: 0, logE: i });
    expect(series.points().map((p) => p.t)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('counts every request and stays within its capacity, however long the watch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), (n) => {
        const series = createSeries(16);
        for (let i = 1; i <= n; i += 1) series.push({ t: i, samples: 2, failures: 1, logE: i });
        const points = series.points();
        expect(points.length).toBeLessThanOrEqual(16);
        expect(points.reduce((sum, p) => sum + p.samples, 0)).toBe(2 * n);
        expect(points.reduce((sum, p) => sum + p.failures, 0)).toBe(n);
        expect(points.at(-1)?.t ?? 0).toBe(n);
        expect([...points].sort((a, b) => a.t - b.t)).toEqual(points);
      }),
    );
  });

  it('merges values by what they are the mean of, and what was counted of the baseline', () => {
    const series = createSeries(2);
    const point = { samples: 0, failures: 0, logE: 0 };
    const baseline = { samples: 10, failures: 1 };
    series.push({ ...point, t: 1, value: 3, baseline }, 10);
    series.push({ ...point, t: 2, value: 9 }, 30);
    expect(series.points()).toEqual([{ ...point, t: 2, value: 7.5, baseline }]);
    series.push({ ...point, t: 3, baseline });
    series.push({ ...point, t: 4, baseline });
    expect(series.points()).toEqual([
      {
        ...point,
        t: 4,
        value: 7.5,
        baseline: { samples: 30, failures: 3 },
      },
    ]);
    const without = createSeries(2);
    without.push({ ...point, t: 1 }, 5);
    without.push({ ...point, t: 2 }, 5);
    expect(without.points()).toEqual([{ ...point, t: 2 }]);
  });
});
