import type { Clock } from '../../support/clock.js';
import type { Http } from '../../support/http.js';
import { type ApiProblem, byKind, type ErrorMapping, failed } from '../../support/http/problem.js';
import { fields, isObject } from '../../support/json.js';
import { oneLine, printableUrl } from '../../support/text.js';
import { good, type Result } from '../../contract/result.js';
import {
  authorization,
  createQueryApi,
  noAnswerToQuery,
  type Remarks,
  remarksIn,
  unexpected,
} from '../source.js';

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
interface Names {
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
  query(promql: string, signal: AbortSignal): Promise<Result<QueryResult, ApiProblem>>;
  /** What the server called odd about a query, each once, since the last time. */
  takeAnnotations(): readonly string[];
  /**
   * What the API knows besides, below `/api/v1`; `undefined` where the server does not tell, as many do not. For advice only.
   * @throws the signal's reason, when it is aborted; nothing else.
   */
  lookUp(
    path: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<unknown>;
}

/**
 * With GET instead of POST it may work: Prometheus' own client falls back on 405 and 501
 * (client_golang, api/client.go, DoGetFallback), and proxies that let only reads through answer 403 to a POST.
 */
const NO_POST = new Set([403, 405, 501]);

export function createClient(
  server: Server,
  deps: {
    readonly http: Http;
    readonly clock: Clock;
    readonly redact: (text: string) => string;
  },
): Client {
  const api = createQueryApi(errorMappingOf(server.names), { ...deps, http: () => deps.http });
  const endpoint = endpointOf(server.url);
  const headers = {
    Accept: 'application/json',
    ...server.headers,
    ...(server.token === undefined ? {} : { Authorization: authorization(server.token) }),
  };
  let method: 'POST' | 'GET' = 'POST';
  let postWorks = false;
  const annotations = createAnnotations(deps.redact);

  async function ask(promql: string, signal: AbortSignal): Promise<Answer> {
    const first = await send(method, promql, signal);
    const status = statusOf(first);
    if (status !== undefined && status < 300) postWorks = method === 'POST';
    if (method === 'GET' || postWorks || !NO_POST.has(status ?? 0)) return first;
    const second = await send('GET', promql, signal);
    const then = statusOf(second);
    if (then === undefined) return second;
    if (NO_POST.has(then) || then === 404) return first;
    method = 'GET';
    return second;
  }

  function send(how: 'POST' | 'GET', promql: string, signal: AbortSignal): Promise<Answer> {
    const form = new URLSearchParams({ query: promql, ...server.parameters });
    const url = new URL(endpoint);
    if (how === 'GET') for (const [name, value] of form) url.searchParams.append(name, value);
    const call =
      how === 'GET'
        ? { headers }
        : {
            headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
            body: form.toString(),
          };
    return api.ask(
      { method: how, url: url.href, ...call },
      server.timeoutMs,
      signal,
      (data, said) => readResult(data) ?? noAnswerToQuery(said),
    );
  }

  return {
    name: printableUrl(server.url),
    names: server.names,
    async query(promql, signal) {
      const answer = await ask(promql, signal);
      if (answer.ok) annotations.add(answer.value.annotations);
      return answer;
    },
    takeAnnotations: annotations.take,
    async lookUp(path, parameters, signal) {
      const url = besides(endpoint, path, { ...server.parameters, ...parameters });
      const answer = await api.ask(
        { method: 'GET', url, headers },
        server.timeoutMs,
        signal,
        (document) => good({ data: fields(document).data, ...remarksIn(document) }),
      );
      return answer.ok ? answer.value.data : undefined;
    },
  };
}

/** What the server calls odd, each once. */
function createAnnotations(redact: (text: string) => string): {
  readonly add: (annotations: readonly string[]) => void;
  readonly take: () => readonly string[];
} {
  const known = new Set<string>();
  let added: string[] = [];
  return {
    add(annotations) {
      for (const each of annotations) {
        // The place in the query at its end tells two of the same apart.
        const text = oneLine(redact(each.replace(/ \(\d+:\d+\)$/, '')));
        if (!known.has(text)) added.push(text);
        known.add(text);
      }
    },
    take() {
      const taken = added;
      added = [];
      return taken;
    },
  };
}

type Answer = Result<QueryResult, ApiProblem>;

/** `undefined`: there was no answer. */
function statusOf(answer: Answer): number | undefined {
  return answer.ok ? 200 : answer.problem.response?.status;
}

function besides(
  endpoint: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
): string {
  const url = new URL(endpoint);
  url.pathname = url.pathname.replace(/query$/, path);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
  return url.href;
}

/** People copy addresses from the browser. */
export function endpointOf(given: string): string {
  const url = new URL(given);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(graph|query|api\/v1(\/query)?)$/, '');
  url.pathname = `${path}/api/v1/query`;
  url.hash = '';
  return url.href;
}

