import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { beforeInWords } from '../../src/gate/explain.js';
import { createJudge } from '../../src/gate/judge.js';
import { withPast } from '../../src/gate/limit-before.js';
import { breachesLimit } from '../../src/gate/likelihood-ratio.js';
import { windowsOf } from '../../src/gate/watch.js';
import type {
  BeforePlan,
  Block,
  CheckResult,
  CheckSpec,
  Judgement,
  MetricLimit,
  Observation,
  Past,
  WatchPlan,
} from '../../src/contract/check.js';
import { defaultPlan } from '../support/stand-in-checks.js';

const all: BeforePlan = { tightens: 'all', margin: 1.5, floor: 0.005 };
const defaults: BeforePlan = { ...all, tightens: 'defaults' };

const success = (minPercent = 95): MetricLimit => ({ metric: 'success-rate', minPercent });
const errors = (max = 10): MetricLimit => ({ metric: 'errors-per-minute', max, scaledTo: null });
const latency = (maxMs: number, percentile = 95): MetricLimit => ({
  metric: 'latency',
  percentile,
  maxMs,
});
const value = (max: number): MetricLimit => ({ metric: 'value', max });

/** Twelve blocks of five minutes. */
const hour = (failures: number, requests: number): readonly Block[] =>
  Array.from({ length: 12 }, () => ({ failures, requests }));
/** An hour whose first blocks are other ones. */
const hourWith = (first: readonly Block[], failures: number, requests: number): readonly Block[] =>
  [...first, ...hour(failures, requests)].slice(0, 12);
const quick: Past['latency'] = [
  { border: 50, requests: 900 },
  { border: 100, requests: 980 },
  { border: 200, requests: 995 },
  { border: 400, requests: 999 },
  { border: Infinity, requests: 1000 },
];

function compare(limit: MetricLimit, past: Past, plan = all, isByDefault = false): CheckSpec {
  return withPast({ id: 'a', limit, ...(isByDefault && { isByDefault: true }) }, past, plan);
}

