import { isJsonPointer } from '../../support/json-pointer.js';
import { bad, good, quote, type Parsed } from '../parsed.js';
import { list } from './list.js';
import type { InputType } from './type.js';

const like = 'write a JSON Pointer (RFC 6901), such as `/state/name`';

function check<T>(texts: readonly string[], value: T): Parsed<T> {
  const odd = texts.find((text) => !isJsonPointer(text));
  return odd === undefined ? good(value) : bad(`${quote(odd)} is no JSON Pointer`, like);
}

/** One JSON Pointer. */
export function pointer(): InputType<string> {
  return {
    name: 'JSON Pointer',
    shape: 'text',
    parse: (text) => check([text], text),
    print: String,
    schema: { type: 'string', pattern: '^/' },
  };
}

/** JSON Pointers on lines of their own, or between commas. */
export function pointers(): InputType<readonly string[]> {
  const texts = list();
  return {
    ...texts,
    name: 'list of JSON Pointers',
    parse: (text) => {
      const parsed = texts.parse(text);
      return parsed.ok ? check(parsed.value, parsed.value) : parsed;
    },
  };
}
