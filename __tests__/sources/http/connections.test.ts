import { afterEach, describe, expect, it } from '@jest/globals';
import type { HealthCheck, MetricCheck, Observation } from '../../../src/contract/check.js';
import { confirm } from '../../../src/gate/confirm.js';
import { requestsEach } from '../../../src/sources/http/probed-url.js';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, type Http } from '../../../src/support/http.js';
import { config, createHttpChecks, type HttpConfig } from '../../support/http-source-config.js';
import { relay } from '../../support/relay.js';
import {
  serve,
  until,
  type Handler,
  type HttpTestServer,
  type TestServer,
} from '../../support/servers.js';

const never = new AbortController().signal;
const clock = { ...systemClock, countStalls: () => () => 0 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started<S extends TestServer>(starting: Promise<S>): Promise<S> {
  const server = await starting;
  cleanups.push(() => server.close());
  return server;
}

function pod(status: number): Promise<HttpTestServer> {
  return started(serve((_, response) => response.writeHead(status).end()));
}

const closing =
  (status: number): Handler =>
  (_, response) =>
    response.writeHead(status, { connection: 'close' }).end();

function client(): Http {
  const http = createHttp({ clock });
  cleanups.push(() => {
    http.close();
  });
  return http;
}

function traffic(changes: Partial<HttpConfig>, http: Http = client()): MetricCheck {
  const only: Partial<HttpConfig> = { healthUrls: 'off', maxErrorsPerMinute: 'off' };
  const [check] = createHttpChecks(config({ ...only, ...changes }), { http, clock });
  if (check === undefined || check.kind === 'health') throw new Error('no check of traffic');
  cleanups.push(() => {
    void check.stop();
  });
  return check;
}

/** What the first `probes` show. */
async function observed(
  check: MetricCheck,
  perSecond: number,
  probes: number,
): Promise<Observation> {
  check.start(clock.monotonic());
  return check.observe({ from: 0, to: (probes * 1000) / perSecond }, never);
}

describe('a balancer that chooses a backend for each connection', () => {
  it.each([20, 50])('at %d requests/s all four pods get the same number', async (perSecond) => {
    const pods = await Promise.all([pod(200), pod(500), pod(200), pod(500)]);
    const balancer = await started(relay((n) => pods[n % 4]?.port ?? 0));
    const check = traffic({ urls: [balancer.url], requestsPerSecond: perSecond });
    const seen = await observed(check, perSecond, 48);
    expect(pods.every(({ received }) => received.length >= 9)).toBe(true);
    expect(seen).toMatchObject({ kind: 'counts', samples: 48 });
    expect(seen.kind === 'counts' && seen.failures).toBeGreaterThanOrEqual(18);
    expect(check.reach?.()).toMatchObject({ remoteAddresses: 1 });
    expect(check.reach?.().connections).toBeGreaterThanOrEqual(
      Math.floor(48 / requestsEach(perSecond)),
    );
  });

  it.each<[string, Handler]>([
    ['ends the connection with each failure', closing(500)],
    ['breaks the connection', (_, response) => response.destroy()],
  ])('at 100 requests/s a pod that %s is met no less than the others', async (_, listener) => {
    const pods = await Promise.all([pod(200), pod(200), pod(200), started(serve(listener))]);
    const balancer = await started(relay((n) => pods[n % 4]?.port ?? 0));
    const check = traffic({ urls: [balancer.url], requestsPerSecond: 100 });
    const seen = await observed(check, 100, 100);
    expect(seen).toMatchObject({ kind: 'counts', samples: 100 });
    expect(seen.kind === 'counts' && seen.failures).toBeGreaterThanOrEqual(18);
  });

  it('nor more, where the others end each connection', async () => {
    const pods = [pod(500), ...[1, 2, 3].map(() => started(serve(closing(200))))];
    const ports = (await Promise.all(pods)).map(({ port }) => port);
    const balancer = await started(relay((n) => ports[n % 4] ?? 0));
    const check = traffic({ urls: [balancer.url], requestsPerSecond: 100 });
    const seen = await observed(check, 100, 100);
    expect(seen.kind === 'counts' && seen.failures).toBeLessThanOrEqual(32);
  });

  it.each([
    [0.1, 1],
    [2, 1],
    [20, 1],
    [21, 2],
    [200, 10],
    [500, 25],
  ])('at %d requests/s a connection ends after %d of them', (perSecond, each) => {
    expect(requestsEach(perSecond)).toBe(each);
  });

  it('switched after the start: the new version is found, though open connections stay with the old one', async () => {
    const [old, fresh] = [await pod(200), await pod(500)];
    let port = old.port;
    const balancer = await started(relay(() => port));
    const check = traffic({ urls: [balancer.url], requestsPerSecond: 20 });
    check.start(clock.monotonic());
    await until(() => old.received.length >= 5);
    port = fresh.port;
    const seen = await check.observe({ from: 0, to: 1000 }, never);
    expect(seen.kind === 'counts' && seen.failures).toBeGreaterThanOrEqual(10);
  });

  it('switched back by a rollback: the confirmation finds the old version', async () => {
    const [bad, good] = [await pod(500), await pod(200)];
    let port = bad.port;
    const balancer = await started(relay(() => port));
    const http = client();
    // So many a second that connections are used again, and no more than a busy machine can send.
    const changes = { urls: [balancer.url], requestsPerSecond: 25, minRequests: 5 };
    expect(requestsEach(changes.requestsPerSecond)).toBeGreaterThan(1);
    const watched = traffic(changes, http);
    watched.start(clock.monotonic());
    await until(() => bad.received.length >= 20);
    void watched.stop();
    port = good.port;
    // What was sent before may arrive at the old one after it.
    const marked = { ...changes, headers: { 'X-Phase': 'confirmation' } };
    const outcome = await confirm({
      checks: [traffic(marked, http)],
      isRecovery: true,
      clock,
      signal: never,
      timeout: 120_000,
      minRequests: 5,
      requestsPerSecond: 0,
    });
    expect(outcome).toMatchObject({ confirmed: true });
    expect(bad.received.filter(({ headers }) => headers['x-phase'] !== undefined)).toEqual([]);
    expect(good.received.length).toBeGreaterThanOrEqual(5);
  });

  it('every health check and every probe of the baseline has its own connection', async () => {
    const only = await pod(200);
    const balancer = await started(relay(() => only.port));
    const [health] = createHttpChecks(config({ urls: [], healthUrls: [balancer.url] }), {
      http: client(),
      clock,
    });
    for (let times = 0; times < 3; times++) await (health as HealthCheck).probe(never);
    expect(balancer.connections()).toBe(3);
    const other = await pod(200);
    const check = traffic({
      urls: [other.url],
      baselineUrls: [balancer.url],
      requestsPerSecond: 20,
    });
    await observed(check, 20, 10);
    expect(balancer.connections()).toBeGreaterThanOrEqual(13);
  });
});
