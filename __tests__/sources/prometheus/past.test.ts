import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Block, Past } from '../../../src/contract/check.js';
import type { Result } from '../../../src/contract/result.js';
import { pastOf } from '../../../src/sources/registry.js';
import { MetricsHistory, process, type Scraped } from '../../support/metrics-history.js';
import { type PrometheusScene, withPrometheus } from '../../support/prometheus-scene.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { json } from '../../support/stand-in-prometheus.js';
import { endless } from '../../support/stand-in-source.js';

let scene: PrometheusScene;
withPrometheus((given) => {
  scene = given;
});

const NOW = Date.UTC(2026, 0, 1) / 1000;
/** The deploy began five minutes ago. */
const DEPLOY = NOW - 300;
/** Seconds of the hour before it. */
const at = (seconds: number): number => DEPLOY - 3600 + seconds;

const counts = ['total: http_requests_total', 'errors: errors_total'];
const succeeding = ['min-success-rate: 95'];

function serve(...processes: readonly Scraped[]): void {
  serveHistory(new MetricsHistory(processes));
}

/** @param ahead how far the clock of the server is ahead of ours, seconds */
function serveHistory(metrics: MetricsHistory, ahead = 0): void {
  const { server, clock } = scene;
  server.behave = (response) => {
    const { url, body } = server.received.at(-1)!;
    response.setHeader('Date', new Date(clock.now() + 1000 * ahead).toUTCString());
    response.setHeader('Content-Type', 'application/json');
    response.end(metrics.answer(url, body, clock.now() / 1000 + ahead));
  };
}

function readPast(
  options: readonly string[] = [...counts, ...succeeding],
  until = DEPLOY,
): Promise<Result<Past>> {
  const { server, clock, http, driven } = scene;
  const lines = ['source: prometheus', 'timeout: 5s', ...options];
  const resolution = resolveWith({
    env: { ROLLGATE_PROMETHEUS_URL: server.url },
    files: {
      'rollgate.yml': ['checks:', '  - id: a', ...lines.map((line) => `    ${line}`)].join('\n'),
    },
  });
  expect(resolution.problems).toEqual([]);
  const reading = pastOf(
    resolution.checks.find(({ id }) => id === 'a')!,
    { from: (until - 3600) * 1000, to: until * 1000 },
    {
      plan: { duration: 300_000, minRequests: 20 },
      ...{ clock, random: () => 0.5, http: () => http, env: {}, redact: (text) => text },
      ...{
        exec: () => Promise.reject(new Error('nothing is run here')),
        leastRate: 0,
        commandEnv: {},
        platform: 'linux',
        logLines: 0,
      },
    },
    new AbortController().signal,
  );
  return driven(reading!);
}

async function countsRead(): Promise<readonly Block[]> {
  const past = await readPast();
  if (!past.ok) throw new Error(past.problem.message);
  return past.value.counts ?? [];
}

const requestsOf = (all: readonly Block[]): readonly number[] =>
  all.map(({ requests }) => requests);
const failuresOf = (all: readonly Block[]): readonly number[] =>
  all.map(({ failures }) => failures);
const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
const twelve = <T>(make: (n: number) => T): T[] => Array.from({ length: 12 }, (_, n) => make(n));

/** Counters of a process that restarts at these times, with the usual 10 requests a second. */
function restarting(given: Scraped, times: readonly number[]): Scraped {
  const since = (moment: number): number => times.findLast((time) => time <= moment) ?? -Infinity;
  const from = (count: (moment: number) => number) => (moment: number) => {
    const began = since(moment);
    return Number.isFinite(began) ? Math.max(0, count(moment) - count(began)) : count(moment);
  };
  return {
    ...given,
    total: from(given.total),
    errors: from(given.errors),
    startedAt: (moment) => Math.max(given.startedAt(moment), since(moment)),
  };
}

