import { describe, expect, it } from '@jest/globals';
import type {
  CheckDescription,
  Measurement,
} from '../../../src/sources/prometheus/measurements.js';
import type { MetricCheck, Observation, WatchPlan } from '../../../src/contract/check.js';
import { watch, type WatchOutcome } from '../../../src/gate/watch.js';
import { type PrometheusScene, withPrometheus } from '../../support/prometheus-scene.js';
import {
  endless,
  huge,
  json,
  scrapeAnswer,
  vector,
  type Behaviour,
  type ServedSeries,
} from '../../support/stand-in-prometheus.js';

const EPOCH_SECONDS = Date.UTC(2026, 0, 1) / 1000;
const labels = { job: 'shop', instance: 'a:80' };
const counters: Measurement = {
  kind: 'counters',
  total: { input: 'prometheus-total', selector: { name: 'http_requests_total', matchers: [] } },
  errors: {
    input: 'prometheus-errors',
    selector: {
      name: 'http_requests_total',
      matchers: [{ label: 'code', operator: '=~', literal: '"5.."' }],
    },
  },
};
const rate: CheckDescription = {
  id: 'success-rate',
  limit: { metric: 'success-rate', minPercent: 95 },
  measurement: counters,
};
const perMinute: CheckDescription = {
  id: 'errors-per-minute',
  limit: { metric: 'errors-per-minute', max: 10, scaledTo: null },
  measurement: counters,
};
const value: CheckDescription = {
  id: 'value',
  limit: { metric: 'value', max: 10 },
  measurement: { kind: 'value', input: 'prometheus-value', query: 'queue_length' },
};

let server: PrometheusScene['server'];
let clock: PrometheusScene['clock'];
let create: PrometheusScene['create'];
let driven: PrometheusScene['driven'];
withPrometheus((scene) => {
  ({ server, clock, create, driven } = scene);
});

/** 10 requests a second, of which `failing` fail, scraped at every full second. `skew`: how far the server's clock is off. */
function healthy({ failing = 0, skew = 0 } = {}): Behaviour {
  return (response, query) => {
    const at = Math.floor(clock.monotonic() / 1000);
    const shown = EPOCH_SECONDS + at + skew;
    const series: ServedSeries[] = [
      { part: 'total', labels: { ...labels, code: '200' }, value: 1000 + 10 * at, at: shown },
      {
        part: 'errors',
        labels: { ...labels, code: '503' },
        value: 50 + Math.floor(10 * at * failing),
        at: shown,
      },
    ];
    const body = query.includes('queue_length')
      ? vector([{ metric: {}, value: [shown, String(3 + (at % 3))] }])
      : scrapeAnswer(series, shown);
    json(body)(response, query);
  };
}

/** What a check says of windows of 10 s; the server behaves as told from the begin of each. */
async function observe(
  description: CheckDescription,
  behaviours: readonly Behaviour[],
): Promise<Observation[]> {
  const [check] = create([description]);
  const signal = new AbortController().signal;
  const observations: Observation[] = [];
  server.behave = healthy();
  check!.start(0);
  await driven(clock.sleep(1000));
  for (const [n, behave] of behaviours.entries()) {
    const window = { from: n * 10_000, to: (n + 1) * 10_000 };
    await driven(clock.sleep(window.to - clock.monotonic()));
    server.behave = behave;
    const observation = await driven(check!.observe(window, signal));
    observations.push(observation);
  }
  void check!.stop();
  return observations;
}

const counter = { sent: 0 };
const good = (): Behaviour => (response, query) => {
  healthy()(response, query);
};
const one = (given: unknown): Behaviour =>
  json(vector([{ metric: { ...labels, rollgate_part: 'total' }, value: [1, given] }]));

