import type { JsonReading, Place } from './description.js';
import { none, numberIn, type NoNumber } from './number.js';

/** Where the numbers of a reading stand, by the name of their part. */
export function placesOf(reading: JsonReading): Readonly<Record<string, Place>> {
  return reading.kind === 'value'
    ? { value: reading.value.query }
    : { total: reading.total.query, errors: reading.errors.query };
}

/** What stands at a place. */
export function numberAt(
  { pick, problem }: Place,
  document: unknown,
  { kind, reducer }: JsonReading,
): number | NoNumber {
  if (problem !== undefined) return { why: problem, isMistake: true };
  let found: unknown;
  try {
    found = pick(document);
  } catch (error) {
    // An expression that does not suit the document, such as a sum over texts.
    return none(error instanceof Error ? error.message : 'it cannot be read');
  }
  const value = numberIn(found, reducer);
  return typeof value === 'number' && value < 0 && kind === 'counts'
    ? { why: `a counter is ${String(value)}`, isMistake: true }
    : value;
}
