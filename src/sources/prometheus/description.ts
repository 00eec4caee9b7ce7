import type { Judged } from '../../inputs/checks/entry.js';
import type { Selector } from '../../support/selector.js';
import type { Reducer } from '../provider/reducer.js';

/** A selector, and where it was given: for messages. */
export interface Given {
  readonly input: string;
  readonly selector: Selector;
}

/** What is read from the server. Checks with the same reading (the very same object) share its queries. */
export type Reading =
  | ({ readonly kind: 'counters'; readonly baseline?: Counters } & Counters)
  | {
      readonly kind: 'histogram';
      readonly buckets: Given;
      readonly baseline?: Given;
      /** What a `le` of 1 is, in milliseconds. */
      readonly bucketMs: number;
    }
  /** `reducer`: without one a query must give one series. */
  | {
      readonly kind: 'value';
      readonly input: string;
      readonly query: string;
      readonly reducer?: Reducer;
    };

export interface Counters {
  readonly total: Given;
  readonly errors: Given;
}

/** One check, wherever its description stood. */
export interface CheckDescription extends Judged {
  readonly reading: Reading;
}
