import { afterEach, describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { gzipSync } from 'node:zlib';
import { Cancelled } from '../../src/support/abort.js';
import { systemClock, type Clock } from '../../src/support/clock.js';
import { createHttp, HttpError, type Http, type HttpRequest } from '../../src/support/http.js';
import {
  certificates,
  closingIdle,
  dripping,
  hanging,
  refusing,
  resetting,
  serve,
  serveTcp,
  serveTls,
  truncating,
  until,
  type Handler,
  type TestServer,
} from './servers.js';
import { VirtualClock } from './virtual-clock.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started<S extends TestServer>(starting: Promise<S>): Promise<S> {
  const server = await starting;
  cleanups.push(() => server.close());
  return server;
}

function client(options: { clock?: Clock; caPem?: string } = {}): Http {
  const http = createHttp({ clock: systemClock, ...options });
  cleanups.push(() => {
    http.close();
  });
  return http;
}

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  timeoutMs: 10_000,
  ...more,
});

async function failureOf(work: Promise<unknown>): Promise<HttpError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HttpError)) throw new Error(`no HttpError: ${String(error)}`);
  return error;
}

const ok: Handler = (_, response) => response.end('fine');

describe('an answer', () => {
  it.each([200, 204, 304, 301, 400, 404, 429, 500, 503])(
    'of status %i resolves',
    async (status) => {
      const server = await started(serve((_, response) => response.writeHead(status).end()));
      await expect(client().request(get(server.url))).resolves.toMatchObject({ status });
    },
  );

  it('has its headers in lower case, its body and its URL', async () => {
    const server = await started(
      serve((_, response) => {
        response.writeHead(200, { 'X-Thing': 'a', 'Set-Cookie': ['b=1', 'c=2'] }).end('grüße');
      }),
    );
    const answer = await client().request(get(`${server.url}/path?q=1`));
    expect(answer.body.toString()).toBe('grüße');
    expect(answer.headers['x-thing']).toBe('a');
    expect(answer.headers['set-cookie']).toContain('c=2');
    expect(answer.url).toBe(`${server.url}/path?q=1`);
  });

  it('is decompressed', async () => {
    const server = await started(
      serve((_, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('unpacked'));
      }),
    );
    const answer = await client().request(get(server.url));
    expect(answer.body.toString()).toBe('unpacked');
  });

  it('over IPv6 resolves', async () => {
    const server = await started(serve(ok, { host: '::1' }));
    expect(server.url).toMatch(/^http:\/\/\[::1\]:/);
    await expect(client().request(get(server.url))).resolves.toMatchObject({ status: 200 });
  });
});

describe('a request', () => {
  it('is sent unchanged', async () => {
    const server = await started(serve(ok));
    await client().request({
      method: 'POST',
      url: `${server.url}/x`,
      headers: { 'Content-Type': 'application/json', 'X-Token': 't' },
      body: ' {"a": 1} ',
      timeoutMs: 10_000,
    });
    expect(server.received).toMatchObject([
      {
        method: 'POST',
        url: '/x',
        body: ' {"a": 1} ',
        headers: { 'content-type': 'application/json', 'x-token': 't', 'user-agent': 'rollgate' },
      },
    ]);
  });

  it('without a body has no content type', async () => {
    const server = await started(serve(ok));
    await client().request({ method: 'POST', url: server.url, timeoutMs: 10_000 });
    expect(server.received[0]?.headers).not.toHaveProperty('content-type');
  });

  it('with bytes as its body is sent', async () => {
    const server = await started(serve(ok));
    const body = new Uint8Array([104, 105]);
    await client().request({ method: 'PUT', url: server.url, body, timeoutMs: 10_000 });
    expect(server.received[0]?.body).toBe('hi');
  });

  it('with user info in its URL has Basic authentication', async () => {
    const server = await started(serve(ok));
    await client().request(get(server.url.replace('//', '//me:p%40ss@')));
    expect(server.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    );
  });

  it('reuses the connection of the one before', async () => {
    const server = await started(serve(ok));
    const http = client();
    for (let i = 0; i < 5; i++) await http.request(get(server.url, { keepBody: i % 2 === 0 }));
    expect(server.connections()).toBe(1);
  });
});

