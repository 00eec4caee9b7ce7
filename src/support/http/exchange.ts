import type { IncomingMessage, ClientRequest, RequestOptions } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import axios, { AxiosHeaders } from 'axios';
import type { HttpFailure, Progress } from './error.js';
import type { Hop } from './redirect.js';

export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** What one exchange with a server gave. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Which part of a body the caller wants: all of it, its first `maxBytes`, or nothing. It is always read to its end. */
type Keep = 'all' | 'start' | 'nothing';

/** An answer that is no use, found by ourselves and not by Node. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
  constructor(readonly failure: HttpFailure) {
    super(failure.summary);
  }
}

/** How far one exchange got. It is told by Node's own request, because an error alone does not say. */
export class Trace implements Progress {
  private proxied = false;
  private tunnelled = false;
  private connected = false;
  private socket: Socket | undefined;
  private reusedSocket = false;
  private responded = false;
  private open = false;

  /** The request may have left this machine. */
  get sent(): boolean {
    return this.open;
  }

  get atProxy(): boolean {
    return this.proxied && (this.tunnelled ? this.socket === undefined : !this.open);
  }

  get inHandshake(): boolean {
    return this.connected && !this.open && this.socket instanceof TLSSocket;
  }

  /**
   * The server closed an idle connection while we began to use it: it has not looked at the request. (RFC 9112 §9.3.1,
   * §9.5; Node's documentation of `request.reusedSocket`.)
   */
  get lostIdleSocket(): boolean {
    return this.reusedSocket && !this.responded;
  }

  follow(request: ClientRequest, options: RequestOptions, agents: Agents): void {
    this.tunnelled = options.agent !== agents.http && options.agent !== agents.https;
    // A request in absolute form is one to a proxy (RFC 9112 §3.2.2).
    this.proxied = this.tunnelled || /^https?:/.test(options.path ?? '');
    request.once('response', () => {
      this.responded = true;
    });
    request.once('socket', (socket) => {
      this.socket = socket;
      this.reusedSocket = request.reusedSocket;
      this.connected = this.reusedSocket || !socket.connecting;
      this.open = this.reusedSocket;
      if (this.open) return;
      socket.once('connect', () => {
        this.connected = true;
      });
      socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
        this.open = true;
      });
    });
  }

  /** A proxy that refuses to open a tunnel has its answer handed on as if it were the server's. */
  get answeredByProxy(): boolean {
    return this.tunnelled && !(this.socket instanceof TLSSocket);
  }
}

/**
 * One request and its answer, without redirects. Any status is an answer.
 *
 * Proxies are chosen by axios from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY of the process; for an HTTPS server
 * it opens a tunnel and takes the TLS options from `agents.https`.
 *
 * @throws UnusableAnswer, or an error of Node.
 */
export async function exchange(
  hop: Hop,
  options: {
    readonly agents: Agents;
    readonly signal: AbortSignal;
    readonly keep: Keep;
    readonly maxBytes: number;
  },
  trace: Trace,
): Promise<Answer> {
  const { agents, keep } = options;
  const transport = {
    request(native: RequestOptions, onResponse: (message: IncomingMessage) => void): ClientRequest {
      const request = (native.protocol === 'https:' ? https : http).request(native, onResponse);
      trace.follow(request, native, agents);
      return request;
    },
  };
  const response = await axios
    .request<Readable>({
      adapter: 'http',
      url: hop.url,
      method: hop.method,
      headers: headersFor(hop),
      data: hop.body === undefined ? undefined : Buffer.from(hop.body),
      responseType: 'stream',
      decompress: keep !== 'nothing',
      maxRedirects: 0,
      maxContentLength: -1,
      maxBodyLength: -1,
      validateStatus: null,
      transformRequest: [],
      transformResponse: [],
      httpAgent: agents.http,
      httpsAgent: agents.https,
      transport,
      signal: options.signal,
    })
    .catch((error: unknown) => {
      // The error of axios holds the whole request with its secrets; Node's own does not.
      throw axios.isAxiosError(error) && error.cause !== undefined ? error.cause : error;
    });
  if (trace.answeredByProxy) {
    response.data.destroy();
    throw new UnusableAnswer({
      kind: 'proxy',
      summary: 'proxy failure',
      detail: `the proxy answered ${String(response.status)} when asked for a tunnel`,
    });
  }
  return {
    status: response.status,
    headers: AxiosHeaders.from(response.headers as AxiosHeaders).toJSON(true),
    body: await readBody(response.data, keep, options.maxBytes),
  };
}

function headersFor(hop: Hop): AxiosHeaders {
  const headers = new AxiosHeaders({ Accept: '*/*', 'User-Agent': 'rollgate' });
  headers.set({ ...hop.headers });
  // Without this axios declares any POST to be a form.
  if (!headers.has('Content-Type')) headers.set('Content-Type', false);
  return headers;
}

async function readBody(stream: Readable, keep: Keep, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let kept = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (keep === 'nothing') continue;
    if (keep === 'all' && kept + chunk.length > maxBytes) {
      throw new UnusableAnswer({
        kind: 'too-large',
        summary: 'answer too large',
        detail: `more than ${String(maxBytes)} bytes`,
      });
    }
    const part = chunk.subarray(0, maxBytes - kept);
    kept += part.length;
    if (part.length > 0) chunks.push(part);
  }
  return Buffer.concat(chunks);
}
