import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPrometheusChecks } from '../../../src/sources/prometheus/checks.js';
import { createClient } from '../../../src/sources/prometheus/client.js';
import type {
  CheckDescription,
  Measurement,
} from '../../../src/sources/prometheus/measurements.js';
import { createHistory, runsOf, type History } from '../../../src/sources/prometheus/history.js';
import type { MetricCheck, Observation, WatchPlan } from '../../../src/contract/check.js';
import { eventsOfPast, momentsOf, replay } from '../../../src/gate/replay.js';
import type { Clock } from '../../../src/support/clock.js';
import type { Http, HttpRequest } from '../../../src/support/http.js';
import { defaultPlan } from '../../support/stand-in-checks.js';
import { StandInTransport, type Reply } from '../../support/stand-in-transport.js';
import { MetricsHistory, process, type Scraped } from '../../support/metrics-history.js';
import { serverAt } from '../../support/prometheus-server.js';
import { recordedWatch } from '../../support/recorded-watch.js';
import { decodeRecording } from '../../../src/report/recording-reader.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const counters: Measurement = {
  kind: 'counters',
  total: { input: 'prometheus-total', selector: { name: 'http_requests_total', matchers: [] } },
  errors: { input: 'prometheus-errors', selector: { name: 'errors_total', matchers: [] } },
};
const descriptions: readonly CheckDescription[] = [
  { id: 'success-rate', limit: { metric: 'success-rate', minPercent: 95 }, measurement: counters },
  {
    id: 'errors-per-minute',
    limit: { metric: 'errors-per-minute', max: 600, scaledTo: null },
    measurement: counters,
  },
  {
    id: 'value',
    limit: { metric: 'value', max: 100 },
    measurement: { kind: 'value', input: 'prometheus-value', query: 'max(queue)' },
  },
];
const BEGAN = Date.UTC(2026, 0, 1);
const signal = new AbortController().signal;

function checksWith(http: Http, clock: Clock): readonly MetricCheck[] {
  const client = createClient(
    serverAt('http://prometheus.test/base/', { parameters: { dedup: 'true' } }),
    { http, clock, redact: (text) => text },
  );
  return createPrometheusChecks(
    descriptions,
    { duration: 60_000, minRequests: 20 },
    { client, clock },
  );
}

const bodyOf = ({ body }: HttpRequest): string => (typeof body === 'string' ? body : '');

/** What a watch in the past would have told; the present is a day later. */
async function watchHistory(
  plan: WatchPlan,
  reply: (request: HttpRequest, n: number) => Reply,
): Promise<{
  readonly observations: readonly Observation[];
  readonly verdict: string | undefined;
  readonly history: History;
  readonly http: StandInTransport;
  readonly clock: VirtualClock;
}> {
  const clock = new VirtualClock(BEGAN + 86_400_000);
  const http = new StandInTransport(clock, reply);
  const history = createHistory({
    ...{ http, clock, signal, began: BEGAN, moments: momentsOf(plan) },
    random: () => 0.5,
  });
  const checks = checksWith(history.http, history.clock);
  const events = await clock.runUntil(eventsOfPast(plan, checks, Infinity, history.moveTo, signal));
  return {
    observations: events.flatMap(({ event }) =>
      event.type === 'observation' ? [event.observation] : [],
    ),
    verdict: replay(plan, checks, events).judgement?.verdict,
    ...{ history, http, clock },
  };
}

const served =
  (metrics: MetricsHistory) =>
  (request: HttpRequest): Reply => ({ body: metrics.answer(request.url, bodyOf(request), NaN) });

/** The raw numbers are the same in another order. */
function withoutRaw(observation: Observation): Observation {
  return { ...observation, raw: undefined };
}

const seconds = (at: number): number => BEGAN / 1000 + at;

