import { describe, expect, it } from '@jest/globals';
import type {
  CheckDescription,
  Measurement,
} from '../../../src/sources/prometheus/measurements.js';
import type { MetricCheck, WatchPlan } from '../../../src/contract/check.js';
import { confirm, type ConfirmOutcome } from '../../../src/gate/confirm.js';
import { watch, type WatchOutcome } from '../../../src/gate/watch.js';
import { type PrometheusScene, withPrometheus } from '../../support/prometheus-scene.js';
import { defaultPlan } from '../../support/stand-in-checks.js';
import {
  json,
  scrapeAnswer,
  vector,
  type ServedSeries,
} from '../../support/stand-in-prometheus.js';

const EPOCH_SECONDS = Date.UTC(2026, 0, 1) / 1000;
const pod = { job: 'shop', instance: 'a:80' };
const counters: Measurement = {
  kind: 'counters',
  total: { input: 'prometheus-total', selector: { name: 'http_requests_total', matchers: [] } },
  errors: { input: 'prometheus-errors', selector: { name: 'errors_total', matchers: [] } },
};
const rate: CheckDescription = {
  id: 'success-rate',
  limit: { metric: 'success-rate', minPercent: 95 },
  measurement: counters,
};
const latency: CheckDescription = {
  id: 'latency',
  limit: { metric: 'latency', percentile: 95, maxMs: 500 },
  measurement: {
    kind: 'histogram',
    buckets: { input: 'prometheus-latency', selector: { name: 'seconds_bucket', matchers: [] } },
    bucketMs: 1000,
  },
};

