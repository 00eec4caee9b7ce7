import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  countsOf,
  createClosedBuckets,
  valuesOf,
  widthOf,
} from '../../../src/sources/series/buckets.js';
import type { Series } from '../../../src/sources/series/source.js';

const timing = { width: 10, delay: 5 };
const series = (...points: Series['points']): readonly Series[] => [{ name: 's', points }];

describe('closed buckets', () => {
  it('counts a bucket once, when it has ended and its delay is over', () => {
    const closed = createClosedBuckets(timing);
    const all = [100, 110, 120];
    expect(closed.take(all, 100, 114.9)).toBeUndefined();
    expect(closed.take(all, 100, 115)).toEqual({ starts: [100], seconds: 10 });
    expect(closed.take(all, 100, 115)).toBeUndefined();
    expect(closed.take(all, 100, 136)).toEqual({ starts: [110, 120], seconds: 20 });
  });

  it('leaves out a bucket that begins before what is judged, but for a tenth of it', () => {
    const closed = createClosedBuckets(timing);
    expect(closed.take([100, 110], 101.1, 200)).toEqual({ starts: [110], seconds: 10 });
    expect(createClosedBuckets(timing).take([100, 110], 101, 200)).toMatchObject({
      starts: [100, 110],
    });
  });

  it('covers the empty buckets between two that hold something: there were no requests', () => {
    const closed = createClosedBuckets(timing);
    expect(closed.take([100], 100, 115)).toEqual({ starts: [100], seconds: 10 });
    expect(closed.take([100, 140], 100, 155)).toEqual({ starts: [140], seconds: 40 });
  });

  it('counts one that comes late, whose time is covered already', () => {
    const closed = createClosedBuckets(timing);
    closed.take([100, 130], 100, 145);
    expect(closed.take([100, 110, 130], 100, 146)).toEqual({ starts: [110], seconds: 0 });
  });

  it('counts one before the first, too', () => {
    const closed = createClosedBuckets(timing);
    closed.take([120], 100, 135);
    expect(closed.take([100, 120], 100, 136)).toEqual({ starts: [100], seconds: 20 });
  });

  it('asks for what may still be counted', () => {
    const closed = createClosedBuckets(timing);
    expect(closed.stretch(100, 131)).toEqual({ from: 100, to: 120 });
    closed.take([100, 300], 100, 315);
    // Ten buckets before the last one that was counted.
    expect(closed.stretch(100, 331)).toEqual({ from: 210, to: 320 });
    // Before the first bucket has ended there is something to ask for all the same.
    expect(createClosedBuckets(timing).stretch(107, 108)).toEqual({ from: 110, to: 120 });
  });

  it('knows when there can be nothing new', () => {
    const closed = createClosedBuckets(timing);
    expect(closed.isUpToDate(100, 114)).toBe(true);
    expect(closed.isUpToDate(100, 115)).toBe(false);
    closed.take([100], 100, 115);
    expect(closed.isUpToDate(100, 124)).toBe(true);
    expect(closed.isUpToDate(100, 125)).toBe(false);
  });

  it('counts everything that arrives exactly once, in whatever order and however often it is looked at', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 100 })),
        (buckets, steps, lateness) => {
          const closed = createClosedBuckets(timing);
          const arrivesAt = new Map(
            buckets.map((n) => [n * 10, n * 10 + 10 + (lateness.next().value as number)]),
          );
          const counted: number[] = [];
          let seconds = 0;
          let now = 0;
          for (const step of [...steps, 1000]) {
            now += step;
            const there = [...arrivesAt].filter(([, at]) => at <= now).map(([start]) => start);
            const found = closed.take(there, 0, now);
            counted.push(...(found?.starts ?? []));
            seconds += found?.seconds ?? 0;
            // Never one that may still grow.
            expect(Math.max(-Infinity, ...(found?.starts ?? [])) + 15).toBeLessThanOrEqual(now);
          }
          expect([...counted].sort((a, b) => a - b)).toEqual(
            buckets.map((n) => n * 10).sort((a, b) => a - b),
          );
          expect(seconds).toBe(10 * (Math.max(...buckets) - Math.min(...buckets) + 1));
        },
      ),
    );
  });
});

describe('numbers of series', () => {
  it('adds counts up; a null adds nothing, and a bucket of nulls holds nothing', () => {
    const two = [...series([0, 1], [10, null], [20, null]), ...series([0, 2], [10, 3])];
    expect(countsOf(two)).toEqual(
      new Map([
        [0, 3],
        [10, 3],
      ]),
    );
  });

  it.each([-1, Number.NaN, Infinity])('refuses a count of %d', (value) => {
    expect(countsOf(series([0, value]))).toBe(`a count is ${String(value)}`);
  });

  it('makes one value of several series where that is asked for, bucket by bucket', () => {
    const two = [...series([0, 1], [10, 4]), ...series([0, 3], [10, null])];
    expect(valuesOf(two, undefined)).toMatch(/^the query gives 2 series, and one is needed/);
    expect(valuesOf(two, 'avg')).toEqual(
      new Map([
        [0, 2],
        [10, 4],
      ]),
    );
    expect(valuesOf(series([0, -5]), undefined)).toEqual(new Map([[0, -5]]));
    expect(valuesOf(series([0, Infinity]), undefined)).toBe('the query gives Infinity');
  });

  it('tells the length of buckets by neighbours', () => {
    expect(widthOf(series([0, null], [60, 1], [120, null]))).toBe(60);
    expect(widthOf(series([0, 1]))).toBeUndefined();
    expect(widthOf([])).toBeUndefined();
  });
});