describe('the history of a Prometheus server', () => {
  const instances = fc.record({
    every: fc.constantFrom(1, 7, 15, 30),
    phase: fc.double({ min: 0, max: 0.99, noNaN: true }).map((x) => Math.round(x * 1000) / 1000),
    failing: fc.constantFrom(0, 0.02, 0.3),
    badFrom: fc.constantFrom(-100, 20, 70),
    /** `undefined`: it is there all the time. */
    from: fc.constantFrom(undefined, undefined, 25, 61.5),
    to: fc.constantFrom(Infinity, Infinity, 55.5),
    restartsAt: fc.constantFrom(undefined, undefined, 47.5),
  });
  const story = fc.record({
    plan: fc.record({
      warmUp: fc.constantFrom(0, 15_000, 20_000, 33_300),
      duration: fc.constantFrom(60_000, 95_000),
      interval: fc.constantFrom(10_000, 7_000),
    }),
    instances: fc.array(instances, { minLength: 1, maxLength: 3 }),
  });

  it('gives the checks the observations of the live watch', async () => {
    const verdicts = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(story, async ({ plan: windows, instances: all }) => {
        const plan = { ...defaultPlan, ...windows };
        const metrics = new MetricsHistory(
          all.map(({ restartsAt, from, badFrom, to, ...one }, n): Scraped => {
            const given = process({
              ...one,
              instance: `i${String(n)}:80`,
              badFrom: seconds(badFrom),
              from: from === undefined ? -Infinity : seconds(from),
              to: seconds(to),
            });
            if (restartsAt === undefined) return given;
            const anew = seconds(restartsAt);
            const since = (count: (at: number) => number) => (at: number) =>
              at < anew ? count(at) : Math.max(0, count(at) - count(anew));
            return {
              ...given,
              total: since(given.total),
              errors: since(given.errors),
              startedAt: (at) => (at < anew ? given.startedAt(at) : anew),
            };
          }),
        );
        const clock = new VirtualClock(BEGAN);
        const live = new StandInTransport(clock, (request) => ({
          body: metrics.answer(request.url, bodyOf(request), clock.now() / 1000),
        }));
        const { outcome, recording } = await recordedWatch(clock, checksWith(live, clock), plan);
        const recorded = decodeRecording(recording).targets[0]!.events.flatMap(({ event }) =>
          event.type === 'observation' ? [event.observation] : [],
        );
        const { observations, verdict } = await watchHistory(plan, served(metrics));
        // The live watch ends with its verdict.
        expect(recorded.map(withoutRaw)).toEqual(
          observations.slice(0, recorded.length).map(withoutRaw),
        );
        expect(verdict).toBe(outcome.verdict);
        verdicts.add(verdict);
      }),
      { numRuns: 60 },
    );
    expect([...verdicts].sort()).toEqual(['healthy', 'inconclusive', 'unhealthy']);
  });

  it('needs one query for all probes of a watch', async () => {
    const { http, verdict } = await watchHistory(
      defaultPlan,
      served(new MetricsHistory([process()])),
    );
    expect(verdict).toBe('healthy');
    expect(http.sent).toHaveLength(2);
    const { request } = http.sent[0]!;
    expect(request).toMatchObject({
      method: 'POST',
      url: 'http://prometheus.test/base/api/v1/query_range',
    });
    const { query, ...others } = Object.fromEntries(new URLSearchParams(bodyOf(request)));
    expect(query).toContain('timestamp(http_requests_total)');
    expect(others).toEqual({
      dedup: 'true',
      start: String(seconds(0)),
      end: String(seconds(330)),
      step: '10',
    });
  });

  it('is queried with GET when POST is refused', async () => {
    const metrics = new MetricsHistory([process()]);
    const { http, verdict } = await watchHistory(defaultPlan, (request) =>
      request.method === 'POST' ? { status: 405 } : served(metrics)(request),
    );
    expect(verdict).toBe('healthy');
    const queries = http.sent
      .map(({ request }) => request)
      .filter(({ method }) => method === 'GET');
    expect(queries.length).toBeGreaterThan(0);
    expect(new URL(queries[0]!.url).searchParams.get('step')).toBe('10');
  });

  it('with other times than requested, by a cache, gives the same result', async () => {
    const metrics = new MetricsHistory([process({ every: 2, failing: 0.3 })]);
    const plan = { ...defaultPlan, warmUp: 33_000 };
    const { observations, verdict } = await watchHistory(plan, ({ url, body }) => {
      const form = new URLSearchParams(String(body));
      for (const name of ['start', 'end'])
        form.set(name, String(Math.floor(Number(form.get(name)) / 10) * 10));
      return { body: metrics.answer(url, form.toString(), NaN) };
    });
    expect(verdict).toBe('unhealthy');
    const seen = observations.filter(({ kind }) => kind === 'counts');
    expect(seen.length).toBeGreaterThan(60);
  });

  it('without scrapes at the time of the watch: inconclusive', async () => {
    const metrics = new MetricsHistory([process()], seconds(1000));
    const { observations, verdict, history, clock } = await watchHistory(
      defaultPlan,
      served(metrics),
    );
    expect(verdict).toBe('inconclusive');
    expect(observations.filter(({ kind }) => kind !== 'none')).toEqual([]);
    expect(await clock.runUntil(history.hasAnything())).toBe(false);
  });

  it.each<[string, MetricsHistory | undefined, boolean | undefined]>([
    ['data', new MetricsHistory([]), true],
    ['no data', new MetricsHistory([], Infinity), false],
    ['an error', undefined, undefined],
  ])('knows whether it has data: %s', async (_, metrics, expected) => {
    const { history, clock } = await watchHistory(
      defaultPlan,
      metrics === undefined ? () => ({ status: 422, body: '{}' }) : served(metrics),
    );
    expect(await clock.runUntil(history.hasAnything())).toBe(expected);
  });

  it('queries nothing before the first probe', async () => {
    const clock = new VirtualClock();
    const http = new StandInTransport(clock);
    const history = createHistory({
      ...{ http, clock, signal, began: 0, moments: [0], random: () => 0 },
    });
    expect(await history.hasAnything()).toBeUndefined();
    expect(history.clock.now()).toBe(0);
    await expect(history.clock.sleep(1)).rejects.toThrow('nobody waits in the past');
    expect(http.sent).toEqual([]);
  });
});

