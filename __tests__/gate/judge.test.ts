import { describe, expect, it } from '@jest/globals';
import { createJudge } from '../../src/gate/judge.js';
import { windowsOf } from '../../src/gate/watch.js';
import type { Judgement, Limit, Observation, WatchPlan } from '../../src/contract/check.js';
import {
  counts,
  defaultPlan,
  good,
  healthLimit,
  refused,
  successRate,
} from '../support/stand-in-checks.js';

const errorsPerMinute: Limit = { metric: 'errors-per-minute', max: 10, scaledTo: 60 };
const latency: Limit = { metric: 'latency', percentile: 95, maxMs: 800 };

function check(limit: Limit): { id: string; limit: Limit; source: string; subject: string } {
  return { id: limit.metric, limit, source: 'http', subject: 'http://service.test' };
}

/** Feeds the same kind of observation for every check, window by window, then the end of the watch. */
function judge(
  limits: readonly Limit[],
  observe: (interval: number, limit: Limit) => Observation,
  plan: Partial<WatchPlan> = {},
): {
  judgement: Judgement;
  intervals: number;
  results: ReturnType<ReturnType<typeof createJudge>['results']>;
} {
  const whole = { ...defaultPlan, ...plan };
  const judge = createJudge(whole, limits.map(check));
  let intervals = 0;
  for (const window of windowsOf(whole)) {
    if (window.to > whole.warmUp) intervals += 1;
    for (const limit of limits) {
      const judgement = judge.push({
        type: 'observation',
        check: limit.metric,
        window,
        observation: observe(intervals, limit),
      });
      if (judgement !== undefined) return { judgement, intervals, results: judge.results() };
    }
  }
  const judgement = judge.push({ type: 'deadline' });
  if (judgement === undefined) throw new Error('the deadline always decides');
  return { judgement, intervals, results: judge.results() };
}

describe('the judgement of a health check whose source cannot be reached', () => {
  const blind = { ok: null, detail: 'the cluster does not answer' };
  const judgementAfter = (probes: readonly { ok: boolean | null; detail: string }[]): Judgement => {
    const judge = createJudge(defaultPlan, [check(healthLimit)]);
    probes.forEach((look, i) => {
      expect(judge.push({ type: 'look', check: 'health', at: 40_000 + i * 5000, look })).toBe(
        undefined,
      );
    });
    const judgement = judge.push({ type: 'deadline' });
    if (judgement === undefined) throw new Error('the deadline always decides');
    return judgement;
  };

  it('is inconclusive when the check never showed anything', () => {
    expect(judgementAfter([blind, blind, blind, blind])).toEqual({
      verdict: 'inconclusive',
      reason:
        'What health looks at could not be seen at any time of the watch: the cluster does not answer. Not enough to judge.',
      decidedBy: ['health'],
    });
  });

  it('is inconclusive when the last check showed nothing', () => {
    expect(judgementAfter([good, good, good, blind]).reason).toBe(
      'What health looks at could not be seen at the end of the watch (1 of 4 checks showed nothing): the cluster does not answer. Not enough to judge.',
    );
  });

  it('is healthy when the source answers again', () => {
    expect(judgementAfter([good, blind, blind, good]).verdict).toBe('healthy');
  });
});

describe('the reason when the configured limit decides at the end', () => {
  // One interval is not enough for evidence: the limit itself decides.
  const plan: WatchPlan = { ...defaultPlan, duration: 10_000 };
  const rate = (scaledTo: number | null): Limit => ({
    metric: 'errors-per-minute',
    max: 10,
    scaledTo,
  });

  function reasonAfter(limit: Limit, observation: Observation): string {
    const judge = createJudge(plan, [
      { id: limit.metric, limit, source: 'fake', subject: 'http://service.test' },
    ]);
    const window = { from: plan.warmUp, to: plan.warmUp + plan.duration };
    judge.push({ type: 'observation', check: limit.metric, window, observation });
    const judgement = judge.push({ type: 'deadline' });
    expect(judgement?.verdict).toBe('unhealthy');
    return judgement?.reason ?? '';
  }

  it.each<[string, Limit, Observation]>([
    ['34 of 600 failed, 5 % allowed', successRate, counts(600, 34)],
    ['34 of 600 were slow, 5 % allowed', latency, counts(600, 34)],
    ['3 errors in 10 s, 10 a minute allowed', rate(null), counts(600, 3)],
    ['105 of 600 probes failed, 10 of 60 allowed', rate(60), counts(600, 105)],
  ])('close to the limit, says so: %s', (_, limit, observation) => {
    expect(reasonAfter(limit, observation)).toMatch(
      / This is close to the limit: with `decision: evidence` it would be inconclusive\.$/,
    );
  });

  it.each<[string, Limit, Observation]>([
    ['40 of 40 failed', successRate, counts(40, 40)],
    ['60 of 600 failed, 5 % allowed', successRate, counts(600, 60)],
    ['40 of 40 were slow', latency, counts(40, 40)],
    ['40 errors in 10 s, 10 a minute allowed', rate(null), counts(40, 40)],
    ['40 of 40 probes failed', rate(60), counts(40, 40)],
    ['a value over its limit', { metric: 'value', max: 10 }, { kind: 'value', value: 11 }],
  ])(
    'far from the limit, or a single value, does not speak of chance: %s',
    (_, limit, observation) => {
      expect(reasonAfter(limit, observation)).not.toMatch(/close to the limit|decision/);
    },
  );
});

