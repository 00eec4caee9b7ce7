import { afterEach, describe, expect, it } from '@jest/globals';
import type { Check, HealthCheck, MetricCheck, Observation } from '../../../src/contract/check.js';
import { Cancelled } from '../../../src/support/abort.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { config, createHttpChecks, type HttpConfig } from '../../support/http-source-config.js';
import { StandInTransport, type Reply } from '../../support/stand-in-transport.js';

const never = new AbortController().signal;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function make(
  changes: Partial<HttpConfig>,
  reply?: (index: number) => Reply,
): {
  clock: VirtualClock;
  http: StandInTransport;
  checks: readonly Check[];
  metrics: readonly MetricCheck[];
} {
  const clock = new VirtualClock();
  const http = new StandInTransport(
    clock,
    reply === undefined ? undefined : (_, index) => reply(index),
  );
  const checks = createHttpChecks(config(changes), { http, clock });
  const metrics = checks.filter((check) => check.kind !== 'health');
  ends.push(() => {
    for (const check of metrics) void check.stop();
  });
  return { clock, http, checks, metrics };
}

/** Asks all checks about windows of `length`, as a watch does, and gives what each was told. */
async function observe(
  it: { clock: VirtualClock; metrics: readonly MetricCheck[] },
  windows: number,
  length: number,
): Promise<Observation[][]> {
  for (const check of it.metrics) check.start(it.clock.monotonic());
  const origin = it.clock.monotonic();
  const observations: Promise<Observation>[][] = it.metrics.map(() => []);
  for (let n = 0; n < windows; n++) {
    const window = { from: n * length, to: (n + 1) * length };
    await it.clock.advance(origin + window.to - it.clock.monotonic());
    it.metrics.forEach((check, index) => observations[index]?.push(check.observe(window, never)));
  }
  return it.clock.runUntil(Promise.all(observations.map((one) => Promise.all(one))));
}

describe('the checks of the http source', () => {
  it('are a health check and one for each limit', () => {
    const { checks } = make({ maxLatency: { percentile: 95, maxMs: 800 } });
    expect(checks.map(({ id, kind, limit }) => ({ id, kind, limit }))).toEqual([
      { id: 'health', kind: 'health', limit: { metric: 'health', failures: 3, successes: 2 } },
      {
        id: 'success-rate',
        kind: 'ratio',
        limit: { metric: 'success-rate', minPercent: 95 },
      },
      {
        id: 'errors-per-minute',
        kind: 'rate',
        limit: { metric: 'errors-per-minute', max: 10, scaledTo: 60 },
      },
      {
        id: 'latency',
        kind: 'ratio',
        limit: { metric: 'latency', percentile: 95, maxMs: 800 },
      },
    ]);
    expect(new Set(checks.map(({ source }) => source))).toEqual(new Set(['http']));
  });

  it('of several URLs are numbered, and show no secret', () => {
    const { checks } = make({
      urls: ['http://u:p@a.example/?key=s', 'http://b.example/x'],
      healthUrls: ['http://a.example/', 'http://b.example/'],
      maxErrorsPerMinute: 'off',
    });
    expect(checks.map(({ id, subject }) => [id, subject])).toEqual([
      ['health', 'http://a.example, http://b.example'],
      ['success-rate-1', 'http://***@a.example?key=***'],
      ['success-rate-2', 'http://b.example/x'],
    ]);
  });

  it.each<[Partial<HttpConfig>, string[]]>([
    [{ healthUrls: 'off' }, ['success-rate', 'errors-per-minute']],
    [{ minSuccessRate: 'off', maxErrorsPerMinute: 'off' }, ['health']],
    [{ urls: [] }, ['health']],
  ])('leave out what is off: %j', (changes, ids) => {
    expect(make(changes).checks.map(({ id }) => id)).toEqual(ids);
  });

  it('send nothing before the watch starts', async () => {
    const { checks, http, clock } = make({});
    const findings = await Promise.all(checks.map((check) => check.preflight(never)));
    await clock.advance(10_000);
    expect(findings.flat().map(({ level }) => level)).toEqual(['notice']);
    expect(http.sent).toEqual([]);
  });
});

