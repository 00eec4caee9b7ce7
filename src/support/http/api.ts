import type { Problem, Result } from '../../contract/result.js';
import { deadline } from '../abort.js';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import { isObject } from '../json.js';
import { retryAfterMs, retryRead } from '../retry.js';
import { clip, neutralise } from '../text.js';
import type { HttpErrorKind } from './error.js';
import { describeResponse, isPage, isSuccess, isTransient, type ApiResponse } from './response.js';

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

/** Why there is no answer. */
interface NoResponse extends Problem {
  /** `other` also for an answer that was not understood. */
  readonly kind: HttpErrorKind;
  /** `false`: the server cannot have seen the request. `true`: it may or may not have acted upon it. */
  readonly mayHaveBeenReceived: boolean;
}

/** A request without a usable answer: that of a connection that failed, and that of an API that refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** What was answered; `undefined`: nothing. */
  readonly response: ApiResponse | undefined;
  /** Whether asking again may help. */
  readonly transient: boolean;
  /** How long the server asked us to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;

  /** @param now wall clock, milliseconds: for a server that says until when to wait. */
  constructor(
    readonly what: string,
    outcome: ApiResponse | NoResponse,
    now?: number,
  ) {
    super(`${what}: ${'status' in outcome ? describeResponse(outcome) : outcome.message}`);
    this.response = 'status' in outcome ? outcome : undefined;
    this.transient = this.response === undefined || isTransient(this.response);
    this.retryAfterMs =
      this.response === undefined || now === undefined || !this.transient
        ? undefined
        : retryAfterMs((name) => this.response?.headers[name], now);
  }
}

/** The answer by which the API refused for good; `undefined`: the error is another one. */
export function refusalIn(error: unknown): ApiResponse | undefined {
  return error instanceof ApiError && !error.transient ? error.response : undefined;
}

/** What to change, where the error is a refusal that tells that. */
export function hintOf(
  error: unknown,
  hintFor: (response: ApiResponse) => string | undefined,
): string | undefined {
  const response = refusalIn(error);
  return response === undefined ? undefined : hintFor(response);
}

/** What is known after one request. */
export type SendResult = Result<ApiResponse, NoResponse>;

/** The calls of one API. `C` is what the transport below understands. */
export interface ApiClient<C = ApiRequest> {
  /** One request, sent once. Any status is an answer. Never rejects. */
  send(what: string, call: C, timeoutMs: number, signal: AbortSignal): Promise<SendResult>;
  /**
   * One request, sent once, whose answer must be one of success.
   * @param timeoutMs 10 s, unless it is said.
   * @throws ApiError, or the signal's reason.
   */
  request(what: string, call: C, signal: AbortSignal, timeoutMs?: number): Promise<ApiResponse>;
  /** A read that is repeated after errors that may pass. @throws as {@link request} does. */
  read(what: string, call: C, signal: AbortSignal): Promise<ApiResponse>;
}

const READ_TIMEOUT_MS = 10_000;
const READ_BUDGET_MS = 30_000;
const READ_ATTEMPTS = 4;

/**
 * @param options.send gives the answer whatever its status, `undefined` when it is none that can be understood; rejects
 *   when there is no answer.
 * @param options.takesPages whether a page in place of data is taken as an answer. Unless it is, it counts as refused
 *   credentials: asking again does not help.
 */
export function createApiClient<C>(options: {
  readonly send: (call: C, signal: AbortSignal) => Promise<ApiResponse | undefined>;
  readonly takesPages?: boolean;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}): ApiClient<C> {
  const { clock, random, takesPages = false } = options;

  const send: ApiClient<C>['send'] = async (what, call, timeoutMs, signal) => {
    const time = deadline(clock, timeoutMs, what, signal);
    try {
      const value = await options.send(call, time.signal);
      return value === undefined ? { ok: false, problem: notUnderstood } : { ok: true, value };
    } catch (error) {
      return { ok: false, problem: noResponse(error, time.signal, signal) };
    } finally {
      time.clear();
    }
  };

  const request: ApiClient<C>['request'] = async (
    what,
    call,
    signal,
    timeoutMs = READ_TIMEOUT_MS,
  ) => {
    const sent = await send(what, call, timeoutMs, signal);
    if (sent.ok && isSuccess(sent.value) && (takesPages || !isPage(sent.value))) return sent.value;
    if (!sent.ok && signal.aborted) throw signal.reason;
    throw new ApiError(what, sent.ok ? sent.value : sent.problem, clock.now());
  };

  return {
    send,
    request,
    read: (what, call, signal) =>
      retryRead(() => request(what, call, signal), {
        clock,
        signal,
        random,
        budgetMs: READ_BUDGET_MS,
        attempts: READ_ATTEMPTS,
      }),
  };
}

const notUnderstood: NoResponse = {
  message: 'the answer was not understood',
  kind: 'other',
  mayHaveBeenReceived: true,
};

/** @param within ends with the time of the request; `signal` is the caller's. */
function noResponse(error: unknown, within: AbortSignal, signal: AbortSignal): NoResponse {
  return {
    message: within.aborted ? messageOf(within.reason) : connectionProblem(error),
    kind: signal.aborted ? 'aborted' : within.aborted ? 'timeout' : kindOf(error),
    mayHaveBeenReceived: !wasNeverReceived(error),
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

function kindOf(error: unknown): HttpErrorKind {
  for (const { kind, mayHaveBeenReceived } of chain(error))
    if (typeof mayHaveBeenReceived === 'boolean') return kind as HttpErrorKind;
  return 'other';
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

interface JsonApiOptions {
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
export function createJsonApi({ clock, random, ...options }: JsonApiOptions): ApiClient {
  const base = options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`;
  const { origin } = new URL(base);
  return createApiClient<ApiRequest>({
    clock,
    random,
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
      return readResponse(response);
    },
  });
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
    data: parsed(await response.text()),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
