import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createProbe,
  type ProbeConfig,
  type ProbeResult,
} from '../../../src/sources/http/prober.js';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp } from '../../../src/support/http.js';
import {
  certificates,
  dripping,
  hanging,
  refusing,
  resetting,
  serve,
  serveTcp,
  serveTls,
  truncating,
  type Handler,
  type TestServer,
} from '../../support/servers.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { config } from '../../support/http-source-config.js';
import { type Reply, StandInTransport } from '../../support/stand-in-transport.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(starting: Promise<TestServer>): Promise<string> {
  const server = await starting;
  cleanups.push(() => server.close());
  return server.url;
}

async function probe(
  url: string,
  changes: Partial<ProbeConfig> = {},
  timeoutMs = 10_000,
): Promise<ProbeResult> {
  const http = createHttp({ clock: systemClock });
  cleanups.push(() => {
    http.close();
  });
  // Whatever else this machine does is not what is tested here.
  const clock = { ...systemClock, countStalls: () => () => 0 };
  const ask = createProbe(config(changes), { http, clock });
  return ask(url, timeoutMs, new AbortController().signal);
}

const status =
  (code: number, body = ''): Handler =>
  (_, response) =>
    response.writeHead(code).end(body);

describe('a probe over a real socket', () => {
  it.each<[string, () => Promise<string>, boolean, number]>([
    ['connection refused', refusing, false, 10_000],
    ['connection reset', () => started(resetting()), false, 10_000],
    ['connection reset', () => started(truncating()), false, 10_000],
    ['timeout', () => started(hanging()), true, 100],
    ['timeout', () => started(dripping()), true, 100],
    ['dns failure', () => Promise.resolve('http://no-such-host.invalid/'), false, 15_000],
    [
      'TLS failure',
      async () => started(serveTls(status(200), await certificates())),
      false,
      10_000,
    ],
    ['status 503', () => started(serve(status(503))), true, 10_000],
    ['status 404', () => started(serve(status(404))), true, 10_000],
    [
      'answer is not HTTP',
      () => started(serveTcp((socket) => socket.once('data', () => socket.end('?\r\n\r\n')))),
      false,
      10_000,
    ],
  ])('fails with %s', async (kind, start, timed, timeoutMs) => {
    const result = await probe(await start(), {}, timeoutMs);
    expect(result).toMatchObject({ sent: true, ok: false, kind });
    expect(result.sent && result.latencyMs !== null).toBe(timed);
  });

  it('cannot be sent by TLS to a server that speaks plain HTTP: that is no failure of the service', async () => {
    const url = (await started(serve(status(200)))).replace('http:', 'https:');
    expect(await probe(url)).toMatchObject({ ok: false, kind: 'TLS failure', obstacle: 'scheme' });
  });

  it('fails with too many redirects, and evaluates the last answer of the allowed ones', async () => {
    const url = await started(
      serve((request, response) => {
        const left = Number(request.url.slice(1));
        if (left === 0) response.writeHead(500).end();
        else response.writeHead(302, { Location: `/${String(left - 1)}` }).end();
      }),
    );
    await expect(probe(`${url}/2`)).resolves.toMatchObject({ ok: true });
    const followRedirects = 1;
    await expect(probe(`${url}/2`, { followRedirects })).resolves.toMatchObject({
      ok: false,
      kind: 'too many redirects',
      latencyMs: null,
    });
    await expect(probe(`${url}/1`, { followRedirects })).resolves.toMatchObject({
      ok: false,
      kind: 'status 500',
    });
  });

  it.each([
    [199, false],
    [200, true],
    [399, true],
    [400, false],
    [418, true],
  ])('with the ranges 200-399 and 418 status %i is good: %s', async (code, ok) => {
    const expectStatus = [
      { from: 200, to: 399 },
      { from: 418, to: 418 },
    ];
    const answers = new StandInTransport(new VirtualClock(), () => ({ status: code }));
    const ask = createProbe(config({ expectStatus }), { http: answers, clock: systemClock });
    await expect(ask('http://x/', 1000, new AbortController().signal)).resolves.toMatchObject({
      ok,
    });
  });

  it.each([
    [/"status":\s*"UP"/, true],
    [/"status":\s*"UP"/g, true],
    [/up$/i, false],
    [/DOWN/, false],
  ])('with the body pattern %s is good: %s', async (expectBody, ok) => {
    const url = await started(serve(status(200, '{"status": "UP"}')));
    const result = await probe(url, { expectBody });
    expect(result).toMatchObject({ ok, kind: ok ? '' : 'body did not match' });
    await expect(probe(url, { expectBody })).resolves.toMatchObject({ ok });
  });

  it('searches the first MiB of a body, and accepts a longer one', async () => {
    const url = await started(serve(status(200, `early${'x'.repeat(2 ** 20)}late`)));
    await expect(probe(url)).resolves.toMatchObject({ ok: true });
    await expect(probe(url, { expectBody: /early/ })).resolves.toMatchObject({ ok: true });
    await expect(probe(url, { expectBody: /late/ })).resolves.toMatchObject({ ok: false });
  });

  it('with a body pattern that backtracks without bound: nothing is known, and the hint names the input', async () => {
    const url = await started(serve(status(200, `${'a'.repeat(100)}b`)));
    await expect(probe(url, { expectBody: /(a+)+$/ })).resolves.toEqual({
      sent: false,
      why: '`expect-body` takes too long on an answer: write it without repetitions inside of repetitions',
    });
  });

  it('sends the headers that are configured', async () => {
    const server = await serve(status(200));
    cleanups.push(() => server.close());
    await probe(server.url, { headers: { 'X-Probe': 'yes' } });
    expect(server.received[0]?.headers).toMatchObject({ 'x-probe': 'yes' });
  });
});

