import type { IncomingMessage, ClientRequest, RequestOptions } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { finished, type Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Axios, AxiosHeaders, type AxiosResponse, isAxiosError } from 'axios';
import type { Agents, Connections } from './connections.js';
import { type HttpFailure, type Progress, PROXY_HINT } from './error.js';
import type { RequestLimit } from './limit.js';
import type { Hop } from './redirect.js';

/** What one exchange with a server gave. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Line by line: joined they could not be told apart. */
  readonly setCookies: readonly string[];
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

/** How far one exchange got. Node's own request shows it; an error alone does not. */
export class Trace implements Progress {
  private proxied = false;
  private tunnelled = false;
  private resolving = false;
  private connected = false;
  private request: ClientRequest | undefined;
  private socket: Socket | undefined;
  private reusedSocket = false;
  /** There is an answer. */
  responded = false;
  private open = false;
  private host = '';

  /**
   * @param ready called once, when the connection can carry the request.
   */
  constructor(
    private readonly connections: Connections,
    private readonly ready: () => void,
  ) {}

  /** The request may have left this machine. */
  get sent(): boolean {
    return this.open;
  }

  get atProxy(): boolean {
    return this.proxied && (this.tunnelled ? this.socket === undefined : !this.open);
  }

  get awaits(): Progress['awaits'] {
    // What a tunnel is still waiting for cannot be seen from here.
    if (this.proxied && !this.tunnelled && !this.open) return 'proxy';
    return this.resolving ? 'name' : 'server';
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

  /** The connection may carry another request, as far as its two sides have said. */
  get mayGoOn(): boolean {
    return (
      (this.request as { readonly shouldKeepAlive?: boolean } | undefined)?.shouldKeepAlive === true
    );
  }

  follow(request: ClientRequest, options: RequestOptions, agents: Agents): void {
    this.request = request;
    this.host = options.hostname ?? options.host ?? '';
    this.tunnelled = options.agent !== agents.http && options.agent !== agents.https;
    // A request in absolute form is one to a proxy (RFC 9112 §3.2.2).
    this.proxied = this.tunnelled || /^https?:/.test(options.path ?? '');
    request.once('socket', (socket) => {
      this.socket = socket;
      this.reusedSocket = request.reusedSocket;
      this.connected = this.reusedSocket || !socket.connecting;
      this.open = this.reusedSocket;
      if (this.open) {
        this.ready();
        return;
      }
      this.resolving = socket.connecting && this.connections.isLookingUp(this.host);
      this.followOpening(socket);
    });
  }

  /** Until it is open: what listens to a connection is kept as long as the connection is. */
  private followOpening(socket: Socket): void {
    const failed = new Map<string, string>();
    const whenOpen = (): void => {
      for (const [event, listener] of all) socket.off(event, listener);
      this.open = true;
      this.connections.noteOpened(this.host, socket.remoteAddress, failed);
      this.ready();
    };
    // Which addresses of a name are tried in vain Node tells since 20.12 (its documentation of net.Socket).
    const all = Object.entries<OpeningListener>({
      lookup: () => {
        this.resolving = false;
      },
      connectionAttemptFailed: (ip, _port, _family, error) => {
        failed.set(ip, error?.code ?? 'unknown');
      },
      connectionAttemptTimeout: (ip) => {
        failed.set(ip, 'ETIMEDOUT');
      },
      connect: () => {
        this.connected = true;
        if (!(socket instanceof TLSSocket)) whenOpen();
      },
      secureConnect: whenOpen,
    });
    for (const [event, listener] of all) socket.on(event, listener);
  }

  /** A proxy that refuses to open a tunnel has its answer handed on as if it were the server's. */
  get answeredByProxy(): boolean {
    return this.tunnelled && !(this.socket instanceof TLSSocket);
  }
}

/** Of the events of a connection that is being opened; only those of an attempt have arguments. */
type OpeningListener = (
  ip: string,
  port: number,
  family: number,
  error?: NodeJS.ErrnoException,
) => void;

/** By these a proxy says that it could not reach the server, or got no answer from it (RFC 9110 §15.6.3 to 5). */
const BEHIND_PROXY = new Set([502, 503, 504]);

/** Of one header, or all of them together: curl takes up to 300 kB. */
const LENIENT_HEADER_SIZE = 300 * 1024;

/** Without the defaults of axios, of which every request under way would keep a copy, and which change bodies. */
const client = new Axios({
  adapter: 'http',
  responseType: 'stream',
  maxRedirects: 0,
  maxContentLength: -1,
  maxBodyLength: -1,
  validateStatus: null,
});

/**
 * One request and its answer, without redirects. Any status is an answer.
 *
 * Proxies are chosen by axios from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY of the process; for an HTTPS server
 * it opens a tunnel and takes the TLS options from `agents.https`.
 *
 * @throws UnusableAnswer, or an error of Node.
 */
export function exchange(
  hop: Hop,
  options: {
    readonly agents: Agents;
    readonly limit: RequestLimit;
    readonly keep: Keep;
    readonly maxBytes: number;
    /** Reads what browsers read, although the standard forbids it. */
    readonly lenient: boolean;
  },
  trace: Trace,
): Promise<Answer> {
  const { agents, keep } = options;
  // So that a URL which cannot be read later on is that of a proxy.
  if (!URL.canParse(hop.url))
    return Promise.reject(new UnusableAnswer({ kind: 'other', summary: 'invalid URL' }));
  const transport = {
    request(native: RequestOptions, onResponse: (message: IncomingMessage) => void): ClientRequest {
      const request = (native.protocol === 'https:' ? https : http).request(
        forNode(native, options.lenient),
        (message) => {
          trace.responded = true;
          onResponse(message);
        },
      );
      trace.follow(request, native, agents);
      return request;
    },
  };
  return client
    .request<Readable>({
      url: hop.url,
      method: hop.method,
      headers: headersFor(hop),
      data: hop.body === undefined ? undefined : Buffer.from(hop.body),
      decompress: keep !== 'nothing',
      httpAgent: agents.http,
      httpsAgent: agents.https,
      transport,
      signal: options.limit,
    })
    .then(
      (response) => answerOf(response, options, trace),
      (error: unknown) => {
        // The error of axios holds the whole request with its secrets; Node's own does not.
        throw isAxiosError(error) && error.cause !== undefined ? error.cause : error;
      },
    );
}

async function answerOf(
  { status, headers, data }: AxiosResponse<Readable>,
  { keep, maxBytes }: { readonly keep: Keep; readonly maxBytes: number },
  trace: Trace,
): Promise<Answer> {
  if (trace.answeredByProxy) {
    data.destroy();
    const answered = `the proxy answered ${String(status)} when asked for a tunnel`;
    throw new UnusableAnswer(
      BEHIND_PROXY.has(status)
        ? { kind: 'refused', summary: 'not reached by the proxy', detail: answered }
        : { kind: 'proxy', summary: 'proxy failure', detail: `${answered}; ${PROXY_HINT}` },
    );
  }
  return {
    status,
    headers: AxiosHeaders.from(headers as AxiosHeaders).toJSON(true),
    setCookies: [(headers as Record<string, unknown>)['set-cookie'] ?? []].flat().map(String),
    body: await readBody(data, keep, maxBytes),
  };
}

/** What axios says to Node: the rest is for the package that follows redirects, and Node would keep it with every connection. */
function forNode(given: RequestOptions, lenient: boolean): RequestOptions {
  const { protocol, hostname, port, path, method, headers, auth, agent } = given;
  return Object.assign(
    { protocol, hostname, port, path, method, headers, auth, agent, insecureHTTPParser: lenient },
    lenient ? { maxHeaderSize: LENIENT_HEADER_SIZE } : {},
  );
}

function headersFor(hop: Hop): AxiosHeaders {
  const headers = new AxiosHeaders({ Accept: '*/*', 'User-Agent': 'rollgate' });
  headers.set({ ...hop.headers });
  // Without this axios declares any POST to be a form.
  if (!headers.has('Content-Type')) headers.set('Content-Type', false);
  return headers;
}

const NOTHING = Buffer.alloc(0);

/** Probes have it done hundreds of times a second: iterating over the chunks takes 2 kB more each time. */
function passOver(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    finished(stream, { writable: false }, (error) => {
      if (error) reject(error);
      else resolve();
    });
    stream.resume();
  });
}

async function readBody(stream: Readable, keep: Keep, maxBytes: number): Promise<Buffer> {
  if (keep === 'nothing') {
    await passOver(stream);
    return NOTHING;
  }
  const chunks: Buffer[] = [];
  let kept = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
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
