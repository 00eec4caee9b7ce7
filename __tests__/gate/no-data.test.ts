import { describe, expect, it } from '@jest/globals';
import { confirm } from '../../src/gate/confirm.js';
import { createJudge } from '../../src/gate/judge.js';
import type {
  EvaluatedCheck,
  Judgement,
  Limit,
  Observation,
  WatchPlan,
} from '../../src/contract/check.js';
import { windowsOf } from '../../src/gate/watch.js';
import {
  counts,
  defaultPlan,
  good,
  healthLimit,
  metricCheck,
  successRate,
} from '../support/stand-in-checks.js';
import { VirtualClock } from '../support/virtual-clock.js';

const noData: Observation = { kind: 'none', why: 'no-data' };
const providerError: Observation = {
  kind: 'none',
  why: 'provider-error',
  detail: 'prometheus.test: it answered 503',
};
const unchanged: Observation = { kind: 'none', why: 'unchanged' };

/** Judges a watch whose checks observe as told, by the time in seconds; with a health check that passes, if asked for. */
function judgementOf(
  observe: (at: number, id: string) => Observation,
  options: {
    readonly plan?: Partial<WatchPlan>;
    readonly health?: boolean;
    readonly limits?: Readonly<Record<string, Limit>>;
    /** What a check says for itself. */
    readonly own?: (id: string) => Partial<EvaluatedCheck>;
  } = {},
): Judgement {
  const plan = { ...defaultPlan, ...options.plan };
  const { limits = { 'success-rate': successRate }, own } = options;
  const check = (id: string, limit: Limit) => ({
    id,
    limit,
    source: 'test',
    subject: id,
    ...own?.(id),
  });
  const judge = createJudge(plan, [
    ...Object.entries(limits).map(([id, limit]) => check(id, limit)),
    ...(options.health === true ? [check('health', healthLimit)] : []),
  ]);
  for (const window of windowsOf(plan)) {
    if (options.health === true)
      judge.push({ type: 'look', check: 'health', at: window.to, look: good });
    for (const id of Object.keys(limits)) {
      const observation = observe(window.to / 1000, id);
      const early = judge.push({ type: 'observation', check: id, window, observation });
      if (early !== undefined) return early;
    }
  }
  const judgement = judge.push({ type: 'deadline' });
  if (judgement === undefined) throw new Error('there is a judgement at the deadline');
  return judgement;
}

const until =
  (seconds: number, then: Observation) =>
  (at: number): Observation =>
    at <= seconds ? counts(100, 0) : then;

describe('a check without data at the end of the watch', () => {
  it.each<[string, Observation, Partial<WatchPlan>, boolean, string, RegExp]>([
    [
      'no data: inconclusive',
      noData,
      {},
      true,
      'inconclusive',
      /^No data for success-rate in the last 2m 10s of the watch: not enough to judge/,
    ],
    [
      'a provider error: inconclusive',
      providerError,
      {},
      true,
      'inconclusive',
      /^No usable answer for success-rate in the last 2m 10s of the watch \(prometheus\.test: it answered 503\): not enough to judge/,
    ],
    [
      'no data, on-no-data ignore: healthy by the other checks',
      noData,
      { onNoData: 'ignore' },
      true,
      'healthy',
      /^The health check passed .* No (data|usable answer) for success-rate .*: the check was left out\.$/,
    ],
    [
      'no data, on-no-data unhealthy: unhealthy',
      noData,
      { onNoData: 'unhealthy' },
      true,
      'unhealthy',
      /which counts as unhealthy \(`on-no-data`\)\.$/,
    ],
    [
      'a provider error, on-provider-error ignore: healthy by the other checks',
      providerError,
      { onProviderError: 'ignore' },
      true,
      'healthy',
      /was left out/,
    ],
    [
      'a provider error, on-no-data unhealthy: inconclusive',
      providerError,
      { onNoData: 'unhealthy' },
      true,
      'inconclusive',
      /not enough to judge/,
    ],
    [
      'no data, on-no-data ignore, no other check: inconclusive',
      noData,
      { onNoData: 'ignore' },
      false,
      'inconclusive',
      /not enough to judge/,
    ],
  ])('%s', (_, then, plan, health, verdict, reason) => {
    expect(judgementOf(until(200, then), { plan, health })).toMatchObject({
      verdict,
      reason: expect.stringMatching(reason),
    });
  });

  it.each<[string, Observation, Partial<EvaluatedCheck>, Partial<WatchPlan>, string]>([
    ['no data', noData, { onNoData: 'unhealthy' }, {}, 'unhealthy'],
    ['no data', noData, { onNoData: 'ignore' }, { onNoData: 'unhealthy' }, 'healthy'],
    ['no data', noData, { onProviderError: 'ignore' }, {}, 'inconclusive'],
    ['a provider error', providerError, { onProviderError: 'ignore' }, {}, 'healthy'],
    [
      'a provider error',
      providerError,
      { onProviderError: 'inconclusive', onNoData: 'unhealthy' },
      { onProviderError: 'ignore' },
      'inconclusive',
    ],
  ])(
    "the check's own policy goes before that of all checks: %s, %j, for all %j",
    (_, then, own, plan, verdict) => {
      const judgement = judgementOf(until(200, then), { plan, health: true, own: () => own });
      expect(judgement.verdict).toBe(verdict);
    },
  );

  it('a value read only before the warm-up ended is inconclusive, and the reason speaks of values', () => {
    const value: Observation = { kind: 'value', value: 3, cadence: 600_000 };
    const judgement = judgementOf((at) => (at <= 30 ? value : unchanged), {
      limits: { queue: { metric: 'value', max: 10 } },
    });
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/^No value was read in 5m: nothing to judge queue by\./),
    });
  });

  it('the own policy of one check does not apply to another', () => {
    const limits = { sparse: successRate, 'success-rate': successRate };
    const observe = (_at: number, id: string): Observation =>
      id === 'sparse' ? noData : counts(100, 0);
    const own = (id: string): Partial<EvaluatedCheck> =>
      id === 'sparse' ? { onNoData: 'ignore' } : {};
    expect(judgementOf(observe, { limits, own }).verdict).toBe('healthy');
    expect(judgementOf(observe, { limits }).verdict).toBe('inconclusive');
  });

  it('the min-requests of the check goes before that of the watch', () => {
    const few = (): Observation => counts(1, 0);
    const own = (): Partial<EvaluatedCheck> => ({ minRequests: 30 });
    expect(judgementOf(few, { own, plan: { minRequests: 1000 } }).verdict).toBe('healthy');
    expect(judgementOf(() => counts(1, 0), { own: () => ({ minRequests: 31 }) }).reason).toMatch(
      /^Only 30 requests in 5m \(31 needed\)/,
    );
  });

  it('too few requests are inconclusive, whatever on-no-data says', () => {
    const plan = { onNoData: 'unhealthy', onProviderError: 'ignore' } as const;
    expect(judgementOf(() => counts(0, 0), { plan })).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/^No requests in 5m \(20 needed\)/),
    });
  });

  it('another check over its limit is unhealthy although this one is ignored', () => {
    const limits = { dead: successRate, 'success-rate': successRate };
    const observe = (_at: number, id: string): Observation =>
      id === 'dead' ? noData : counts(100, 30);
    const judgement = judgementOf(observe, { limits, plan: { onNoData: 'ignore' } });
    expect(judgement).toMatchObject({ verdict: 'unhealthy', decidedBy: ['success-rate'] });
  });
});

