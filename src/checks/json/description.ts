import type { Given } from '../provider/description.js';
import type { Reducer } from '../provider/reducer.js';
import type { Pick } from './pick.js';

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
  readonly pick: Pick;
}

/** What is read from an answer. Checks with the same reading (the very same object) share its requests. */
export type JsonReading = { readonly request: JsonRequest } & (
  | { readonly kind: 'value'; readonly value: Given<Place>; readonly reducer?: Reducer | undefined }
  /** Raw counters, which only grow, but for a restart. */
  | {
      readonly kind: 'counts';
      readonly total: Given<Place>;
      readonly errors: Given<Place>;
      readonly reducer?: Reducer | undefined;
    }
);
