import { Buffer } from 'node:buffer';
import { cutMark, oneLine, shortestCut } from './text.js';

/** A shorter secret is not looked for: masking `1` everywhere would destroy the log. */
export const minSecretLength = 4;

const mask = '***';

/** Takes secrets out of everything that is printed or written. */
export interface Redactor {
  /**
   * The text with `***` in place of every form of every secret, and of what is left of one where the text was cut and shows
   * that with `…`. Of {@link OwnText} only what was put into it. Must see a text before it is escaped.
   */
  redact(text: string | OwnText): string;
  /** A copy of plain data with everything redacted, keys too, but what its shape says is ours. */
  redactAll<T>(value: T, shape: ShapeOf<T>): T;
  /**
   * Makes a further secret known. `user` is the name that goes with it in Basic authentication.
   * A secret, and a line of one, counts from {@link minSecretLength} characters; its Basic forms always.
   */
  add(secret: string, options?: { readonly user?: string }): void;
  /** Everything that is looked for, longest first: what a CI system should be asked to mask. */
  forms(): readonly string[];
}

/**
 * What each field of a record holds. `own`: nothing but what we say or count ourselves (words of a set, codes, ids, digests,
 * numbers, times). A secret that is such a word too, as the value of a header can be, must not change what a program
 * reads. `text`: anything else. `*` stands for every other key of a map; those of `text` are text too.
 */
export type Shape = 'own' | 'text' | { readonly [field: string]: Shape };

type KeysOf<T> = T extends unknown ? keyof T : never;
type FieldOf<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;

/** The shape of a `T`, with every field that it may have: one that is new must say what it holds. */
export type ShapeOf<T> = unknown extends T
  ? Shape
  : | 'own'
    | 'text'
    | ([Extract<T, object>] extends [never]
        ? never
        : [Extract<T, object>] extends [readonly (infer I)[]]
          ? ShapeOf<I>
          : string extends KeysOf<Extract<T, object>>
            ? { readonly [key: string]: ShapeOf<FieldOf<Extract<T, object>, string>> }
            : {
                readonly [K in KeysOf<Extract<T, object>>]-?: ShapeOf<
                  FieldOf<Extract<T, object>, K>
                >;
              });

/** Text whose fixed words are ours: only what was put into it can hold a secret. Made by {@link own}. */
export class OwnText {
  constructor(
    private readonly words: readonly string[],
    private readonly values: readonly (string | number | OwnText)[],
  ) {}

  /** @param shown what each text from elsewhere becomes */
  render(shown: (text: string) => string): string {
    return this.words
      .map((word, at) => {
        const value = this.values[at];
        if (value instanceof OwnText) return word + value.render(shown);
        return word + (typeof value === 'string' ? shown(value) : String(value ?? ''));
      })
      .join('');
  }
}

/**
 * As a tag: own`${own(verdict)} after ${seconds} s: ${reason}`, of which only `reason` is redacted. As a function: a word of
 * ours, or a text that is redacted already.
 */
export function own(
  words: string | TemplateStringsArray,
  ...values: readonly (string | number | OwnText)[]
): OwnText {
  return new OwnText(typeof words === 'string' ? [words] : words, values);
}

/** A redactor that knows these secrets: plain, base64, URL-encoded, JSON-escaped, Basic, whole and line by line. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = new Set<string>();
  let ordered: readonly string[] = [];

  const add: Redactor['add'] = (secret, options) => {
    if (secret === '') return;
    for (const form of formsOf(secret, options?.user)) known.add(form);
    ordered = [...known].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  };

  // A mask beside its neighbours can read like a further secret, so it is done until nothing is found. Every
  // round makes the text shorter: a form is longer than the mask.
  const redacted = (text: string): string => {
    let current = text;
    for (;;) {
      const next = replaceSpans(current, spansOf(current, ordered));
      if (next === current) return withoutScraps(current, ordered);
      current = next;
    }
  };
  const redact: Redactor['redact'] = (text) =>
    typeof text === 'string' ? redacted(text) : text.render(redacted);

  const redactAll = <T>(value: T, shape: ShapeOf<T>): T => mapStrings(value, shape, redacted) as T;

  for (const secret of secrets) add(secret);
  return { redact, redactAll, add, forms: () => ordered };
}

function formsOf(secret: string, user: string | undefined): readonly string[] {
  const whole = Buffer.from(secret, 'utf8').toString('utf8');
  const lines = secret.split(/\r\n?|\n/).map((line) => line.trim());
  const texts = [...new Set([secret, whole, ...lines])].filter(
    (text) => text.length >= minSecretLength && text.trim() !== '',
  );
  const pairs = user === undefined ? [`:${secret}`] : [`:${secret}`, `${user}:${secret}`];
  return [
    ...texts,
    // What has become a line of a message before it came here.
    ...texts.map((text) => oneLine(text, Infinity)),
    ...texts.flatMap(jsonForms),
    ...texts.flatMap(urlForms),
    ...texts.flatMap(base64Forms),
    ...pairs.flatMap(base64Whole),
  ].filter((form) => form.length >= minSecretLength);
}

/** As a part of a JSON string, of JSON inside JSON, and as Go prints it (`<`, `>` and `&` escaped), as kubectl does. */
function jsonForms(text: string): readonly string[] {
  const once = JSON.stringify(text).slice(1, -1);
  const go = once.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [once, go, ...[once, go].map((form) => JSON.stringify(form).slice(1, -1))];
}

