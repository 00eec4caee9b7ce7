import { deadline } from '../abort.js';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import {
  isTransientStatus,
  PermanentError,
  retryAfterMs,
  retryRead,
  TransientError,
} from '../retry.js';
import { clip, neutralise } from '../text.js';

/** An answer of the API, whatever its status. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  header(name: string): string | undefined;
  /** As it came: nothing of it is to be believed before it is looked at. */
  readonly data: unknown;
}

/** What is known after one request. */
export type Exchange =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** The server cannot have seen it. */
  | { readonly kind: 'not-received'; readonly why: string }
  /** It may or may not have been acted upon. */
  | { readonly kind: 'unclear'; readonly why: string };

/** The API refused, for a reason that will be the same the next time. */
export class ApiError extends PermanentError {
  override readonly name = 'ApiError';
  constructor(
    readonly what: string,
    readonly answer: Answer,
  ) {
    super(`${what}: ${describeAnswer(answer)}`);
  }
  get status(): number {
    return this.answer.status;
  }
}

/**
 * The calls of one API. `C` is what the transport below understands.
 */
export interface Calls<C> {
  /** One request, sent once. Never rejects; when `signal` is aborted the exchange is `unclear`. */
  once(what: string, call: C, timeoutMs: number, signal: AbortSignal): Promise<Exchange>;
  /**
   * One read, asked once.
   * @throws ApiError when asking again is of no use, TransientError when it may help, the signal's reason.
   */
  readOnce(what: string, call: C, signal: AbortSignal): Promise<Answer>;
  /** A call that may be made again, such as one that asks for the end of a run; sent once. @throws as {@link readOnce} does. */
  ask(what: string, call: C, signal: AbortSignal): Promise<Answer>;
  /** A read that is repeated after errors that may pass. @throws as {@link readOnce} does. */
  read(what: string, call: C, signal: AbortSignal): Promise<Answer>;
}

const READ_TIMEOUT_MS = 10_000;
/** Whoever asks for the end of a run has little time left. */
const ASK_TIMEOUT_MS = 5000;
const READ_BUDGET_MS = 30_000;
const READ_ATTEMPTS = 4;

/**
 * @param options.send gives the answer whatever its status, `undefined` when it is none that can be understood; rejects
 *   when there is no answer.
 * @param options.takesPages whether a page in place of data is taken as an answer. Unless it is, it counts as refused
 *   credentials: asking again does not help.
 */