/** What may come instead of an answer, and what it is taken for. */
const matrix: readonly (readonly [string, Behaviour, 'no-data' | 'provider-error', RegExp])[] = [
  ['no series', json(vector([])), 'no-data', /^no series matches http_requests_total$/],
  ['NaN', one('NaN'), 'no-data', /the value NaN$/],
  ['+Inf', one('+Inf'), 'no-data', /the value Infinity$/],
  ['-Inf', one('-Inf'), 'no-data', /the value -Infinity$/],
  ['a counter below 0', one('-1'), 'no-data', /the value -1$/],
  [
    'series with other labels',
    json(vector([{ metric: {}, value: [1, '1'] }])),
    'no-data',
    /^no series/,
  ],
  ['null', one(null), 'provider-error', /its answer is not one to a query$/],
  ['a bare number', one(12), 'provider-error', /its answer is not one to a query$/],
  ['a word', one('many'), 'provider-error', /its answer is not one to a query$/],
  [
    'labels that are not text',
    json(vector([{ metric: { a: 1 }, value: [1, '1'] }])),
    'provider-error',
    /not one to a query/,
  ],
  [
    'native histograms',
    json(vector([{ metric: {}, histogram: [1, {}] }])),
    'provider-error',
    /native histograms/,
  ],
  [
    'a matrix',
    json('{"status":"success","data":{"resultType":"matrix","result":[]}}'),
    'provider-error',
    /a range/,
  ],
  [
    'a string',
    json('{"status":"success","data":{"resultType":"string","result":[1,"x"]}}'),
    'provider-error',
    /not one to a query/,
  ],
  [
    'an error with status 200',
    json('{"status":"error","error":"no shards"}'),
    'provider-error',
    /not one to a query: no shards$/,
  ],
  ['null as a whole', json('null'), 'provider-error', /not one to a query/],
  ['an empty body', json(''), 'provider-error', /it answered application\/json$/],
  [
    'truncated JSON',
    json('{"status":"success","data":{"resultType":"vec'),
    'provider-error',
    /it answered application\/json: \{"status"/,
  ],
  [
    'a body that ends too early',
    (response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' });
      response.write('{"status"', () => response.destroy());
    },
    'provider-error',
    /connection reset/,
  ],
  [
    'a login page',
    (response) => {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><html><head><title>Sign in</title></head><body>x</body></html>');
    },
    'provider-error',
    /it answered text\/html; charset=utf-8, a page with the title "Sign in"$/,
  ],
  [
    'the right answer with another content type',
    (response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' }).end(vector([]));
    },
    'provider-error',
    /it answered text\/plain: /,
  ],
  [
    'a redirect to a login',
    (response) =>
      response.writeHead(302, { Location: 'https://login.example.com/?next=secret' }).end(),
    'provider-error',
    /it answered 302, which leads to https:\/\/login\.example\.com\?next=\*\*\*$/,
  ],
  [
    'a 400 with an error',
    json('{"status":"error","errorType":"bad_data","error":"parse error"}', 400),
    'provider-error',
    /it answered 400: parse error$/,
  ],
  ['401', json('no', 401), 'provider-error', /it answered 401: no$/],
  ['403', json('{}', 403), 'provider-error', /it answered 403$/],
  ['404', json('', 404), 'provider-error', /it answered 404$/],
  ['429', json('slow down', 429), 'provider-error', /it answered 429: slow down$/],
  [
    '500',
    json('{"status":"error","errorType":"internal","error":"boom"}', 500),
    'provider-error',
    /it answered 500: boom$/,
  ],
  ['503', json('', 503), 'provider-error', /it answered 503$/],
  ['no answer', endless(), 'provider-error', /it did not answer in time$/],
  [
    'a body that never ends',
    endless('{"status":"success",'),
    'provider-error',
    /it did not answer in time$/,
  ],
  ['50 MB', huge(50 * 1024 * 1024, counter), 'provider-error', /its answer is larger than 16 MiB$/],
  ['a closed connection', (response) => response.destroy(), 'provider-error', /connection reset/],
];

describe('counters of Prometheus', () => {
  it.each(matrix)(
    '%s: no data, and the next answer covers the gap',
    async (_, behave, why, detail) => {
      const observations = await observe(rate, [good(), behave, good()]);
      expect(observations).toMatchObject([
        { kind: 'counts', samples: 100, failures: 0, seconds: 10 },
        { kind: 'none', why, detail: expect.stringMatching(detail) },
        // From the last scrape that was seen to the first one after the trouble, however long that took.
        { kind: 'counts', failures: 0 },
      ]);
      const [, , third] = observations;
      if (third?.kind !== 'counts') throw new Error('not counted');
      expect(third.seconds).toBeGreaterThanOrEqual(20);
      expect(third.samples).toBe(10 * third.seconds);
    },
  );

  it.each(['code', 'status', 'status_code', 'response_code', 'http_response_status_code'])(
    'with the label `%s`: the kinds of failures are reported',
    async (label) => {
      const failing: Behaviour = (response, query) => {
        const at = Math.floor(clock.monotonic() / 1000);
        const shown = EPOCH_SECONDS + at;
        const of = (part: string, status: string, value: number): ServedSeries => ({
          part,
          labels: { ...labels, [label]: status },
          value,
          at: shown,
        });
        const series = [
          of('total', '200', 2000 + 10 * at),
          of('errors', '502', 50 + 3 * at),
          of('errors', '503', 50 + at),
        ];
        json(scrapeAnswer(series, shown))(response, query);
      };
      const [, second] = await observe(rate, [failing, failing]);
      expect(second).toMatchObject({
        samples: 100,
        failures: 40,
        kinds: { 'status 502': 30, 'status 503': 10 },
      });
    },
  );

  it('an answer that is too large is not read to its end', () => {
    expect(counter.sent).toBeGreaterThan(16 * 1024 * 1024);
    expect(counter.sent).toBeLessThan(40 * 1024 * 1024);
  });

  it('no query until Retry-After has passed', async () => {
    const busy = json('', 429, { 'Retry-After': '25' });
    const observations = await observe(rate, [good(), busy, good(), good(), good()]);
    expect(observations.map(({ kind }) => kind)).toEqual([
      'counts',
      'none',
      'none',
      'none',
      'counts',
    ]);
    expect(observations[2]).toMatchObject({
      why: 'provider-error',
      detail: expect.stringMatching(/it asked for no queries in the next 15s$/),
    });
    expect(observations[4]).toMatchObject({ samples: 400, seconds: 40 });
    // Before the watch, and in three of the windows.
    expect(server.queries).toHaveLength(1 + 3);
  });

  it.each([600, -600])('a clock of the server that is %d s off changes nothing', async (skew) => {
    const [check] = create([rate]);
    server.behave = healthy({ failing: 0.2, skew });
    const outcome = await watchOf([check!]);
    expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedBy: ['success-rate'] });
    expect(outcome.results[0]).toMatchObject({ value: 0.8 });
  });

  it('checks of the same counters share their queries', async () => {
    server.behave = healthy();
    const checks = create([rate, perMinute]);
    const outcome = await watchOf(checks);
    expect(outcome).toMatchObject({ verdict: 'healthy' });
    expect(outcome.results.map(({ samples }) => samples)).toEqual([600, 600]);
    expect(server.queries).toHaveLength(1 + 9);
  });

  it('only the first check of shared counters has the raw answers', async () => {
    server.behave = healthy({ failing: 0.1 });
    const events: Observation[] = [];
    await watchOf(create([rate, perMinute]), (observation) => events.push(observation));
    const withRaw = events.filter(({ raw }) => raw !== undefined);
    expect(withRaw).toHaveLength(events.length / 2);
    expect(withRaw[0]!.raw).toEqual([
      {
        answeredAt: EPOCH_SECONDS,
        query: expect.stringMatching(
          /^label_replace\(http_requests_total, "rollgate_part", "total"/,
        ),
        series: {
          1: { part: 'total', __name__: 'http_requests_total', ...labels, code: '200' },
          2: { part: 'errors', __name__: 'http_requests_total', ...labels, code: '503' },
        },
        samples: [
          [1, EPOCH_SECONDS, 1000],
          [2, EPOCH_SECONDS, 50],
        ],
      },
      {
        answeredAt: EPOCH_SECONDS + 10,
        samples: [
          [1, EPOCH_SECONDS + 10, 1100],
          [2, EPOCH_SECONDS + 10, 60],
        ],
      },
    ]);
  });

  it.each(matrix)('%s never ends a watch early, nor makes it unhealthy', async (_, behave) => {
    server.behave = (response, query) => {
      (clock.monotonic() < 40_000 ? healthy() : behave)(response, query);
    };
    counter.sent = 0;
    const outcome = await watchOf(create([rate, perMinute]));
    expect(outcome).toMatchObject({ verdict: 'inconclusive' });
    expect(outcome.decidedAt).toBeGreaterThanOrEqual(90_000);
    expect(outcome.reason).toMatch(
      /^No (data|usable answer) for success-rate in the last [\dms ]+/,
    );
  });
});

