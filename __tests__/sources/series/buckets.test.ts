import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bad, good } from '../../../src/contract/result.js';
import { bucketSecondsOf, type Series } from '../../../src/sources/series/adapter.js';
import {
  completedBuckets,
  countsByBucket,
  valuesByBucket,
} from '../../../src/sources/series/buckets.js';

const timing = { bucketSeconds: 10, delay: 5 };
const series = (...points: Series['points']): readonly Series[] => [{ name: 's', points }];

describe('complete buckets of a series', () => {
  it('counts a bucket once, when it has ended and its delay is over', () => {
    const completed = completedBuckets(timing);
    const all = [100, 110, 120];
    expect(completed.take(all, 100, 114.9)).toBeUndefined();
    expect(completed.take(all, 100, 115)).toEqual({ starts: [100], seconds: 10 });
    expect(completed.take(all, 100, 115)).toBeUndefined();
    expect(completed.take(all, 100, 136)).toEqual({ starts: [110, 120], seconds: 20 });
  });

  it('leave out a bucket that starts before the evaluated time, but for a tenth of it', () => {
    const completed = completedBuckets(timing);
    expect(completed.take([100, 110], 101.1, 200)).toEqual({ starts: [110], seconds: 10 });
    expect(completedBuckets(timing).take([100, 110], 101, 200)).toMatchObject({
      starts: [100, 110],
    });
  });

  it('cover empty buckets between two as time without requests', () => {
    const completed = completedBuckets(timing);
    expect(completed.take([100], 100, 115)).toEqual({ starts: [100], seconds: 10 });
    expect(completed.take([100, 140], 100, 155)).toEqual({ starts: [140], seconds: 40 });
  });

  it('count a late bucket whose time is covered already', () => {
    const completed = completedBuckets(timing);
    completed.take([100, 130], 100, 145);
    expect(completed.take([100, 110, 130], 100, 146)).toEqual({ starts: [110], seconds: 0 });
  });

  it('count a bucket before the first one', () => {
    const completed = completedBuckets(timing);
    completed.take([120], 100, 135);
    expect(completed.take([100, 120], 100, 136)).toEqual({ starts: [100], seconds: 20 });
  });

  it('are queried as far back as new ones may appear', () => {
    const completed = completedBuckets(timing);
    expect(completed.range(100, 131)).toEqual({ from: 100, to: 120 });
    completed.take([100, 300], 100, 315);
    // Ten buckets before the last one that was counted.
    expect(completed.range(100, 331)).toEqual({ from: 210, to: 320 });
    // Before the first bucket has ended there is something to ask for all the same.
    expect(completedBuckets(timing).range(107, 108)).toEqual({ from: 110, to: 120 });
  });

  it('are up to date until the next bucket can be complete', () => {
    const completed = completedBuckets(timing);
    expect(completed.isUpToDate(100, 114)).toBe(true);
    expect(completed.isUpToDate(100, 115)).toBe(false);
    completed.take([100], 100, 115);
    expect(completed.isUpToDate(100, 124)).toBe(true);
    expect(completed.isUpToDate(100, 125)).toBe(false);
  });

  it('count everything once, in any order of arrival and queries', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 100 })),
        (buckets, steps, lateness) => {
          const completed = completedBuckets(timing);
          const arrivesAt = new Map(
            buckets.map((n) => [n * 10, n * 10 + 10 + (lateness.next().value as number)]),
          );
          const counted: number[] = [];
          let seconds = 0;
          let now = 0;
          for (const step of [...steps, 1000]) {
            now += step;
            const there = [...arrivesAt].filter(([, at]) => at <= now).map(([start]) => start);
            const found = completed.take(there, 0, now);
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

describe('the numbers in series', () => {
  it('counts are added up; a null adds nothing, and a bucket of nulls has no count', () => {
    const two = [...series([0, 1], [10, null], [20, null]), ...series([0, 2], [10, 3])];
    expect(countsByBucket(two)).toEqual(
      good(
        new Map([
          [0, 3],
          [10, 3],
        ]),
      ),
    );
  });

  it.each([-1, Number.NaN, Infinity])('a count of %d is refused', (value) => {
    expect(countsByBucket(series([0, value]))).toEqual(bad(`a count is ${String(value)}`));
  });

  it('several series become one value with a reducer, bucket by bucket', () => {
    const two = [...series([0, 1], [10, 4]), ...series([0, 3], [10, null])];
    expect(valuesByBucket(two, undefined)).toMatchObject({
      problem: { message: expect.stringMatching(/^the query gives 2 series, and one is needed/) },
    });
    expect(valuesByBucket(two, 'avg')).toEqual(
      good(
        new Map([
          [0, 2],
          [10, 4],
        ]),
      ),
    );
    expect(valuesByBucket(series([0, -5]), undefined)).toEqual(
      bad(
        'the value is -5, and a value must not be negative',
        'measure something that is never below 0',
      ),
    );
    expect(valuesByBucket(series([0, Infinity]), undefined)).toEqual(
      bad('the query gives Infinity'),
    );
  });

  it('the length of buckets is the distance of neighbours', () => {
    const of = (...points: Series['points']): number | undefined =>
      bucketSecondsOf({ name: 's', points });
    expect(of([0, null], [60, 1], [120, null])).toBe(60);
    expect(of([0, 1])).toBeUndefined();
    expect(of()).toBeUndefined();
  });
});
