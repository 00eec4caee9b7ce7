import { describe, expect, it } from '@jest/globals';
import { createJudge } from '../../src/gate/judge.js';
import { windowsOf } from '../../src/gate/watch.js';
import type {
  CheckResult,
  EvaluatedCheck,
  Judgement,
  Limit,
  Observation,
  WatchPlan,
} from '../../src/contract/check.js';
import { defaultPlan, successRate } from '../support/stand-in-checks.js';

const relative: Limit = { metric: 'relative', margin: 1 };

function canaryAndBaseline(
  canary: readonly [number, number],
  baseline?: readonly [number, number],
): Observation {
  return {
    kind: 'counts',
    samples: canary[0],
    failures: canary[1],
    seconds: 10,
    ...(baseline === undefined
      ? {}
      : { baseline: { samples: baseline[0], failures: baseline[1] } }),
  };
}

function judge(
  check: Pick<EvaluatedCheck, 'limit' | 'baseline'>,
  observe: (interval: number) => Observation,
  over: Partial<WatchPlan> = {},
): { judgement: Judgement; interval: number | 'end'; result: CheckResult } {
  const plan = { ...defaultPlan, ...over };
  const judge = createJudge(plan, [{ id: 'check', source: 'stand-in', subject: 'shop', ...check }]);
  let interval = 0;
  const result = (): CheckResult => judge.results()[0]!;
  for (const window of windowsOf(plan)) {
    if (window.to > plan.warmUp) interval += 1;
    const judgement = judge.push({
      type: 'observation',
      check: 'check',
      window,
      observation: observe(interval),
    });
    if (judgement !== undefined) return { judgement, interval, result: result() };
  }
  const judgement = judge.push({ type: 'deadline' });
  if (judgement === undefined) throw new Error('the deadline always decides');
  return { judgement, interval: 'end', result: result() };
}

describe('the judgement of a canary against its baseline', () => {
  it('a canary that fails more often is unhealthy, and the reason says by how much', () => {
    const { judgement, interval, result } = judge({ limit: relative }, (i) =>
      canaryAndBaseline([40, i % 2 === 0 ? 3 : 1], [40, i % 5 === 0 ? 1 : 0]),
    );
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toMatch(
      /^\d+ of \d+ requests failed \([\d.]+ %\), against \d+ of \d+ of the baseline \([\d.]+ %\)\. This is not bad luck: a version no worse than the baseline would look this bad in fewer than 1 in \d+ watches\.$/,
    );
    expect(interval).toBeLessThan(20);
    expect(result).toMatchObject({
      kind: 'ratio',
      metric: 'relative',
      outcome: 'breached',
      limit: 'no worse than the baseline',
    });
    expect(result.baseline?.samples).toBe(result.samples);
    expect(result.shown).toMatch(/^[\d.]+ % \(baseline [\d.]+ %\)$/);
    expect(result.evidence?.logE).toBeGreaterThanOrEqual(Math.log(100));
  });

  it('a canary that fails as often as the baseline is healthy, however bad both are', () => {
    const { judgement, interval } = judge({ limit: relative }, () =>
      canaryAndBaseline([40, 20], [40, 20]),
    );
    expect(interval).toBe('end');
    expect(judgement).toEqual({
      verdict: 'healthy',
      reason:
        '50 % of 1,200 requests failed, against 600 of 1,200 of the baseline (50 %) over 5m; no evidence of a breach at any point.',
      decidedBy: [],
    });
  });

  it('a canary that fails twice as often is unhealthy, and healthy with a margin of 2', () => {
    const observe = (): Observation => canaryAndBaseline([40, 6], [40, 3]);
    expect(judge({ limit: relative }, observe).judgement.verdict).toBe('unhealthy');
    const allowed = judge({ limit: { metric: 'relative', margin: 2 } }, observe);
    expect(allowed.judgement.verdict).toBe('healthy');
    expect(allowed.result.limit).toBe("≤ 2 × the baseline's failures");
    const worse = judge({ limit: { metric: 'relative', margin: 2 } }, () =>
      canaryAndBaseline([40, 12], [40, 2]),
    );
    expect(worse.judgement.reason).toContain(
      'a version that fails at most 2 times as often would look this bad',
    );
  });

  it('failures in the warm-up do not count', () => {
    const { judgement } = judge({ limit: relative }, (i) =>
      canaryAndBaseline([40, i === 0 ? 40 : 0], [40, 0]),
    );
    expect(judgement.verdict).toBe('healthy');
  });

  it.each<[string, (i: number) => Observation, RegExp]>([
    [
      'too few requests of the canary',
      () => canaryAndBaseline([0, 0], [40, 0]),
      /^No requests in 5m \(20 needed\)/,
    ],
    [
      'too few requests of the baseline',
      (i) => canaryAndBaseline([40, 20], [i === 4 ? 3 : 0, 0]),
      /^Only 3 requests of the baseline in 5m \(20 needed\): not enough to judge check\.$/,
    ],
    [
      'nothing known of the baseline',
      () => canaryAndBaseline([40, 0]),
      /No data of the baseline for [a-z-]+ during the whole watch/,
    ],
    [
      'a baseline that falls silent',
      (i) => (i > 20 ? canaryAndBaseline([40, 0]) : canaryAndBaseline([40, 0], [40, 0])),
      /No data of the baseline for [a-z-]+ in the last 1m 40s of the watch/,
    ],
  ])('is inconclusive with %s', (_, observe, reason) => {
    const { judgement } = judge({ limit: relative }, observe);
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.reason).toMatch(reason);
    // A baseline without data says nothing against the canary, whatever a check without data means.
    const severe = judge({ limit: relative }, observe, { onNoData: 'unhealthy' });
    expect(severe.judgement.verdict).toBe('inconclusive');
  });

  it('earlyPass does not end the comparison before the deadline', () => {
    const { interval } = judge({ limit: relative }, () => canaryAndBaseline([400, 0], [400, 0]), {
      earlyPass: true,
    });
    expect(interval).toBe('end');
  });
});

