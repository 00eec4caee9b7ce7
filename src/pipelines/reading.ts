import { messageOf } from '../support/errors.js';
import { refusalIn } from '../support/http/api.js';
import { PermanentError, TransientError } from '../support/retry.js';

/** Reads of what has just been made: it is not yet to be seen everywhere, so that a 404 passes. */
export async function soonThere<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (refusalIn(error)?.status === 404) throw new TransientError(messageOf(error));
    throw error;
  }
}

/** An answer that is not what the API would say. @param input the one that holds the address. */
export function notUnderstood(address: string, input: string): PermanentError {
  return new PermanentError(
    `the answer of ${new URL(address).host} is not understood; check ${input}`,
  );
}

/** The list that an answer should hold. @throws TransientError when it holds none. */
export function listIn(what: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new TransientError(`${what}: the answer is not a list`);
}

/** A time in milliseconds since the epoch; NaN for what is none. */
export function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

/** An address that can be shown as a link: of the characters of a URL only (RFC 3986 §2), and short enough for a line. */
export function isLink(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/[\x21-\x7e]{1,2000}$/.test(value);
}

/** What a table says of a word that came from outside. */
export function own<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