describe('a Prometheus server that fails', () => {
  const healthy = served(new MetricsHistory([process()]));
  const details = (observations: readonly Observation[]): readonly unknown[] => [
    ...new Set(observations.map((each) => (each.kind === 'none' ? each.detail : each.kind))),
  ];

  it.each<[string, Reply, RegExp, number]>([
    [
      'refuses the query',
      { status: 400, body: '{"status":"error","error":"parse error"}' },
      /it answered 400: parse error/,
      2,
    ],
    ['needs a token', { status: 401 }, /it answered 401/, 2],
    ['sends a page', { body: '<html><title>Log in</title>' }, /Log in/, 2],
    ['answers with something else', { body: '{"status":"success"}' }, /not one to a query/, 2],
    [
      'answers in part',
      {
        body: '{"status":"success","isPartial":true,"data":{"resultType":"matrix","result":[]}}',
      },
      /its answer is partial/,
      2,
    ],
    ['keeps failing', { status: 503 }, /it answered 503/, 6],
    ['is gone', { fails: 'refused' }, /refused/, 3],
    ['sends too much', { fails: 'too-large' }, /larger than 16 MiB/, 1],
    ['is too slow', { after: 9000 }, /did not answer in time/, 3],
  ])(
    'and %s: its message is reported, and it gets no further request',
    async (_, reply, message, requests) => {
      const { observations, http } = await watchHistory(defaultPlan, () => reply);
      expect(observations).toHaveLength(99);
      for (const detail of details(observations)) expect(detail).toMatch(message);
      expect(http.sent).toHaveLength(requests);
    },
  );

  it('twice and then works: queried again', async () => {
    const { verdict, http } = await watchHistory(defaultPlan, (request, n) =>
      n === 0 ? { status: 503 } : n === 1 ? { fails: 'reset' } : healthy(request),
    );
    expect(verdict).toBe('healthy');
    expect(http.sent).toHaveLength(4);
  });

  it('in an unexpected way: rejects', async () => {
    const clock = new VirtualClock();
    const http: Http = {
      request: () => Promise.reject(new TypeError('a defect')),
      close: () => undefined,
    };
    const history = createHistory({
      ...{ http, clock, signal, began: BEGAN, moments: [0, 10], random: () => 0 },
    });
    const queries = history.http.request({ method: 'GET', url: 'http://x.test/', timeoutMs: 1 });
    await expect(queries).rejects.toThrow('a defect');
  });

  it('is not waited for after an abort', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const http = new StandInTransport(clock, () => ({ status: 503 }));
    const history = createHistory({
      ...{ http, clock, signal: stop.signal, began: BEGAN, moments: [0, 10], random: () => 0 },
    });
    const queries = history.http.request({ method: 'GET', url: 'http://x.test/', timeoutMs: 1 });
    stop.abort(new Error('enough'));
    await expect(queries).rejects.toThrow('enough');
  });
});

describe('the times of a watch as query ranges', () => {
  it.each<[string, number[], ReturnType<typeof runsOf>]>([
    ['none', [], []],
    ['one', [0], [{ first: 0, step: 1000, count: 1 }]],
    ['a usual watch', momentsOf(defaultPlan), [{ first: 0, step: 10_000, count: 34 }]],
    [
      'a warm-up that is no multiple of the interval',
      momentsOf({ ...defaultPlan, warmUp: 15_000, duration: 30_000, interval: 10_000 }),
      [
        { first: 0, step: 10_000, count: 2 },
        { first: 15_000, step: 10_000, count: 4 },
      ],
    ],
    [
      'an end that is no multiple of the interval',
      momentsOf({ ...defaultPlan, warmUp: 0, duration: 25_000, interval: 10_000 }),
      [
        { first: 0, step: 10_000, count: 3 },
        { first: 25_000, step: 1000, count: 1 },
      ],
    ],
  ])('%s', (_, moments, expected) => {
    expect(runsOf(moments)).toEqual(expected);
  });

  it('a long watch is split into ranges of 11,000 points', () => {
    const moments = Array.from({ length: 30_000 }, (_, n) => n * 1000);
    const runs = runsOf(moments);
    expect(runs.map(({ count }) => count)).toEqual([11_000, 11_000, 8_000]);
    expect(
      runs.flatMap(({ first, step, count }) =>
        Array.from({ length: count }, (_, n) => first + n * step),
      ),
    ).toEqual(moments);
  });
});
