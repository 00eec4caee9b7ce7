import { describe, expect, it } from '@jest/globals';
import { createJudge, type Judge } from '../../src/gate/judge.js';
import { remedyFor, rule, type Ruling } from '../../src/gate/was-well.js';
import { windowsOf } from '../../src/gate/watch.js';
import type {
  EvaluatedCheck,
  HealthResult,
  Judgement,
  Obstacle,
  SeenBefore,
} from '../../src/contract/check.js';
import {
  counts,
  defaultPlan,
  good,
  healthLimit,
  refused,
  successRate,
} from '../support/stand-in-checks.js';

const passedBefore: SeenBefore = { seen: 'passed', detail: '', isNew: false };
const failedBefore: SeenBefore = { seen: 'failed', detail: 'status 401', isNew: false };
const notAsked: SeenBefore = { seen: 'not-asked', detail: '', isNew: false };
const isNew = (before: SeenBefore): SeenBefore => ({ ...before, isNew: true });
const unauthorized: HealthResult = { ok: false, detail: 'status 401', obstacle: 'unauthorized' };
const throughProxy: HealthResult = { ok: null, detail: 'proxy failure', obstacle: 'proxy' };

const obstacles = ['name', 'proxy', 'scheme', 'certificate', 'unauthorized', 'network'] as const;

describe('what a failure means', () => {
  const rows: [string, SeenBefore | undefined, boolean, Obstacle | undefined, Ruling][] = [
    ['passed before, fails', passedBefore, false, undefined, 'counts'],
    ['passed before, its name is gone', passedBefore, false, 'name', 'counts'],
    ['failed before, never passed', failedBefore, false, undefined, 'failed-before'],
    ['failed before, never passed, 401', failedBefore, false, 'unauthorized', 'failed-before'],
    ['failed before, new, refused', isNew(failedBefore), false, undefined, 'counts'],
    ['failed before, new, 401', isNew(failedBefore), false, 'unauthorized', 'unwatchable'],
    ['failed before, passed, then fails', failedBefore, true, 'unauthorized', 'counts'],
    ['not asked, never passed, 401', notAsked, false, 'unauthorized', 'unwatchable'],
    ['not asked, never passed, refused', notAsked, false, undefined, 'unproven'],
    ['not asked, new, refused', isNew(notAsked), false, undefined, 'counts'],
    ['not asked, passed, then fails', notAsked, true, undefined, 'counts'],
    ['a recording of an older version', undefined, false, 'unauthorized', 'counts'],
  ];

  it.each(rows)('%s', (_, before, hasPassed, obstacle, ruling) => {
    expect(rule(before, hasPassed, obstacle)).toBe(ruling);
  });

  it.each(obstacles)('has a remedy where %s is in the way', (obstacle) => {
    expect(remedyFor(obstacle)).toMatch(/check|correct|set|run/);
    expect(rule(notAsked, false, obstacle)).toBe('unwatchable');
  });
});

const plan = { ...defaultPlan, warmUp: 10_000, duration: 60_000 };

function check(seenBefore: SeenBefore | undefined, source = 'http'): EvaluatedCheck {
  const base = { id: 'health', limit: healthLimit, source, subject: 'http://service.test' };
  return { ...base, ...(seenBefore && { seenBefore }) };
}

function judgedBy(judge: Judge, looks: readonly HealthResult[]): Judgement {
  let at = 10_000;
  for (const look of looks) {
    const found = judge.push({ type: 'look', check: 'health', at, look });
    if (found !== undefined) return found;
    at += 5000;
  }
  const judgement = judge.push({ type: 'deadline' });
  if (judgement === undefined) throw new Error('the deadline always decides');
  return judgement;
}

function afterLooks(
  before: SeenBefore | undefined,
  looks: readonly HealthResult[],
  source?: string,
): Judgement {
  return judgedBy(createJudge(plan, [check(before, source)]), looks);
}

const always = (look: HealthResult): HealthResult[] => Array<HealthResult>(10).fill(look);

