import { bad, good, quote } from '../parsed.js';
import type { InputType } from './type.js';

/** A text of one line. `pattern` and `like` say what it must look like; not for secrets, which are never quoted. */
export function text(shape?: {
  readonly pattern: RegExp;
  readonly like: string;
}): InputType<string> {
  return {
    name: 'text',
    shape: 'text',
    parse: (given) => {
      if (/[\r\n]/.test(given)) return bad('has more than one line', 'write it on one line');
      return shape === undefined || shape.pattern.test(given)
        ? good(given)
        : bad(`${quote(given)} is not accepted`, `write it like ${shape.like}`);
    },
    print: String,
    schema: {
      type: ['string', 'number'],
      ...(shape === undefined ? {} : { pattern: shape.pattern.source }),
    },
  };
}

/** A text that may have many lines: a command line, a script. */
export function script(): InputType<string> {
  return {
    name: 'text',
    shape: 'text',
    parse: good,
    print: String,
    schema: { type: 'string' },
  };
}

/** A path, absolute or from the working directory. Whether the file exists is for its reader to say. */
export function path(): InputType<string> {
  return { ...text(), name: 'path', schema: { type: 'string' } };
}
