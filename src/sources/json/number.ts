import { reduce, type Reducer } from '../provider/reducer.js';

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
