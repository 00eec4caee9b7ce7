import { search } from '@aws-lambda-powertools/jmespath';
import { isJsonPointer, valueAt } from '../../support/json.js';
import { good, type Problem, type Result } from '../../contract/result.js';
import { negative, NEVER_NEGATIVE } from '../source.js';
import { reduce, type Reducer } from '../series/adapter.js';

/** Where something stands in the answer. */
export interface Place {
  /** As it was written. */
  readonly text: string;
  /** @throws when it does not suit the document. */
  readonly pick: (document: unknown) => unknown;
  /** Why it cannot be read at all. */
  readonly problem: string | undefined;
}

/** The place that was written. A JSON Pointer (RFC 6901) begins with `/`, and no JMESPath (https://jmespath.org/specification.html) does. */
export function placeAt(text: string): Place {
  if (text.startsWith('/'))
    return {
      text,
      pick: (document) => valueAt(document, text),
      problem: isJsonPointer(text) ? undefined : `${text} is not a JSON Pointer`,
    };
  return {
    text,
    pick: (document) => search(text, document as Parameters<typeof search>[1]),
    problem: syntaxProblem(text),
  };
}

/** Only a search shows whether an expression can be read; what is wrong with the document is another matter. */
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

/** Why there is nothing at a place. */
export interface Absence extends Problem {
  /** There will be nothing later either. */
  readonly isMistake: boolean;
}

type Found<T> = Result<T, Absence>;

/**
 * The number that was found. A text counts as the number that it is when it is written as JSON writes numbers, because many
 * APIs put theirs in quotes; `12 ms`, `1,234`, `NaN` and the empty text do not.
 */
export function numberIn(found: unknown, reducer: Reducer | undefined): Found<number> {
  const read = numbersIn(found);
  if (!read.ok) return read;
  const [first = Number.NaN, ...others] = read.value;
  if (reducer !== undefined && Array.isArray(found)) return good(reduce[reducer](read.value));
  return others.length === 0
    ? good(first)
    : mistake(
        `there are ${String(read.value.length)} numbers, and one is needed: set reducer, or pick one`,
      );
}

/** The numbers of a list, or the one number; never none. */
function numbersIn(found: unknown): Found<readonly number[]> {
  const numbers: number[] = [];
  for (const each of Array.isArray(found) ? (found as readonly unknown[]) : [found]) {
    const number = oneNumber(each);
    if (!number.ok) return number;
    numbers.push(number.value);
  }
  return numbers.length === 0 ? nothing('there is an empty list') : good(numbers);
}

function oneNumber(found: unknown): Found<number> {
  if (found === undefined || found === null) return nothing('there is nothing');
  // `1e999` is JSON.
  if (typeof found === 'number')
    return Number.isFinite(found) ? good(found) : nothing(`there is ${String(found)}`);
  if (typeof found !== 'string') return mistake(`there is ${kindOf(found)}, and no number`);
  const text = found.trim();
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return good(value);
  const message = 'there is a text that is not a number';
  return NO_VALUE.test(text) ? nothing(message) : mistake(message);
}

function kindOf(found: unknown): string {
  if (typeof found === 'boolean') return 'a yes or no';
  return Array.isArray(found) ? 'a list' : 'an object';
}

/** Nothing for now. */
function nothing(message: string): Found<never> {
  return { ok: false, problem: { message, isMistake: false } };
}

function mistake(message: string, fix?: string): Found<never> {
  const problem = { message, isMistake: true };
  return { ok: false, problem: fix === undefined ? problem : { ...problem, fix } };
}

/** The time that stands at a place, in whatever form. */
export function timeAt(place: Place, document: unknown): Found<string | number> {
  const found = foundAt(place, document);
  if (!found.ok) return found;
  const { value } = found;
  return typeof value === 'string' || typeof value === 'number'
    ? good(value)
    : nothing('there is no time');
}

/** The number that stands at a place. */
export function numberAt(
  place: Place,
  document: unknown,
  { reducer, isCounter }: { readonly reducer: Reducer | undefined; readonly isCounter: boolean },
): Found<number> {
  const found = foundAt(place, document);
  if (!found.ok) return found;
  const number = numberIn(found.value, reducer);
  if (!number.ok || number.value >= 0) return number;
  return isCounter
    ? mistake(`a counter is ${String(number.value)}`)
    : mistake(negative(number.value), NEVER_NEGATIVE);
}

/** The numbers of which {@link numberAt} makes one. */
export function numbersAt(place: Place, document: unknown): readonly number[] {
  const found = foundAt(place, document);
  const numbers = found.ok ? numbersIn(found.value) : found;
  return numbers.ok ? numbers.value : [];
}

/** What stands at a place. */
function foundAt({ pick, problem }: Place, document: unknown): Found<unknown> {
  if (problem !== undefined) return mistake(problem);
  try {
    return good(pick(document));
  } catch (error) {
    // An expression that does not suit the document, such as a sum over texts.
    return nothing(error instanceof Error ? error.message : 'it cannot be read');
  }
}
