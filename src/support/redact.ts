import { Buffer } from 'node:buffer';

/** A shorter secret is not looked for: masking `1` everywhere would destroy the log. */
export const minSecretLength = 4;

const mask = '***';

/** Takes secrets out of everything that is printed or written. */
export interface Redactor {
  /**
   * The text with `***` in place of every form of every secret. Must see a text before it is cut short or
   * escaped: half a secret is not recognised.
   */
  redact(text: string): string;
  /**
   * A copy of plain data with every string redacted. Object keys made of letters and hyphens only are the
   * words of our own formats and stay; all others are redacted too.
   */
  redactAll<T>(value: T): T;
  /**
   * Makes a further secret known. `user` is the name that goes with it in Basic authentication.
   * A secret, and a line of one, counts from {@link minSecretLength} characters; its Basic forms always.
   */
  add(secret: string, options?: { readonly user?: string }): void;
  /** Everything that is looked for, longest first: what a CI system should be asked to mask. */
  forms(): readonly string[];
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
  const redact = (text: string): string => {
    let current = text;
    for (;;) {
      const next = replaceSpans(current, spansOf(current, ordered));
      if (next === current) return current;
      current = next;
    }
  };

  const redactAll = <T>(value: T): T => mapStrings(value, redact) as T;

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
  return spans.sort((a, b) => a[0] - b[0]);
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

function mapStrings(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      /^[A-Za-z-]+$/.test(key) ? key : redact(key),
      mapStrings(item, redact),
    ]),
  );
}