describe('a probe', () => {
  it('takes its time to the end of the answer', async () => {
    const clock = new VirtualClock();
    const http = new StandInTransport(clock, () => ({ after: 321 }));
    const ask = createProbe(config(), { http, clock });
    const result = await clock.runUntil(ask('http://x/', 5000, new AbortController().signal));
    expect(result).toEqual({ sent: true, ok: true, kind: '', latencyMs: 321, status: 200 });
  });

  it('that this machine could not send is no sample', async () => {
    const clock = new VirtualClock();
    const http = new StandInTransport(clock, () => ({ fails: 'local' }));
    const ask = createProbe(config(), { http, clock });
    await expect(ask('http://x/', 5000, new AbortController().signal)).resolves.toEqual({
      sent: false,
      why: 'local (LOCAL)',
    });
  });

  it('reports for how long this process was stalled', async () => {
    const clock = new VirtualClock();
    const http = new StandInTransport(clock, () => ({ after: 321 }));
    const ask = createProbe(config(), { http, clock });
    await clock.jump(1000);
    const asking = ask('http://x/', 5000, new AbortController().signal);
    await clock.advance(21);
    await clock.jump(400);
    expect(await asking).toEqual({
      sent: true,
      ok: true,
      status: 200,
      kind: '',
      latencyMs: 421,
      stalledMs: 400,
    });
  });

  it.each([
    [2500, { sent: true, ok: false, kind: 'timeout', latencyMs: Infinity }],
    [2501, { sent: false, why: 'this machine was too busy to see the answer in time' }],
  ])('that times out while this process was stalled for %d ms of 5 s', async (stalled, result) => {
    const clock = new VirtualClock();
    const http = new StandInTransport(clock, () => ({ after: 60_000 }));
    const ask = createProbe(config(), { http, clock });
    const asking = ask('http://x/', 5000, new AbortController().signal);
    await clock.jump(stalled);
    await clock.advance(5000);
    expect(await asking).toEqual(result);
  });

  it.each<[string, Partial<ProbeConfig>, Reply]>([
    ['an answer', {}, {}],
    [
      'an answer that takes too long to be matched',
      { expectBody: /^(a+)+$/ },
      { body: `${'a'.repeat(40)}!` },
    ],
    ['an error', {}, { fails: 'refused' }],
    ['an error of this machine', {}, { fails: 'local' }],
    ['the end of the time', {}, { fails: 'timeout' }],
    ['somebody who does not want to know any more', {}, { fails: 'aborted' }],
  ])('that ends by %s counts no stalls after it', async (_, changes, reply) => {
    const clock = new VirtualClock();
    const http = new StandInTransport(clock, () => reply);
    const asking = createProbe(config(changes), { http, clock })(
      'http://x/',
      5000,
      new AbortController().signal,
    );
    expect(clock.counting).toBe(1);
    await asking;
    expect(clock.counting).toBe(0);
  });

  it('rejects with an unexpected error', async () => {
    const http = {
      request: () => Promise.reject(new TypeError('a defect')),
      close: () => undefined,
    };
    const clock = new VirtualClock();
    const ask = createProbe(config(), { http, clock });
    await expect(ask('http://x/', 5000, new AbortController().signal)).rejects.toThrow('a defect');
    expect(clock.counting).toBe(0);
  });
});
