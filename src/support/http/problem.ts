import type { Problem } from '../../contract/result.js';
import { messageOf } from '../errors.js';
import { isObject } from '../json.js';
import { isTransientStatus, retryAfterMs } from '../retry.js';
import { cutMark, oneLine, printableUrl } from '../text.js';
import { type HttpErrorKind, tlsHint } from './error.js';
import { type ApiResponse, isPage, isRateLimited, serverMessage } from './response.js';
import { pickBy } from '../objects.js';

/** What keeps a call from a usable answer. */
export type ProblemKind =
  | 'unreachable'
  | 'timeout'
  | 'too-large'
  | 'redirect'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'rate-limited'
  | 'bad-request'
  | 'server-error'
  /** The answer is a page for people. */
  | 'page'
  /** The answer is neither JSON nor a page. */
  | 'not-json'
  /** The server says itself that something is missing in its answer. */
  | 'partial'
  | 'unexpected';

/** Why a call has no usable answer. */
export interface ApiProblem extends Problem {
  readonly kind: ProblemKind;
  /** Whether asking again may help. */
  readonly transient: boolean;
  /** How long the server asked us to wait, milliseconds. */
  readonly retryAfterMs?: number;
  /** What was answered; absent: nothing. */
  readonly response?: ApiResponse;
}

export interface Failed {
  readonly ok: false;
  readonly problem: ApiProblem;
}

const MAY_PASS: ReadonlySet<ProblemKind> = new Set([
  'unreachable',
  'timeout',
  'rate-limited',
  'server-error',
  'partial',
]);

export function failed(
  kind: ProblemKind,
  message: string,
  more: {
    readonly fix?: string | undefined;
    readonly retryAfterMs?: number | undefined;
    readonly response?: ApiResponse;
  } = {},
): Failed {
  const given = pickBy({ ...more }, (value) => value !== undefined);
  return { ok: false, problem: { kind, message, transient: MAY_PASS.has(kind), ...given } };
}

/** What the errors of a kind of server mean, where that is not what they mean everywhere. */
export interface ErrorMapping {
  /** Its own words for what is wrong, in a body that was JSON. */
  readonly serverMessage?: (data: unknown) => string | undefined;
  /** The kind of an error, where the answer says more than its status. */
  readonly kindOf?: (response: ApiResponse) => ProblemKind | undefined;
  /** How long it asks to wait, milliseconds; by default what `Retry-After` says. */
  readonly waitMs?: typeof retryAfterMs;
  /**
   * What to change.
   * @param said the server's words, as in {@link said}
   */
  readonly hintFor: (kind: ProblemKind, said: string, response?: ApiResponse) => string | undefined;
}

/** What to change, kind by kind. A function is given the server's words. */
export type Hints = Readonly<Partial<Record<ProblemKind, string | ((said: string) => string)>>>;

/** @param hints in the names of what the user set */
export function byKind(hints: Hints): ErrorMapping['hintFor'] {
  return (kind, words) => {
    const hint = hints[kind];
    return typeof hint === 'function' ? hint(words) : hint;
  };
}

/** For an API whose refusals are told apart by their answers. */
export function byResponse(
  hintFor: (response: ApiResponse) => string | undefined,
): Pick<ErrorMapping, 'hintFor'> {
  return {
    hintFor: (_kind, _words, response) => (response === undefined ? undefined : hintFor(response)),
  };
}

/** How answers are read: the meaning of errors, and what is redacted. */
export interface Reader {
  readonly errors: ErrorMapping;
  /** Takes secrets out of what is to be cut short: afterwards half a secret would not be recognised. */
  readonly redact: (text: string) => string;
  /** Wall clock, milliseconds: for a server that says until when to wait. */
  readonly now: number;
}

/** The server's own words, with what leads to them: `: No ref found`. Mostly empty; of a page only its title is of use. */
export function said(response: ApiResponse, { errors, redact }: Omit<Reader, 'now'>): string {
  const { data } = response;
  const shown = (text: string): string => oneLine(redact(text));
  if (typeof data !== 'string') {
    const own = errors.serverMessage?.(data);
    const words =
      errors.serverMessage === undefined ? serverMessage(response, redact) : shown(own ?? '');
    return words === '' ? '' : `: ${words}`;
  }
  const text = data.length > 4096 ? data.slice(0, 4096) + cutMark : data;
  const title = /<title[^>]*>([^<]*)</i.exec(text)?.[1];
  if (title !== undefined) return `, a page with the title "${shown(title)}"`;
  return text.trim() === '' || /^\s*</.test(text) ? '' : `: ${shown(text)}`;
}

