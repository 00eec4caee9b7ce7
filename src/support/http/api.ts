import type { Result } from '../../contract/result.js';
import { deadline } from '../abort.js';
import { type Clock, createServerClock, type ServerClock } from '../clock.js';
import type { Http, HttpRequest } from '../http.js';
import { retryRead, type RetryOptions } from '../retry.js';
import { cutMark, formatDuration } from '../text.js';
import { HttpError } from './error.js';
import {
  type ApiProblem,
  type ErrorMapping,
  failed,
  noResponse,
  type NoResponse,
  refusal,
  said,
} from './problem.js';
import { describeResponse, isPage, isSuccess, type ApiResponse } from './response.js';

/** A call of an API that speaks JSON over HTTP. */
export interface ApiRequest {
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

/** A request without a usable answer: the connection failed, or the API refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** What was answered; `undefined`: nothing. */
  readonly response: ApiResponse | undefined;
  /** Whether asking again may help. */
  readonly transient: boolean;
  /** How long the server asked us to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What to change, where a permanent refusal says so. */
  readonly fix: string | undefined;

  constructor(what: string, { message, response, transient, retryAfterMs, fix }: ApiProblem) {
    super(`${what}: ${response === undefined ? message : describeResponse(response)}`);
    this.response = response;
    this.transient = transient;
    this.retryAfterMs = retryAfterMs;
    this.fix = transient ? undefined : fix;
  }
}

/** The answer by which the API refused for good; `undefined`: the error is another one. */
export function refusalIn(error: unknown): ApiResponse | undefined {
  return error instanceof ApiError && !error.transient ? error.response : undefined;
}

/** What to change, where the error is a refusal that says so. */
export function fixIn(error: unknown): string | undefined {
  return error instanceof ApiError ? error.fix : undefined;
}

/** What is known after one request. */
export type SendResult = Result<ApiResponse, NoResponse>;

/** A usable answer. */
export interface ApiAnswer extends ApiResponse {
  /** What the server says about it, with `: ` in front; mostly empty. */
  readonly said: string;
}

/** The calls of one API. `C` is what the transport below understands. */
export interface ApiClient<C = ApiRequest> {
  /** One request, sent once. Any status is an answer. Never rejects. */
  send(what: string, call: C, timeoutMs: number, signal: AbortSignal): Promise<SendResult>;
  /**
   * One request, sent once, unless the server has asked us to wait.
   * @throws the signal's reason, when it is aborted; nothing else.
   */
  ask(call: C, timeoutMs: number, signal: AbortSignal): Promise<Result<ApiAnswer, ApiProblem>>;
  /**
   * One request, sent once, whose answer must be one of success.
   * @param timeoutMs 10 s by default
   * @throws ApiError, or the signal's reason.
   */
  request(what: string, call: C, signal: AbortSignal, timeoutMs?: number): Promise<ApiResponse>;
  /** A read that is repeated after errors that may pass. @throws as {@link request} does. */
  read(what: string, call: C, signal: AbortSignal): Promise<ApiResponse>;
  /** What time it is there. */
  readonly serverClock: ServerClock;
}

/**
 * Gives the answer whatever its status, `undefined` when it is none that can be understood; rejects when there is no
 * answer.
 */
export type Transport<C> = (
  call: C,
  signal: AbortSignal,
  timeoutMs: number,
) => Promise<ApiResponse | undefined>;

/** What every client is made from, whatever its transport. */
export interface ApiOptions {
  /**
   * What an answer of success must be, else it counts as refused: asking again does not help. `data`, the default: no page in
   * place of data, which usually is a sign-in page.
   */
  readonly accepts?: 'anything' | 'data' | 'json';
  readonly errors?: ErrorMapping;
  /** How much of an answer the transport takes, for messages; 1 MiB by default. */
  readonly maxBytes?: number;
  /** Takes secrets out of the server's words. By default the transport does. */
  readonly redact?: (text: string) => string;
  readonly clock: Clock;
  /** 0 ≤ x < 1, for the waits of reads; one half by default. */
  readonly random?: () => number;
}

const READ_TIMEOUT_MS = 10_000;
const READ_BUDGET_MS = 30_000;
const READ_ATTEMPTS = 4;

const noHints: ErrorMapping = { hintFor: () => undefined };