/** What one sample holds; requests and failures since the process began. */
interface Counted {
  readonly total: number;
  readonly errors: number;
  readonly started?: number;
  /** When it was made, where that was not in the same moment as the others. */
  readonly at?: number;
  /** Besides those of the target. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a server is like. Times are seconds since the start of the watch. */
interface Scene {
  /** Several: of series with labels of their own. */
  readonly sample: (at: number) => Counted | readonly Counted[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly every?: number;
  /** Within their period. */
  readonly phase?: number;
  /** How long a sample is under way. */
  readonly lag?: number;
  /** When the last sample was made. */
  readonly last?: number;
  /** When the last sample of all requests was made; those of the failures go on. */
  readonly lastTotal?: number;
}

let server: PrometheusScene['server'];
let clock: PrometheusScene['clock'];
let create: PrometheusScene['create'];
let driven: PrometheusScene['driven'];
withPrometheus((scene) => {
  ({ server, clock, create, driven } = scene);
});

function serve({
  sample,
  labels = pod,
  every = 5,
  phase = 3,
  lag = 0,
  last = Infinity,
  lastTotal = Infinity,
}: Scene): void {
  server.behave = (response, query) => {
    const now = clock.monotonic() / 1000;
    const at = Math.floor((Math.min(now - lag, last) - phase) / every) * every + phase;
    const all = [sample(at)].flat();
    if (query.startsWith('count by (le)')) {
      const borders = ['0.5', '+Inf'].map((le) => ({ metric: { le }, value: [now, '1'] }));
      json(vector(borders))(response, query);
      return;
    }
    const isHistogram = query.includes('_bucket');
    const series = all.flatMap(({ total, errors, at: madeAt = at, labels: own }) => {
      const within = total - errors;
      const named: Readonly<Record<string, number>> = isHistogram
        ? { requests: total, 'within-above': within, 'within-below': within }
        : { ...(at > lastTotal ? {} : { total }), errors };
      return Object.entries(named).map(([part, value]): ServedSeries => ({
        part,
        labels: { ...labels, ...own },
        value,
        at: EPOCH_SECONDS + madeAt,
      }));
    });
    const starts = all.flatMap(({ started, labels: own }) =>
      started === undefined ? [] : [{ labels: { ...labels, ...own }, at: EPOCH_SECONDS + started }],
    );
    json(scrapeAnswer(series, EPOCH_SECONDS + now, starts))(response, query);
  };
}

async function watched(
  scene: Scene,
  { description = rate, ...plan }: Partial<WatchPlan> & { description?: CheckDescription } = {},
): Promise<WatchOutcome> {
  serve(scene);
  return driven(watchOf(create([description])[0]!, plan));
}

function watchOf(check: MetricCheck, plan: Partial<WatchPlan>): Promise<WatchOutcome> {
  return watch({
    plan: { ...defaultPlan, warmUp: 30_000, duration: 300_000, interval: 10_000, ...plan },
    checks: [check],
    clock,
    signal: new AbortController().signal,
    observer: { event: () => undefined, tick: () => undefined },
    tickEvery: 60_000,
  });
}

function confirmed(scene: Scene, timeout: number): Promise<ConfirmOutcome> {
  serve(scene);
  return driven(
    confirm({
      checks: [create([rate])[0]!],
      isRecovery: true,
      clock,
      signal: new AbortController().signal,
      timeout,
      minRequests: 20,
      requestsPerSecond: 0,
    }),
  );
}

/** Ten requests a second for hours, of which a share fails; long ago it was a fifth, which is history. */
const busy =
  (failing: (at: number) => number = () => 0) =>
  (at: number): Counted => {
    let errors = 8000;
    for (let t = 0; t < at; t += 1) errors += 10 * failing(t);
    return { total: 40_000 + 10 * at, errors: Math.floor(errors) };
  };
const since =
  (from: number, share: number) =>
  (at: number): number =>
    at >= from ? share : 0;
/** The same, of which a quarter is gone from some time on. */
const losing =
  (sample: (at: number) => Counted, from: number) =>
  (at: number): Counted => {
    const { total, errors, ...rest } = sample(at);
    const gone = at >= from ? 0.25 : 0;
    return { total: total - gone * 40_000, errors: errors - gone * 8000, ...rest };
  };
/** Workers with counters of their own; which of them answers a scrape is chance. */
const inTurn =
  (starts: readonly (number | undefined)[]) =>
  (at: number): Counted => {
    const n = Number('011020210012211010220112'[Math.abs(Math.floor(at / 5)) % 24]) % starts.length;
    const started = starts[n];
    return {
      total: 10_000 * (n + 1) + 3 * at,
      errors: n === 1 ? 9000 : 0,
      ...(started === undefined ? {} : { started }),
    };
  };

describe('a counter that goes back while its process lives is no data', () => {
  const alive = (at: number): Counted => ({ ...busy()(at), started: -5000 });

  it.each<[string, Scene]>([
    ['one worker of four is replaced', { sample: losing(alive, 120) }],
    ['without start times', { sample: losing(busy(), 120) }],
    ['a pod goes out of a recorded sum', { sample: losing(busy(), 120), labels: { app: 'shop' } }],
  ])('%s: the interval is left out, and said', async (_, scene) => {
    const outcome = await watched(scene);
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(/^100 % of 2,9\d\d requests succeeded .* over 4m 5\ds;/),
      findings: [
        {
          level: 'warning',
          subject: 'success-rate',
          message: expect.stringMatching(
            /^the counters of (shop a:80|the series without an instance) went back although no process restarted: .*: left out once$/,
          ),
        },
      ],
    });
  });

  it('each worker has its own series and start time, and one of four is replaced', async () => {
    const sample = (at: number): Counted[] =>
      ['0', '1', '2', '3'].map((worker) =>
        worker === '3' && at >= 120
          ? { total: 3 * (at - 117), errors: 0, started: 117, labels: { worker } }
          : {
              total: 10_000 + 3 * at,
              errors: 2000,
              started: -5000 + Number(worker),
              labels: { worker },
            },
      );
    const outcome = await watched({ sample });
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      findings: [
        { message: expect.stringMatching(/ went back although no process restarted: .* once$/) },
      ],
    });
    expect(outcome.results[0]).toMatchObject({ failures: 0 });
  });

  it.each<[string, (at: number) => readonly Counted[]]>([
    [
      'the labels of a pod are changed, and its series begin where the old ones ended',
      (at) => [{ ...alive(at), labels: { role: at < 120 ? 'canary' : 'stable' } }],
    ],
    [
      'a collector gets the series of a pod that were sent to another before',
      (at) => [
        { total: 9000 + 5 * at, errors: 0, labels: { pod: 'a' } },
        ...(at < 120 ? [] : [{ ...busy()(at), labels: { pod: 'b' } }]),
      ],
    ],
  ])('%s: what was counted before is not counted again', async (_, sample) => {
    const outcome = await watched({ sample });
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      findings: [
        {
          level: 'warning',
          message: expect.stringMatching(
            /^the counters of shop a:80 have new series that begin with far more than was counted until then: .*: left out once$/,
          ),
        },
      ],
    });
    expect(outcome.results[0]).toMatchObject({ failures: 0 });
  });

  it('a histogram: one worker of four is replaced', async () => {
    const outcome = await watched({ sample: losing(alive, 120) }, { description: latency });
    expect(outcome).toMatchObject({ verdict: 'healthy' });
    expect(outcome.results[0]).toMatchObject({ failures: 0 });
  });

  it('what fails besides is found', async () => {
    const failing = { sample: losing(busy(since(150, 0.3)), 120) };
    expect(await watched(failing)).toMatchObject({ verdict: 'unhealthy' });
  });
});

