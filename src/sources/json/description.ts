import type { Reading } from '../provider/description.js';
import type { Reducer } from '../provider/reducer.js';

/** The one request of a reading. */
export interface JsonRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Bearer token, or `user:password`; only for an address below the one that was given outside the file. */
  readonly token?: string | undefined;
  readonly timeoutMs: number;
}

/** Where something stands in the answer. */
export interface Place {
  /** As it was written. */
  readonly text: string;
  /** @throws when it does not suit the document. */
  readonly pick: (document: unknown) => unknown;
  /** Why it cannot be read at all. */
  readonly problem: string | undefined;
}

/**
 * What is read from an answer. Checks with the same reading (the very same object) share its requests. `counts` are raw
 * counters, which only grow, but for a restart.
 */
export type JsonReading = Reading<Place> & {
  readonly request: JsonRequest;
  readonly reducer?: Reducer | undefined;
  /** Where the time of a value stands. */
  readonly time?: Place | undefined;
};
