import type { Clock } from '../../support/clock.js';
import { formatDuration } from '../../support/format.js';
import { HttpError, type Http, type HttpResponse } from '../../support/http.js';
import { printableUrl } from '../../support/url.js';
import { readAnswer, type Answer } from './answer.js';
import type { Failure } from './failure.js';

/** Where queries go to, and what goes along with them. */
export interface Server {
  /** As given: with or without `/api/v1`, a path in front of it, a query. */
  readonly url: string;
  /** Bearer token, or `user:password`. */
  readonly token?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** For one query, milliseconds. */
  readonly timeoutMs: number;
  readonly names: Names;
}

/** What the user calls what was given: for messages. */
export interface Names {
  readonly url: string;
  readonly token: string;
  readonly headers: string;
  readonly timeout: string;
}

export interface Client {
  /** As it may be printed. */
  readonly name: string;
  readonly names: Names;
  /**
   * An instant query.
   * @throws the signal's reason, when it is aborted; nothing else.
   */
  query(promql: string, signal: AbortSignal): Promise<Answer>;
}

/** Some ten thousand series. A query that gives more is a mistake. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * With GET instead of POST it may work: Prometheus' own client falls back on 405 and 501
 * (client_golang, api/client.go, DoGetFallback), and proxies that let only reads through answer 403 to a POST.
 */
const NO_POST = new Set([403, 405, 501]);

export function createClient(
  server: Server,
  world: {
    readonly http: Http;
    readonly clock: Clock;
    readonly redact: (text: string) => string;
  },
): Client {
  const { http, clock, redact } = world;
  const endpoint = endpointOf(server.url);
  const headers = {
    Accept: 'application/json',
    ...server.headers,
    ...(server.token === undefined ? {} : { Authorization: authorization(server.token) }),
  };
  let method: 'POST' | 'GET' = 'POST';
  let postWorks = false;
  let quietUntil = 0;

  async function ask(promql: string, signal: AbortSignal): Promise<Answer> {
    const first = await send(method, promql, signal);
    const isRefused = method === 'POST' && !postWorks && NO_POST.has(first.status);
    const second = isRefused ? await send('GET', promql, signal) : first;
    if (isRefused && !NO_POST.has(second.status) && second.status !== 404) method = 'GET';
    const raw = method === 'GET' ? second : first;
    if (raw.status < 300) postWorks = method === 'POST';
    return readAnswer(raw, { now: clock.now(), redact, names: server.names });
  }

  function send(how: 'POST' | 'GET', promql: string, signal: AbortSignal): Promise<HttpResponse> {
    const form = new URLSearchParams({ query: promql, ...server.parameters });
    const url = new URL(endpoint);
    if (how === 'GET') for (const [name, value] of form) url.searchParams.append(name, value);
    return http.request({
      method: how,
      url: url.href,
      headers:
        how === 'GET'
          ? headers
          : { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: how === 'GET' ? undefined : form.toString(),
      timeoutMs: server.timeoutMs,
      maxBytes: MAX_BYTES,
      signal,
    });
  }

  return {
    name: printableUrl(server.url),
    names: server.names,
    async query(promql, signal) {
      signal.throwIfAborted();
      const wait = quietUntil - clock.monotonic();
      if (wait > 0)
        return {
          ok: false,
          failure: {
            kind: 'rate-limited',
            message: `it asked for no queries in the next ${formatDuration(wait)}`,
            retryAfterMs: wait,
          },
        };
      try {
        const answer = await ask(promql, signal);
        if (!answer.ok && answer.failure.retryAfterMs !== undefined)
          quietUntil = clock.monotonic() + answer.failure.retryAfterMs;
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof HttpError)) throw error;
        return { ok: false, failure: failureOf(error, server.names) };
      }
    },
  };
}

/** People copy addresses from the browser. */
export function endpointOf(given: string): string {
  const url = new URL(given);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(graph|query|api\/v1(\/query)?)$/, '');
  url.pathname = `${path}/api/v1/query`;
  url.hash = '';
  return url.href;
}

/** A bearer token has no colon (RFC 6750, 2.1). */
function authorization(token: string): string {
  return token.includes(':')
    ? `Basic ${Buffer.from(token, 'utf8').toString('base64')}`
    : `Bearer ${token}`;
}

function failureOf({ kind, summary, code }: HttpError, names: Names): Failure {
  if (kind === 'timeout')
    return {
      kind: 'timeout',
      message: 'it did not answer in time',
      fix: `raise ${names.timeout}, or make the query cheaper`,
    };
  if (kind === 'too-large')
    return {
      kind: 'too-large',
      message: `its answer is larger than ${String(MAX_BYTES / 1024 / 1024)} MiB`,
      fix: 'narrow the selector down to what was deployed',
    };
  return {
    kind: 'unreachable',
    message: `${summary}${code === undefined ? '' : ` (${code})`}`,
    fix:
      kind === 'tls'
        ? 'if its certificate is signed by an authority of your own, name that in ca-file'
        : `check ${names.url}, and whether it can be reached from here`,
  };
}