describe('workers that answer in turn are no data from then on', () => {
  it('which their start times tell', async () => {
    const outcome = await watched({ sample: inTurn([-5000, -4000, -3000]) });
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(
        /^No data for success-rate in the last 5m of the watch \(the counters of shop a:80 are those of several processes that answer in turn, .*: scrape each of them by itself, or .*\): not enough to judge\.$/,
      ),
    });
  });

  it.each<[string, readonly (number | undefined)[]]>([
    ['begun at one time', [-5000, -4999.5]],
    ['without start times', [undefined, undefined]],
    ['without start times, three of them', [undefined, undefined, undefined]],
  ])('or their counters: %s', async (_, starts) => {
    expect(await watched({ sample: inTurn(starts) })).toMatchObject({ verdict: 'inconclusive' });
  });

  it.each([
    ['without start times', {}],
    ['begun at one time', { started: -5000 }],
  ])('or their failures, where all have had as many requests: %s', async (_, more) => {
    const outcome = await watched({
      sample: (at) => {
        const n = Number('0110100110101100'[Math.abs(Math.floor(at / 5)) % 16]);
        return { total: 10_000 + 7 * n + 5 * at, errors: n === 1 ? 3000 : 5, ...more };
      },
    });
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/several processes that answer in turn/),
    });
    expect(outcome.results[0]).toMatchObject({ failures: 0 });
  });

  it.each([
    ['unhealthy', 'unhealthy'],
    ['ignore', 'inconclusive'],
  ] as const)(
    'as `on-no-data: %s` has it, also where it shows at the end',
    async (policy, verdict) => {
      const late = (at: number): Counted =>
        at >= 315 && at < 325
          ? { total: 20, errors: 0, started: 311 }
          : { ...busy()(at), started: -5000 };
      const outcome = await watched({ sample: late }, { onNoData: policy });
      expect(outcome.verdict).toBe(verdict);
    },
  );

  it('and what was found before stands', async () => {
    const outcome = await watched({
      sample: (at) =>
        at < 150 ? { ...busy(since(40, 0.5))(at), started: -5000 } : inTurn([-5000, 140])(at),
    });
    expect(outcome).toMatchObject({ verdict: 'unhealthy' });
    expect(outcome.decidedAt).toBeLessThan(150_000);
  });
});

describe('failures without the series of all requests are no data', () => {
  const failing: Scene = { sample: busy(since(0, 0.5)) };

  it('from the start: the selector is named', async () => {
    expect(await watched({ ...failing, lastTotal: -100 })).toMatchObject({
      verdict: 'inconclusive',
      reason:
        'No data for success-rate during the whole watch (no series with a new sample matches http_requests_total): not enough to judge.',
    });
  });

  it('in the second half: not a time without requests', async () => {
    expect(await watched({ sample: busy(), lastTotal: 180 })).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/^No data for success-rate in the last 2m \d\ds/),
    });
  });
});

describe('a process that restarts is counted from 0', () => {
  it('with a start time never seen before', async () => {
    const outcome = await watched({
      sample: (at) =>
        at < 117
          ? { ...busy()(at), started: -5000 }
          : { total: 10 * (at - 116), errors: 10 * (at - 116), started: 116 },
    });
    expect(outcome).toMatchObject({ verdict: 'unhealthy' });
  });

  it('without start times in a crash loop, which falls to near zero each time', async () => {
    const outcome = await watched({
      sample: (at) => {
        if (at < 60) return busy()(at);
        const life = (at - 60) % 25;
        return { total: 10 * life, errors: 8 * life };
      },
    });
    expect(outcome).toMatchObject({ verdict: 'unhealthy' });
  });
});