export function createCalls<C>(options: {
  readonly send: (call: C, signal: AbortSignal) => Promise<Answer | undefined>;
  readonly takesPages?: boolean;
  readonly clock: Clock;
  readonly random: () => number;
}): Calls<C> {
  const { clock, random, send, takesPages = false } = options;

  const once: Calls<C>['once'] = async (what, call, timeoutMs, signal) => {
    const time = deadline(clock, timeoutMs, what, signal);
    try {
      const answer = await send(call, time.signal);
      return answer === undefined
        ? { kind: 'unclear', why: 'the answer was not understood' }
        : { kind: 'answer', answer };
    } catch (error) {
      const why = time.signal.aborted ? messageOf(time.signal.reason) : connectionProblem(error);
      return wasNeverReceived(error) ? { kind: 'not-received', why } : { kind: 'unclear', why };
    } finally {
      time.clear();
    }
  };

  const data = async (
    what: string,
    call: C,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const exchange = await once(what, call, timeoutMs, signal);
    if (exchange.kind !== 'answer') {
      if (signal.aborted) throw signal.reason;
      throw new TransientError(`${what}: ${exchange.why}`);
    }
    const { answer } = exchange;
    if (isSuccess(answer) && (takesPages || !isPage(answer))) return answer;
    if (isTransientStatus(answer.status) || isRateLimited(answer)) {
      throw new TransientError(
        `${what}: ${describeAnswer(answer)}`,
        retryAfterMs((name) => answer.header(name), clock.now()),
      );
    }
    throw new ApiError(what, answer);
  };

  const readOnce: Calls<C>['readOnce'] = (what, call, signal) =>
    data(what, call, READ_TIMEOUT_MS, signal);

  return {
    once,
    readOnce,
    ask: (what, call, signal) => data(what, call, ASK_TIMEOUT_MS, signal),
    read: (what, call, signal) =>
      retryRead(() => readOnce(what, call, signal), {
        clock,
        signal,
        random,
        budgetMs: READ_BUDGET_MS,
        attempts: READ_ATTEMPTS,
      }),
  };
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/**
 * A page where data are due, whatever its status: the API wants somebody to sign in, or something in front of it has answered.
 * Azure DevOps says 203 then (MicrosoftDocs/vsts-rest-api-specs#97, #574); elsewhere it says that a proxy has changed what
 * was answered (RFC 9110 §15.3.4).
 */
export function isPage(answer: Answer): boolean {
  if (answer.status === 203) return true;
  return (
    typeof answer.data === 'string' &&
    (/\bhtml\b/i.test(answer.header('content-type') ?? '') ||
      /^\s*<(!doctype|html|head|body)\b/i.test(answer.data))
  );
}

/**
 * GitHub says with 403 too that there were too many requests (REST documentation, "Rate limits for the REST API":
 * `retry-after`, or `x-ratelimit-remaining: 0`).
 */
export function isRateLimited(answer: Answer): boolean {
  if (answer.status === 429) return true;
  return (
    answer.status === 403 &&
    (answer.header('retry-after') !== undefined || answer.header('x-ratelimit-remaining') === '0')
  );
}

/**
 * The API's own words, on one line: `message`, `error`, `error_description` and what `errors` adds to them, or a page
 * without its tags. Empty when it said nothing that can be shown.
 */
export function textOf({ data }: Answer): string {
  if (typeof data === 'string') return clip(neutralise(withoutTags(data)), 300);
  const { message, error, error_description: description, errors } = fields(data);
  const parts = [message, error, description, errors].flatMap(words);
  return clip(neutralise([...new Set(parts)].join('; ')), 300);
}

/** The texts in a value of an error: GitLab and CircleCI have lists and objects of lists where others have a text. */
function words(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(words);
  if (!isObject(value)) return [];
  if (typeof value.message === 'string') return [value.message];
  return Object.entries(value).flatMap(([name, inner]) =>
    words(inner).map((text) => `${name}: ${text}`),
  );
}

function withoutTags(page: string): string {
  return page.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
}

/** `422 (No ref found for: main)`. */
export function describeAnswer(answer: Answer): string {
  const text = textOf(answer);
  return text === ''
    ? `status ${String(answer.status)}`
    : `status ${String(answer.status)} (${text})`;
}

/** The fields of something that may be an object. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
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

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
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
      return clip(neutralise(one.message === '' ? String(one.code) : one.message));
    }
  }
  return 'the connection failed';
}

/** A call of an API that speaks JSON over HTTP. */
export interface JsonCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, or relative to the base address; its segments are encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as it is; `headers` say of what type it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type JsonApi = Calls<JsonCall>;

export interface JsonApiOptions {
  /** With or without a slash at its end. */
  readonly baseUrl: string;
  /** Sent with every call, to the base address's own origin only. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/**
 * An API that speaks JSON. Redirects are never followed: they lead to pages to sign in on, or turn a call that starts
 * something into one that reads. A body that is no JSON is handed on as text.
 */
export function createJsonApi(options: JsonApiOptions): JsonApi {
  const base = options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`;
  const { origin } = new URL(base);
  return createCalls<JsonCall>({
    clock: options.clock,
    random: options.random,
    async send(call, signal) {
      const url = new URL(call.path, base);
      for (const [name, value] of Object.entries(call.query ?? {}))
        if (value !== undefined) url.searchParams.set(name, String(value));
      const response = await options.fetch(url, {
        method: call.method,
        headers: {
          accept: 'application/json',
          'user-agent': 'rollgate',
          ...(url.origin === origin ? options.headers : {}),
          ...contentTypeOf(call),
          ...call.headers,
        },
        ...bodyOf(call),
        redirect: 'manual',
        signal,
      });
      return answerOf(response, await response.text());
    },
  });
}

function contentTypeOf(call: JsonCall): Record<string, string> {
  if (call.json !== undefined) return { 'content-type': 'application/json' };
  return call.form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
}

function bodyOf(call: JsonCall): { body?: string } {
  if (call.json !== undefined) return { body: JSON.stringify(call.json) };
  if (call.form !== undefined) return { body: new URLSearchParams(call.form).toString() };
  return call.text === undefined ? {} : { body: call.text };
}

/** The answer in a response whose body has been read. */
export function answerOf(response: Response, text: string): Answer {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    data: parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What to do about one kind of answer. */
export interface Hint {
  /** Without it: any. */
  readonly status?: number | readonly number[];
  /** What the API says; without it: whatever it says. */
  readonly says?: RegExp;
  readonly hint: string;
}

/** The first line of a table that fits. */
export function hintIn(
  table: readonly Hint[],
  status: number | undefined,
  text: string,
): string | undefined {
  return table.find(
    (row) =>
      (row.status === undefined || [row.status].flat().some((one) => one === status)) &&
      (row.says?.test(text) ?? true),
  )?.hint;
}
