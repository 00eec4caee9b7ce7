import { describe, expect, it } from '@jest/globals';
import { createJudge } from '../../src/gate/judge.js';
import { windowsOf } from '../../src/gate/watch.js';
import type {
  CheckResult,
  JudgedCheck,
  Judgement,
  Limit,
  Observation,
  WatchPlan,
} from '../../src/gate/types.js';
import { defaultPlan, successRate } from '../support/fake-checks.js';

const relative: Limit = { metric: 'relative', margin: 1 };

function sides(
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
  check: Pick<JudgedCheck, 'limit' | 'baseline'>,
  observe: (interval: number) => Observation,
  over: Partial<WatchPlan> = {},
): { judgement: Judgement; interval: number | 'end'; result: CheckResult } {
  const plan = { ...defaultPlan, ...over };
  const judge = createJudge(plan, [{ id: 'check', source: 'fake', subject: 'shop', ...check }]);
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

describe('createJudge, of a canary against its baseline', () => {
  it('finds a canary that is worse, and says by how much', () => {
    const { judgement, interval, result } = judge({ limit: relative }, (i) =>
      sides([40, i % 2 === 0 ? 3 : 1], [40, i % 5 === 0 ? 1 : 0]),
    );
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toMatch(
      /^\d+ of \d+ requests failed \([\d.]+ %\), against \d+ of \d+ of the baseline \([\d.]+ %\); if the new version were no worse, evidence this strong would appear in fewer than 1 in \d+ watches\.$/,
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

  it('lets one pass that is no worse, however bad both are', () => {
    const { judgement, interval } = judge({ limit: relative }, () => sides([40, 20], [40, 20]));
    expect(interval).toBe('end');
    expect(judgement).toEqual({
      verdict: 'healthy',
      reason:
        '50 % of 1,200 requests failed, against 600 of 1,200 of the baseline (50 %) over 5m; no evidence of a breach at any point (strongest 1 in 1).',
      decidedBy: [],
    });
  });

  it('allows as much more as the margin says', () => {
    const observe = (): Observation => sides([40, 6], [40, 3]);
    expect(judge({ limit: relative }, observe).judgement.verdict).toBe('unhealthy');
    const allowed = judge({ limit: { metric: 'relative', margin: 2 } }, observe);
    expect(allowed.judgement.verdict).toBe('healthy');
    expect(allowed.result.limit).toBe("≤ 2 × the baseline's failures");
    const worse = judge({ limit: { metric: 'relative', margin: 2 } }, () =>
      sides([40, 12], [40, 2]),
    );
    expect(worse.judgement.reason).toContain('if it failed at most 2 times as often');
  });

  it('ignores the traffic of the warm-up', () => {
    const { judgement } = judge({ limit: relative }, (i) => sides([40, i === 0 ? 40 : 0], [40, 0]));
    expect(judgement.verdict).toBe('healthy');
  });

  it.each<[string, (i: number) => Observation, RegExp]>([
    [
      'too few requests of the canary',
      () => sides([0, 0], [40, 0]),
      /^Only 0 requests in 5m \(20 needed\)/,
    ],
    [
      'too few requests of the baseline',
      (i) => sides([40, 20], [i === 4 ? 3 : 0, 0]),
      /^Only 3 requests of the baseline in 5m \(20 needed\): not enough to judge check\.$/,
    ],
    [
      'nothing known of the baseline',
      () => sides([40, 0]),
      /gave no data of the baseline during the whole watch/,
    ],
    [
      'a baseline that falls silent',
      (i) => (i > 20 ? sides([40, 0]) : sides([40, 0], [40, 0])),
      /gave no data of the baseline in the last 1m 40s of the watch/,
    ],
  ])('is inconclusive with %s', (_, observe, reason) => {
    const { judgement } = judge({ limit: relative }, observe);
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.reason).toMatch(reason);
    // A baseline without data says nothing against the canary, whatever a check without data means.
    const severe = judge({ limit: relative }, observe, { onNoData: 'unhealthy' });
    expect(severe.judgement.verdict).toBe('inconclusive');
  });

  it('never passes early', () => {
    const { interval } = judge({ limit: relative }, () => sides([400, 0], [400, 0]), {
      earlyPass: true,
    });
    expect(interval).toBe('end');
  });
});

describe('createJudge, of a limit with a baseline beside it', () => {
  const guarded = { limit: successRate, baseline: { margin: 1 } };

  it('rolls a canary back that is over the limit and worse', () => {
    const { judgement, interval } = judge(guarded, () => sides([20, 6], [20, 0]));
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toMatch(
      /^\d+ of \d+ requests failed \(70 % success, limit 95 %\); if the true rate were ≥ 95 %, .* The baseline does better: 0 of \d+ of the baseline \(0 %\) failed\.$/,
    );
    const alone = judge({ limit: successRate }, () => sides([20, 6]));
    expect(interval).toBe(alone.interval);
  });

  it('does not when the baseline is equally affected', () => {
    const { judgement, result } = judge(guarded, () => sides([20, 6], [40, 12]));
    expect(judgement).toEqual({
      verdict: 'inconclusive',
      reason:
        '180 of 600 requests failed (70 % success, limit 95 %), but the baseline is equally affected: 360 of 1,200 of the baseline (30 %). This does not speak against the new version.',
      decidedBy: ['check'],
    });
    expect(result).toMatchObject({
      outcome: 'breached',
      baseline: { samples: 1200, failures: 360 },
    });
  });

  it('lets a trouble of both pass that is over', () => {
    const { judgement, result } = judge(guarded, (i) =>
      i > 3 && i <= 8 ? sides([4, 4], [4, 4]) : sides([20, 0], [20, 0]),
    );
    expect(judgement.verdict).toBe('healthy');
    expect(judgement.reason).toContain(
      'For a while check was over its limit, and the baseline was equally affected.',
    );
    expect(judgement.reason).not.toContain('no evidence');
    expect(result.outcome).toBe('within');
  });

  it('rolls back when the baseline recovers and the canary does not', () => {
    const { judgement, interval } = judge(guarded, (i) => sides([20, 10], [20, i <= 6 ? 10 : 0]));
    expect(judgement.verdict).toBe('unhealthy');
    expect(interval).toBeGreaterThan(6);
    expect(interval).toBeLessThan(12);
  });

  it('cannot tell without requests of the baseline, and says so', () => {
    for (const observe of [() => sides([20, 6]), () => sides([20, 6], [0, 0])]) {
      const { judgement } = judge(guarded, observe);
      expect(judgement.verdict).toBe('inconclusive');
      expect(judgement.reason).toMatch(
        /but the baseline had only 0 requests \(20 needed\): not enough to tell whether the new version is to blame\.$/,
      );
    }
  });

  it('does not need the baseline to let a good canary pass', () => {
    expect(judge(guarded, () => sides([20, 0])).judgement.verdict).toBe('healthy');
  });

  it.each([
    { decision: 'balanced', baseline: 0, verdict: 'unhealthy' },
    { decision: 'balanced', baseline: 3, verdict: 'inconclusive' },
    { decision: 'evidence', baseline: 0, verdict: 'inconclusive' },
    { decision: 'evidence', baseline: 3, verdict: 'inconclusive' },
  ] as const)(
    'the literal limit at the end counts only against the worse one: %j',
    ({ decision, baseline, verdict }) => {
      // 5.5 % fail: over the limit, with little evidence.
      const { judgement } = judge(
        guarded,
        (i) => sides([40, i % 5 === 0 ? 3 : 2], [40, baseline]),
        { decision },
      );
      expect(judgement.verdict).toBe(verdict);
    },
  );

  it('one interval over the limit is enough only when the baseline has done better', () => {
    const strict = { decision: 'strict' } as const;
    const both = judge(guarded, (i) => sides([20, i === 7 ? 4 : 0], [20, i === 7 ? 4 : 0]), strict);
    expect(both.judgement.verdict).toBe('healthy');
    const canary = judge(guarded, (i) => sides([20, i === 7 ? 8 : 0], [20, 0]), strict);
    expect(canary).toMatchObject({ interval: 7, judgement: { verdict: 'unhealthy' } });
  });
});