describe('a limit after the hour before the deploy was looked at', () => {
  it.each<[string, MetricLimit, Past, string, MetricLimit]>([
    [
      'a service that hardly fails: the least limit takes the place of a wide one',
      success(),
      { counts: hour(0, 3000) },
      'stricter',
      success(99.5),
    ],
    [
      'a limit that is stricter by itself: it stays',
      success(99.9),
      { counts: hour(0, 3000) },
      'kept',
      success(99.9),
    ],
    [
      'failures above the limit: the limit of the hour before alone rules',
      success(),
      { counts: hour(269, 3000) },
      'over',
      success(86.5),
    ],
    [
      'so many failures that no limit can be made: none',
      success(),
      { counts: hour(1199, 3000) },
      'none',
      success(),
    ],
    ['too few requests: it stays', success(), { counts: hour(0, 11) }, 'kept', success()],
    [
      'requests in a part of the hour only: it stays',
      success(),
      { counts: hourWith(hour(0, 0).slice(0, 8), 0, 3000) },
      'kept',
      success(),
    ],
    [
      'an incident of an hour ago: it is left out',
      success(),
      { counts: hourWith([{ failures: 900, requests: 3000 }], 2, 3000) },
      'stricter',
      success(99.5),
    ],
    [
      'errors per minute that were rarer: they are not made stricter',
      errors(),
      { counts: hour(5, 3000) },
      'kept',
      errors(),
    ],
    [
      'errors per minute of a busy service: 1.5 times as many as in the worst five minutes',
      errors(),
      { counts: hourWith([{ failures: 130, requests: 60_000 }], 100, 60_000) },
      'over',
      errors(39),
    ],
    [
      'probes of our own: nothing is compared',
      { metric: 'errors-per-minute', max: 10, scaledTo: 60 },
      { counts: hour(500, 3000) },
      'none at all',
      { metric: 'errors-per-minute', max: 10, scaledTo: 60 },
    ],
    [
      'latency: the border above 1.5 times the usual',
      latency(800),
      { latency: quick },
      'stricter',
      latency(200),
    ],
    [
      'latency of another percentile: by the border of that one',
      latency(800, 90),
      { latency: quick },
      'stricter',
      latency(100, 90),
    ],
    ['latency that was over its limit', latency(50), { latency: quick }, 'over', latency(200)],
    [
      'latency with no border far enough above: it stays',
      latency(800),
      { latency: quick.slice(0, 2).concat({ border: Infinity, requests: 1000 }) },
      'kept',
      latency(800),
    ],
    ['latency without a histogram: it stays', latency(800), { latency: [] }, 'kept', latency(800)],
    [
      'a value: a quarter above its largest mean',
      value(100),
      { value: [10, 12, 14, 16, 15, null, 11, 12] },
      'stricter',
      value(20),
    ],
    [
      'a value that was over its limit',
      value(10),
      { value: [12, 12, 12, 12, 12, 12] },
      'over',
      value(15),
    ],
    ['a value that was 0: it stays', value(100), { value: [0, 0, 0, 0, 0, 0] }, 'kept', value(100)],
    [
      'a least value: nothing is compared',
      { metric: 'value', min: 3 },
      { value: [5, 5, 5, 5, 5, 5] },
      'none at all',
      { metric: 'value', min: 3 },
    ],
    [
      'a comparison with a baseline: nothing is compared',
      { metric: 'relative', margin: 1 },
      { counts: hour(0, 3000) },
      'none at all',
      { metric: 'relative', margin: 1 },
    ],
  ])('%s', (_, limit, past, effect, inForce) => {
    const spec = compare(limit, past);
    expect(spec.before?.effect ?? 'none at all').toBe(effect);
    const { minPercent } = spec.limit as { minPercent?: number };
    if ('minPercent' in inForce) expect(minPercent).toBeCloseTo(inForce.minPercent, 6);
    else expect(spec.limit).toEqual(inForce);
    if (spec.before !== undefined) expect(spec.before.set).toEqual(limit);
  });

  it('a limit that the user chose is not made stricter where only defaults may be', () => {
    const past = { counts: hour(0, 3000) };
    expect(compare(success(), past, defaults).before?.effect).toBe('kept');
    expect(compare(success(), past, defaults, true).before?.effect).toBe('stricter');
    expect(compare(success(), { counts: hour(269, 3000) }, defaults).before?.effect).toBe('over');
  });

  it('is never looser than the limit that was set, unless the hour before was over that', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ failures: fc.nat(300), requests: fc.nat(3000) }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 50, max: 100 }),
        (blocks, percent) => {
          const counts = blocks.map(({ failures, requests }) => ({
            requests,
            failures: Math.min(failures, requests),
          }));
          const { limit, before } = compare(success(percent), { counts });
          if (before?.effect === 'over') return;
          expect((limit as { minPercent: number }).minPercent).toBeGreaterThanOrEqual(percent);
        },
      ),
    );
  });
});

describe('what is said of the hour before', () => {
  it.each<[string, MetricLimit, Past, string]>([
    [
      'a stricter limit',
      success(),
      { counts: hourWith([{ failures: 17, requests: 3000 }], 3, 3000) },
      'In the worst five minutes of the hour before it was 0.57 %, so up to 0.9 % is accepted (the limit that was set: ≥ 95 %).',
    ],
    [
      'incidents',
      success(),
      { counts: hourWith(hour(1500, 3000).slice(0, 3), 3, 3000) },
      'In the worst five minutes of the hour before it was 0.1 %, so up to 0.5 % is accepted (the limit that was set: ≥ 95 %). 3 of 12 blocks of the hour before were left out as an incident.',
    ],
    [
      'too little of it',
      success(),
      { counts: hour(0, 11) },
      'No limit from the hour before: only 132 requests (300 needed).',
    ],
    [
      'only a part of it',
      success(),
      { counts: hourWith(hour(0, 0).slice(0, 9), 0, 3000) },
      'No limit from the hour before: requests in only 15 minutes of it (30 needed).',
    ],
    [
      'a limit that was over already',
      success(),
      { counts: hour(269, 3000) },
      'The hour before was over the limit of ≥ 95 %: in the worst five minutes of the hour before it was 8.97 %, so up to 13.5 % is accepted; breaking ≥ 95 % alone does not count against this deploy.',
    ],
    [
      'what a limit by the minute means',
      errors(),
      { counts: hour(2, 14_400) },
      '10 errors per minute are 0.35 % of the traffic of the hour before (2,880 requests per minute; in its worst five minutes 0.4 errors per minute).',
    ],
    [
      'a value',
      value(100),
      { value: [10, 12, 14, 16, 15, 11] },
      'In the worst five minutes of the hour before it was 16, so up to 20 is accepted (the limit that was set: ≤ 100).',
    ],
    [
      'latency',
      latency(800),
      { latency: quick },
      'In the hour before 95 % took at most 100ms (the limit that was set: p95 ≤ 800ms).',
    ],
  ])('%s', (_, limit, past, words) => {
    expect(beforeInWords(compare(limit, past))).toBe(words);
  });
});

