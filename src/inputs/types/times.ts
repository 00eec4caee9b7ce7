import { bad, good, quote, type Parsed } from '../parsed.js';
import { splitList } from './list.js';
import type { InputType } from './type.js';

/** As `date`, `git log --format=%cI` or `%ci` and the APIs of the CI systems write it. */
const withZone = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(?: ?(Z|[+-]\d\d:?\d\d))?$/i;
const accepted = 'write it like `2026-11-24T09:12:00Z`, or in seconds since 1970: `1795511520`';

/** Milliseconds since the epoch of an ISO 8601 time with its zone, or of seconds since the epoch. */
export function parseTime(text: string): Parsed<number> {
  if (/^\d{13}$/.test(text))
    return bad(
      `${quote(text)} looks like milliseconds`,
      `in seconds it is \`${text.slice(0, 10)}\``,
    );
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return good(Math.round(Number(text) * 1000));
  const match = withZone.exec(text);
  if (match === null) return bad(`${quote(text)} is not a time`, accepted);
  const [, date = '', minutes = '', seconds = ':00', zone] = match;
  if (zone === undefined)
    return bad(
      `${quote(text)} has no time zone`,
      'end it with `Z`, or with an offset like `+02:00`',
    );
  const offset = zone.toUpperCase().replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
  const local = Date.parse(`${date}T${minutes}${seconds}Z`);
  const at = Date.parse(`${date}T${minutes}${seconds}${offset}`);
  // Some dates that there are not, such as the 31st of February, become a day of the next month.
  return Number.isNaN(at) || !new Date(local).toISOString().startsWith(date)
    ? bad(`${quote(text)} is not a time`, accepted)
    : good(at);
}

/** ISO 8601, in UTC, without parts of a second that are 0. */
export function printTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Times on lines of their own, or between commas. */
export function times(): InputType<readonly number[]> {
  const plain = { type: ['string', 'number'] };
  return {
    name: 'times',
    shape: 'list',
    parse: (text) => {
      const found: number[] = [];
      for (const item of splitList(text)) {
        const parsed = parseTime(item);
        if (!parsed.ok) return parsed;
        found.push(parsed.value);
      }
      return found.length === 0
        ? bad(`${quote(text)} names no time`, 'lines, or commas between')
        : good(found);
    },
    print: (value) => value.map(printTime).join(', '),
    schema: { anyOf: [plain, { type: 'array', items: plain, minItems: 1 }] },
  };
}