describe('the judgement of a limit with a baseline', () => {
  const withBaseline = { limit: successRate, baseline: { margin: 1 } };

  it('a canary that is over the limit and worse than the baseline is unhealthy', () => {
    const { judgement, interval } = judge(withBaseline, () => canaryAndBaseline([20, 6], [20, 0]));
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toMatch(
      /^\d+ of \d+ requests failed \(70 % success, limit 95 %\)\. This is not bad luck: .* The baseline does better: 0 of \d+ of the baseline \(0 %\) failed\.$/,
    );
    const alone = judge({ limit: successRate }, () => canaryAndBaseline([20, 6]));
    expect(interval).toBe(alone.interval);
  });

  it('a canary that is over the limit like its baseline is inconclusive', () => {
    const { judgement, result } = judge(withBaseline, () => canaryAndBaseline([20, 6], [40, 12]));
    expect(judgement).toEqual({
      verdict: 'inconclusive',
      reason:
        '180 of 600 requests failed (70 % success, limit 95 %), but the baseline is equally affected: 360 of 1,200 of the baseline (30 %). This is not evidence against the new version.',
      decidedBy: ['check'],
    });
    expect(result).toMatchObject({
      outcome: 'breached',
      baseline: { samples: 1200, failures: 360 },
    });
  });

  it('a canary and a baseline that were over the limit for a while are healthy at the end', () => {
    const { judgement, result } = judge(withBaseline, (i) =>
      i > 3 && i <= 8 ? canaryAndBaseline([4, 4], [4, 4]) : canaryAndBaseline([20, 0], [20, 0]),
    );
    expect(judgement.verdict).toBe('healthy');
    expect(judgement.reason).toContain(
      'For a while check was over its limit, and the baseline was equally affected.',
    );
    expect(judgement.reason).not.toContain('no evidence');
    expect(result.outcome).toBe('within');
  });

  it('a canary that stays bad when the baseline recovers is unhealthy', () => {
    const { judgement, interval } = judge(withBaseline, (i) =>
      canaryAndBaseline([20, 10], [20, i <= 6 ? 10 : 0]),
    );
    expect(judgement.verdict).toBe('unhealthy');
    expect(interval).toBeGreaterThan(6);
    expect(interval).toBeLessThan(12);
  });

  it('a canary that is over the limit without requests of the baseline is inconclusive, and the reason says so', () => {
    for (const observe of [
      () => canaryAndBaseline([20, 6]),
      () => canaryAndBaseline([20, 6], [0, 0]),
    ]) {
      const { judgement } = judge(withBaseline, observe);
      expect(judgement.verdict).toBe('inconclusive');
      expect(judgement.reason).toMatch(
        /but the baseline had only 0 requests \(20 needed\): not enough to tell whether the new version is to blame\.$/,
      );
    }
  });

  it('a limit that both break is excused, one that only the canary breaks is not', () => {
    const both = judge(withBaseline, () => canaryAndBaseline([40, 20], [40, 20])).result;
    expect(both).toMatchObject({ outcome: 'breached', excused: true });
    const canary = judge(withBaseline, () => canaryAndBaseline([40, 20], [40, 0])).result;
    expect(canary.outcome).toBe('breached');
    expect(canary).not.toHaveProperty('excused');
    const good = judge(withBaseline, () => canaryAndBaseline([40, 0], [40, 0])).result;
    expect(good).not.toHaveProperty('excused');
  });

  it('a good canary is healthy without any request of the baseline', () => {
    expect(judge(withBaseline, () => canaryAndBaseline([20, 0])).judgement.verdict).toBe('healthy');
  });

  it.each([
    { decision: 'balanced', baseline: 0, verdict: 'unhealthy' },
    { decision: 'balanced', baseline: 3, verdict: 'inconclusive' },
    { decision: 'evidence', baseline: 0, verdict: 'inconclusive' },
    { decision: 'evidence', baseline: 3, verdict: 'inconclusive' },
  ] as const)(
    'the configured limit at the end counts only against a canary that is worse: %j',
    ({ decision, baseline, verdict }) => {
      // 5.5 % fail: over the limit, with little evidence.
      const { judgement } = judge(
        withBaseline,
        (i) => canaryAndBaseline([40, i % 5 === 0 ? 3 : 2], [40, baseline]),
        { decision },
      );
      expect(judgement.verdict).toBe(verdict);
    },
  );

  it('one interval over the limit, decision strict: unhealthy only when the baseline has done better', () => {
    const strict = { decision: 'strict' } as const;
    const both = judge(
      withBaseline,
      (i) => canaryAndBaseline([20, i === 7 ? 4 : 0], [20, i === 7 ? 4 : 0]),
      strict,
    );
    expect(both.judgement.verdict).toBe('healthy');
    const canary = judge(
      withBaseline,
      (i) => canaryAndBaseline([20, i === 7 ? 8 : 0], [20, 0]),
      strict,
    );
    expect(canary).toMatchObject({ interval: 7, judgement: { verdict: 'unhealthy' } });
  });
});

