import type { RunState } from '../../contract/pipeline.js';
import { bad, good, type Result } from '../../contract/result.js';
import { didYouMean, quote, type ValueType } from './value-type.js';

export type Pairs = Readonly<Record<string, string>>;

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Header names do not distinguish case, parameters do. */
function collect(
  text: string,
  read: (line: string, number: number) => Result<readonly [string, string]>,
  same: (name: string) => string,
): Result<Pairs> {
  const pairs = new Map<string, readonly [string, string]>();
  for (const [index, line] of lines(text).entries()) {
    const parsed = read(line, index + 1);
    if (!parsed.ok) return parsed;
    const [name] = parsed.value;
    if (pairs.has(same(name))) return bad(`${quote(name)} is given twice`, 'give it once');
    pairs.set(same(name), parsed.value);
  }
  return good(Object.fromEntries(pairs.values()));
}

const schema = {
  anyOf: [
    { type: 'string' },
    { type: 'array', items: { type: 'string' }, minItems: 1 },
    { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  ],
};

/** `name=value` lines. A value may hold anything but a line break. */
export function parameters(): ValueType<Pairs> {
  return {
    name: 'name=value lines',
    shape: 'pairs',
    separator: '=',
    parse: (text) =>
      collect(
        text,
        (line) => {
          const match = /^([A-Za-z_][\w.-]*)\s*=(.*)$/.exec(line);
          return match?.[1] === undefined
            ? bad(`${quote(line)} has no name and value`, 'write lines like `name=value`')
            : good([match[1], (match[2] ?? '').trim()]);
        },
        (name) => name,
      ),
    print: (value) =>
      Object.entries(value)
        .map(([name, each]) => `${name}=${each}`)
        .join('\n'),
    schema,
  };
}

/** RFC 9110, 5.6.2 (token) and 5.5 (field-value). */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What every browser sends to everybody (RFC 9110); the values of all other headers are secrets, whatever their names. */
const publicName =
  /^(?:accept(?:-charset|-encoding|-language)?|cache-control|connection|content-type|host|pragma|user-agent)\s*:/i;

/** `Name: value` lines; the values are secrets, so that messages name lines only. */
export function headers(): ValueType<Pairs> {
  return {
    name: 'Name: value lines',
    shape: 'pairs',
    separator: ': ',
    parse: (text) =>
      collect(
        text,
        (line, number) => {
          const colon = line.indexOf(':');
          const name = line.slice(0, Math.max(0, colon)).trim();
          const value = line.slice(colon + 1).trim();
          if (!headerName.test(name)) {
            return bad(`line ${String(number)} is not a header`, 'write lines like `Name: value`');
          }
          return headerValue.test(value)
            ? good([name, value])
            : bad(
                `the value in line ${String(number)} has characters that no header may hold`,
                'use visible ASCII characters, encode others',
              );
        },
        (name) => name.toLowerCase(),
      ),
    print: (value) =>
      Object.keys(value)
        .map((name) => `${name}: ***`)
        .join('\n'),
    secretParts: (text) =>
      lines(text)
        .filter((line) => !publicName.test(line))
        .flatMap(headerSecrets),
    schema,
  };
}

/** Names of headers that hold credentials, on whatever server. */
const credentialName = /auth|cookie|token|secret|password|api-?key|access-?key|signature/i;

/** `Name: value` lines that may stand anywhere, because they are no secret. */
export function plainHeaders(): ValueType<Pairs> {
  return {
    name: 'Name: value lines',
    shape: 'pairs',
    separator: ': ',
    parse: (text) => {
      const parsed = headers().parse(text);
      if (!parsed.ok) return parsed;
      const secret = Object.keys(parsed.value).find((name) => credentialName.test(name));
      return secret === undefined
        ? parsed
        : bad(`${quote(secret)} holds a secret`, 'give it by the option for secret headers');
    },
    print: (value) =>
      Object.entries(value)
        .map(([name, each]) => `${name}: ${each}`)
        .join('\n'),
    schema,
  };
}

/** The value, and what follows the scheme in `Authorization: Bearer …`, which may turn up without it. */
function headerSecrets(line: string): readonly string[] {
  const value = line.slice(line.indexOf(':') + 1).trim();
  const credentials = /^(?:proxy-)?authorization\s*:\s*\S+\s+(\S.*)$/i.exec(line)?.[1];
  return credentials === undefined ? [value] : [value, credentials];
}

/** What a word of another system's can mean. What is not known is not to be chosen: it is what every other word means. */
export type Meaning = Exclude<RunState['phase'], 'unknown'>;

export type Meanings = Readonly<Record<string, Meaning>>;

const allMeanings = Object.keys({
  queued: true,
  running: true,
  waiting: true,
  succeeded: true,
  failed: true,
  cancelled: true,
} satisfies Record<Meaning, true>) as readonly Meaning[];

const meaningsInWords = allMeanings.map((each) => `\`${each}\``).join(', ');

/** `word=meaning` lines. Words are taken to the letter and may hold anything but a line break. */
export function meanings(): ValueType<Meanings> {
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
        const meaning = allMeanings.find((each) => each === given.toLowerCase());
        if (meaning === undefined) {
          const meant = didYouMean(given, allMeanings);
          return bad(
            `${quote(given)} is not a meaning of ${quote(word)}`,
            meant === undefined
              ? `one of ${meaningsInWords}`
              : `${meant} It is one of ${meaningsInWords}`,
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
        { type: 'object', additionalProperties: { enum: allMeanings } },
      ],
    },
  };
}
