import { bad, good, quote } from '../parsed.js';
import type { InputType } from './type.js';

/** Characters; an expression that is longer is rather a mistake, and slow. */
const longest = 1000;

/** A JavaScript regular expression without slashes. */
export function regex(): InputType<RegExp> {
  return {
    name: 'regular expression',
    shape: 'text',
    parse: (text) => {
      if (text.length > longest) {
        return bad(
          `has ${String(text.length)} characters`,
          `at most ${String(longest)} characters are accepted`,
        );
      }
      try {
        return good(new RegExp(text));
      } catch {
        return bad(
          `${quote(text)} is not a regular expression`,
          'write a JavaScript regular expression without the slashes, such as `"status":\\s*"ok"`',
        );
      }
    },
    print: (value) => value.source,
    schema: { type: 'string', maxLength: longest },
  };
}