describe('a value of Prometheus', () => {
  it.each<[string, Behaviour, RegExp]>([
    ['nothing', json(vector([])), /^the query gives nothing$/],
    ['NaN', json(vector([{ metric: {}, value: [1, 'NaN'] }])), /^the query gives NaN$/],
    ['+Inf', json(vector([{ metric: {}, value: [1, '+Inf'] }])), /^the query gives Infinity$/],
    [
      'several series',
      json(vector([1, 2].map((n) => ({ metric: { n: String(n) }, value: [1, '1'] })))),
      /^the query gives 2 series, and one number is needed/,
    ],
  ])('%s: no data', async (_, behave, detail) => {
    const observations = await observe(value, [good(), behave, good()]);
    expect(observations).toMatchObject([
      { kind: 'value' },
      { kind: 'none', why: 'no-data', detail: expect.stringMatching(detail) },
      { kind: 'value' },
    ]);
  });

  it.each(matrix.filter(([, , why]) => why === 'provider-error'))(
    '%s: a provider error',
    async (_, behave) => {
      const observations = await observe(value, [good(), behave]);
      // A bare number, a word and the like are so for the one series of this query, too.
      expect(observations[1]).toMatchObject({ kind: 'none', why: 'provider-error' });
    },
  );

  it('a scalar: its value', async () => {
    const scalar = json('{"status":"success","data":{"resultType":"scalar","result":[1,"7"]}}');
    expect(await observe(value, [scalar])).toMatchObject([{ kind: 'value', value: 7 }]);
  });

  it('the same number: counts again only after a while', async () => {
    const same = json(vector([{ metric: {}, value: [1, '7'] }]));
    const observations = await observe(value, [same, same, same, same, same]);
    expect(observations.map(({ kind }) => kind)).toEqual([
      'value',
      'none',
      'none',
      'value',
      'none',
    ]);
    expect(observations[1]).toMatchObject({ why: 'unchanged' });
  });

  it.each([
    ['sum', 9],
    ['avg', 3],
    ['min', 2],
    ['max', 4],
  ] as const)('several series: their %s with that reducer', async (reducer, expected) => {
    const three = json(vector([2, 3, 4].map((n) => ({ metric: {}, value: [1, String(n)] }))));
    const measurement = { kind: 'value', input: 'x', query: 'queue_length', reducer } as const;
    expect(await observe({ ...value, measurement }, [three])).toMatchObject([{ value: expected }]);
  });
});

function watchOf(
  checks: readonly MetricCheck[],
  onObservation: (observation: Observation) => void = () => undefined,
): Promise<WatchOutcome> {
  const plan: WatchPlan = {
    warmUp: 30_000,
    duration: 60_000,
    interval: 10_000,
    sensitivity: 'normal',
    decision: 'balanced',
    minRequests: 20,
    earlyPass: false,
  };
  return driven(
    watch({
      plan,
      checks,
      clock,
      signal: new AbortController().signal,
      tickEvery: 60_000,
      observer: {
        event: (event) => {
          if (event.type === 'observation') onObservation(event.observation);
        },
        tick: () => undefined,
      },
    }),
  );
}