/** One series of an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite. */
  readonly value: number;
}

/** The answer to an instant query. */
export interface QueryResult extends Remarks {
  /** When the server computed it, by its clock, seconds since the epoch; `undefined` for an empty answer. */
  readonly at: number | undefined;
  readonly samples: readonly Sample[];
}

/** How such a server answers, in the names of what the user set. */
function errorMappingOf({ url, token, headers, timeout }: Names): ErrorMapping {
  return {
    // Its own 404 is that of a query, and not of whatever else listens there.
    kindOf: ({ status, data }) =>
      status === 404 && fields(data).errorType !== undefined ? 'unexpected' : undefined,
    hintFor: byKind({
      redirect: `redirects are not followed, because a token would go along: set ${url} to the final address; a login page means that the token is missing`,
      page: `a page for people, such as a login page: check the path of ${url}, and set ${token}`,
      'not-json': `check ${url}: it is the address in front of /api/v1/query`,
      // Mimir and Cortex, which are asked without a tenant.
      unauthorized: (serverMessage) =>
        /no org id/i.test(serverMessage)
          ? `name the tenant: \`X-Scope-OrgID: <tenant>\` in ${headers}`
          : `set ${token} to a valid token, or to user:password`,
      forbidden: `give the token of ${token} the right to query, or use another one`,
      'not-found': `there is no query API under this path: ${url} is the address in front of /api/v1/query, such as https://mimir.example.com/prometheus`,
      'bad-request': 'correct the query',
      timeout: `raise ${timeout}, or make the query cheaper`,
      'too-large': 'narrow the selector down to what was deployed',
      unreachable: `check ${url}, and whether it can be reached from here`,
      partial: 'bring back the stores that it could not read, or narrow the selector down',
    }),
  };
}

/**
 * Reads the answer to an instant query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries); `undefined`:
 * it is none.
 */
function readResult(document: unknown): Result<QueryResult, ApiProblem> | undefined {
  const { status, data } = fields(document);
  const { resultType, result } = fields(data);
  if (status !== 'success') return undefined;
  const remarks = remarksIn(document);
  if (resultType === 'scalar') {
    const point = readPoint(result);
    return (
      point && good({ at: point.at, samples: [{ labels: {}, value: point.value }], ...remarks })
    );
  }
  if (resultType === 'matrix')
    return failed('bad-request', 'the query gives a range, and not one value of each series', {
      fix: 'take the range in [] out, or use it in a function',
    });
  if (resultType !== 'vector' || !Array.isArray(result)) return undefined;
  const samples: Sample[] = [];
  let at: number | undefined;
  for (const item of result as readonly unknown[]) {
    const { metric, value, histogram } = fields(item);
    const labels = readLabels(metric);
    if (value === undefined && histogram !== undefined)
      return unexpected('it holds native histograms, which cannot be read');
    const point = readPoint(value);
    if (labels === undefined || point === undefined) return undefined;
    at = point.at;
    samples.push({ labels, value: point.value });
  }
  return good({ at, samples, ...remarks });
}

function readLabels(metric: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(metric)) return undefined;
  return Object.values(metric).every((value) => typeof value === 'string')
    ? (metric as Record<string, string>)
    : undefined;
}

function readPoint(point: unknown): { at: number; value: number } | undefined {
  if (!Array.isArray(point) || point.length !== 2) return undefined;
  const [at, text] = point as readonly unknown[];
  if (typeof at !== 'number' || !Number.isFinite(at) || typeof text !== 'string') return undefined;
  const value = readNumber(text);
  return value === undefined ? undefined : { at, value };
}

/** As Go prints numbers: `1e+06`, `NaN`, `+Inf`. */
function readNumber(text: string): number | undefined {
  if (text === 'NaN') return Number.NaN;
  const infinite = /^([+-]?)Inf$/.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
