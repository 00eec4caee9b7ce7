import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, type Http } from '../../../src/support/http.js';
import {
  certificates,
  proxy,
  refusing,
  serve,
  serveTls,
  type Handler,
  type TestServer,
} from '../servers.js';

const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
const before = new Map(VARIABLES.map((name) => [name, process.env[name]]));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

function environment(variables: Readonly<Record<string, string>>): void {
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, variables);
}

async function started<S extends TestServer>(starting: Promise<S>): Promise<S> {
  const server = await starting;
  cleanups.push(() => server.close());
  return server;
}

function client(caPem?: string): Http {
  const http = createHttp({ clock: systemClock, caPem });
  cleanups.push(() => {
    http.close();
  });
  return http;
}

const ok: Handler = (_, response) => response.end('fine');
const get = (url: string): { method: string; url: string; timeoutMs: number } => ({
  method: 'GET',
  url,
  timeoutMs: 10_000,
});

describe('a proxy from the environment', () => {
  it("forwards requests to HTTP servers, with the proxy's credentials only", async () => {
    const way = await started(proxy());
    const server = await started(serve(ok));
    environment({ HTTP_PROXY: way.url.replace('//', '//me:pw@') });
    const answer = await client().request(get(`${server.url}/x?y=1`));
    expect(answer.body.toString()).toBe('fine');
    expect(way.requested).toEqual([`GET ${server.url}/x?y=1`]);
    expect(way.credentials).toEqual([`Basic ${Buffer.from('me:pw').toString('base64')}`]);
  });

  it('tunnels to HTTPS servers, and trusts the given authority', async () => {
    const identity = await certificates();
    const way = await started(proxy());
    const server = await started(serveTls(ok, identity));
    environment({ https_proxy: way.url });
    const http = client(identity.ca);
    for (let i = 0; i < 2; i++) {
      const answer = await http.request(get(server.url));
      expect(answer.body.toString()).toBe('fine');
    }
    expect(way.requested[0]).toBe(`CONNECT 127.0.0.1:${String(server.port)}`);
  });

  it('does not make an unknown authority trusted', async () => {
    const way = await started(proxy());
    const server = await started(serveTls(ok, await certificates()));
    environment({ HTTPS_PROXY: way.url });
    await expect(client().request(get(server.url))).rejects.toMatchObject({
      kind: 'tls',
      mayHaveBeenReceived: false,
    });
    expect(server.received).toHaveLength(0);
  });

  it.each(['127.0.0.1', '*', 'example.com,127.0.0.1'])(
    'is not used with NO_PROXY=%s',
    async (exceptions) => {
      const way = await started(proxy());
      const server = await started(serve(ok));
      environment({ HTTP_PROXY: way.url, NO_PROXY: exceptions });
      await client().request(get(server.url));
      expect(way.requested).toEqual([]);
    },
  );

  it.each(['http', 'https'])(
    'that refuses connections: a proxy failure, for %s',
    async (scheme) => {
      const way = await refusing();
      environment({ HTTP_PROXY: way, HTTPS_PROXY: way });
      await expect(client().request(get(`${scheme}://127.0.0.1:9/`))).rejects.toMatchObject({
        kind: 'proxy',
        code: 'ECONNREFUSED',
        mayHaveBeenReceived: false,
      });
    },
  );

  it('that does not accept in time: a proxy failure', async () => {
    environment({ HTTP_PROXY: 'http://proxy.test:3128' });
    const http = createHttp({ clock: systemClock, resolve: () => new Promise(() => undefined) });
    cleanups.push(() => {
      http.close();
    });
    await expect(
      http.request({ ...get('http://127.0.0.1:9/'), timeoutMs: 50 }),
    ).rejects.toMatchObject({ kind: 'proxy', mayHaveBeenReceived: false });
  });

  it.each([403, 407, 500])('that answers %i: a proxy failure', async (refuse) => {
    const way = await started(proxy({ refuse }));
    environment({ HTTPS_PROXY: way.url });
    await expect(client().request(get('https://127.0.0.1:9/'))).rejects.toMatchObject({
      kind: 'proxy',
      message: `GET https://127.0.0.1:9: proxy failure: the proxy answered ${String(refuse)} when asked for a tunnel; check HTTP_PROXY, HTTPS_PROXY and NO_PROXY`,
      mayHaveBeenReceived: false,
    });
  });

  it.each([502, 503, 504])('that answers %i: the server behind it failed', async (refuse) => {
    const way = await started(proxy({ refuse }));
    environment({ HTTPS_PROXY: way.url });
    await expect(client().request(get('https://127.0.0.1:9/'))).rejects.toMatchObject({
      kind: 'refused',
      message: `GET https://127.0.0.1:9: not reached by the proxy: the proxy answered ${String(refuse)} when asked for a tunnel`,
    });
  });

  it.each([
    'socks5://127.0.0.1:1080',
    '::bad::',
    'http://',
    'http://127.0.0.1:99999',
    'ftp://x:21',
  ])('that cannot be used (%s): a proxy failure, with the variables to check', async (address) => {
    environment({ HTTP_PROXY: address, HTTPS_PROXY: address });
    for (const url of ['http://127.0.0.1:9/', 'https://127.0.0.1:9/'])
      await expect(client().request(get(url))).rejects.toMatchObject({
        kind: 'proxy',
        message: expect.stringContaining('check HTTP_PROXY, HTTPS_PROXY and NO_PROXY'),
      });
  });
});
