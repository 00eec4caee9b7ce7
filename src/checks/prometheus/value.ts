import type { Answer } from './answer.js';
import { providerError, type World } from './counting.js';
import type { Reading, Reducer } from './description.js';
import type { Look } from './feed.js';

export type ValueReading = Extract<Reading, { kind: 'value' }>;

/**
 * A value that stays the same is looked at as new after this time, milliseconds: nothing tells when what it was computed from
 * was scraped, and the same number twice must not count twice.
 */
export const SAME_AGAIN_MS = 30_000;

/** Looks at the one number that a query gives. */
export function createValueLook(
  { query, reducer }: ValueReading,
  { client, clock, journal }: World,
): Look<number> {
  let last: { value: number; at: number } | undefined;
  return async (_moment, signal) => {
    const at = clock.monotonic();
    const answer = await client.query(query, signal);
    if (!answer.ok) {
      journal.note({ query, error: answer.failure.message });
      return providerError(client, answer.failure.message);
    }
    journal.note({
      query,
      ...(answer.at === undefined ? {} : { answeredAt: answer.at }),
      values: answer.samples.map(({ value }) => value).filter(Number.isFinite),
    });
    const value = oneNumber(answer, reducer);
    if (typeof value === 'string') return { kind: 'none', why: 'no-data', detail: value };
    if (value === last?.value && at - last.at < SAME_AGAIN_MS) return undefined;
    last = { value, at };
    return value;
  };
}

/** The number, or in words why there is none. */
export function oneNumber(
  { samples }: Extract<Answer, { ok: true }>,
  reducer: Reducer | undefined,
): number | string {
  const values = samples.map(({ value }) => value);
  const [first] = values;
  if (first === undefined) return 'the query gives nothing';
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd !== undefined) return `the query gives ${String(odd)}`;
  if (reducer !== undefined) return reduce[reducer](values);
  return values.length === 1
    ? first
    : `the query gives ${String(values.length)} series, and one number is needed: use sum(...) or max(...)`;
}

const reduce: Readonly<Record<Reducer, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  avg: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
};
