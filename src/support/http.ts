import type { Clock } from './clock.js';
import { type Agents, Connections, createNames, type Resolve } from './http/connections.js';
import { createCookies, type Cookies } from './http/cookies.js';
import { classify, HttpError, type HttpFailure, timedOut } from './http/error.js';
import { type Answer, exchange, Trace, UnusableAnswer } from './http/exchange.js';
import { RequestLimit } from './http/limit.js';
import { type Hop, redirectOf } from './http/redirect.js';
import { trustAlso } from './tls.js';

export { Connections, type Resolve } from './http/connections.js';
export { HttpError, type HttpErrorKind } from './http/error.js';

const DEFAULT_MAX_BYTES = 1024 * 1024;
/** An API may be served by several machines too. */
const SHARED_REQUESTS_EACH = 10;

export interface HttpRequest {
  readonly method: string;
  /** `http:` or `https:`. User info in it becomes Basic authentication. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Milliseconds for all of it, redirects included: from connecting to the last byte of the body. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** How many redirects may be followed; 0, the default: a redirect is an answer like any other. */
  readonly maxRedirects?: number | undefined;
  /** How many bytes of the body are taken, 1 MiB by default. */
  readonly maxBytes?: number | undefined;
  /**
   * `true`, the default: the body is returned, and one over `maxBytes` is an error. `'start'`: its first `maxBytes` are
   * returned. `false`: none of it is. It is read to its end in any case.
   */
  readonly keepBody?: boolean | 'start' | undefined;
  /** Which connections it may use; by default those that all requests share that do not say. */
  readonly connections?: Connections | undefined;
  /** Takes answers that the standard forbids and browsers read: large headers, bare line feeds, two lengths. */
  readonly lenient?: boolean | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; several lines of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** How much of the time went by until connections could carry the requests (DNS, TCP, TLS), milliseconds. */
  readonly connectMs: number;
}

/** The one way out to HTTP servers. */
export interface Http {
  /**
   * Resolves with the answer, whatever its status.
   *
   * Cookies that a redirect sets go along with the requests that follow it, and are forgotten then.
   *
   * A GET or HEAD that is lost because the server closed an idle connection at the same moment is sent once more;
   * nothing else is ever repeated.
   *
   * @throws HttpError when there is no usable answer.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Closes every connection. Requests under way fail. */
  close(): void;
}

/**
 * @param options.caPem certificate authorities (PEM) that are trusted besides the ones of the system.
 * @param options.extraCaFile the value of NODE_EXTRA_CA_CERTS: without it Node 20 forgets those when `caPem` is given.
 * @throws UsageError when `caPem` cannot be read.
 */
export function createHttp(options: {
  readonly clock: Clock;
  readonly caPem?: string | undefined;
  readonly extraCaFile?: string | undefined;
  /** How names are looked up; by default as the system does. */
  readonly resolve?: Resolve | undefined;
}): Http {
  const { clock, caPem, extraCaFile, resolve } = options;
  const secureContext = caPem === undefined ? undefined : trustAlso(caPem, extraCaFile);
  const names = createNames(resolve);
  const agentOptions = { secureContext, names, monotonic: () => clock.monotonic() };
  const shared = new Connections(SHARED_REQUESTS_EACH);
  const used = new Set<Connections>([shared]);

  async function request(requested: HttpRequest): Promise<HttpResponse> {
    const limit = new RequestLimit(clock, requested.timeoutMs, requested.signal);
    const { maxRedirects = 0 } = requested;
    let hop: Hop = {
      method: requested.method.toUpperCase(),
      url: requested.url,
      headers: requested.headers ?? {},
      body: requested.body,
    };
    const { connections = shared } = requested;
    used.add(connections);
    const cookies = maxRedirects === 0 ? undefined : createCookies();
    let connectMs = 0;
    const way: Way = {
      clock,
      connections,
      ...connections.agents(agentOptions),
      limit,
      connecting: (ms) => {
        connectMs += ms;
      },
    };
    try {
      for (let redirects = 0; ; redirects++) {
        const sent = cookies === undefined ? hop : withCookies(hop, cookies);
        const answer = await ask(sent, requested, way, redirects > 0);
        const { status, headers, body, setCookies } = answer;
        const next = cookies && redirectOf(hop, answer);
        if (next === undefined) return { status, headers, body, url: hop.url, connectMs };
        if (next === 'unusable' || redirects === maxRedirects) throw badRedirect(hop, next);
        cookies?.take(hop.url, setCookies, clock.now());
        hop = next;
      }
    } finally {
      limit.clear();
    }
  }

  return {
    request,
    close() {
      for (const connections of used) connections.close();
    },
  };
}