describe('a health check that fails', () => {
  it('and passed before is unhealthy, whatever it fails by', () => {
    for (const look of [refused, unauthorized])
      expect(afterLooks(passedBefore, always(look)).verdict).toBe('unhealthy');
  });

  it('and failed before, and never passed, is inconclusive at the end, and says what to do', () => {
    expect(afterLooks(failedBefore, always(refused))).toEqual({
      verdict: 'inconclusive',
      reason:
        'The health check never passed (connection refused); it failed before the deploy too (401): check the URL, or roll back by hand; if it exists only after the deploy, set `url-before: absent`.',
      decidedBy: ['health'],
      neverWell: true,
    });
  });

  it('and failed before for want of credentials, and does so still, is told what to set besides', () => {
    const { verdict, reason } = afterLooks(failedBefore, always(unauthorized));
    expect(verdict).toBe('inconclusive');
    expect(reason).toMatch(/set `url-before: absent`\. It wants credentials: set `headers`\.$/);
  });

  it('and was unready before is told so in the words of its platform', () => {
    expect(afterLooks(failedBefore, always(refused), 'kubernetes').reason).toMatch(
      /before the deploy too \(401\): mend it, or roll back by hand\.$/,
    );
  });

  it('is unhealthy when it passed meanwhile', () => {
    const { verdict, reason } = afterLooks(failedBefore, [good, ...always(refused)]);
    expect(verdict).toBe('unhealthy');
    expect(reason).toMatch(/it last answered well 15s before\.$/);
  });

  it('is unhealthy when it fails in a row by what is new, and not when that is seen once', () => {
    const changed: HealthResult = { ...refused, changed: true };
    const [one, three] = [1, 3].map((times) => [
      ...Array<HealthResult>(times).fill(changed),
      ...always(refused),
    ]);
    expect(afterLooks(failedBefore, one ?? []).verdict).toBe('inconclusive');
    expect(afterLooks(failedBefore, three ?? []).verdict).toBe('unhealthy');
  });

  it('where it is new: only what cannot be watched from here is inconclusive', () => {
    expect(afterLooks(isNew(failedBefore), always(refused)).verdict).toBe('unhealthy');
    expect(afterLooks(isNew(failedBefore), always(unauthorized))).toMatchObject({
      verdict: 'inconclusive',
      neverWell: true,
      reason:
        'The health check never passed (status 401); it has never been seen healthy, and cannot be watched from here: it wants credentials: set `headers`.',
    });
  });

  it('where nobody asked before: inconclusive what cannot be watched, unhealthy and a doubt the rest', () => {
    expect(afterLooks(notAsked, always(unauthorized)).verdict).toBe('inconclusive');
    expect(afterLooks(notAsked, always(throughProxy))).toMatchObject({
      verdict: 'inconclusive',
      neverWell: true,
      reason:
        'The health check never saw anything (proxy failure); it has never been seen healthy, and cannot be watched from here: a proxy is in the way: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.',
    });
    const { verdict, reason } = afterLooks(notAsked, always(refused));
    expect(verdict).toBe('unhealthy');
    expect(reason).toMatch(/It may never have worked: with a `snapshot` before/);
  });

  it('by a proxy, and passed before, is no data as ever', () => {
    const judgement = afterLooks(passedBefore, always(throughProxy));
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement).not.toHaveProperty('neverWell');
  });

  it('that recovers is healthy, and told', () => {
    const { verdict, reason } = afterLooks(failedBefore, always(good));
    expect(verdict).toBe('healthy');
    expect(reason).toMatch(/ health failed before the deploy \(401\)\.$/);
  });

  it('in a recording of an older version is judged as then', () => {
    expect(afterLooks(undefined, always(unauthorized))).toEqual({
      verdict: 'unhealthy',
      reason:
        'The health check failed 3 times in a row (status 401); it has not passed once since the watch started.',
      decidedBy: ['health'],
    });
  });
});

describe('requests that fail', () => {
  function afterRequests(
    seenBefore: SeenBefore,
    observe: (interval: number) => { failures: number; obstacles?: { unauthorized: number } },
    also: readonly EvaluatedCheck[] = [],
    decision: 'balanced' | 'strict' = 'balanced',
  ): { judgement: Judgement; judge: Judge } {
    const judge = createJudge({ ...plan, decision }, [
      { ...check(seenBefore), id: 'success-rate', limit: successRate },
      ...also,
    ]);
    for (const [interval, window] of [...windowsOf(plan)].entries()) {
      const { failures, obstacles } = observe(interval);
      const found = judge.push({
        type: 'observation',
        check: 'success-rate',
        window,
        observation: { ...counts(20, failures), ...(obstacles && { obstacles }) },
      });
      if (found !== undefined) return { judgement: found, judge };
    }
    const judgement = judge.push({ type: 'deadline' });
    if (judgement === undefined) throw new Error('the deadline always decides');
    return { judgement, judge };
  }

  it.each(['balanced', 'strict'] as const)(
    'and failed before are inconclusive, and excused (%s)',
    (decision) => {
      const { judgement, judge } = afterRequests(
        failedBefore,
        () => ({ failures: 20 }),
        [],
        decision,
      );
      expect(judgement).toMatchObject({ verdict: 'inconclusive', neverWell: true });
      expect(judgement.reason).toMatch(
        /^120 of 120 requests failed .*; it failed before the deploy too \(401\)/,
      );
      expect(judge.results()[0]).toMatchObject({ outcome: 'breached', excused: true });
    },
  );

  it('and failed before, and passed in the warm-up, are unhealthy', () => {
    const { judgement } = afterRequests(failedBefore, (i) => ({ failures: i === 0 ? 19 : 20 }));
    expect(judgement.verdict).toBe('unhealthy');
  });

  it('for want of credentials, and were never asked before, are inconclusive', () => {
    const { judgement } = afterRequests(notAsked, () => ({
      failures: 20,
      obstacles: { unauthorized: 19 },
    }));
    expect(judgement.reason).toMatch(
      /cannot be watched from here: it wants credentials: set `headers`\.$/,
    );
  });

  it('with other failures for the most part, and were never asked before, are unhealthy', () => {
    const { judgement } = afterRequests(notAsked, () => ({
      failures: 20,
      obstacles: { unauthorized: 9 },
    }));
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toMatch(/It may never have worked/);
  });

  it('leave it to what is in doubt besides what an inconclusive watch leads to', () => {
    const silent: EvaluatedCheck = {
      ...{ id: 'orders', source: 'prometheus', subject: 'orders', limit: successRate },
    };
    const { judgement } = afterRequests(failedBefore, () => ({ failures: 20 }), [silent]);
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement).not.toHaveProperty('neverWell');
    expect(judgement.reason).toMatch(/failed before the deploy too.*No data for orders/);
  });
});
