import type { PipelineClient, RunJob } from '../contract/pipeline.js';
import { TransientError } from '../support/retry.js';
import { oneLine } from '../support/text.js';
import { isLink } from './reading.js';

type JobsReader = NonNullable<PipelineClient['jobs']>;

const LONGEST_NAME = 120;
const LONGEST_WORD = 200;

/** Names and words come from outside: here they enter, whatever the system. */
export function shownJobs(read: JobsReader): JobsReader {
  return async (run, signal) =>
    (await read(run, signal)).map(({ name, aliases, url, phase, word }) => ({
      name: oneLine(name, LONGEST_NAME),
      ...(aliases === undefined ? {} : { aliases }),
      ...(isLink(url) ? { url } : {}),
      phase,
      word: oneLine(word, LONGEST_WORD),
    }));
}

/** A job by the word for its state. A word that the table does not know is `unknown`. */
export function phaseIn(
  table: Readonly<Record<string, RunJob['phase']>>,
  word: string,
): RunJob['phase'] {
  return Object.hasOwn(table, word) ? (table[word] ?? 'unknown') : 'unknown';
}

/**
 * A cache or a proxy may give the answer to another question. What it says of another run is no news of ours.
 * @param what was asked, for the message.
 * @throws TransientError when the answer is about another run, or names none.
 */
export function assertSameRun(what: string, asked: string | number, answered: unknown): void {
  const text =
    typeof answered === 'string' || typeof answered === 'number' || typeof answered === 'bigint'
      ? String(answered)
      : '';
  if (text === String(asked)) return;
  throw new TransientError(
    text === ''
      ? `${what}: the answer does not say which run it is about`
      : `${what}: the answer is about another one, ${oneLine(text, 60)}`,
  );
}