/** Why an answer is of no use, whatever its status. */
export function refusal(response: ApiResponse, reader: Reader): ApiProblem {
  const { status, headers } = response;
  const { errors, now } = reader;
  const words = said(response, reader);
  if (status >= 200 && status < 300) {
    const type = headers['content-type'] ?? '';
    const kind = isPage(response) ? 'page' : 'not-json';
    const what = type === '' ? 'something that is not JSON' : oneLine(reader.redact(type), 60);
    const fix = errors.hintFor(kind, words, response);
    return failed(kind, `it answered ${what}${words}`, { fix, response }).problem;
  }
  const kind = errors.kindOf?.(response) ?? kindOf(response);
  const wait = (errors.waitMs ?? retryAfterMs)((name) => headers[name], now);
  return failed(kind, `it answered ${String(status)}${leadsTo(response, reader)}${words}`, {
    fix: MAY_PASS.has(kind) ? undefined : errors.hintFor(kind, words, response),
    retryAfterMs: MAY_PASS.has(kind) ? wait : undefined,
    response,
  }).problem;
}

function kindOf(response: ApiResponse): ProblemKind {
  const { status } = response;
  if (status >= 300 && status < 400) return 'redirect';
  if (isRateLimited(response)) return 'rate-limited';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 400 || status === 422) return 'bad-request';
  return isTransientStatus(status) ? 'server-error' : 'unexpected';
}

function leadsTo(
  { status, headers: { location } }: ApiResponse,
  { redact }: Pick<Reader, 'redact'>,
): string {
  if (status < 300 || status > 399 || location === undefined) return '';
  return `, which leads to ${
    /^https?:\/\//i.test(location)
      ? oneLine(redact(printableUrl(location)), 200)
      : oneLine(redact(location.replace(/[?#].*$/, '')), 100)
  }`;
}

/** Why there is no answer at all. */
export interface NoResponse extends ApiProblem {
  /** The same in a few words that name no address, which may be a secret: `connection refused (ECONNREFUSED)`. */
  readonly brief: string;
  /** `false`: the server cannot have seen the request. `true`: it may or may not have acted upon it. */
  readonly mayHaveBeenReceived: boolean;
  /** What was thrown, if anything was. */
  readonly cause?: Error;
}

/**
 * @param within ends with the time of the request, or by the caller
 * @param maxBytes how much of an answer is taken
 */
export function noResponse(
  error: unknown,
  within: AbortSignal,
  { hintFor }: ErrorMapping,
  maxBytes: number,
): NoResponse {
  const known = [...chain(error)].find((one) => 'mayHaveBeenReceived' in one);
  const given = known?.kind as HttpErrorKind | undefined;
  const kind =
    within.aborted || given === 'timeout'
      ? 'timeout'
      : given === 'too-large'
        ? 'too-large'
        : 'unreachable';
  const ofNode = typeof known?.code === 'string' ? known.code : undefined;
  const code = ofNode === undefined ? '' : ` (${ofNode})`;
  const message = within.aborted ? messageOf(within.reason) : connectionProblem(error);
  const fix =
    given === 'tls'
      ? (tlsHint(ofNode ?? '') ??
        'check its certificate; one that an authority of your own has signed needs ca-file')
      : hintFor(kind, '');
  return {
    ...failed(kind, message, { fix }).problem,
    brief:
      kind === 'timeout'
        ? 'it did not answer in time'
        : kind === 'too-large'
          ? `its answer is larger than ${String(maxBytes / 1024 / 1024)} MiB`
          : typeof known?.summary === 'string'
            ? `${known.summary}${code}`
            : message,
    mayHaveBeenReceived: !wasNeverReceived(error),
    ...(error instanceof Error ? { cause: error } : {}),
  };
}

/** System errors after which the server cannot have seen the request. */
const NEVER_RECEIVED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * The error, its causes, and for a connection that was tried at several addresses the errors of all of them. By their
 * fields, not by their class: the engine below may come from another realm.
 */
function* chain(error: unknown): Generator<Readonly<Record<string, unknown>>> {
  for (let next = error, depth = 0; depth < 8 && isObject(next); next = next.cause, depth++) {
    yield next;
    if (Array.isArray(next.errors))
      for (const inner of next.errors) if (isObject(inner)) yield inner;
  }
}

function wasNeverReceived(error: unknown): boolean {
  const codes: string[] = [];
  for (const one of chain(error)) {
    if (typeof one.mayHaveBeenReceived === 'boolean') return !one.mayHaveBeenReceived;
    if (typeof one.code === 'string') codes.push(one.code);
  }
  return codes.length > 0 && codes.every((code) => NEVER_RECEIVED.has(code));
}

/**
 * What happened to the connection. Only an error of the system or of the engine is quoted: the text of others may hold the
 * value of a header.
 */
function connectionProblem(error: unknown): string {
  for (const one of chain(error)) {
    const isKnown = typeof one.code === 'string' || 'mayHaveBeenReceived' in one;
    if (isKnown && typeof one.message === 'string') {
      return oneLine(one.message === '' ? String(one.code) : one.message);
    }
  }
  return 'the connection failed';
}
