import { bad, good, quote, type Parsed } from '../parsed.js';
import type { InputType } from './type.js';

/** CircleCI renders boolean parameters as `1` and `0`, Azure as `True` and `False`. */
const words: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

export function parseBoolean(text: string): Parsed<boolean> {
  const value = words.get(text.toLowerCase());
  return value === undefined
    ? bad(`${quote(text)} is neither true nor false`, 'true, false, yes, no, 1 or 0')
    : good(value);
}

export function boolean(): InputType<boolean> {
  return {
    name: 'boolean',
    shape: 'boolean',
    parse: parseBoolean,
    print: String,
    schema: {
      anyOf: [
        { type: 'boolean' },
        { enum: [0, 1] },
        { type: 'string', pattern: '^([Tt]rue|[Ff]alse|[Yy]es|[Nn]o|1|0)$' },
      ],
    },
  };
}
