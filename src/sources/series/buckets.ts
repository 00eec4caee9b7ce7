import type { Series, Stretch } from './source.js';

/** Of the buckets: their length, and how long after their end all of them have arrived. Seconds. */
export interface Timing {
  readonly width: number;
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
export interface ClosedBuckets {
  /**
   * @param having begins of the buckets that hold something.
   * @param countedFrom buckets that begin earlier are not counted, but for a tenth of their length.
   * @param now by the clock of the server, seconds.
   */
  take(having: Iterable<number>, countedFrom: number, now: number): NewBuckets | undefined;
  /** Whether the newest bucket that must be complete by now has been counted, or there is none yet. */
  isUpToDate(countedFrom: number, now: number): boolean;
  /** What is to be asked for. */
  stretch(countedFrom: number, now: number): Stretch;
}

/** The share of a bucket that may lie before what is counted. */
const TOLERANCE = 0.1;
/** Buckets that arrive late are still counted when so many newer ones have been. */
const LATE = 10;

export function createClosedBuckets({ width, delay }: Timing): ClosedBuckets {
  const counted = new Set<number>();
  /** What has been covered: from the first bucket that was counted to the end of the last. */
  let covered: { from: number; to: number } | undefined;

  const firstOf = (countedFrom: number): number =>
    Math.ceil((countedFrom - TOLERANCE * width) / width - 1e-9) * width;
  const newestOf = (now: number): number => Math.floor((now - delay) / width - 1 + 1e-9) * width;

  function cover(start: number): number {
    const end = start + width;
    if (covered === undefined) {
      covered = { from: start, to: end };
      return width;
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
    isUpToDate(countedFrom, now) {
      const newest = newestOf(now);
      return newest < firstOf(countedFrom) || counted.has(newest);
    },
    stretch(countedFrom, now) {
      const first = firstOf(countedFrom);
      const late = covered === undefined ? first : covered.to - LATE * width;
      const to = Math.max(first, newestOf(now)) + width;
      return { from: Math.max(first, late), to };
    },
  };
}

/** Why series give no numbers that can be used, in words. */
export type Unusable = string;

/** Adds the counts of several series up, bucket by bucket. */
export function countsOf(series: readonly Series[]): ByBucket | Unusable {
  const sums = new Map<number, number>();
  for (const { points } of series)
    for (const [at, value] of points) {
      if (value === null) continue;
      if (!Number.isFinite(value) || value < 0) return `a count is ${String(value)}`;
      sums.set(at, (sums.get(at) ?? 0) + value);
    }
  return sums;
}

/** The one number of each bucket. */
export function valuesOf(
  series: readonly Series[],
  reducer: Reducer | undefined,
): ByBucket | Unusable {
  if (series.length > 1 && reducer === undefined)
    return `the query gives ${String(series.length)} series, and one is needed: set reducer, or narrow it down`;
  const all = new Map<number, number[]>();
  for (const { points } of series)
    for (const [at, value] of points) {
      if (value === null) continue;
      if (!Number.isFinite(value)) return `the query gives ${String(value)}`;
      all.set(at, [...(all.get(at) ?? []), value]);
    }
  return new Map([...all].map(([at, values]) => [at, reduce[reducer ?? 'avg'](values)]));
}

/** The distance of neighbouring points; `undefined` for fewer than two. */
export function widthOf(series: readonly Series[]): number | undefined {
  let width: number | undefined;
  for (const { points } of series)
    for (const [n, [at]] of points.entries()) {
      const before = points[n - 1]?.[0];
      if (before !== undefined) width = Math.min(width ?? Infinity, at - before);
    }
  return width;
}

/** What makes one number of several. */
export type Reducer = 'sum' | 'avg' | 'min' | 'max';

export const reduce: Readonly<Record<Reducer, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  avg: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
};