describe('a source that has new data once a minute', () => {
  const minutely =
    (cadence: number | undefined) =>
    (at: number): Observation =>
      at % 60 === 0
        ? {
            kind: 'counts',
            samples: 600,
            failures: 0,
            seconds: 60,
            ...(cadence === undefined ? {} : { cadence }),
          }
        : unchanged;

  it('is fresh for three times its cadence, and inconclusive after that', () => {
    const plan = { duration: 290_000 };
    expect(judgementOf(minutely(60_000), { plan })).toMatchObject({ verdict: 'healthy' });
    const late = (at: number): Observation => (at > 130 ? unchanged : minutely(60_000)(at));
    expect(judgementOf(late, { plan })).toMatchObject({ verdict: 'inconclusive' });
  });

  it('is inconclusive after three intervals without news when it names no cadence', () => {
    const plan = { duration: 310_000 };
    expect(judgementOf(minutely(undefined), { plan })).toMatchObject({ verdict: 'inconclusive' });
  });

  it('has no missing observations between its measurements', () => {
    const judge = createJudge(defaultPlan, [
      { id: 'success-rate', limit: successRate, source: 'test', subject: 'x' },
    ]);
    for (const window of windowsOf(defaultPlan)) {
      const observation = minutely(60_000)(window.to / 1000);
      judge.push({ type: 'observation', check: 'success-rate', window, observation });
    }
    expect(judge.results()[0]).toMatchObject({
      samples: 3000,
      missing: { noData: 0, providerErrors: 0 },
    });
  });
});

describe('a latency source with a range of possible slow requests', () => {
  const latency: Limit = { metric: 'latency', percentile: 95, maxMs: 300 };
  const limits = { latency };
  const between = (least: number, most: number) => (): Observation => ({
    kind: 'counts',
    samples: 100,
    failures: least,
    seconds: 10,
    possibleFailures: most,
  });

  it.each<[number, number, string, RegExp]>([
    [0, 5, 'healthy', /^100 % within 300ms/],
    [
      0,
      6,
      'inconclusive',
      /^0 of 3,000 requests took longer than 300ms .*, and up to 180 may have: .* border of a bucket\.$/,
    ],
    [20, 100, 'unhealthy', /^\d+ of \d+ requests took longer/],
  ])('%d to %d of 100 requests may be slow: %s', (least, most, verdict, reason) => {
    expect(judgementOf(between(least, most), { limits })).toMatchObject({
      verdict,
      reason: expect.stringMatching(reason),
    });
  });
});

