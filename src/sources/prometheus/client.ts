import type { Clock } from '../../support/clock.js';
import type { Http, HttpResponse } from '../../support/http.js';
import { printableUrl } from '../../support/url.js';
import { authorization } from '../provider/authorization.js';
import { createCaller, MAX_BYTES } from '../provider/caller.js';
import { dialectOf, readAnswer, type Answer } from './answer.js';

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
  const dialect = dialectOf(server.names);
  const call = createCaller(clock, dialect.hints);
  const endpoint = endpointOf(server.url);
  const headers = {
    Accept: 'application/json',
    ...server.headers,
    ...(server.token === undefined ? {} : { Authorization: authorization(server.token) }),
  };
  let method: 'POST' | 'GET' = 'POST';
  let postWorks = false;

  async function ask(promql: string, signal: AbortSignal): Promise<Answer> {
    const first = await send(method, promql, signal);
    const isRefused = method === 'POST' && !postWorks && NO_POST.has(first.status);
    const second = isRefused ? await send('GET', promql, signal) : first;
    if (isRefused && !NO_POST.has(second.status) && second.status !== 404) method = 'GET';
    const raw = method === 'GET' ? second : first;
    if (raw.status < 300) postWorks = method === 'POST';
    return readAnswer(raw, dialect, { now: clock.now(), redact });
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
    query: (promql, signal) => call(() => ask(promql, signal), signal),
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
