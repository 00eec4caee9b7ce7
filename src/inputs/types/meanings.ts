import type { RunState } from '../../contract/pipeline.js';
import { bad, good, quote } from '../parsed.js';
import { didYouMean } from '../suggest.js';
import type { InputType } from './type.js';

/** What a word of another system's can mean. What is not known is not to be chosen: it is what every other word means. */
export type Meaning = Exclude<RunState['phase'], 'unknown'>;

export type Meanings = Readonly<Record<string, Meaning>>;

const all = Object.keys({
  queued: true,
  running: true,
  waiting: true,
  succeeded: true,
  failed: true,
  cancelled: true,
} satisfies Record<Meaning, true>) as readonly Meaning[];

const inWords = all.map((each) => `\`${each}\``).join(', ');

/** `word=meaning` lines. Words are taken to the letter and may hold anything but a line break. */
export function meanings(): InputType<Meanings> {
  return {
    name: 'word=meaning lines',
    shape: 'pairs',
    separator: '=',
    parse: (text) => {
      const found = new Map<string, Meaning>();
      for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
        const [, word = '', given = ''] = /^\s*(.*\S)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
        if (word === '') {
          return bad(
            `${quote(line.trim())} has no word and meaning`,
            'write lines like `passed=succeeded`',
          );
        }
        const meaning = all.find((each) => each === given.toLowerCase());
        if (meaning === undefined) {
          const meant = didYouMean(given, all);
          return bad(
            `${quote(given)} is no meaning of ${quote(word)}`,
            meant === undefined ? `one of ${inWords}` : `${meant} It is one of ${inWords}`,
          );
        }
        if (found.has(word)) return bad(`${quote(word)} is given twice`, 'give it once');
        found.set(word, meaning);
      }
      return good(Object.fromEntries(found));
    },
    print: (value) =>
      Object.entries(value)
        .map(([word, meaning]) => `${word}=${meaning}`)
        .join('\n'),
    schema: {
      anyOf: [
        { type: 'string' },
        { type: 'array', items: { type: 'string' }, minItems: 1 },
        { type: 'object', additionalProperties: { enum: all } },
      ],
    },
  };
}
