import type { JsonReading, Place } from './description.js';
import { none, numberIn, type NoNumber } from './number.js';

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