describe('the hour before a deploy, by a Prometheus server', () => {
  it('is twelve blocks with what was counted in each', async () => {
    serve(process({ failing: 0.1, badFrom: at(3000) }));
    const all = await countsRead();
    expect(requestsOf(all)).toEqual(twelve(() => 3000));
    // The last scrape before each five minutes is up to ten seconds old.
    expect(failuresOf(all)).toEqual([
      ...Array.from({ length: 10 }, () => 0),
      expect.closeTo(300, -1.4),
      expect.closeTo(300, -1.4),
    ]);
  });

  it('is asked for in one query, which is of that hour and of what it begins with', async () => {
    serve(process());
    await readPast();
    expect(scene.server.received).toHaveLength(1);
    const { url, body } = scene.server.received[0]!;
    expect(url).toMatch(/\/api\/v1\/query_range$/);
    const form = new URLSearchParams(body);
    expect(Object.fromEntries(form)).toMatchObject({
      start: String(at(-300)),
      end: String(DEPLOY),
      step: '60',
    });
  });

  it('an errors series that is not there is no failure', async () => {
    serve(process({ errors: () => 0 }));
    expect(await countsRead()).toEqual(twelve(() => ({ failures: 0, requests: 3000 })));
  });

  it('an errors series that appears has counted from 0', async () => {
    serve(process({ errors: (moment) => (moment >= at(1000) ? 7 : 0) }));
    const all = await countsRead();
    expect(failuresOf(all)).toEqual(twelve((n) => (n === 3 ? 7 : 0)));
  });

  it('what was counted before the hour is not of it', async () => {
    serve(process({ errors: () => 5000 }));
    expect(sum(failuresOf(await countsRead()))).toBe(0);
  });

  it('restarts cost what was counted since the look before them, and are no failures', async () => {
    serve(restarting(process({ failing: 0.01 }), [at(605), at(1930), at(3000)]));
    const all = await countsRead();
    expect(sum(requestsOf(all))).toBeLessThanOrEqual(36_000);
    expect(sum(requestsOf(all))).toBeGreaterThanOrEqual(36_000 - 3 * 600);
    for (const { failures, requests } of all)
      expect(Math.abs(failures - 0.01 * requests)).toBeLessThanOrEqual(2);
  });

  it('a pod that comes and goes is counted while it was there', async () => {
    serve(
      process({ instance: 'a:80' }),
      process({ instance: 'b:80', from: at(900), to: at(2103), failing: 0.5, badFrom: at(900) }),
    );
    const all = await countsRead();
    expect(requestsOf(all).slice(0, 3)).toEqual([3000, 3000, 3000]);
    expect(requestsOf(all).slice(8)).toEqual([3000, 3000, 3000, 3000]);
    const more = sum(requestsOf(all)) - 36_000;
    // From its first scrape to the last look before it was gone.
    expect(more).toBeLessThanOrEqual(12_000);
    expect(more).toBeGreaterThanOrEqual(12_000 - 700);
    expect(sum(failuresOf(all))).toBeGreaterThanOrEqual(0.45 * more);
    expect(sum(failuresOf(all))).toBeLessThanOrEqual(0.5 * more + 1);
  });

  it.each([
    ['15 s', 15, 0.5],
    ['30 s', 30, 29],
    ['a minute', 60, 17],
    ['two minutes', 120, 71],
  ])('scrapes every %s: nothing is lost but at the ends', async (_, every, phase) => {
    serve(process({ every, phase, failing: 0.02 }));
    const all = await countsRead();
    expect(all).toHaveLength(12);
    expect(sum(requestsOf(all))).toBeGreaterThanOrEqual(36_000 - 10 * every);
    expect(sum(requestsOf(all))).toBeLessThanOrEqual(36_000 + 10 * every);
  });

  it('instances that come, go and restart: never more than there was, and little less', async () => {
    const instance = fc.record({
      every: fc.constantFrom(5, 15, 30),
      phase: fc.constantFrom(0, 0.5, 4.75),
      from: fc.option(fc.integer({ min: -2000, max: 3500 })),
      lasts: fc.option(fc.integer({ min: 200, max: 3000 })),
      restarts: fc.array(fc.integer({ min: 0, max: 3600 }), { maxLength: 2 }),
      failing: fc.constantFrom(0, 0.01, 0.2),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(instance, { minLength: 1, maxLength: 3 }), async (all) => {
        const told = all.map(({ from, lasts, restarts, ...one }, n) => {
          const began = from === null ? -Infinity : at(from);
          const to = lasts === null ? Infinity : at((from ?? 0) + lasts);
          const given = process({
            ...one,
            instance: `i${String(n)}:80`,
            ...{ from: began, to, badFrom: began },
          });
          const times = restarts.map(at).filter((time) => time > began && time < to);
          const seconds = Math.max(0, Math.min(to, DEPLOY) - Math.max(began, at(0)));
          return {
            one: restarting(
              given,
              times.toSorted((a, b) => a - b),
            ),
            ...{ seconds, failing: one.failing },
            // A sample before the hour; what is not seen of each life that ends in it.
            ...{ more: one.every, less: (2 + times.length) * (60 + 2 * one.every) },
          };
        });
        serve(...told.map(({ one }) => one));
        const read = await countsRead();
        const requests = sum(requestsOf(read));
        const failures = sum(failuresOf(read));
        const by = (of: (one: (typeof told)[number]) => number): number => 10 * sum(told.map(of));
        expect(requests).toBeLessThanOrEqual(by(({ seconds, more }) => seconds + more));
        expect(requests).toBeGreaterThanOrEqual(by(({ seconds, less }) => seconds - less));
        expect(failures).toBeLessThanOrEqual(
          by(({ seconds, more, failing }) => failing * (seconds + more)) + 3 * told.length,
        );
        expect(failures).toBeGreaterThanOrEqual(
          by(({ seconds, less, failing }) => failing * (seconds - less)) - 3 * told.length,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('only half an hour of it is known', async () => {
    serveHistory(new MetricsHistory([process()], at(1800)));
    const all = await countsRead();
    expect(requestsOf(all).slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(requestsOf(all).slice(7)).toEqual([3000, 3000, 3000, 3000, 3000]);
    // What its first sample had counted is of another time.
    expect(requestsOf(all)[6]).toBeGreaterThanOrEqual(2400);
    expect(requestsOf(all)[6]).toBeLessThanOrEqual(3000);
  });

  it('nothing of it is known', async () => {
    serveHistory(new MetricsHistory([]));
    expect(await countsRead()).toEqual(twelve(() => ({ failures: 0, requests: 0 })));
  });

  it('the latencies of all its requests, by the borders of the histogram', async () => {
    serve(process({ within: { '0.1': 0.5, '0.3': 0.9, '1': 0.99, '+Inf': 1 } }));
    const past = await readPast(['latency: d_bucket', 'max-latency: p95 < 2s']);
    expect(past).toEqual({
      ok: true,
      value: {
        latency: [
          { border: 100, requests: expect.closeTo(18_000, -1.5) },
          { border: 300, requests: expect.closeTo(32_400, -1.5) },
          { border: 1000, requests: expect.closeTo(35_640, -1.5) },
          { border: Infinity, requests: 36_000 },
        ],
      },
    });
  });

  it('a histogram that has been there for half an hour', async () => {
    const within = { '1': 0.9, '+Inf': 1 };
    serveHistory(new MetricsHistory([process({ within })], at(1800)));
    const past = await readPast(['latency: d_bucket', 'max-latency: p95 < 2s']);
    const { latency = [] } = past.ok ? past.value : {};
    expect(latency.map(({ border }) => border)).toEqual([1000, Infinity]);
    expect(latency[1]!.requests).toBeGreaterThanOrEqual(17_400);
    expect(latency[1]!.requests).toBeLessThanOrEqual(18_000);
  });

  it('a histogram that is not there has no requests', async () => {
    serve(process());
    expect(await readPast(['latency: d_bucket', 'max-latency: p95 < 2s'])).toEqual({
      ok: true,
      value: { latency: [] },
    });
  });

  it('values are means of what was read each minute', async () => {
    serve(process());
    // 3, 4, 5 in turn every ten seconds: the same one at each whole minute.
    const past = await readPast(['value: max(queue)', 'max: 10']);
    expect(past).toEqual({ ok: true, value: { value: twelve(() => 3) } });
  });

  it('a value that was not there is none', async () => {
    scene.server.behave = json(
      JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } }),
    );
    const past = await readPast(['value: max(queue)', 'max: 10']);
    expect(past).toEqual({ ok: true, value: { value: twelve(() => null) } });
  });

  it('a least value has no limit from before, so nothing is asked', async () => {
    serve(process());
    expect(await readPast(['value: max(queue)', 'min: 1'])).toEqual({ ok: true, value: {} });
    expect(scene.server.received).toEqual([]);
  });

  it('everything of one entry at once', async () => {
    serve(process({ within: { '1': 0.9, '+Inf': 1 } }));
    const past = await readPast([
      ...counts,
      ...succeeding,
      'max-errors-per-minute: 10',
      'latency: d_bucket',
      'max-latency: p95 < 2s',
    ]);
    expect(past).toMatchObject({
      ok: true,
      value: {
        counts: twelve(() => ({ failures: 0, requests: 3000 })),
        latency: [{ border: 1000 }, { border: Infinity, requests: 36_000 }],
      },
    });
  });

  it.each([900, -900])(
    'a clock of the server that is %i s ahead: the hour is its own',
    async (ahead) => {
      const deploy = DEPLOY + ahead;
      const metrics = new MetricsHistory([process({ failing: 1, badFrom: deploy })], deploy - 3950);
      serveHistory(metrics, ahead);
      const all = await countsRead();
      expect(requestsOf(all)).toEqual(twelve(() => 3000));
      expect(sum(failuresOf(all))).toBe(0);
    },
  );

  it.each<[string, RegExp, () => void]>([
    [
      'answers 500',
      /it answered 500/,
      () => {
        scene.server.behave = json('{"status":"error","error":"broken"}', 500);
      },
    ],
    [
      'answers 401',
      /it answered 401/,
      () => {
        scene.server.behave = json('{"message":"who are you"}', 401);
      },
    ],
    [
      'answers with a page',
      /text\/html/,
      () => {
        scene.server.behave = json('<html>log in</html>', 200, { 'Content-Type': 'text/html' });
      },
    ],
    [
      'does not answer',
      /it did not answer in time/,
      () => {
        scene.server.behave = endless();
      },
    ],
    [
      'answers in part',
      /its answer is partial, so nothing is judged by it: a store was not there$/,
      () => {
        scene.server.behave = json(
          JSON.stringify({
            status: 'success',
            data: { resultType: 'matrix', result: [] },
            warnings: ['a store was not there'],
          }),
        );
      },
    ],
  ])('a server that %s: a problem, and no error', async (_, message, behave) => {
    behave();
    const before = scene.clock.monotonic();
    const past = await readPast();
    expect(past.ok ? 'it answered' : past.problem.message).toMatch(message);
    // The watch waits for it.
    expect(scene.clock.monotonic() - before).toBeLessThanOrEqual(30_000);
  });
});