/** As a URL component, path, form field and user info carry it, with escapes in either case. */
function urlForms(text: string): readonly string[] {
  const wellFormed = Buffer.from(text, 'utf8').toString('utf8');
  const component = encodeURIComponent(wellFormed);
  const strict = component.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const form = new URLSearchParams([['', wellFormed]]).toString().slice(1);
  const userInfo = new URL('http://host');
  userInfo.password = wellFormed;
  const forms = [component, strict, encodeURI(wellFormed), form, userInfo.password];
  return [...forms, ...forms.map((encoded) => encoded.replace(/%20/g, '+'))].flatMap((encoded) => [
    encoded,
    lowerEscapes(encoded),
  ]);
}

function lowerEscapes(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

/**
 * The secret in base64, alone and inside a longer text. There it begins at one of three positions in a group of
 * three bytes; the characters that also carry bits of a neighbour are left out, the others are the same whatever
 * stands around it.
 */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const inside = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    return alphabets(padded.toString('base64').slice(first, last));
  });
  return [...base64Whole(text), ...inside];
}

function base64Whole(text: string): readonly string[] {
  const padded = Buffer.from(text, 'utf8').toString('base64');
  return [padded, padded.replace(/=+$/, '')].flatMap(alphabets);
}

/** Standard, URL-safe, and standard inside a URL. */
function alphabets(base64: string): readonly string[] {
  const inUrl = encodeURIComponent(base64);
  return [base64, base64.replace(/\+/g, '-').replace(/\//g, '_'), inUrl, lowerEscapes(inUrl)];
}

type Span = readonly [from: number, to: number];

function spansOf(text: string, forms: readonly string[]): readonly Span[] {
  const spans: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
      spans.push([at, at + form.length]);
    }
  }
  for (let at = text.indexOf(cutMark); at !== -1; at = text.indexOf(cutMark, at + 1)) {
    for (const form of forms) {
      const before = leftBefore(text, at, form);
      if (before > 0) spans.push([at - before, at]);
      const after = leftAfter(text, at + 1, form);
      if (after > 0) spans.push([at + 1, at + 1 + after]);
    }
  }
  return spans.sort((a, b) => a[0] - b[0]);
}

/**
 * Beside a cut, fewer characters of a secret than can be told from any others are cut off too: nobody misses them. Words with
 * dots of their own are shorter than what is cut.
 */
function withoutScraps(text: string, forms: readonly string[]): string {
  let result = '';
  let end = 0;
  for (let at = text.indexOf(cutMark); at !== -1; at = text.indexOf(cutMark, at + 1)) {
    const before = at < shortestCut ? [] : forms.map((form) => leftBefore(text, at, form, 1));
    const after = forms.map((form) => leftAfter(text, at + 1, form, 1));
    result += text.slice(end, Math.max(end, at - Math.max(0, ...before))) + cutMark;
    end = at + 1 + Math.max(0, ...after);
  }
  return result + text.slice(end);
}

/** How many characters in front of `end`, `least` of them, are the beginning of a secret; 0 when they are fewer. */
function leftBefore(text: string, end: number, form: string, least = minSecretLength): number {
  for (let length = Math.min(form.length - 1, end); length >= least; length--)
    if (text[end - length] === form[0] && text.startsWith(form.slice(0, length), end - length))
      return length;
  return 0;
}

/** How many characters from `start` on, `least` of them, are the end of a secret; 0 when they are fewer. */
function leftAfter(text: string, start: number, form: string, least = minSecretLength): number {
  for (let length = Math.min(form.length - 1, text.length - start); length >= least; length--)
    if (text[start] === form[form.length - length] && text.startsWith(form.slice(-length), start))
      return length;
  return 0;
}

/** Overlapping spans become one mask, so that no piece of the second secret is left. */
function replaceSpans(text: string, spans: readonly Span[]): string {
  let result = '';
  let end = 0;
  let masked = -1;
  for (const [from, to] of spans) {
    if (from > masked) result += text.slice(end, from) + mask;
    masked = Math.max(masked, to);
    end = masked;
  }
  return result + text.slice(end);
}

function mapStrings(value: unknown, shape: Shape, redact: (text: string) => string): unknown {
  if (shape === 'own') return value;
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, shape, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const known = shape === 'text' ? undefined : shapeAt(shape, key);
      return [known === undefined ? redact(key) : key, mapStrings(item, known ?? 'text', redact)];
    }),
  );
}

function shapeAt(shape: Exclude<Shape, string>, key: string): Shape | undefined {
  return Object.hasOwn(shape, key) ? shape[key] : shape['*'];
}
