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
});