/** What one request and its redirects are sent with. */
interface Way {
  readonly clock: Clock;
  readonly connections: Connections;
  readonly pooled: Agents;
  readonly single: Agents;
  /** Aborted when the time is over, or nobody wants the answer any more. */
  readonly limit: RequestLimit;
  /** Called with the time until there was a connection, milliseconds. */
  readonly connecting: (ms: number) => void;
}

/** One exchange. One that is lost with an idle connection is done once more, by a connection of its own. */
function ask(
  hop: Hop,
  requested: HttpRequest,
  way: Way,
  redirected: boolean,
  agents = way.pooled,
): Promise<Answer> {
  const { clock, connections, limit } = way;
  const { keepBody, lenient = false, maxBytes = DEFAULT_MAX_BYTES } = requested;
  const keep = keepBody === false ? 'nothing' : keepBody === 'start' ? 'start' : 'all';
  const begun = clock.monotonic();
  const trace = new Trace(connections, () => {
    way.connecting(clock.monotonic() - begun);
  });
  return exchange(hop, { agents, limit, keep, maxBytes, lenient }, trace).then(
    (answer) => {
      if (agents !== way.single && !trace.mayGoOn) connections.noteEnded();
      return answer;
    },
    (error: unknown) => {
      const failure = failureOf(error, requested, way, trace);
      if (failure.kind !== 'aborted') connections.noteEnded();
      const repeatable = hop.method === 'GET' || hop.method === 'HEAD';
      if (failure.kind === 'reset' && trace.lostIdleSocket && repeatable)
        return ask(hop, requested, way, redirected, way.single);
      throw new HttpError(
        hop,
        failure,
        trace.sent || redirected,
        failure.kind === 'aborted' ? { cause: requested.signal?.reason } : undefined,
      );
    },
  );
}

function failureOf(
  error: unknown,
  { signal, timeoutMs }: HttpRequest,
  { limit }: Way,
  trace: Trace,
): HttpFailure {
  if (limit.aborted)
    return signal?.aborted === true
      ? { kind: 'aborted', summary: 'given up' }
      : timedOut(timeoutMs, trace);
  return error instanceof UnusableAnswer ? error.failure : classify(error, trace);
}

function withCookies(hop: Hop, cookies: Cookies): Hop {
  const [name = 'Cookie', own] =
    Object.entries(hop.headers).find(([each]) => each.toLowerCase() === 'cookie') ?? [];
  const all = cookies.headerFor(hop.url, own);
  return all === own || all === undefined
    ? hop
    : { ...hop, headers: { ...hop.headers, [name]: all } };
}

function badRedirect(hop: Hop, next: Hop | 'unusable'): HttpError {
  const failure =
    next === 'unusable'
      ? { summary: 'unusable redirect', detail: 'it leads to something that is not an HTTP URL' }
      : { summary: 'too many redirects' };
  return new HttpError(hop, { kind: 'redirects', ...failure }, true);
}

/** The Fetch standard: a response with one of these has no body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * The transport in the shape of WHATWG `fetch`, for libraries that bring their own requests (Octokit). Redirects are never
 * followed: the answer with its `Location` is returned, so that no token travels to another host.
 *
 * @param options.timeoutMs for one request, from connecting to the last byte of the body.
 * @param options.clean takes secrets out of the bodies of answers that are errors: what quotes them cuts them short, and half
 *   a secret would not be recognised afterwards.
 * @returns a function that rejects with `HttpError` when there is no answer.
 */
export function fetchOf(
  http: Http,
  options: {
    readonly timeoutMs: number;
    readonly maxBytes?: number;
    readonly clean?: (text: string) => string;
  },
): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const answer = await http.request({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body,
      timeoutMs: options.timeoutMs,
      maxBytes: options.maxBytes,
      signal: request.signal,
    });
    const isError = answer.status < 200 || answer.status > 299;
    const text =
      isError && options.clean !== undefined
        ? options.clean(answer.body.toString('utf8'))
        : answer.body;
    const response = new Response(WITHOUT_BODY.has(answer.status) ? null : text, {
      status: answer.status,
      headers: answer.headers,
    });
    return Object.defineProperty(response, 'url', { value: answer.url });
  };
}