describe('the confirmation of a rollback', () => {
  const run = (checks: Parameters<typeof confirm>[0]['checks']) => {
    const clock = new VirtualClock();
    return clock.runUntil(
      confirm({
        checks,
        isRecovery: true,
        clock,
        signal: new AbortController().signal,
        timeout: 120_000,
        minRequests: 20,
        requestsPerSecond: 10,
      }).then((outcome) => ({ ...outcome, took: clock.monotonic() })),
    );
  };

  it('waits for scrapes, and needs only min-requests requests of real traffic', async () => {
    const check = metricCheck(({ to }) => (to % 15_000 === 0 ? counts(12, 0, 15) : unchanged));
    const outcome = await run([{ ...check, realTraffic: true }]);
    expect(outcome).toMatchObject({ confirmed: true, took: 30_000 });
  });

  it('is done after three values within the limit', async () => {
    const check = metricCheck(() => ({ kind: 'value', value: 2 }), { metric: 'value', max: 5 });
    expect(await run([check])).toMatchObject({ confirmed: true, took: 3000 });
  });

  it('is not confirmed by a source that gives only errors', async () => {
    expect(await run([metricCheck(() => providerError)])).toMatchObject({ confirmed: false });
  });
});

describe('a check that will have no more data', () => {
  const useless: Observation = {
    kind: 'none',
    why: 'no-data',
    detail: 'the counters of a:80 are those of several processes: scrape each by itself',
    forGood: true,
  };

  it('is not judged by what came just before, and says why', () => {
    expect(judgementOf(until(310, useless))).toMatchObject({
      verdict: 'inconclusive',
      reason:
        'No data for success-rate in the last 20s of the watch (the counters of a:80 are those of several processes: scrape each by itself): not enough to judge.',
    });
  });

  it.each<[Partial<WatchPlan>, string, RegExp]>([
    [{ onNoData: 'unhealthy' }, 'unhealthy', /several processes.*\), which counts as unhealthy/],
    [{ onNoData: 'ignore' }, 'healthy', /several processes.*\): the check was left out\.$/],
  ])('is without data: %j', (plan, verdict, reason) => {
    expect(judgementOf(until(310, useless), { plan, health: true })).toMatchObject({
      verdict,
      reason: expect.stringMatching(reason),
    });
  });

  it('was bad before, with evidence: that stands', () => {
    const bad = (at: number): Observation => (at <= 100 ? counts(100, 60) : useless);
    expect(judgementOf(bad)).toMatchObject({ verdict: 'unhealthy' });
  });
});

describe('what a check could see of the watch', () => {
  /** A sample for each interval; those of some time are not there. */
  const seeing =
    (from: number, to: number, failures = 0): ((at: number) => Observation) =>
    (at) => {
      const sampled = at - 5;
      return sampled >= from && sampled <= to
        ? { ...counts(100, failures), until: 1000 * sampled, cadence: 10_000 }
        : unchanged;
    };

  it.each<[string, (at: number) => Observation, string, RegExp]>([
    ['all of it', seeing(0, 330), 'healthy', / over 5m;/],
    ['all but its begin', seeing(60, 330), 'healthy', / over 4m 30s;[^:]*$/],
    [
      'all but its end',
      seeing(0, 300),
      'healthy',
      / over 4m 30s;.* Its last 35s could not be seen\./,
    ],
    [
      'too little of it',
      seeing(145, 330),
      'inconclusive',
      /^Only 3m 10s of 5m could be seen of success-rate: not enough to judge\.$/,
    ],
    [
      'too little of it, and that was over the limit',
      seeing(145, 330, 6),
      'inconclusive',
      /^Only 3m 10s of 5m could be seen/,
    ],
    [
      'enough of it to call it bad',
      seeing(60, 330, 6),
      'unhealthy',
      /, measured over 4m 30s of the watch\./,
    ],
  ])('%s', (_, observe, verdict, reason) => {
    expect(judgementOf(observe)).toMatchObject({
      verdict,
      reason: expect.stringMatching(reason),
    });
  });

  it('a source that had nothing to count yet has shown as much', () => {
    const quiet = (at: number): Observation => (at <= 200 ? noData : seeing(0, 330)(at));
    expect(judgementOf(quiet)).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(/ over 5m;/),
    });
    const unreachable = (at: number): Observation =>
      at <= 200 ? providerError : seeing(0, 330)(at);
    expect(judgementOf(unreachable)).toMatchObject({ verdict: 'inconclusive' });
  });

  it('is not asked of a source without sample times', () => {
    const late = (at: number): Observation => (at <= 200 ? providerError : counts(100, 0));
    expect(judgementOf(late)).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(/ over 2m 10s;/),
    });
  });

  it.each([
    [0, / over 2m 30s;/],
    [90_000, / over 2m 30s;/],
  ])('is half of it for an early pass: samples that are %d ms late', (lag, reason) => {
    const late = (at: number): Observation =>
      1000 * at - lag > 30_000
        ? {
            ...{ kind: 'counts', samples: 100, failures: 0, seconds: 10 },
            ...{ until: 1000 * at - lag, cadence: 10_000 },
          }
        : unchanged;
    const passed = judgementOf(late, { plan: { earlyPass: true } });
    expect(passed).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(reason),
    });
  });
});