export function createApiClient<C>(transport: Transport<C>, options: ApiOptions): ApiClient<C> {
  const { accepts = 'data', errors = noHints, maxBytes = 1024 * 1024, clock, random } = options;
  const { redact = (text: string) => text } = options;
  const serverClock = createServerClock(clock);
  let quietUntil = 0;
  const isUsable = (response: ApiResponse): boolean =>
    isSuccess(response) &&
    (accepts === 'json' ? response.isText !== true : accepts === 'anything' || !isPage(response));

  const send: ApiClient<C>['send'] = async (what, call, timeoutMs, signal) => {
    const time = deadline(clock, timeoutMs, what, signal);
    try {
      const value = await transport(call, time.signal, timeoutMs);
      if (value === undefined) return { ok: false, problem: notUnderstood };
      serverClock.learn(value.headers);
      return { ok: true, value };
    } catch (error) {
      return { ok: false, problem: noResponse(error, time.signal, errors, maxBytes) };
    } finally {
      time.clear();
    }
  };

  /** @throws the signal's reason. */
  const once = async (
    what: string,
    call: C,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Result<ApiResponse, ApiProblem>> => {
    const sent = await send(what, call, timeoutMs, signal);
    if (!sent.ok && signal.aborted) throw signal.reason;
    if (!sent.ok || isUsable(sent.value)) return sent;
    const problem = refusal(sent.value, { errors, redact, now: clock.now() });
    if (problem.retryAfterMs !== undefined) quietUntil = clock.monotonic() + problem.retryAfterMs;
    return { ok: false, problem };
  };

  return {
    send,
    serverClock,
    async ask(call, timeoutMs, signal) {
      signal.throwIfAborted();
      const wait = quietUntil - clock.monotonic();
      if (wait > 0)
        return failed(
          'rate-limited',
          `it asked for no queries in the next ${formatDuration(wait)}`,
          { retryAfterMs: wait },
        );
      const answer = await once('the query', call, timeoutMs, signal);
      if (answer.ok)
        return {
          ok: true,
          value: { ...answer.value, said: said(answer.value, { errors, redact }) },
        };
      const { cause, brief, ...problem }: ApiProblem & Partial<NoResponse> = answer.problem;
      // Any other error of the transport is a defect.
      if (cause !== undefined && !(cause instanceof HttpError)) throw cause;
      return { ok: false, problem: brief === undefined ? problem : { ...problem, message: brief } };
    },
    async request(what, call, signal, timeoutMs = READ_TIMEOUT_MS) {
      return orThrow(what, await once(what, call, timeoutMs, signal));
    },
    async read(what, call, signal) {
      const ask = (): Promise<Result<ApiResponse, ApiProblem>> =>
        once(what, call, READ_TIMEOUT_MS, signal);
      return orThrow(
        what,
        await withRetries(ask, {
          clock,
          signal,
          random,
          budgetMs: READ_BUDGET_MS,
          attempts: READ_ATTEMPTS,
        }),
      );
    },
  };
}

function orThrow(what: string, answer: Result<ApiResponse, ApiProblem>): ApiResponse {
  if (answer.ok) return answer.value;
  throw new ApiError(what, answer.problem);
}

/**
 * Asks again after trouble that may pass. By default up to three times, however long the server wants us to wait: before a
 * watch there is time, and an error ends the job.
 */
export function withRetries<T>(
  ask: () => Promise<Result<T, ApiProblem>>,
  options: Pick<RetryOptions, 'clock' | 'signal'> &
    Partial<Pick<RetryOptions, 'budgetMs' | 'attempts'>> & {
      readonly random?: (() => number) | undefined;
    },
): Promise<Result<T, ApiProblem>> {
  const { random = () => 0.5, budgetMs = Number.POSITIVE_INFINITY, attempts = 3 } = options;
  return retryRead(ask, {
    ...options,
    random,
    budgetMs,
    attempts,
    failureIn: (answer) => (answer.ok ? undefined : answer.problem),
  });
}

const notUnderstood: NoResponse = {
  ...failed('server-error', 'the answer was not understood').problem,
  brief: 'the answer was not understood',
  mayHaveBeenReceived: true,
};

interface JsonTransportOptions {
  /** With or without a slash at its end. */
  readonly baseUrl: string;
  /** Sent with every call, to the base address's own origin only. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
}

/** An API that speaks JSON: see {@link jsonTransport}. */
export function createJsonApi(options: JsonTransportOptions & ApiOptions): ApiClient {
  return createApiClient(jsonTransport(options), options);
}

/**
 * Redirects are never followed: they lead to pages to sign in on, or turn a call that starts something into one that reads. A
 * body that is no JSON is handed on as text.
 */
export function jsonTransport(options: JsonTransportOptions): Transport<ApiRequest> {
  const base = options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`;
  const { origin } = new URL(base);
  return async (call, signal) => {
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
    return readResponse(response);
  };
}

function contentTypeOf(call: ApiRequest): Record<string, string> {
  if (call.json !== undefined) return { 'content-type': 'application/json' };
  return call.form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
}

function bodyOf(call: ApiRequest): { body?: string } {
  if (call.json !== undefined) return { body: JSON.stringify(call.json) };
  if (call.form !== undefined) return { body: new URLSearchParams(call.form).toString() };
  return call.text === undefined ? {} : { body: call.text };
}

/** The answer in a response of `fetch`, read to its end. */
export async function readResponse(response: Response): Promise<ApiResponse> {
  const { status, headers } = response;
  return {
    status,
    // Several lines of one name are one text here, and would be several entries of the same name.
    headers: Object.fromEntries([...headers.keys()].map((name) => [name, headers.get(name) ?? ''])),
    ...parsed(await response.text()),
  };
}

/** One request as it goes out. */
export type HttpCall = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;

/**
 * Straight to the transport below: what may be addressed by credentials in the URL, which `fetch` refuses. Redirects are
 * never followed, because credentials would go along.
 *
 * @param limits how much of an answer is taken
 */
export function httpTransport(
  http: () => Http,
  limits: Pick<HttpRequest, 'maxBytes' | 'keepBody'>,
): Transport<HttpCall> {
  return async (call, signal, timeoutMs) => {
    const { status, headers, body } = await http().request({
      ...call,
      ...limits,
      timeoutMs,
      signal,
    });
    const isCut = limits.keepBody === 'start' && body.length === limits.maxBytes;
    const text = body.toString('utf8') + (isCut ? cutMark : '');
    const type = headers['content-type'] ?? '';
    const isCalledJson = type === '' || /\bjson\b/i.test(type);
    return { status, headers, ...(isCalledJson ? parsed(text) : { data: text, isText: true }) };
  };
}

function parsed(text: string): Pick<ApiResponse, 'data' | 'isText'> {
  try {
    return { data: JSON.parse(text) as unknown };
  } catch {
    return { data: text, isText: true };
  }
}
