import type { Clock } from '../support/clock.js';
import { createCalls } from './exchange.js';
import type { Answer, Calls } from './exchange.js';

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
