import { fields } from '../../support/json.js';
import { isTransientStatus, retryAfterMs } from '../../support/retry.js';
import { clip, neutralise, printableUrl } from '../../support/text.js';
export type FailureKind =
  | 'unreachable'
  | 'timeout'
  | 'too-large'
  | 'redirect'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'rate-limited'
  | 'bad-query'
  | 'not-json'
  | 'unexpected'
  | 'server-error';

/** Why a query got no usable answer. Never the application's fault. */
export interface Failure {
  readonly kind: FailureKind;
  /** One sentence without a full stop; safe to print. */
  readonly message: string;
  /** What to change, when that can be told. */
  readonly fix?: string;
  /** How long the server asked us to wait, milliseconds. */
  readonly retryAfterMs?: number;
}

/** Instead of an answer. */
export interface Failed {
  readonly ok: false;
  readonly failure: Failure;
}

export function failed(failure: Failure): Failed {
  return { ok: false, failure };
}

/** For an answer that is none to what was asked. */
export function unexpected(message: string): Failed {
  return failed({ kind: 'unexpected', message });
}

/** Whether the same query may be answered a moment later. */
export function mayPass({ kind }: Failure): boolean {
  return (
    kind === 'unreachable' ||
    kind === 'timeout' ||
    kind === 'rate-limited' ||
    kind === 'server-error'
  );
}

/** What a server answered, as it came. */
export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What is needed to speak of an answer. */
export interface Reader {
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly redact: (text: string) => string;
}

/** What to change when a query gets no usable answer. */
export interface Hints {
  readonly redirect: string;
  /** A page for people came. */
  readonly page: string;
  /** Something came that is neither JSON nor a page. */
  readonly notJson: string;
  /** `said`: the words of the server, with `: ` in front. */
  readonly unauthorized: (said: string) => string;
  readonly forbidden: string;
  readonly notFound: string;
  readonly badQuery: string;
  readonly timeout: string;
  readonly tooLarge: string;
  readonly unreachable: string;
}

/** The way in which a kind of server answers. */
export interface Dialect {
  readonly hints: Hints;
  /** Its own words for what is wrong, in a body that was JSON. */
  readonly wordsIn: (document: unknown) => string | undefined;
  /** What an error is, where its body tells more than its status. */
  readonly kindIn?: (document: unknown, status: number) => FailureKind | undefined;
  /** How long it asks to wait, milliseconds; by default what `Retry-After` says. */
  readonly waitMs?: (
    header: (name: string) => string | undefined,
    now: number,
  ) => number | undefined;
}

export interface Document {
  readonly ok: true;
  readonly document: unknown;
  /** What the server says of it, with `: ` in front; mostly empty. */
  readonly said: string;
}

/** Reads an answer that should be JSON. Whatever is not is a failure of the server, or of the way to it. */
export function readDocument(raw: RawAnswer, dialect: Dialect, reader: Reader): Document | Failed {
  const { status } = raw;
  if (status >= 300 && status < 400) return redirected(raw, dialect);
  const type = raw.headers['content-type'] ?? '';
  const parsed = type === '' || /\bjson\b/i.test(type) ? parseJson(raw.body) : undefined;
  const said = words(raw, parsed, dialect, reader);
  if (status < 200 || status > 299) return refused(raw, parsed, said, dialect, reader.now);
  if (parsed === undefined)
    return failed({
      kind: 'not-json',
      message: `it answered ${type === '' ? 'something that is not JSON' : clip(neutralise(type), 60)}${said}`,
      fix: /html/i.test(type) ? dialect.hints.page : dialect.hints.notJson,
    });
  return { ok: true, document: parsed, said };
}

function redirected({ status, headers }: RawAnswer, { hints }: Dialect): Failed {
  const { location } = headers;
  return failed({
    kind: 'redirect',
    message: `it answered ${String(status)}${location === undefined ? '' : `, which leads to ${target(location)}`}`,
    fix: hints.redirect,
  });
}

