import { fields } from '../../support/json.js';
import type { HttpResponse } from '../../support/http.js';
import { isTransientStatus, retryAfterMs } from '../../support/retry.js';
import type { Problem, Result } from '../../contract/result.js';
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
export interface RequestFailure extends Problem {
  readonly kind: FailureKind;
  /** How long the server asked us to wait, milliseconds. */
  readonly retryAfterMs?: number;
}

export interface Failed {
  readonly ok: false;
  readonly problem: RequestFailure;
}

export function failed(
  kind: FailureKind,
  message: string,
  fix?: string,
  retryAfterMs?: number,
): Failed {
  return {
    ok: false,
    problem: {
      kind,
      message,
      ...(fix === undefined ? {} : { fix }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  };
}

/** For an answer that is none to what was asked. */
export function unexpected(message: string): Failed {
  return failed('unexpected', message);
}

/** @param serverMessage with `: ` in front */
export function noAnswerToQuery(serverMessage = ''): Failed {
  return unexpected(`its answer is not one to a query${serverMessage}`);
}

/** Whether the same query may be answered a moment later. */
export function mayPass({ kind }: RequestFailure): boolean {
  return (
    kind === 'unreachable' ||
    kind === 'timeout' ||
    kind === 'rate-limited' ||
    kind === 'server-error'
  );
}

/** What a server answered, as it came. */
export type RawResponse = Pick<HttpResponse, 'status' | 'headers' | 'body'>;

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
  /** `message`: that of the server, with `: ` in front. */
  readonly unauthorized: (message: string) => string;
  readonly forbidden: string;
  readonly notFound: string;
  readonly badQuery: string;
  readonly timeout: string;
  readonly tooLarge: string;
  readonly unreachable: string;
}

/** What the errors of a kind of server mean. */
export interface ErrorMapping {
  readonly hints: Hints;
  /** Its own words for what is wrong, in a body that was JSON. */
  readonly serverMessage: (document: unknown) => string | undefined;
  /** What an error is, where its body tells more than its status. */
  readonly kindOf?: (document: unknown, status: number) => FailureKind | undefined;
  /** How long it asks to wait, milliseconds; by default what `Retry-After` says. */
  readonly waitMs?: (
    header: (name: string) => string | undefined,
    now: number,
  ) => number | undefined;
}

export interface JsonAnswer {
  readonly document: unknown;
  /** What the server says of it, with `: ` in front; mostly empty. */
  readonly serverMessage: string;
}

/** Reads an answer that should be JSON. Whatever is not is a failure of the server, or of the way to it. */
export function readDocument(
  raw: RawResponse,
  mapping: ErrorMapping,
  reader: Reader,
): Result<JsonAnswer, RequestFailure> {
  const { status } = raw;
  if (status >= 300 && status < 400) return redirected(raw, mapping);
  const type = raw.headers['content-type'] ?? '';
  const parsed = type === '' || /\bjson\b/i.test(type) ? parseJson(raw.body) : undefined;
  const message = messageOf(raw, parsed, mapping, reader);
  if (status < 200 || status > 299) return refused(raw, parsed, message, mapping, reader.now);
  if (parsed === undefined)
    return failed(
      'not-json',
      `it answered ${type === '' ? 'something that is not JSON' : clip(neutralise(type), 60)}${message}`,
      /html/i.test(type) ? mapping.hints.page : mapping.hints.notJson,
    );
  return { ok: true, value: { document: parsed, serverMessage: message } };
}

function redirected({ status, headers }: RawResponse, { hints }: ErrorMapping): Failed {
  const { location } = headers;
  return failed(
    'redirect',
    `it answered ${String(status)}${location === undefined ? '' : `, which leads to ${target(location)}`}`,
    hints.redirect,
  );
}

function target(location: string): string {
  return /^https?:\/\//i.test(location)
    ? printableUrl(location)
    : clip(neutralise(location.replace(/[?#].*$/, '')), 100);
}

function refused(
  raw: RawResponse,
  parsed: unknown,
  message: string,
  mapping: ErrorMapping,
  now: number,
): Failed {
  const { status } = raw;
  const kind = mapping.kindOf?.(parsed, status) ?? kindOf(status);
  const wait =
    kind === 'rate-limited' || kind === 'server-error'
      ? (mapping.waitMs ?? retryAfterMs)((name) => raw.headers[name], now)
      : undefined;
  const fix = fixOf(kind, message, mapping.hints);
  return failed(kind, `it answered ${String(status)}${message}`, fix, wait);
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
export function fixOf(kind: FailureKind, message: string, hints: Hints): string | undefined {
  if (kind === 'unauthorized') return hints.unauthorized(message);
  if (kind === 'forbidden') return hints.forbidden;
  if (kind === 'not-found') return hints.notFound;
  return kind === 'bad-query' ? hints.badQuery : undefined;
}

/** The server's own words. Of a page for people only its title is of use. */
function messageOf(
  raw: RawResponse,
  parsed: unknown,
  { serverMessage }: ErrorMapping,
  { redact }: Reader,
): string {
  const error = parsed === undefined ? undefined : serverMessage(parsed);
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
    redirect: `redirects are not followed, because credentials would go along: set ${address} to the final address; a login page means that credentials are missing`,
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