/** What a watch with the same interval all the time comes to. */
function judged(
  spec: CheckSpec,
  observation: Observation,
  over: Partial<WatchPlan> = {},
): { judgement: Judgement; result: CheckResult | undefined } {
  const plan = { ...defaultPlan, ...over };
  const judge = createJudge(plan, [{ source: 'stand-in', subject: 'shop', ...spec }]);
  const end = (): { judgement: Judgement; result: CheckResult | undefined } | undefined => {
    const judgement = judge.push({ type: 'deadline' });
    return judgement && { judgement, result: judge.results()[0] };
  };
  for (const window of windowsOf(plan)) {
    const judgement = judge.push({ type: 'observation', check: 'a', window, observation });
    if (judgement !== undefined) return { judgement, result: judge.results()[0] };
  }
  const first = end() ?? end();
  if (first === undefined) throw new Error('the deadline always decides');
  return first;
}

const counts = (failures: number, samples: number): Observation => ({
  kind: 'counts',
  samples,
  failures,
  seconds: 10,
});

describe('the judgement by the hour before', () => {
  it('0.1 % becomes 1 %: unhealthy, although 95 % was set', () => {
    const { judgement, result } = judged(
      compare(success(), { counts: hour(3, 3000) }),
      counts(1, 100),
    );
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toMatch(
      /^1 % of [\d,]+ requests failed; in the worst five minutes of the hour before it was 0\.1 %, so up to 0\.5 % is accepted[.,] /,
    );
    expect(result?.before).toMatchObject({ effect: 'stricter', leftOut: 0, limit: 0.005 });
  });

  it('91 % before and 90 % after: inconclusive, and nothing leads to a rollback', () => {
    const { judgement } = judged(compare(success(), { counts: hour(270, 3000) }), counts(10, 100));
    expect(judgement).toEqual({
      verdict: 'inconclusive',
      reason:
        '90 % of 3,000 requests succeeded (limit 95 %); it was 91 % in the hour before: not this deploy.',
      decidedBy: ['a'],
      neverWell: true,
    });
  });

  it('91 % before and 70 % after: unhealthy', () => {
    const { judgement } = judged(compare(success(), { counts: hour(270, 3000) }), counts(30, 100));
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toContain('it was 9 %, so up to 13.55 % is accepted');
  });

  it('91 % before and 99 % after: healthy', () => {
    const { judgement } = judged(compare(success(), { counts: hour(270, 3000) }), counts(1, 100));
    expect(judgement.verdict).toBe('healthy');
    expect(judgement.reason).toContain('limit 86.45 %, from the hour before');
  });

  it('60 % before and 20 % after: inconclusive, for nothing can be told by it', () => {
    const spec = compare(success(), { counts: hour(1200, 3000) });
    const { judgement, result } = judged(spec, counts(80, 100));
    expect(judgement).toMatchObject({ verdict: 'inconclusive', neverWell: true });
    expect(result).toMatchObject({ outcome: 'breached', excused: true });
  });

  it('60 % before and 99 % after: healthy', () => {
    const spec = compare(success(), { counts: hour(1200, 3000) });
    expect(judged(spec, counts(1, 100)).judgement.verdict).toBe('healthy');
  });

  it('the default of errors per minute, with as many as before: healthy, with a note', () => {
    const spec = compare(errors(), { counts: hour(100, 60_000) }, defaults, true);
    const { judgement } = judged(spec, counts(4, 2000));
    expect(judgement.verdict).toBe('healthy');
    expect(judgement.reason).toContain(
      ' 24 errors per minute are over the usual limit of 10; in the worst five minutes of the hour before it was 20, so up to 30 is accepted.',
    );
  });

  it('errors per minute that the user limited, with as many as before: inconclusive', () => {
    const spec = compare(errors(), { counts: hour(100, 60_000) }, defaults);
    expect(judged(spec, counts(4, 2000)).judgement).toMatchObject({
      verdict: 'inconclusive',
      neverWell: true,
      reason:
        '24 requests a minute failed (limit 10); it was up to 20 in the hour before: not this deploy.',
    });
  });

  it('errors per minute far above those before: unhealthy', () => {
    const spec = compare(errors(), { counts: hour(100, 60_000) }, defaults, true);
    expect(judged(spec, counts(40, 2000)).judgement.verdict).toBe('unhealthy');
  });

  it.each<[string, number, Judgement['verdict']]>([
    ['as slow as before: inconclusive', 80, 'inconclusive'],
    ['quick again: healthy', 1, 'healthy'],
  ])('latency that was over its limit, %s', (_, failuresAsSet, verdict) => {
    const spec = compare(latency(50), { latency: quick });
    const { judgement } = judged(spec, { ...counts(1, 100), failuresAsSet } as Observation);
    expect(judgement.verdict).toBe(verdict);
  });

  it('a value that was over its limit and is hardly higher: inconclusive; much higher: unhealthy', () => {
    const spec = compare(value(10), { value: [12, 12, 12, 12, 12, 12] });
    expect(judged(spec, { kind: 'value', value: 13 }).judgement).toMatchObject({
      verdict: 'inconclusive',
      reason:
        'The value was 13 on average (limit ≤ 10); it was 12 in the hour before: not this deploy.',
    });
    expect(judged(spec, { kind: 'value', value: 40 }).judgement.verdict).toBe('unhealthy');
  });

  it('with early-pass, what is over the limit that was set does not pass before its end', () => {
    const spec = compare(success(), { counts: hour(270, 3000) });
    expect(judged(spec, counts(8, 100), { earlyPass: true }).judgement.verdict).toBe(
      'inconclusive',
    );
  });

  it('an old fault does not extend the watch, where no limit can be made', () => {
    const spec = compare(success(), { counts: hour(1200, 3000) });
    const plan = { ...defaultPlan, extend: true };
    const judge = createJudge(plan, [{ source: 'stand-in', subject: 'shop', ...spec }]);
    for (const window of windowsOf(plan))
      judge.push({ type: 'observation', check: 'a', window, observation: counts(60, 100) });
    expect(judge.push({ type: 'deadline' })?.verdict).toBe('inconclusive');
    expect(judge.extension).toBeUndefined();
  });

  it('the limit in force decides by its share as the golden vectors do', () => {
    const { limit } = compare(success(), { counts: hour(29, 3000) });
    const totals = (failures: number): Parameters<typeof breachesLimit>[1] => ({
      samples: 1000,
      failures,
      seconds: 0,
      sum: 0,
    });
    expect(breachesLimit(limit, totals(15))).toBe(false);
    expect(breachesLimit(limit, totals(16))).toBe(true);
  });
});

