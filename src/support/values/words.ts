import { splitList } from './text.js';
import { bad, good, type Result } from '../../contract/result.js';
import { didYouMean, quote, type ValueType } from './value-type.js';

/** CircleCI renders boolean parameters as `1` and `0`, Azure as `True` and `False`. */
const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

export function parseBoolean(text: string): Result<boolean> {
  const value = truths.get(text.toLowerCase());
  return value === undefined
    ? bad(`${quote(text)} is neither true nor false`, 'true, false, yes, no, 1 or 0')
    : good(value);
}

export function boolean(): ValueType<boolean> {
  return {
    name: 'boolean',
    shape: 'boolean',
    closed: true,
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

function oneOf<C extends string>(text: string, choices: readonly C[]): Result<C> {
  const choice = choices.find((each) => each === text.toLowerCase());
  if (choice !== undefined) return good(choice);
  const meant = didYouMean(text, choices);
  const all = `one of ${choices.map((each) => `\`${each}\``).join(', ')}`;
  return bad(
    `${quote(text)} is not known here`,
    meant === undefined ? all : `${meant} It is ${all}`,
  );
}

/** One of a few words, in any case. */
export function choice<const C extends string>(choices: readonly C[]): ValueType<C> {
  return {
    name: 'choice',
    shape: 'text',
    closed: true,
    parse: (text) => oneOf(text, choices),
    print: String,
    schema: { enum: choices },
  };
}

/** Some of a few words, in the order given, each at most once. `none`: a word that stands alone for none of them. */
export function choices<const C extends string>(
  all: readonly C[],
  options: { none?: string } = {},
): ValueType<readonly C[]> {
  const { none } = options;
  return {
    name: 'list of choices',
    shape: 'list',
    closed: true,
    parse: (text) => {
      const words = splitList(text);
      if (none !== undefined && words.length === 1 && words[0]?.toLowerCase() === none) {
        return good([]);
      }
      if (none !== undefined && words.some((word) => word.toLowerCase() === none)) {
        return bad(
          `\`${none}\` cannot be combined with other words`,
          `write \`${none}\` alone, or leave it out`,
        );
      }
      if (words.length === 0)
        return bad(`${quote(text)} names nothing`, `some of ${all.join(', ')}`);
      const chosen: C[] = [];
      for (const word of words) {
        const parsed = oneOf(word, all);
        if (!parsed.ok) return parsed;
        if (chosen.includes(parsed.value)) {
          return bad(`\`${parsed.value}\` is named twice`, 'name it once');
        }
        chosen.push(parsed.value);
      }
      return good(chosen);
    },
    print: (value) => (value.length === 0 && none !== undefined ? none : value.join(', ')),
    schema: {
      anyOf: [
        ...(none === undefined ? [] : [{ const: none }]),
        { type: 'string', pattern: `^(${all.join('|')})(\\s*[,\\n]\\s*(${all.join('|')}))*$` },
        { type: 'array', items: { enum: all }, minItems: 1, uniqueItems: true },
      ],
    },
  };
}
