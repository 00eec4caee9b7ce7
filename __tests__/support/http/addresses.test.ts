import { afterEach, describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { createAddresses } from '../../../src/support/http/connections.js';
import { systemClock } from '../../../src/support/clock.js';
import { Connections, createHttp, type Http } from '../../../src/support/http.js';
import { hanging, serve, type HttpTestServer } from '../servers.js';

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const all = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(v4);
const ordered = (addresses: ReturnType<typeof createAddresses>, now = 0): string[] =>
  addresses.order('shop.test', all, now).map(({ address }) => address);

describe('the addresses of a name', () => {
  it('take turns', () => {
    const addresses = createAddresses();
    expect([1, 2, 3, 4].map(() => ordered(addresses)[0])).toEqual([
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.1',
    ]);
  });

  it('move to the end for a while after a failure, and are reported once', () => {
    const addresses = createAddresses();
    const failed = new Map([['10.0.0.1', 'ECONNREFUSED']]);
    addresses.reached('shop.test', '10.0.0.2', failed, 0);
    addresses.reached('shop.test', '10.0.0.2', failed, 1000);
    expect([1, 2, 3].map(() => ordered(addresses, 30_999).at(-1))).toEqual(
      Array.from({ length: 3 }, () => '10.0.0.1'),
    );
    expect(new Set([1, 2, 3].map(() => ordered(addresses, 31_000)[0]))).toContain('10.0.0.1');
    expect(addresses.unreached()).toEqual([
      { host: 'shop.test', address: '10.0.0.1', code: 'ECONNREFUSED' },
    ]);
  });
});

describe('a name with its addresses', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function server(): Promise<HttpTestServer> {
    const it = await serve((_, response) => response.end('fine'));
    cleanups.push(() => it.close());
    return it;
  }

  function client(resolve: () => Promise<LookupAddress[]>): Http {
    const http = createHttp({ clock: systemClock, resolve });
    cleanups.push(() => {
      http.close();
    });
    return http;
  }

  it('is looked up for every new connection', async () => {
    const it = await server();
    let lookups = 0;
    const http = client(() => {
      lookups += 1;
      return Promise.resolve([v4('127.0.0.1')]);
    });
    const connections = new Connections(1);
    const url = `http://shop.test:${String(it.port)}`;
    for (let n = 0; n < 4; n++)
      await http.request({ method: 'GET', url, timeoutMs: 5000, connections });
    expect(lookups).toBe(4);
    expect(connections.opened).toBe(4);
  });

  it('with one address that refuses: the other is used, and the failure is reported', async () => {
    const it = await server();
    // Nobody listens there: the server listens on 127.0.0.1 alone.
    const http = client(() => Promise.resolve([v4('127.0.0.9'), v4('127.0.0.1')]));
    const connections = new Connections(1);
    const url = `http://shop.test:${String(it.port)}`;
    for (let n = 0; n < 4; n++)
      await http.request({ method: 'GET', url, timeoutMs: 5000, connections });
    expect(it.received).toHaveLength(4);
    expect(connections.unreached()).toEqual([
      { host: 'shop.test', address: '127.0.0.9', code: 'ECONNREFUSED' },
    ]);
    expect(connections.remoteAddresses).toBe(1);
  });

  it('without an address: a dns failure', async () => {
    const http = client(() =>
      Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
    );
    await expect(
      http.request({ method: 'GET', url: 'http://shop.test', timeoutMs: 5000 }),
    ).rejects.toMatchObject({ kind: 'dns' });
  });

  it('that no name server answers for in time: a dns failure, and it is asked for once', async () => {
    let lookups = 0;
    const http = client(() => {
      lookups += 1;
      return new Promise(() => undefined);
    });
    const request = { method: 'GET', url: 'http://shop.test', timeoutMs: 50 };
    const ends = await Promise.allSettled([1, 2, 3].map(() => http.request(request)));
    for (const end of ends)
      expect(end).toMatchObject({ reason: { kind: 'dns', mayHaveBeenReceived: false } });
    expect(lookups).toBe(1);
  });

  it('that was resolved, and leads to a server that is silent: a timeout', async () => {
    const silent = await hanging();
    cleanups.push(() => silent.close());
    for (const found of [
      Promise.resolve([v4('127.0.0.1')]),
      systemClock.sleep(50).then(() => [v4('127.0.0.1')]),
    ]) {
      const http = client(() => found);
      const url = `http://shop.test:${String(silent.port)}`;
      await expect(http.request({ method: 'GET', url, timeoutMs: 300 })).rejects.toMatchObject({
        kind: 'timeout',
      });
    }
  });

  it('that takes long to look up: the time counts as connect time', async () => {
    const it = await server();
    const http = client(async () => {
      await systemClock.sleep(200);
      return [v4('127.0.0.1')];
    });
    const url = `http://shop.test:${String(it.port)}`;
    const answer = await http.request({ method: 'GET', url, timeoutMs: 5000 });
    expect(answer.connectMs).toBeGreaterThanOrEqual(150);
  });
});
