import type { Judged } from '../../inputs/checks/entry.js';
import type { Reducer } from './reducer.js';

/** A query, and where it was given: for messages. */
export interface Given<Q> {
  readonly input: string;
  readonly query: Q;
}

/** What is read from a service that keeps numbers in buckets of time. */
export type Reading<Q> =
  /** How many requests there were in each bucket, and how many of them failed. */
  | { readonly kind: 'counts'; readonly total: Given<Q>; readonly errors: Given<Q> }
  /** `reducer`: without one a query must give one series. */
  | { readonly kind: 'value'; readonly value: Given<Q>; readonly reducer?: Reducer | undefined };

/** One check. Checks with the same reading (the very same object) share its queries. */
export interface CheckDescription<R> extends Judged {
  readonly reading: R;
}

/** The queries of a reading, by the name of their part. */
export function partsOf<Q>(reading: Reading<Q>): Readonly<Record<string, Given<Q>>> {
  return reading.kind === 'counts'
    ? { total: reading.total, errors: reading.errors }
    : { value: reading.value };
}

export function queriesOf<Q>(reading: Reading<Q>): Readonly<Record<string, Q>> {
  return Object.fromEntries(
    Object.entries(partsOf(reading)).map(([name, { query }]) => [name, query]),
  );
}