describe('a failed request', () => {
  const secrets = (url: string): HttpRequest => ({
    method: 'POST',
    url: `${url.replace('//', '//user:hunter2@')}/p?token=sesame`,
    headers: { Authorization: 'Bearer opensesame', 'X-Key': 'opensesame' },
    body: 'opensesame',
    timeoutMs: 15_000,
  });

  it.each<[string, string, boolean, () => Promise<string>]>([
    ['connection refused', 'refused', false, refusing],
    ['connection reset', 'reset', true, () => started(resetting()).then((s) => s.url)],
    ['connection reset', 'reset', true, () => started(truncating()).then((s) => s.url)],
    ['dns failure', 'dns', false, () => Promise.resolve('http://no-such-host.invalid')],
    [
      'TLS failure',
      'tls',
      false,
      () => started(serve(ok)).then((s) => s.url.replace('http:', 'https:')),
    ],
    [
      'answer is not HTTP',
      'unreadable',
      true,
      () =>
        started(serveTcp((s) => s.once('data', () => s.end('what?\r\n\r\n')))).then((s) => s.url),
    ],
  ])('by %s is of kind %s, may have been received: %s', async (summary, kind, received, start) => {
    const error = await failureOf(client().request(secrets(await start())));
    expect(error).toMatchObject({ kind, summary, mayHaveBeenReceived: received });
    expect(error.message).toContain('POST http');
    expect(error.message).toContain(summary);
    const everything = JSON.stringify(error, Object.getOwnPropertyNames(error));
    expect(everything).not.toMatch(/hunter2|sesame|config/);
    expect(error.cause).toBeUndefined();
  });

  it.each([
    ['no answer comes', hanging],
    ['the body arrives slowly', dripping],
  ])('at its timeout, when %s', async (_, start) => {
    const server = await started(start());
    const clock = new VirtualClock();
    const failing = failureOf(client({ clock }).request(secrets(server.url)));
    await until(() => server.progress() > 2 || (start === hanging && server.progress() > 0));
    await clock.advance(14_999);
    await clock.advance(1);
    const error = await failing;
    expect(error).toMatchObject({ kind: 'timeout', mayHaveBeenReceived: true });
    expect(error.message).toMatch(/\?token=\*\*\*: timeout: no complete answer within 15s$/);
    expect(clock.sleeping).toBe(0);
  });

  it("by the caller's signal has its reason, and is no timeout", async () => {
    const server = await started(hanging());
    const controller = new AbortController();
    const failing = failureOf(client().request(get(server.url, { signal: controller.signal })));
    await until(() => server.progress() > 0);
    controller.abort(new Cancelled('SIGTERM'));
    const error = await failing;
    expect(error.kind).toBe('aborted');
    expect(error.cause).toBeInstanceOf(Cancelled);
  });

  it('by an aborted signal sends nothing', async () => {
    const server = await started(serve(ok));
    const signal = AbortSignal.abort(new Cancelled('SIGINT'));
    const error = await failureOf(client().request(get(server.url, { signal })));
    expect(error).toMatchObject({ kind: 'aborted', mayHaveBeenReceived: false });
    expect(server.connections()).toBe(0);
  });

  it('by an invalid URL is of kind other', async () => {
    const error = await failureOf(client().request(get('not a url')));
    expect(error).toMatchObject({ kind: 'other', mayHaveBeenReceived: false });
    expect(error.message).toContain('(not a URL)');
  });

  it("leaves no listener on the caller's signal", async () => {
    const server = await started(serve(ok));
    const { signal } = new AbortController();
    const http = client();
    for (let i = 0; i < 3; i++) await http.request(get(server.url, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('the size of a body', () => {
  const long = 'x'.repeat(5000);
  const start = (): Promise<TestServer> => started(serve((_, response) => response.end(long)));

  it('over the limit: too-large', async () => {
    const { url } = await start();
    const error = await failureOf(client().request(get(url, { maxBytes: 4999 })));
    expect(error).toMatchObject({ kind: 'too-large', mayHaveBeenReceived: true });
    await expect(client().request(get(url, { maxBytes: 5000 }))).resolves.toBeDefined();
  });

  it('over 1 MiB without a limit: too-large', async () => {
    const server = await started(serve((_, response) => response.end('x'.repeat(2 ** 20 + 1))));
    expect((await failureOf(client().request(get(server.url)))).kind).toBe('too-large');
  });

  it('is counted after decompression', async () => {
    const server = await started(
      serve((_, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(long));
      }),
    );
    const error = await failureOf(client().request(get(server.url, { maxBytes: 4999 })));
    expect(error.kind).toBe('too-large');
  });

  it('does not matter when only its start is kept, or nothing', async () => {
    const { url } = await start();
    const first = await client().request(get(url, { maxBytes: 10, keepBody: 'start' }));
    expect(first.body.toString()).toBe('xxxxxxxxxx');
    const none = await client().request(get(url, { maxBytes: 10, keepBody: false }));
    expect(none.body).toHaveLength(0);
  });
});

describe('a server that closes an idle connection as it is used', () => {
  it.each(['GET', 'HEAD'])('gets a %s again, on a new connection', async (method) => {
    const server = await started(closingIdle());
    const http = client();
    await http.request(get(server.url));
    await expect(http.request(get(server.url, { method }))).resolves.toMatchObject({ status: 200 });
    expect(server.received).toHaveLength(3);
    expect(server.connections()).toBe(2);
  });

  it('gets no POST again', async () => {
    const server = await started(closingIdle());
    const http = client();
    await http.request(get(server.url));
    const error = await failureOf(http.request(get(server.url, { method: 'POST' })));
    expect(error).toMatchObject({ kind: 'reset', mayHaveBeenReceived: true });
    expect(server.received).toHaveLength(2);
  });

  it('gets a GET again only once', async () => {
    const server = await started(closingIdle({ firstToo: true }));
    const http = client();
    await http.request(get(server.url));
    expect((await failureOf(http.request(get(server.url)))).kind).toBe('reset');
    expect(server.received).toHaveLength(3);
  });

  it('gets nothing again when the connection was new', async () => {
    const server = await started(resetting());
    expect((await failureOf(client().request(get(server.url)))).kind).toBe('reset');
    expect(server.connections()).toBe(1);
  });
});

describe('TLS', () => {
  it('an unknown authority: a TLS failure, with what to set', async () => {
    const server = await started(serveTls(ok, await certificates()));
    const error = await failureOf(client().request(get(server.url)));
    expect(error).toMatchObject({ kind: 'tls', mayHaveBeenReceived: false });
    expect(error.message).toContain('ca-file');
    expect(server.received).toHaveLength(0);
  });

  it('a server that speaks plain HTTP: a TLS failure, with what to check', async () => {
    const { url } = await started(serve(ok));
    const error = await failureOf(client().request(get(url.replace('http:', 'https:'))));
    expect(error).toMatchObject({ kind: 'tls' });
    expect(error.message).toMatch(/: check scheme and port: plain HTTP may be spoken there$/);
  });

  it('a given authority is trusted', async () => {
    const identity = await certificates();
    const server = await started(serveTls(ok, identity));
    const answer = await client({ caPem: identity.ca }).request(get(server.url));
    expect(answer.body.toString()).toBe('fine');
  });

  it.each([
    ['is for another host', { hosts: ['elsewhere.example'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['is out of date', { expired: true }, 'CERT_HAS_EXPIRED'],
  ])(
    'a certificate that %s: a TLS failure, in spite of its authority',
    async (_, options, code) => {
      const identity = await certificates(options);
      const server = await started(serveTls(ok, identity));
      const error = await failureOf(client({ caPem: identity.ca }).request(get(server.url)));
      expect(error).toMatchObject({ kind: 'tls', code });
    },
  );
});

describe('redirects', () => {
  /** `/n` leads to `/n-1`; `/0` is the end. */
  const countdown: Handler = (request, response) => {
    const left = Number(request.url.slice(1));
    if (left === 0) response.end('arrived');
    else response.writeHead(302, { Location: `/${String(left - 1)}` }).end('moved');
  };

  it('are the answer without maxRedirects', async () => {
    const server = await started(serve(countdown));
    await expect(client().request(get(`${server.url}/1`))).resolves.toMatchObject({ status: 302 });
  });

  it('are followed up to maxRedirects', async () => {
    const server = await started(serve(countdown));
    const answer = await client().request(get(`${server.url}/3`, { maxRedirects: 3 }));
    expect(answer).toMatchObject({ status: 200, url: `${server.url}/0` });
    const error = await failureOf(client().request(get(`${server.url}/4`, { maxRedirects: 3 })));
    expect(error).toMatchObject({ kind: 'redirects', summary: 'too many redirects' });
  });

  it('to another origin carry no secret', async () => {
    const other = await started(serve(ok));
    const server = await started(
      serve((request, response) => {
        const location = request.url === '/' ? '/same' : `${other.url}/other`;
        response.writeHead(307, { Location: location }).end();
      }),
    );
    await client().request(
      get(server.url, {
        maxRedirects: 5,
        headers: { Authorization: 'a', Cookie: 'b', 'X-Api-Key': 'c', Accept: 'text/plain' },
      }),
    );
    expect(server.received[1]?.headers).toMatchObject({ authorization: 'a', 'x-api-key': 'c' });
    expect(other.received[0]?.headers).toMatchObject({ accept: 'text/plain' });
    expect(other.received[0]?.headers).not.toHaveProperty('authorization');
    expect(other.received[0]?.headers).not.toHaveProperty('cookie');
    expect(other.received[0]?.headers).not.toHaveProperty('x-api-key');
  });

  it('to a URL that is not HTTP are not followed', async () => {
    const server = await started(
      serve((_, response) => response.writeHead(302, { Location: 'file:///etc/passwd' }).end()),
    );
    const error = await failureOf(client().request(get(server.url, { maxRedirects: 1 })));
    expect(error).toMatchObject({ kind: 'redirects', summary: 'unusable redirect' });
  });

  it('share one timeout', async () => {
    const server = await started(
      serve((request, response) => {
        if (request.url === '/') response.writeHead(302, { Location: '/slow' }).end();
      }),
    );
    const clock = new VirtualClock();
    const failing = failureOf(client({ clock }).request(get(server.url, { maxRedirects: 1 })));
    await clock.advance(9000);
    await until(() => server.received.length === 2);
    await clock.advance(1000);
    expect((await failing).kind).toBe('timeout');
  });
});

describe('cookies set by a redirect', () => {
  /** Lets in who brings the cookie that the first redirect sets. */
  const gate: Handler = (request, response) => {
    const isIn = /(^|; )session=1(;|$)/.test(request.headers.cookie?.toString() ?? '');
    if (request.url === '/start')
      response.writeHead(302, { Location: '/in', 'Set-Cookie': ['a=b', 'session=1'] }).end();
    else if (isIn) response.end('welcome');
    else response.writeHead(302, { Location: '/start' }).end();
  };

  it('are sent with the requests that follow', async () => {
    const server = await started(serve(gate));
    const answer = await client().request(
      get(`${server.url}/in`, { maxRedirects: 5, headers: { cookie: 'own=x' } }),
    );
    expect(answer.body.toString()).toBe('welcome');
    expect(server.received[2]?.headers.cookie).toBe('own=x; a=b; session=1');
  });

  it('are not kept for the next request', async () => {
    const server = await started(serve(gate));
    const http = client();
    for (let n = 0; n < 2; n++) await http.request(get(`${server.url}/in`, { maxRedirects: 5 }));
    expect(server.received.map(({ url }) => url)).toEqual([
      ...['/in', '/start', '/in'],
      ...['/in', '/start', '/in'],
    ]);
  });
});

describe('an answer outside of the HTTP standard', () => {
  const raw = (text: string): Promise<TestServer> =>
    started(serveTcp((socket) => socket.once('data', () => socket.end(text))));

  it.each([
    [
      'with 20 kB of headers',
      `HTTP/1.1 200 OK\r\nX-Big: ${'a'.repeat(20_000)}\r\nContent-Length: 2\r\n\r\nok`,
    ],
    [
      'with 100 kB of headers',
      `HTTP/1.1 200 OK\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(100)}Content-Length: 2\r\n\r\nok`,
    ],
    ['with bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    [
      'with Content-Length and chunked',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
    [
      'with control characters in a header',
      'HTTP/1.1 200 OK\r\nX-A: a\u0001b\r\nContent-Length: 2\r\n\r\nok',
    ],
    [
      'with a header on two lines',
      'HTTP/1.1 200 OK\r\nX-A: a\r\n  b\r\nContent-Length: 2\r\n\r\nok',
    ],
    [
      'with a body longer than announced',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more',
    ],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nok'],
  ])('%s is accepted by a lenient request', async (_, text) => {
    const server = await raw(text);
    const answer = await client().request(get(server.url, { lenient: true }));
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body.toString()).toBe('ok');
  });

  it('is refused by a strict request', async () => {
    const server = await raw('HTTP/1.1 200 OK\nContent-Length: 2\n\nok');
    expect((await failureOf(client().request(get(server.url)))).kind).toBe('unreadable');
  });
});

describe('a shared connection', () => {
  it('is closed after ten requests, so that other backends are reached', async () => {
    const server = await started(serve(ok));
    const http = client();
    for (let n = 0; n < 25; n++) await http.request(get(server.url));
    expect(server.connections()).toBe(3);
  });
});

describe('closing the client', () => {
  it('ends its requests', async () => {
    const server = await started(hanging());
    const http = client();
    const failing = failureOf(http.request(get(server.url)));
    await until(() => server.progress() > 0);
    http.close();
    expect((await failing).kind).toBe('reset');
  });
});