describe('the judgement', () => {
  it.each<[string, Limit[], (i: number) => Observation, Partial<WatchPlan>, string, RegExp]>([
    [
      'every request good: healthy',
      [successRate],
      () => counts(20, 0),
      {},
      'healthy',
      /^100 % of 600 requests succeeded \(limit 95 %\) over 5m; no evidence of a breach at any point\. P\(success < 95 %\) < 0\.1 %\.$/,
    ],
    [
      'exactly 95.0 % success at a limit of 95 %: healthy',
      [successRate],
      () => counts(20, 1),
      {},
      'healthy',
      /^95 % of 600 requests/,
    ],
    [
      '30 % failures: unhealthy by evidence',
      [successRate],
      () => counts(20, 6),
      {},
      'unhealthy',
      /^\d+ of \d+ requests failed \(70 % success, limit 95 %\)\. This is not bad luck: a version within the limit would look this bad in fewer than 1 in \d+ watches\.$/,
    ],
    [
      'just below the limit: unhealthy at the end, by the configured limit',
      [successRate],
      (i) => counts(20, i <= 4 ? 2 : 1),
      {},
      'unhealthy',
      /^34 of 600 requests failed \(94\.3 % success, limit 95 %\), measured over the whole watch\. P\(success < 95 %\) = 78 %\. This is close to the limit: with `decision: evidence` it would be inconclusive\.$/,
    ],
    [
      'just below the limit with decision evidence: inconclusive',
      [successRate],
      (i) => counts(20, i <= 4 ? 2 : 1),
      { decision: 'evidence' },
      'inconclusive',
      /^34 of 600 requests failed .* but the evidence is too weak to act on \(strongest 1 in \d+\)/,
    ],
    [
      'one bad interval with decision strict: unhealthy',
      [successRate],
      (i) => counts(20, i === 7 ? 2 : 0),
      { decision: 'strict' },
      'unhealthy',
      /the interval at 1m 40s alone is over the limit/,
    ],
    [
      'one bad interval with decision balanced: healthy',
      [successRate],
      (i) => counts(20, i === 7 ? 2 : 0),
      {},
      'healthy',
      /99\.66 % of 600/,
    ],
    [
      'fewer requests than min-requests: inconclusive',
      [successRate],
      (i) => counts(i === 3 ? 7 : 0, 0),
      {},
      'inconclusive',
      /^Only 7 requests in 5m \(20 needed\): not enough to judge success-rate\.$/,
    ],
    [
      'no request at all: inconclusive',
      [successRate],
      () => counts(0, 0),
      {},
      'inconclusive',
      /^No requests in 5m \(20 needed\): not enough to judge success-rate\.$/,
    ],
    [
      'one request: inconclusive',
      [successRate],
      (i) => counts(i === 1 ? 1 : 0, 1),
      {},
      'inconclusive',
      /^Only 1 request in/,
    ],
    [
      'no data during the whole watch: inconclusive',
      [successRate],
      () => ({ kind: 'none', why: 'no-data' }),
      {},
      'inconclusive',
      /^No data for success-rate during the whole watch: not enough/,
    ],
    [
      'a source that fails for the last 110 s: inconclusive',
      [successRate],
      (i) => (i < 20 ? counts(20, 0) : { kind: 'none', why: 'provider-error' }),
      {},
      'inconclusive',
      /^No usable answer for success-rate in the last 1m 50s of the watch|^No data for success-rate in the last 1m 50s of the watch/,
    ],
    [
      'a provider error in the middle: healthy',
      [successRate],
      (i) => (i === 9 ? { kind: 'none', why: 'provider-error' } : counts(20, 0)),
      {},
      'healthy',
      /^100 % of 580 requests/,
    ],
    [
      'exactly 10 errors a minute at a limit of 10: healthy',
      [errorsPerMinute],
      () => counts(6, 1),
      {},
      'healthy',
      /^10 errors per minute \(limit 10\)/,
    ],
    [
      'more than 10 errors a minute: unhealthy at the end',
      [errorsPerMinute],
      (i) => counts(60, i === 1 ? 11 : 10),
      {},
      'unhealthy',
      /^301 of 1,800 requests failed \(10\.03 errors per minute, scaled to 60 probes a minute, limit 10\)/,
    ],
    [
      '40 % of the requests too slow: unhealthy by evidence',
      [latency],
      () => counts(20, 8),
      {},
      'unhealthy',
      /^\d+ of \d+ requests took longer than 800ms \(limit: 5 %\)/,
    ],
    [
      '5 % of the requests too slow at p95: healthy',
      [latency],
      () => counts(20, 1),
      {},
      'healthy',
      /^95 % within 800ms \(limit 95 %\)/,
    ],
  ])('%s', (_, limits, observe, plan, verdict, reason) => {
    const { judgement } = judge(limits, observe, plan);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.reason).toMatch(reason);
  });

  it('a total outage is unhealthy in the second or third interval after the warm-up, never in the first', () => {
    const { judgement, intervals } = judge([successRate], () => counts(20, 20));
    expect(judgement.verdict).toBe('unhealthy');
    expect(intervals).toBe(3);
  });

  it('earlyPass ends a clear pass at half of the watch; at the limit, with few requests or without a scale the watch goes on', () => {
    const early = judge([successRate, errorsPerMinute], () => counts(20, 0), { earlyPass: true });
    expect(early).toMatchObject({ intervals: 15, judgement: { verdict: 'healthy' } });
    expect(early.judgement.reason).toMatch(/^100 % of 300 requests succeeded .* over 2m 30s;/);
    const slower = judge([successRate], () => counts(20, 1), { earlyPass: true });
    expect(slower.intervals).toBe(30);
    const seldom = judge([successRate], () => counts(1, 0), { earlyPass: true });
    expect(seldom.intervals).toBe(30);
    const unknowable = judge(
      [{ metric: 'errors-per-minute', max: 10, scaledTo: null }],
      () => counts(20, 0),
      { earlyPass: true },
    );
    expect(unknowable.intervals).toBe(30);
  });

  it('failures in the warm-up do not count', () => {
    const { judgement, results } = judge([successRate], (i) => counts(20, i === 0 ? 20 : 0));
    expect(judgement.verdict).toBe('healthy');
    expect(results[0]).toMatchObject({ samples: 600, failures: 0, outcome: 'within' });
    expect(results[0]?.series).toHaveLength(33);
  });

  it('two metric checks share the probability of a false alarm: each needs twice the evidence', () => {
    const alone = judge([successRate], () => counts(20, 3)).intervals;
    const judgementAfter = judge([successRate, latency], (_, limit) =>
      counts(20, limit === successRate ? 3 : 0),
    );
    expect(judgementAfter.intervals).toBeGreaterThanOrEqual(alone);
    expect(judgementAfter.results[0]?.evidence?.threshold).toBeCloseTo(Math.log(200), 12);
  });

  it('decidedBy names the check whose evidence decided', () => {
    const { judgement } = judge([errorsPerMinute, successRate], () => counts(20, 20));
    expect(judgement.decidedBy).toEqual(['success-rate']);
    const both = judge([successRate, latency], () => counts(20, 20));
    expect(both.judgement.decidedBy[0]).toBe('success-rate');
  });

  it('says of each check what it measured', () => {
    const { results } = judge([successRate, errorsPerMinute], () => counts(20, 6));
    expect(results.map((r) => [r.id, r.kind, r.limit, r.outcome])).toEqual([
      ['success-rate', 'ratio', '≥ 95 %', 'breached'],
      ['errors-per-minute', 'rate', '≤ 10 per minute', 'breached'],
    ]);
    expect(results[0]?.value).toBeCloseTo(0.7, 12);
    expect(results[1]?.value).toBeCloseTo(18, 12);
    expect(results[0]?.evidence?.maxLogE).toBeGreaterThanOrEqual(Math.log(200));
  });

  it('three failed health checks in a row are unhealthy at once', () => {
    const judge = createJudge(defaultPlan, [check(healthLimit)]);
    const checked = (at: number, ok: boolean): Judgement | undefined =>
      judge.push({ type: 'look', check: 'health', at, look: ok ? good : refused });
    expect(checked(0, true)).toBeUndefined();
    expect(checked(5000, true)).toBeUndefined();
    expect(checked(10_000, false)).toBeUndefined();
    expect(judge.isUndecided('health')).toBe(true);
    expect(checked(15_000, false)).toBeUndefined();
    expect(checked(20_000, false)).toEqual({
      verdict: 'unhealthy',
      reason:
        'The health check failed 3 times in a row (connection refused); it last answered well 15s before.',
      decidedBy: ['health'],
    });
    expect(judge.results()[0]).toMatchObject({
      outcome: 'breached',
      samples: 5,
      failures: 3,
      evidence: null,
    });
  });

  it('a health check that fails and succeeds in turn until the end is inconclusive', () => {
    const judge = createJudge(defaultPlan, [check(healthLimit)]);
    for (let i = 0; i < 60; i += 1)
      judge.push({
        type: 'look',
        check: 'health',
        at: 5000 * i,
        look: i % 2 === 0 ? good : refused,
      });
    expect(judge.push({ type: 'deadline' })).toMatchObject({
      verdict: 'inconclusive',
      decidedBy: ['health'],
    });
  });

  it('decides once: a second deadline gives no second judgement', () => {
    const judge = createJudge(defaultPlan, [check(healthLimit)]);
    expect(judge.push({ type: 'deadline' })).toBeDefined();
    expect(judge.push({ type: 'deadline' })).toBeUndefined();
  });
});
