import { describe, expect, it } from '@jest/globals';
import { createApiClient, httpTransport } from '../../../src/support/http/api.js';
import { byKind } from '../../../src/support/http/problem.js';
import { isPage } from '../../../src/support/http/response.js';
import { createHttp } from '../../../src/support/http.js';
import { serve } from '../servers.js';
import { type Reply, StandInTransport } from '../stand-in-transport.js';
import { VirtualClock } from '../virtual-clock.js';

const never = new AbortController().signal;
const call = { method: 'GET', url: 'http://api.test/x?token=t0ken' };

function clientOf(reply: (index: number) => Reply) {
  const clock = new VirtualClock();
  const http = new StandInTransport(clock, (_, index) => reply(index));
  const api = createApiClient(
    httpTransport(() => http, {}),
    {
      clock,
      accepts: 'json',
      redact: (text) => text.replaceAll('t0ken', '***'),
      errors: {
        hintFor: byKind({
          unauthorized: 'sign in',
          'bad-request': (said) => `correct${said}`,
          timeout: 'wait longer',
        }),
      },
    },
  );
  return { clock, http, api };
}

describe('a request to an API', () => {
  it.each<[string, Reply, string, object]>([
    [
      'an error in JSON',
      { status: 400, body: '{"error":"no t0ken"}' },
      'it answered 400: no ***',
      { kind: 'bad-request', fix: 'correct: no ***', transient: false },
    ],
    [
      'an error as a list',
      { status: 401, body: '{"errors":[{"detail":"no key"}]}' },
      'it answered 401: no key',
      { kind: 'unauthorized', fix: 'sign in' },
    ],
    [
      'a temporary error',
      { status: 503, headers: { 'retry-after': '9' } },
      'it answered 503',
      { kind: 'server-error', transient: true, retryAfterMs: 9000 },
    ],
    [
      'a page',
      { headers: { 'content-type': 'text/html' }, body: '<title>Sign in</title>' },
      'it answered text/html, a page with the title "Sign in"',
      { kind: 'page', transient: false },
    ],
    [
      'half an answer',
      { body: '{"a":' },
      'it answered something that is not JSON: {"a":',
      { kind: 'not-json' },
    ],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://x.test/?a=t0ken' } },
      'it answered 302, which leads to https://x.test?a=***',
      { kind: 'redirect' },
    ],
    [
      'no answer in time',
      { after: 2000 },
      'it did not answer in time',
      { kind: 'timeout', transient: true, fix: 'wait longer' },
    ],
    [
      'no connection',
      { fails: 'refused', summary: 'connection refused' },
      'connection refused (REFUSED)',
      { kind: 'unreachable', transient: true },
    ],
    [
      'too much',
      { fails: 'too-large' },
      'its answer is larger than 1 MiB',
      { kind: 'too-large', transient: false },
    ],
  ])('that gets %s: a problem with what to do', async (_, reply, message, problem) => {
    const { clock, api } = clientOf(() => reply);
    const answer = await clock.runUntil(api.ask(call, 1000, never));
    expect(answer).toMatchObject({ ok: false, problem: { message, ...problem } });
  });

  it('is not sent before Retry-After has passed, and is sent after it', async () => {
    const { clock, http, api } = clientOf((index) =>
      index === 0 ? { status: 429, headers: { 'retry-after': '60' } } : { body: '[]' },
    );
    await api.ask(call, 1000, never);
    expect(await api.ask(call, 1000, never)).toMatchObject({
      problem: { kind: 'rate-limited', message: 'it asked for no queries in the next 1m' },
    });
    expect(http.sent).toHaveLength(1);
    await clock.advance(60_000);
    expect(await api.ask(call, 1000, never)).toMatchObject({ ok: true, value: { data: [] } });
  });

  it('by https to a server without TLS: the hint names the scheme', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const clock = new VirtualClock();
    const http = createHttp({ clock });
    const api = createApiClient(
      httpTransport(() => http, {}),
      { clock },
    );
    const url = server.url.replace('http:', 'https:');
    const answer = await api.ask({ method: 'GET', url }, 1000, never);
    http.close();
    await server.close();
    expect(answer).toMatchObject({
      ok: false,
      problem: { fix: 'check scheme and port: plain HTTP may be spoken there' },
    });
  });

  it('that fails unexpectedly: rejects', async () => {
    const clock = new VirtualClock();
    const api = createApiClient(() => Promise.reject(new TypeError('a defect')), { clock });
    await expect(api.ask(call, 1000, never)).rejects.toThrow('a defect');
  });
});

describe('whether an answer is a page', () => {
  const html = 'text/html; charset=utf-8';
  it.each([
    [203, { id: 1 }, undefined, true],
    [200, 'Sign in', html, true],
    [200, '\n<!DOCTYPE html><p>Sign in', undefined, true],
    [200, ' <html>', 'application/json', true],
    [502, '<html>Bad gateway</html>', html, true],
    [200, { items: [] }, html, false],
    [200, '{"items":', 'application/json', false],
    [200, '<?xml version="1.0"?><run/>', 'application/xml', false],
    [204, '', undefined, false],
  ])('%i %j of type %s: %s', (status, data, type, is) => {
    const headers: Readonly<Record<string, string>> =
      type === undefined ? {} : { 'content-type': type };
    expect(isPage({ status, data, headers })).toBe(is);
  });
});
