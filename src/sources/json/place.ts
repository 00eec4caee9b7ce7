import { search } from '@aws-lambda-powertools/jmespath';
import { reduce, type Reducer } from '../series/buckets.js';
import type { Reading } from '../series/source.js';
import { isJsonPointer, valueAt } from '../../support/json.js';

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

/** The place that was written. A JSON Pointer (RFC 6901) begins with `/`, and no JMESPath (https://jmespath.org/specification.html) does. */
export function placeAt(text: string): Place {
  if (text.startsWith('/'))
    return {
      text,
      pick: (document) => valueAt(document, text),
      problem: isJsonPointer(text) ? undefined : `${text} is no JSON Pointer`,
    };
  return {
    text,
    pick: (document) => search(text, document as Parameters<typeof search>[1]),
    problem: syntaxProblem(text),
  };
}

/** Only looking shows whether an expression can be read; what is wrong with the document is another matter. */
function syntaxProblem(text: string): string | undefined {
  try {
    search(text, {});
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    return /^(Lexer|Parse|IncompleteExpression|EmptyExpression|UnknownFunction|Arity|VariadicArity)/.test(
      name,
    )
      ? message
      : undefined;
  }
}

/**
 * Whether a JSON Pointer names something that the document has no place for. Lists may be longer another time, and what is null
 * may be there then; of a JMESPath nobody can say.
 */
export function leadsNowhere(document: unknown, text: string): boolean {
  if (!text.startsWith('/')) return false;
  const tokens = text.split('/').slice(1);
  const whole = tokens.findIndex((_, n) => {
    const found = valueAt(document, pointerOf(tokens.slice(0, n + 1)));
    return found === undefined || found === null;
  });
  if (whole === -1) return false;
  const parent = whole === 0 ? document : valueAt(document, pointerOf(tokens.slice(0, whole)));
  const isNull = valueAt(document, pointerOf(tokens.slice(0, whole + 1))) === null;
  return !isNull && !Array.isArray(parent);
}

function pointerOf(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token}`).join('');
}

/** A number as JSON writes it (RFC 8259, 6). */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;
/** Texts that stand for no number, where at other times there is one. */
const NO_VALUE = /^([+-]?(nan|inf|infinity)|null|n\/a|-|)$/i;

/** Why there is no number. */
export interface NoNumber {
  readonly why: string;
  /** There will be none later either. */
  readonly isMistake: boolean;
}

/**
 * The number that was found. A text counts as the number that it is when it is written as JSON writes numbers, because many
 * APIs put theirs in quotes; `12 ms`, `1,234`, `NaN` and the empty text do not.
 */
export function numberIn(found: unknown, reducer: Reducer | undefined): number | NoNumber {
  if (!Array.isArray(found)) return oneNumber(found);
  const values = (found as readonly unknown[]).map(oneNumber);
  const odd = values.find((value) => typeof value !== 'number');
  if (odd !== undefined) return odd;
  const numbers = values.filter((value) => typeof value === 'number');
  const [first] = numbers;
  if (first === undefined) return none('there is an empty list');
  if (reducer !== undefined) return reduce[reducer](numbers);
  return numbers.length === 1
    ? first
    : mistake(
        `there are ${String(numbers.length)} numbers, and one is needed: set reducer, or pick one`,
      );
}

function oneNumber(found: unknown): number | NoNumber {
  if (found === undefined || found === null) return none('there is nothing');
  // `1e999` is JSON.
  if (typeof found === 'number')
    return Number.isFinite(found) ? found : none(`there is ${String(found)}`);
  if (typeof found !== 'string') return mistake(`there is ${kindOf(found)}, and no number`);
  const text = found.trim();
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  const why = 'there is a text that is no number';
  return NO_VALUE.test(text) ? none(why) : mistake(why);
}

function kindOf(found: unknown): string {
  if (typeof found === 'boolean') return 'a yes or no';
  return Array.isArray(found) ? 'a list' : 'an object';
}

export function none(why: string): NoNumber {
  return { why, isMistake: false };
}

function mistake(why: string): NoNumber {
  return { why, isMistake: true };
}

/** Where the numbers of a reading stand, by the name of their part. */
export function placesOf(reading: JsonReading): Readonly<Record<string, Place>> {
  return reading.kind === 'value'
    ? { value: reading.value.query }
    : { total: reading.total.query, errors: reading.errors.query };
}

/** The time that stands at a place, in whatever form. */
export function timeAt(place: Place, document: unknown): string | number | NoNumber {
  const found = foundAt(place, document);
  if ('reason' in found) return found.reason;
  const { found: time } = found;
  return typeof time === 'string' || typeof time === 'number' ? time : none('there is no time');
}

/** The number that stands at a place. */
export function numberAt(
  place: Place,
  document: unknown,
  { kind, reducer }: JsonReading,
): number | NoNumber {
  const found = foundAt(place, document);
  if ('reason' in found) return found.reason;
  const value = numberIn(found.found, reducer);
  return typeof value === 'number' && value < 0 && kind === 'counts'
    ? { why: `a counter is ${String(value)}`, isMistake: true }
    : value;
}

/** What stands at a place. */
function foundAt(
  { pick, problem }: Place,
  document: unknown,
): { readonly found: unknown } | { readonly reason: NoNumber } {
  if (problem !== undefined) return { reason: { why: problem, isMistake: true } };
  try {
    return { found: pick(document) };
  } catch (error) {
    // An expression that does not suit the document, such as a sum over texts.
    return { reason: none(error instanceof Error ? error.message : 'it cannot be read') };
  }
}
