import type { Result } from '../../contract/result.js';
import type {
  Conflict,
  GivenOptions,
  Option,
  OptionTable,
  ValuesOf,
} from '../../support/options.js';
import type { Reading, SourceDependencies } from '../source.js';
import type { HttpCall } from '../../support/http/api.js';
import type { ApiProblem, ErrorMapping } from '../../support/http/problem.js';

/** One series of an answer, point by point. */
export interface Series {
  /** What tells it from the others of the same query, as it may be printed. */
  readonly name: string;
  /** Begin of each bucket, seconds since the epoch, and what was counted or measured in it; `null`: nothing. */
  readonly points: readonly (readonly [at: number, value: number | null])[];
}

/** The answer to one request. */
export interface SeriesAnswer extends Reading {
  /** By the names of the queries; one that gave nothing has an empty list. */
  readonly found: Readonly<Record<string, readonly Series[]>>;
  /** Length of the buckets, seconds; `undefined`: too few came to tell. */
  readonly bucketSeconds: number | undefined;
}

/** The time that is asked for: `from` ≤ t < `to`, seconds since the epoch, multiples of the bucket. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Queries as the user wrote them, by name: `total` and `errors`, or `value`. */
export type Queries = Readonly<Record<string, string>>;

interface SeriesRequest extends HttpCall {
  /** The names of the queries that it asks; all by default. */
  readonly queries?: readonly string[];
}

/** How one service is asked, and how it answers. */
export interface SeriesAdapter {
  /** In front of everything that is asked; messages call the service by its host. */
  readonly address: string;
  /** How long a bucket is; `undefined`: as the service has them. */
  readonly bucketSeconds: number | undefined;
  readonly errorMapping: ErrorMapping;
  /**
   * One request, or several where one cannot ask everything. Their answers are put together; when one fails, all have failed.
   *
   * @param now what time it is there, seconds
   */
  request(
    queries: Queries,
    range: TimeRange,
    now: number,
  ): SeriesRequest | readonly SeriesRequest[] | Promise<SeriesRequest>;
  /**
   * @param names of the queries that the request asked
   * @param serverMessage what the server says of it, with `: ` in front; safe to print
   * @returns a problem without a fix gets that of its kind
   */
  read(
    document: unknown,
    names: readonly string[],
    serverMessage: string,
  ): Result<SeriesAnswer, ApiProblem>;
}

/** What makes one number of several. */
export type Reducer = 'sum' | 'avg' | 'min' | 'max';

export const reduce: Readonly<Record<Reducer, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  avg: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
};

/** What every source has that keeps numbers in buckets of time. */
export type SeriesOptions = OptionTable & {
  readonly total: Option<string | undefined>;
  readonly errors: Option<string | undefined>;
  readonly value: Option<string | undefined>;
  readonly reducer: Option<Reducer | undefined>;
  readonly timeout: Option<number>;
  readonly delay: Option<number>;
};

/** Instead of an adapter, for a service that cannot be asked. */
export interface MissingCredentials {
  readonly address: string;
  /** What to set. */
  readonly missingCredentials: string;
}

/** A kind of service that keeps numbers in buckets of time. */
export interface SeriesSource<T extends SeriesOptions = SeriesOptions> {
  /** One sentence for a stranger. */
  readonly description: string;
  readonly options: T;
  /** What does not fit together, besides what never does. */
  conflicts?(given: GivenOptions): readonly Conflict[];
  connect(
    options: ValuesOf<T>,
    deps: Pick<SourceDependencies, 'redact'>,
  ): SeriesAdapter | MissingCredentials;
  /** A query as it may be printed; by default as it was written. */
  inWords?(query: string, options: ValuesOf<T>): string;
  /** Whether a query that gives no series at all names something that is not there. */
  readonly knowsNames?: true;
  /** What is known to be wrong with a query before it is asked. */
  problemWith?(name: string, query: string): Pick<Conflict, 'message' | 'fix'> | undefined;
}

/** An option in milliseconds, as seconds. */
export function seconds(ms: number): number {
  return ms / 1000;
}

/** Points as they stand in an answer; `undefined`: it holds something else. */
export function pointsOf(
  pairs: readonly (readonly [at: unknown, value: unknown])[],
): Series['points'] | undefined {
  const points: [number, number | null][] = [];
  for (const [at, value] of pairs) {
    if (typeof at !== 'number' || (value !== null && typeof value !== 'number')) return undefined;
    points.push([at, value]);
  }
  return points;
}

/** The distance of neighbouring points; `undefined` for fewer than two. */
export function bucketSecondsOf({ points }: Series): number | undefined {
  let least: number | undefined;
  for (const [n, [at]] of points.entries()) {
    const before = points[n - 1]?.[0];
    if (before !== undefined) least = Math.min(least ?? Infinity, at - before);
  }
  return least;
}
