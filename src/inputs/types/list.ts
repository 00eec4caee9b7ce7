import { bad, good, quote } from '../parsed.js';
import type { InputType } from './type.js';

/** The items of a list: on lines of their own, or between commas. */
export function splitList(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** What every item must look like, and how to say so. */
interface Shape {
  readonly pattern: RegExp;
  /** `deployment/api or statefulset/db` */
  readonly like: string;
}

/** A number in YAML is taken as it is spelled. */
const plain = ['string', 'number'];

/** Texts on lines of their own, or between commas. */
export function list(shape?: Shape): InputType<readonly string[]> {
  const item =
    shape === undefined ? { type: plain } : { type: plain, pattern: shape.pattern.source };
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
      anyOf: [{ type: plain }, { type: 'array', items: item, minItems: 1 }],
    },
  };
}