describe('the judgement of the latency of a canary against its baseline', () => {
  const slower: Limit = { metric: 'relative', margin: 1, of: 'latency' };
  const at = (
    canary: readonly [number, number],
    baseline: readonly [number, number],
  ): Observation => ({
    kind: 'counts',
    samples: 40,
    failures: 0,
    seconds: 10,
    slower: { 100: canary[0], 500: canary[1] },
    baseline: { samples: 40, failures: 0, slower: { 100: baseline[0], 500: baseline[1] } },
  });

  it('a canary that is slower at one border is unhealthy, and the reason names the border', () => {
    const { judgement, result } = judge({ limit: slower }, () => at([20, 8], [20, 1]));
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toMatch(
      /^(\d+) of (\d+) requests took longer than 500ms \(20 %\), against \d+ of \2 of the baseline \(2\.5 %\)\. This is not bad luck: a version no slower than the baseline would/,
    );
    expect(result).toMatchObject({
      metric: 'relative',
      outcome: 'breached',
      limit: 'no slower than the baseline',
      shown: '80 % within 500ms (baseline 97.5 %)',
      slowerThan: 500,
    });
    expect(result.failures).toBe(result.samples / 5);
    expect(result.series.at(-1)?.failures).toBe(8);
  });

  it('a canary that is as slow as the baseline is healthy', () => {
    const { judgement, result } = judge({ limit: slower }, () => at([20, 10], [20, 10]));
    expect(judgement.verdict).toBe('healthy');
    expect(judgement.reason).toMatch(/of 1,200 requests took longer than \d+ms, against/);
    expect(result.outcome).toBe('within');
  });
});

describe('the judgement of a value with a minimum', () => {
  const least: Limit = { metric: 'value', min: 10 };
  const value = (number: number): Observation => ({ kind: 'value', value: number });

  it('a value that stays at 0 is unhealthy after 8 to 14 intervals', () => {
    const { judgement, interval, result } = judge({ limit: least }, () => value(0));
    expect(judgement.verdict).toBe('unhealthy');
    expect(interval).toBeGreaterThanOrEqual(8);
    expect(interval).toBeLessThanOrEqual(14);
    expect(judgement.reason).toMatch(
      /^the value was 0 on average \(limit ≥ 10\)\. This is not bad luck: a version within the limit would/,
    );
    expect(result).toMatchObject({ limit: '≥ 10', outcome: 'breached' });
  });

  it('a value below its minimum in every interval but one is unhealthy', () => {
    const { judgement } = judge({ limit: least }, (i) => value(i === 2 ? 1000 : 1));
    expect(judgement.verdict).toBe('unhealthy');
  });

  it('the mean over the whole watch decides at the end: just below the minimum is unhealthy, at it healthy', () => {
    expect(judge({ limit: least }, () => value(9.9)).judgement).toMatchObject({
      verdict: 'unhealthy',
      reason: expect.stringContaining('measured over the whole watch'),
    });
    expect(judge({ limit: least }, () => value(10)).judgement.verdict).toBe('healthy');
  });
});
