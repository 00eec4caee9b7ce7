import { bad, good, type Result } from '../../contract/result.js';
import { negative, NEVER_NEGATIVE } from '../source.js';
import { reduce, type Reducer, type Series, type TimeRange } from './adapter.js';

/** Of the buckets: their length, and how long after their end all of them have arrived. Seconds. */
interface BucketTiming {
  readonly bucketSeconds: number;
  readonly delay: number;
}

/** The numbers of a query, by the begin of the bucket. A bucket without a number is not there. */
export type ByBucket = ReadonlyMap<number, number>;

/** Buckets that were not counted before, as one. */
export interface NewBuckets {
  /** Their begins, in order. */
  readonly starts: readonly number[];
  /** The time that they cover, with the empty ones between them. */
  readonly seconds: number;
}

/** Counts every bucket once, when it is complete. */
export interface CompletedBuckets {
  /**
   * @param having begins of the buckets that hold something.
   * @param countedFrom buckets that begin earlier are not counted, but for a tenth of their length.
   * @param now by the clock of the server, seconds.
   */
  take(having: Iterable<number>, countedFrom: number, now: number): NewBuckets | undefined;
  /** The end of the last bucket that was counted, seconds; `undefined`: none was. */
  until(): number | undefined;
  /** Whether the newest bucket that must be complete by now has been counted, or there is none yet. */
  isUpToDate(countedFrom: number, now: number): boolean;
  /** What is to be asked for. */
  range(countedFrom: number, now: number): TimeRange;
}

/** The share of a bucket that may lie before what is counted. */
const TOLERANCE = 0.1;
/** Buckets that arrive late are still counted when so many newer ones have been. */
const LATE = 10;

export function completedBuckets({ bucketSeconds, delay }: BucketTiming): CompletedBuckets {
  const counted = new Set<number>();
  /** What has been covered: from the first bucket that was counted to the end of the last. */
  let covered: { from: number; to: number } | undefined;

  const firstOf = (countedFrom: number): number =>
    Math.ceil((countedFrom - TOLERANCE * bucketSeconds) / bucketSeconds - 1e-9) * bucketSeconds;
  const newestOf = (now: number): number =>
    Math.floor((now - delay) / bucketSeconds - 1 + 1e-9) * bucketSeconds;

  function cover(start: number): number {
    const end = start + bucketSeconds;
    if (covered === undefined) {
      covered = { from: start, to: end };
      return bucketSeconds;
    }
    const grown = Math.max(0, end - covered.to) + Math.max(0, covered.from - start);
    covered = { from: Math.min(covered.from, start), to: Math.max(covered.to, end) };
    return grown;
  }

  return {
    take(having, countedFrom, now) {
      const first = firstOf(countedFrom);
      const newest = newestOf(now);
      const starts = [...having]
        .filter((start) => start >= first && start <= newest && !counted.has(start))
        .sort((a, b) => a - b);
      if (starts.length === 0) return undefined;
      let seconds = 0;
      for (const start of starts) {
        counted.add(start);
        seconds += cover(start);
      }
      return { starts, seconds };
    },
    until: () => covered?.to,
    isUpToDate(countedFrom, now) {
      const newest = newestOf(now);
      return newest < firstOf(countedFrom) || counted.has(newest);
    },
    range(countedFrom, now) {
      const first = firstOf(countedFrom);
      const late = covered === undefined ? first : covered.to - LATE * bucketSeconds;
      const to = Math.max(first, newestOf(now)) + bucketSeconds;
      return { from: Math.max(first, late), to };
    },
  };
}

/** Adds the counts of several series up, bucket by bucket. */
export function countsByBucket(series: readonly Series[]): Result<ByBucket> {
  const sums = new Map<number, number>();
  for (const { points } of series)
    for (const [at, value] of points) {
      if (value === null) continue;
      if (!Number.isFinite(value) || value < 0) return bad(`a count is ${String(value)}`);
      sums.set(at, (sums.get(at) ?? 0) + value);
    }
  return good(sums);
}

/** The one number of each bucket. */
export function valuesByBucket(
  series: readonly Series[],
  reducer: Reducer | undefined,
): Result<ByBucket> {
  if (series.length > 1 && reducer === undefined)
    return bad(
      `the query gives ${String(series.length)} series, and one is needed: set reducer, or narrow it down`,
    );
  const all = new Map<number, number[]>();
  for (const { points } of series)
    for (const [at, value] of points) {
      if (value === null) continue;
      if (!Number.isFinite(value)) return bad(`the query gives ${String(value)}`);
      all.set(at, [...(all.get(at) ?? []), value]);
    }
  const values = new Map([...all].map(([at, each]) => [at, reduce[reducer ?? 'avg'](each)]));
  const below = [...values.values()].find((value) => value < 0);
  return below === undefined ? good(values) : bad(negative(below), NEVER_NEGATIVE);
}
