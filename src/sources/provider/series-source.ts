import type { Clock } from '../../support/clock.js';
import type { Reading } from './description.js';
import type { Buckets } from './series-look.js';
import type { Vendor } from './series.js';

/** What a reading is read by. */
export interface Access<Q> {
  readonly vendor: Vendor<Q>;
  readonly buckets: Buckets;
}

/** A kind of service that keeps numbers in buckets of time. */
export interface SeriesSource<Q, R extends Reading<Q>> {
  /** `datadog` */
  readonly id: string;
  /** Called once for each reading. */
  accessOf(reading: R): Access<Q>;
  /** A query as it may be printed. */
  inWords(query: Q): string;
  /** Whether a query that gives no series at all names something that is not there. */
  readonly knowsNames: boolean;
  /** What is known to be wrong with a query before it is asked. */
  objection?(
    part: string,
    query: Q,
  ): { readonly message: string; readonly fix: string } | undefined;
}

export interface SeriesWorld {
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}