describe('the traffic of the http source', () => {
  it.each([
    [2, 6, 10_000, 20],
    [0.1, 6, 10_000, 1],
    [500, 3, 1000, 500],
    [10, 10, 1000, 10],
  ])('at %d/s is one series of probes for all checks', async (rate, windows, length, perWindow) => {
    const made = make({ requestsPerSecond: rate, maxLatency: { percentile: 95, maxMs: 800 } });
    const [rates, errors, latency] = await observe(made, windows, length);
    const all = Array.from({ length: windows }, () => ({
      kind: 'counts',
      samples: perWindow,
      failures: 0,
      seconds: length / 1000,
      kinds: {},
    }));
    expect(rates).toEqual(all);
    expect(errors).toEqual(all);
    expect(latency).toEqual(all);
    const before = made.http.sent.filter(({ at }) => at < windows * length - 0.5);
    expect(before).toHaveLength(windows * perWindow);
  });

  it('a request counts in the window in which it was sent, when all of that window have ended', async () => {
    // Every fifth answer comes after three windows, too late for its timeout.
    const made = make(
      { requestsPerSecond: 1, maxLatency: { percentile: 95, maxMs: 800 } },
      (index) => (index % 5 === 4 ? { after: 30_000 } : { after: 10 }),
    );
    const [rates, , latency] = await observe(made, 4, 5000);
    expect(rates).toEqual(
      Array.from({ length: 4 }, () => ({
        kind: 'counts',
        samples: 5,
        failures: 1,
        seconds: 5,
        kinds: { timeout: 1 },
      })),
    );
    expect(latency).toEqual(rates);
  });

  it('a window without a due probe has a count of 0', async () => {
    const [rates] = await observe(make({ requestsPerSecond: 0.1 }), 10, 1000);
    expect(rates?.map((one) => (one.kind === 'counts' ? one.samples : one.kind))).toEqual([
      1,
      ...Array.from({ length: 9 }, () => 0),
    ]);
  });

  it('goes to each URL at the full rate', async () => {
    const made = make({
      urls: ['http://a.example/', 'http://b.example/'],
      maxErrorsPerMinute: 'off',
    });
    const observations = await observe(made, 1, 10_000);
    expect(observations.map(([one]) => one?.kind === 'counts' && one.samples)).toEqual([20, 20]);
  });

  it('stops at the end: nothing more is sent, and open requests are aborted', async () => {
    const made = make({ requestsPerSecond: 10 }, () => ({ after: 4000 }));
    const { clock, http, metrics } = made;
    for (const check of metrics) check.start(0);
    await clock.advance(999);
    expect(http.open).toBe(10);
    void metrics[0]?.stop();
    await clock.advance(1);
    expect(http.open).toBe(11);
    void metrics[1]?.stop();
    void metrics[1]?.stop();
    await clock.advance(60_000);
    expect(http.open).toBe(0);
    expect(http.sent).toHaveLength(11);
    expect(clock.sleeping).toBe(0);
  });

  it('rejects only when the signal is aborted', async () => {
    const { clock, metrics } = make({}, () => ({ after: 4000 }));
    const [check] = metrics;
    const controller = new AbortController();
    check?.start(0);
    await clock.advance(1000);
    const pending = check?.observe({ from: 0, to: 1000 }, controller.signal);
    controller.abort(new Cancelled('SIGTERM'));
    await expect(pending).rejects.toThrow('SIGTERM');
  });
});

describe('the health check of the http source', () => {
  const healthOf = (checks: readonly Check[]): HealthCheck => {
    const check = checks.find((one) => one.kind === 'health');
    if (check === undefined) throw new Error('no health check');
    return check;
  };
  const healthUrls = ['http://a.example/', 'http://b.example/?token=s'];

  it('passes when all URLs pass, and requests them at once', async () => {
    const { clock, checks, http } = make({ healthUrls }, () => ({ after: 400 }));
    await expect(clock.runUntil(healthOf(checks).probe(never))).resolves.toEqual({
      ok: true,
      detail: '',
    });
    expect(http.sent.map(({ at }) => at)).toEqual([0, 0]);
    expect(clock.monotonic()).toBe(400);
  });

  it('names every URL that fails', async () => {
    const { clock, checks } = make({ healthUrls }, (index) =>
      index === 0 ? { after: 9000 } : { status: 503 },
    );
    await expect(clock.runUntil(healthOf(checks).probe(never))).resolves.toEqual({
      ok: false,
      detail: 'http://a.example: timeout; http://b.example?token=***: status 503',
    });
    expect(clock.monotonic()).toBe(5000);
  });

  it('retries what this machine could not send', async () => {
    const { clock, checks, http } = make({}, (index) => (index < 3 ? { fails: 'local' } : {}));
    await expect(clock.runUntil(healthOf(checks).probe(never))).resolves.toMatchObject({
      ok: true,
    });
    expect(http.sent.map(({ at }) => at)).toEqual([0, 100, 200, 300]);
  });

  it('nothing could be sent within the timeout: nothing known', async () => {
    const { clock, checks } = make({}, () => ({ fails: 'local' }));
    await expect(clock.runUntil(healthOf(checks).probe(never))).resolves.toEqual({
      ok: null,
      detail: 'local (LOCAL)',
    });
    expect(clock.monotonic()).toBe(4900);
  });

  it('an aborted signal rejects with its reason', async () => {
    const { clock, checks } = make({}, () => ({ after: 4000 }));
    const controller = new AbortController();
    const probing = healthOf(checks).probe(controller.signal);
    const rejected = expect(probing).rejects.toThrow('SIGINT');
    await clock.advance(100);
    controller.abort(new Cancelled('SIGINT'));
    await rejected;
    expect(clock.sleeping).toBe(0);
  });
});