describe('blocks that are not of five minutes', () => {
  const counts = Array.from({ length: 6 }, () => ({ failures: 80, requests: 6000 }));

  it('errors per minute are by the minutes of a block', () => {
    // 8 a minute in ten minutes, 16 a minute in five.
    expect(compare(errors(), { counts, minutes: 10 })).toMatchObject({
      limit: { max: 10 },
      before: { effect: 'kept', worst: 8, usual: 8, minutes: 10 },
    });
    expect(compare(errors(), { counts })).toMatchObject({
      limit: { max: 24 },
      before: { effect: 'over', worst: 16 },
    });
  });

  it.each<[string, MetricLimit, Past, RegExp]>([
    ['of failures', success(), { counts }, /^In the worst 10m of the hour before it was 1\.33 %/],
    ['of errors per minute', errors(), { counts }, /; in its worst 10m 8 errors per minute\)\.$/],
    ['of a value', value(10), { value: [1, 2, 3, 2, 1, 2] }, /^In the worst 10m .* it was 3,/],
    [
      'that are too few, of failures',
      success(),
      { counts: counts.slice(0, 1) },
      /requests in only 1 of its stretches of 10m \(6 needed\)\.$/,
    ],
    [
      'that are too few, of a value',
      value(10),
      { value: [1, 2] },
      /only 2 values of 10m \(6 needed\)\.$/,
    ],
  ])('are said to be what they are: %s', (_, limit, past, words) => {
    expect(beforeInWords(compare(limit, { ...past, minutes: 10 }))).toMatch(words);
  });

  it('a latency is of the whole hour', () => {
    expect(compare(latency(300), { latency: quick, minutes: 10 }).before?.minutes).toBeUndefined();
  });
});
