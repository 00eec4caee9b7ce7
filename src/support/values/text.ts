import { bad, good } from '../../contract/result.js';
import { quote, type ValueType } from './value-type.js';

/** A text of one line. `pattern` and `like` say what it must look like; not for secrets, which are never quoted. */
export function text(shape?: {
  readonly pattern: RegExp;
  readonly like: string;
}): ValueType<string> {
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
export function script(): ValueType<string> {
  return {
    name: 'text',
    shape: 'text',
    parse: good,
    print: String,
    schema: { type: 'string' },
  };
}

/** A path, absolute or from the working directory. Whether the file exists is for its reader to say. */
export function path(): ValueType<string> {
  return { ...text(), name: 'path', schema: { type: 'string' } };
}

/** The items of a list: on lines of their own, or between commas. */
export function splitList(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** What every item must look like, and how to say so. */
interface ItemShape {
  readonly pattern: RegExp;
  /** `deployment/api or statefulset/db` */
  readonly like: string;
}

/** A number in YAML is taken as it is spelled. */
const scalar = ['string', 'number'];

/** Texts on lines of their own, or between commas. */
export function list(shape?: ItemShape): ValueType<readonly string[]> {
  const item =
    shape === undefined ? { type: scalar } : { type: scalar, pattern: shape.pattern.source };
  return {
    name: 'list',
    shape: 'list',
    parse: (text) => {
      const items = splitList(text);
      if (items.length === 0)
        return bad(`${quote(text)} names nothing`, 'lines, or commas between');
      const odd = items.find((each) => shape?.pattern.test(each) === false);
      return odd === undefined
        ? good(items)
        : bad(`${quote(odd)} is not accepted`, `write it like ${shape?.like ?? ''}`);
    },
    print: (value) => value.join(', '),
    schema: {
      anyOf: [{ type: scalar }, { type: 'array', items: item, minItems: 1 }],
    },
  };
}

/**
 * A bearer token, or `user:password` for Basic authentication. There is no doubt which: a bearer token has no colon
 * (RFC 6750, 2.1). The value is a secret, so that no message shows it.
 */
export function credentials(): ValueType<string> {
  return {
    name: 'token or user:password',
    shape: 'text',
    parse: (text) => {
      if (/^(bearer|basic)\s/i.test(text))
        return bad(
          'begins with the name of a scheme',
          'give the token alone, or `user:password`; a whole `Authorization` header goes into `prometheus-headers`',
        );
      // What may stand in a header (RFC 9110, 5.5); Basic authentication encodes it.
      return /^[\x21-\x7e]+$/.test(text) || /^[^:\r\n]+:[^\r\n]*$/.test(text)
        ? good(text)
        : bad('has characters that no token has', 'give it on one line, without spaces');
    },
    print: () => '***',
    secretParts: (text) => {
      const colon = text.indexOf(':');
      return colon === -1 ? [text] : [text, text.slice(colon + 1)];
    },
    schema: { type: 'string' },
  };
}
