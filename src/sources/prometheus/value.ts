import type { Answer } from './answer.js';
import { providerError, type World } from './counting.js';
import { createNovelty } from '../provider/novelty.js';
import { reduce, type Reducer } from '../provider/reducer.js';
import type { Reading } from './description.js';
import type { Look } from '../provider/feed.js';

export type ValueReading = Extract<Reading, { kind: 'value' }>;

/** Looks at the one number that a query gives. */
export function createValueLook(
  { query, reducer }: ValueReading,
  { client, clock, journal }: World,
): Look<number> {
  const isNew = createNovelty();
  return async ({ isJudged }, signal) => {
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
    // The first that is judged is new, however it was in the warm-up.
    return !isJudged || isNew(value, at) ? value : undefined;
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
