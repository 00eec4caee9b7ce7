import { bad, good, quote } from '../parsed.js';
import { splitList } from './list.js';
import type { InputType } from './type.js';

/** Status codes from `from` to `to`, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** `200-399,418` */
export function statusRanges(): InputType<readonly StatusRange[]> {
  const like = 'write codes from 100 to 599 and ranges of them, such as `200-399,418`';
  return {
    name: 'status codes',
    shape: 'list',
    parse: (text) => {
      const items = splitList(text);
      const ranges: StatusRange[] = [];
      for (const item of items) {
        const match = /^(\d{3})(?:\s*-\s*(\d{3}))?$/.exec(item);
        const from = Number(match?.[1]);
        const to = Number(match?.[2] ?? match?.[1]);
        if (match === null || from < 100 || to > 599 || from > to) {
          return bad(`${quote(item)} is not a range of status codes`, like);
        }
        ranges.push({ from, to });
      }
      return ranges.length === 0 ? bad(`${quote(text)} names no status code`, like) : good(ranges);
    },
    print: (value) =>
      value
        .map(({ from, to }) => (from === to ? String(from) : `${String(from)}-${String(to)}`))
        .join(','),
    schema: {
      anyOf: [
        { type: 'integer', minimum: 100, maximum: 599 },
        { type: 'string', pattern: '^[1-5][0-9]{2}' },
        {
          type: 'array',
          minItems: 1,
          items: {
            anyOf: [
              { type: 'integer', minimum: 100, maximum: 599 },
              { type: 'string', pattern: '^[1-5][0-9]{2}( *- *[1-5][0-9]{2})?$' },
            ],
          },
        },
      ],
    },
  };
}