function target(location: string): string {
  return /^https?:\/\//i.test(location)
    ? printableUrl(location)
    : clip(neutralise(location.replace(/[?#].*$/, '')), 100);
}

function refused(
  raw: RawAnswer,
  parsed: unknown,
  said: string,
  dialect: Dialect,
  now: number,
): Failed {
  const { status } = raw;
  const kind = dialect.kindIn?.(parsed, status) ?? kindOf(status);
  const fix = fixOf(kind, said, dialect.hints);
  const wait =
    kind === 'rate-limited' || kind === 'server-error'
      ? (dialect.waitMs ?? retryAfterMs)((name) => raw.headers[name], now)
      : undefined;
  return failed({
    kind,
    message: `it answered ${String(status)}${said}`,
    ...(fix === undefined ? {} : { fix }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function kindOf(status: number): FailureKind {
  if (status === 429) return 'rate-limited';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 400 || status === 422) return 'bad-query';
  return isTransientStatus(status) ? 'server-error' : 'unexpected';
}

/** What to change, when an answer was an error of this kind. */
export function fixOf(kind: FailureKind, said: string, hints: Hints): string | undefined {
  if (kind === 'unauthorized') return hints.unauthorized(said);
  if (kind === 'forbidden') return hints.forbidden;
  if (kind === 'not-found') return hints.notFound;
  return kind === 'bad-query' ? hints.badQuery : undefined;
}

/** The server's own words. Of a page for people only its title is of use. */
function words(raw: RawAnswer, parsed: unknown, { wordsIn }: Dialect, { redact }: Reader): string {
  const error = parsed === undefined ? undefined : wordsIn(parsed);
  if (error !== undefined && error !== '') return `: ${shown(error, redact)}`;
  if (parsed !== undefined) return '';
  const text = raw.body.subarray(0, 4096).toString('utf8');
  const title = /<title[^>]*>([^<]*)</i.exec(text)?.[1];
  if (title !== undefined) return `, a page with the title "${shown(title, redact)}"`;
  return text.trim() === '' || /^\s*</.test(text) ? '' : `: ${shown(text, redact)}`;
}

/** Redacted before it is cut short: half a secret would not be recognised. */
export function shown(text: string, redact: (text: string) => string): string {
  return clip(neutralise(redact(text)), 300);
}

/** The field that holds the words of most servers. */
export function errorField(document: unknown): string | undefined {
  const { error } = fields(document);
  return typeof error === 'string' ? error : undefined;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** The usual hints, in the names of what the user set. */
export function hintsOf(names: {
  /** What the address is set by. */
  readonly address: string;
  /** What the credentials are set by. */
  readonly credentials: string;
  /** What stands behind the address: `/render`. */
  readonly path: string;
}): Hints {
  const { address, credentials, path } = names;
  return {
    redirect: `redirects are not followed, because credentials would go along: set ${address} to the final address; a login page means that credentials lack`,
    page: `a page for people, such as a login page: check ${address}, and set ${credentials}`,
    notJson: `check ${address}: it is the address in front of ${path}`,
    unauthorized: () => `check ${credentials}`,
    forbidden: `give ${credentials} the right to query, or use others`,
    notFound: `there is no ${path} behind this address: check ${address}`,
    badQuery: 'correct the query',
    timeout: 'raise timeout, or make the query cheaper',
    tooLarge: 'narrow the query down to what was deployed',
    unreachable: `check ${address}, and whether it can be reached from here`,
  };
}

/** The header for a bearer token or for `user:password`. A bearer token has no colon (RFC 6750, 2.1). */
export function authorization(token: string, scheme: 'Bearer' | 'Token' = 'Bearer'): string {
  return token.includes(':')
    ? `Basic ${Buffer.from(token, 'utf8').toString('base64')}`
    : `${scheme} ${token}`;
}
