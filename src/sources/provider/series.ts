import type { Failed } from './failure.js';

/** One series of an answer, point by point. */
export interface Series {
  /** What tells it from the others of the same query, as it may be printed. */
  readonly name: string;
  /** Begin of each bucket, seconds since the epoch, and what was counted or measured in it; `null`: nothing. */
  readonly points: readonly (readonly [at: number, value: number | null])[];
}

export interface SeriesAnswer {
  readonly ok: true;
  /** By the names of the queries; one that gave nothing has an empty list. */
  readonly found: Readonly<Record<string, readonly Series[]>>;
  /** Length of the buckets, seconds; `undefined`: too few came to tell. */
  readonly width: number | undefined;
}

/** The stretch of time that is asked for: `from` ≤ t < `to`, seconds since the epoch, multiples of the bucket. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What to ask for when it is so late there, seconds. */
export type StretchAt = (now: number) => Stretch;

/** A service that keeps what was measured in buckets of time. `Q` is a query as it wants it. */
export interface Vendor<Q> {
  /** As it may be printed. */
  readonly name: string;
  /**
   * All queries in one request, as far as the service lets us.
   * @throws the signal's reason, when it is aborted; nothing else.
   */
  ask(
    queries: Readonly<Record<string, Q>>,
    stretchAt: StretchAt,
    signal: AbortSignal,
  ): Promise<SeriesAnswer | Failed>;
  /** What time it is there, seconds; for a time of our monotonic clock, milliseconds. */
  timeAt(monotonic: number): number;
}
