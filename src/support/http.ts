import http from 'node:http';
import https from 'node:https';
import { deadline } from './abort.js';
import type { Clock } from './clock.js';
import { classify, HttpError, timedOut } from './http/error.js';
import { type Agents, type Answer, exchange, Trace, UnusableAnswer } from './http/exchange.js';
import { type Hop, redirectOf } from './http/redirect.js';
import { trustAlso } from './tls.js';

export { HttpError, type HttpErrorKind } from './http/error.js';

const DEFAULT_MAX_BYTES = 1024 * 1024;

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
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; several lines of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

/** The one way out to HTTP servers. */
export interface Http {
  /**
   * Resolves with the answer, whatever its status.
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
}): Http {
  const { clock, caPem, extraCaFile } = options;
  const trust = caPem === undefined ? {} : { secureContext: trustAlso(caPem, extraCaFile) };
  const agentsWith = (keepAlive: boolean): Agents => ({
    http: new http.Agent({ keepAlive }),
    https: new https.Agent({ keepAlive, ...trust }),
  });
  const pooled = agentsWith(true);
  const single = agentsWith(false);

  async function request(requested: HttpRequest): Promise<HttpResponse> {
    const limit = deadline(clock, requested.timeoutMs, 'the request', requested.signal);
    const { maxRedirects = 0 } = requested;
    let hop: Hop = {
      method: requested.method.toUpperCase(),
      url: requested.url,
      headers: requested.headers ?? {},
      body: requested.body,
    };
    try {
      for (let redirects = 0; ; redirects++) {
        const answer = await ask(hop, requested, limit.signal, redirects > 0);
        const next = maxRedirects === 0 ? undefined : redirectOf(hop, answer);
        if (next === undefined) return { ...answer, url: hop.url };
        if (next === 'unusable' || redirects === maxRedirects) throw badRedirect(hop, next);
        hop = next;
      }
    } finally {
      limit.clear();
    }
  }

  async function ask(
    hop: Hop,
    requested: HttpRequest,
    signal: AbortSignal,
    redirected: boolean,
  ): Promise<Answer> {
    const keep =
      requested.keepBody === false ? 'nothing' : requested.keepBody === 'start' ? 'start' : 'all';
    const maxBytes = requested.maxBytes ?? DEFAULT_MAX_BYTES;
    const attempt = async (agents: Agents): Promise<Answer> => {
      const trace = new Trace();
      try {
        return await exchange(hop, { agents, signal, keep, maxBytes }, trace);
      } catch (error) {
        const failure = signal.aborted
          ? requested.signal?.aborted === true
            ? ({ kind: 'aborted', summary: 'given up' } as const)
            : timedOut(requested.timeoutMs)
          : error instanceof UnusableAnswer
            ? error.failure
            : classify(error, trace);
        const repeatable = hop.method === 'GET' || hop.method === 'HEAD';
        if (failure.kind === 'reset' && trace.lostIdleSocket && repeatable) return attempt(single);
        throw new HttpError(
          hop,
          failure,
          trace.sent || redirected,
          failure.kind === 'aborted' ? { cause: signal.reason } : undefined,
        );
      }
    };
    return attempt(pooled);
  }

  return {
    request,
    close() {
      for (const agents of [pooled, single]) {
        agents.http.destroy();
        agents.https.destroy();
      }
    },
  };
}

function badRedirect(hop: Hop, next: Hop | 'unusable'): HttpError {
  const failure =
    next === 'unusable'
      ? { summary: 'unusable redirect', detail: 'it leads to something that is no HTTP URL' }
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
