import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, fetchOf, HttpError, type Http } from '../../../src/support/http.js';
import { hanging, refusing, serve, until, type HttpTestServer } from '../servers.js';

let http: Http;
let server: HttpTestServer;
beforeEach(async () => {
  http = createHttp({ clock: systemClock });
  server = await serve((request, response) => {
    const status = Number(request.url.slice(1));
    if (status >= 300 && status < 400) response.setHeader('Location', '/200');
    response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"a":1}');
  });
});
afterEach(async () => {
  http.close();
  await server.close();
});

describe('fetchOf', () => {
  it('sends the given request and returns a Response', async () => {
    const fetch = fetchOf(http, { timeoutMs: 10_000 });
    const response = await fetch(`${server.url}/200`, {
      method: 'POST',
      headers: { authorization: 'token t', 'content-type': 'application/json' },
      body: '{"b":2}',
    });
    expect(response).toBeInstanceOf(Response);
    expect(response.url).toBe(`${server.url}/200`);
    expect(response.headers.get('content-type')).toBe('application/json');
    await expect(response.json()).resolves.toEqual({ a: 1 });
    expect(server.received).toMatchObject([
      { method: 'POST', body: '{"b":2}', headers: { authorization: 'token t' } },
    ]);
  });

  it('accepts bytes, and a Request', async () => {
    const fetch = fetchOf(http, { timeoutMs: 10_000 });
    await fetch(`${server.url}/200`, { method: 'PUT', body: new Uint8Array([104, 105]) });
    await fetch(new Request(`${server.url}/200`, { headers: { 'x-a': 'b' } }));
    expect(server.received).toMatchObject([
      { method: 'PUT', body: 'hi' },
      { method: 'GET', body: '', headers: { 'x-a': 'b' } },
    ]);
  });

  it.each([204, 304])('status %i: no body', async (status) => {
    const response = await fetchOf(http, { timeoutMs: 10_000 })(`${server.url}/${String(status)}`);
    expect(response.status).toBe(status);
    expect(response.body).toBeNull();
  });

  it.each([302, 404, 500])('status %i: resolves', async (status) => {
    const response = await fetchOf(http, { timeoutMs: 10_000 })(`${server.url}/${String(status)}`);
    expect(response.status).toBe(status);
    expect(response.ok).toBe(false);
    expect(server.received).toHaveLength(1);
  });

  it('no answer: rejects with an HttpError', async () => {
    const pending = fetchOf(http, { timeoutMs: 10_000 })(await refusing());
    await expect(pending).rejects.toBeInstanceOf(HttpError);
    await expect(pending).rejects.toMatchObject({ kind: 'refused', mayHaveBeenReceived: false });
  });

  it('an aborted signal: rejects', async () => {
    const stuck = await hanging();
    const controller = new AbortController();
    const pending = fetchOf(http, { timeoutMs: 10_000 })(stuck.url, { signal: controller.signal });
    const failed = expect(pending).rejects.toMatchObject({ kind: 'aborted' });
    await until(() => stuck.progress() > 0);
    controller.abort();
    await failed;
    await stuck.close();
  });
});

describe('fetchOf with clean', () => {
  it('cleans the bodies of errors, and no others', async () => {
    const clean = (text: string): string => text.replaceAll('a', '***');
    const fetch = fetchOf(http, { timeoutMs: 10_000, clean });
    const refused = await fetch(`${server.url}/422`);
    expect(refused).toMatchObject({ status: 422, url: `${server.url}/422` });
    expect(refused.headers.get('content-type')).toBe('application/json');
    await expect(refused.text()).resolves.toBe('{"***":1}');
    await expect((await fetch(`${server.url}/200`)).text()).resolves.toBe('{"a":1}');
    expect((await fetch(`${server.url}/304`)).status).toBe(304);
  });
});