describe('the whole duration is judged', () => {
  it('from the last sample of the warm-up on', async () => {
    // Every request fails in the ten seconds after the warm-up.
    const outcome = await watched({ sample: busy((at) => (at >= 30 && at < 40 ? 1 : 0)) });
    expect(outcome.reason).toMatch(/ over 5m;/);
    expect(outcome.results[0]).toMatchObject({ samples: 3000, failures: 100 });
  });

  it('and where it is not, it is not claimed', async () => {
    // The first sample of the watch is 20 s after the warm-up.
    const outcome = await watched({ sample: busy(), every: 60, phase: 50 });
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(/ over 4m;/),
    });
  });
});

describe('samples that are late are waited for', () => {
  it('an answer without a series does not pretend that all was seen', async () => {
    // Two pods, scraped in turn: one has a new sample when there is nothing, and so it is at the end.
    const ofPod = (instance: string, phase: number, now: number): Counted => {
      const at = Math.floor((now - phase) / 30) * 30 + phase;
      return { ...busy()(at), at, labels: { instance } };
    };
    const outcome = await watched({
      every: 1,
      phase: 0,
      sample: (now) =>
        (now >= 225 && now < 235) || now > 315
          ? []
          : [ofPod('a:80', 3, now), ofPod('b:80', 18, now)],
    });
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(/ Its last 42s could not be seen\./),
    });
  });

  it('90 s: the bad end is seen', async () => {
    const outcome = await watched({ sample: busy(since(260, 0.5)), lag: 90 });
    expect(outcome).toMatchObject({ verdict: 'unhealthy' });
    expect(outcome.decidedAt).toBeGreaterThan(330_000);
  });

  it('90 s: all is judged', async () => {
    const outcome = await watched({ sample: busy(), lag: 90 });
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(/^100 % of 3,000 requests succeeded .* over 5m;/),
    });
    expect(outcome.decidedAt).toBeLessThanOrEqual(330_000 + 2 * 95_000);
  });

  it('not at all: the watch ends in time', async () => {
    expect((await watched({ sample: busy() })).decidedAt).toBe(330_000);
  });

  it('200 s: never over 3 minutes, and what was not seen is said', async () => {
    const outcome = await watched({ sample: busy(), lag: 200 });
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(
        / over 4m \d\ds; .* Its last 2\ds could not be seen: samples came 3m 2\ds late\./,
      ),
    });
    expect(outcome.decidedAt).toBe(330_000 + 180_000);
  });

  it.each([
    ['good', busy()],
    ['over the limit', busy(since(0, 0.055))],
  ])('over a third was not seen, the rest was %s: inconclusive', async (_, sample) => {
    expect(await watched({ sample, lag: 290 })).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(
        /^Only 3m 1\ds of 5m could be seen of success-rate: not enough to judge\. Its last 1m 5\ds could not be seen: samples came 4m 5\ds late\.$/,
      ),
    });
  });

  it('one scrape was missed at the end: the next is waited for', async () => {
    const missed = (at: number): Counted => busy(since(310, 1))(at);
    serve({ sample: missed });
    const { behave } = server;
    server.behave = (response, query) => {
      const now = clock.monotonic() / 1000;
      if (now > 305 && now < 345) response.destroy();
      else behave(response, query);
    };
    const outcome = await driven(watchOf(create([rate])[0]!, {}));
    expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedAt: 350_000 });
  });

  it('nothing has come for long: the end does not wait', async () => {
    const outcome = await watched({ sample: busy(), last: 200 });
    expect(outcome).toMatchObject({ verdict: 'inconclusive', decidedAt: 330_000 });
  });

  it('a confirmation has the lag on top of its time', async () => {
    const good = busy((at) => (at < 0 ? 1 : 0));
    expect(await confirmed({ sample: good, lag: 90 }, 60_000)).toMatchObject({ confirmed: true });
    expect(clock.monotonic()).toBeGreaterThan(90_000);
  });

  it('and no more than that', async () => {
    const bad = busy(since(0, 0.5));
    expect(await confirmed({ sample: bad, lag: 90 }, 60_000)).toMatchObject({ confirmed: false });
    expect(clock.monotonic()).toBeLessThanOrEqual(60_000 + 96_000);
  });
});
