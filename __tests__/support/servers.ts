import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { generate } from 'selfsigned';

/** A request as a server got it. */
export interface Received {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server on a loopback port of its own. */
export interface TestServer {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** How many connections were made to it. */
  readonly connections: () => number;
  /** Ends every connection, too. */
  close(): Promise<void>;
}

export interface HttpTestServer extends TestServer {
  /** The requests that were read to their end, in order. */
  readonly received: Received[];
}

/** Answers one request. `request.body` is complete. */
export type Handler = (request: Received, response: ServerResponse) => void;

/** A plain HTTP server. */
export function serve(
  handler: Handler,
  options: { readonly host?: string; readonly keepAliveTimeout?: number } = {},
): Promise<HttpTestServer> {
  const received: Received[] = [];
  const server = http.createServer(listenerOf(handler, received));
  server.keepAliveTimeout = options.keepAliveTimeout ?? 60_000;
  return listening(server, 'http', options.host).then((it) => ({ ...it, received }));
}

export interface Certificates {
  /** The certificate authority, PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * A certificate for 127.0.0.1, ::1 and localhost, signed by an authority of its own.
 *
 * @param options.hosts other names than those.
 * @param options.expired its time is over.
 */
export async function certificates(
  options: { readonly hosts?: readonly string[]; readonly expired?: boolean } = {},
): Promise<Certificates> {
  const common = { keyType: 'ec', algorithm: 'sha256' } as const;
  // OpenSSL looks an issuer up by its name: two authorities of one name would be mistaken for each other.
  const name = `Rollgate test authority ${randomUUID()}`;
  const authority = await generate([{ name: 'commonName', value: name }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  const times =
    options.expired === true
      ? { notBeforeDate: new Date('2020-01-01'), notAfterDate: new Date('2020-02-01') }
      : {};
  const own = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ...times,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      {
        name: 'subjectAltName',
        altNames:
          options.hosts === undefined
            ? [
                { type: 2, value: 'localhost' },
                { type: 7, ip: '127.0.0.1' },
                { type: 7, ip: '::1' },
              ]
            : options.hosts.map((value) => ({ type: 2 as const, value })),
      },
    ],
  });
  return { ca: authority.cert, cert: own.cert, key: own.private };
}

/** An HTTPS server. */
export function serveTls(handler: Handler, identity: Certificates): Promise<HttpTestServer> {
  const received: Received[] = [];
  const server = https.createServer(
    { cert: identity.cert, key: identity.key },
    listenerOf(handler, received),
  );
  server.keepAliveTimeout = 60_000;
  return listening(server, 'https').then((it) => ({ ...it, received }));
}

/** A server that speaks no protocol of its own. */
export function serveTcp(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return listening(
    net.createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    }),
    'http',
  );
}

/** Reads the request and resets the connection. */
export function resetting(): Promise<TestServer> {
  return serveTcp((socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
}

/** A server that leaves its clients waiting. */
export interface StuckServer extends TestServer {
  /** How many requests it read, or bytes of bodies it sent: a test waits for that before it lets time pass. */
  readonly progress: () => number;
}

/** Reads the request and never answers. */
export async function hanging(): Promise<StuckServer> {
  let requests = 0;
  const server = await serveTcp((socket) => {
    socket.once('data', () => {
      requests += 1;
      socket.resume();
    });
  });
  return { ...server, progress: () => requests };
}

/** Answers at once, and then sends a byte of the body now and then, for ever. */
export async function dripping(everyMs = 10): Promise<StuckServer> {
  let drops = 0;
  const server = await serveTcp((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      const timer = setInterval(() => {
        drops += 1;
        socket.write('.');
      }, everyMs);
      socket.once('close', () => {
        clearInterval(timer);
      });
    });
  });
  return { ...server, progress: () => drops };
}

/** Promises more of a body than it sends before it closes. */
export function truncating(): Promise<TestServer> {
  return serveTcp((socket) => {
    socket.once('data', () => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this');
    });
  });
}

export interface KeepAliveServer extends TestServer {
  /** The request lines, in order. */
  readonly received: string[];
}

/**
 * Answers the first request on each connection and keeps it open; resets it at the second one without having answered: what a
 * client sees when a server closes an idle connection at the moment in which it is used again.
 *
 * @param options.firstToo also resets the first request of every connection but the first.
 */
export function closingIdle(
  options: { readonly firstToo?: boolean } = {},
): Promise<KeepAliveServer> {
  const received: string[] = [];
  let connections = 0;
  return serveTcp((socket) => {
    const first = connections++ === 0;
    let requests = 0;
    socket.on('data', (data) => {
      received.push(data.toString('latin1').split('\r\n', 1)[0] ?? '');
      if (requests++ === 0 && (first || options.firstToo !== true)) {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      } else socket.resetAndDestroy();
    });
  }).then((server) => ({ ...server, received }));
}

export interface ProxyServer extends TestServer {
  /** `CONNECT host:port` and `GET http://host/path`, in order. */
  readonly requested: string[];
  /** The `Proxy-Authorization` headers that came with them. */
  readonly credentials: (string | undefined)[];
}

/**
 * An HTTP proxy: forwards absolute requests and opens tunnels.
 *
 * @param options.refuse answers this status instead.
 */
export function proxy(options: { readonly refuse?: number } = {}): Promise<ProxyServer> {
  const requested: string[] = [];
  const credentials: (string | undefined)[] = [];
  const note = (request: IncomingMessage): void => {
    requested.push(`${request.method ?? ''} ${request.url ?? ''}`);
    credentials.push(request.headers['proxy-authorization']);
  };
  const server = http.createServer((request, response) => {
    note(request);
    if (options.refuse !== undefined) {
      response.writeHead(options.refuse).end();
      return;
    }
    const onward = http.request(
      request.url ?? '',
      { method: request.method, headers: request.headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    note(request);
    client.on('error', () => undefined);
    if (options.refuse !== undefined) {
      client.end(`HTTP/1.1 ${String(options.refuse)} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const onward = net.connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    client.on('close', () => onward.destroy());
  });
  return listening(server, 'http').then((it) => ({ ...it, requested, credentials }));
}

/** The URL of a port on which nobody listens. */
export async function refusing(): Promise<string> {
  const server = await serveTcp(() => undefined);
  await server.close();
  return server.url;
}

function listenerOf(handler: Handler, received: Received[]): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(whole);
      handler(whole, response);
    });
  };
}

async function listening(
  server: net.Server,
  scheme: 'http' | 'https',
  host = '127.0.0.1',
): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    connections: () => connections,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Resolves when `condition` holds; it is looked at in every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
