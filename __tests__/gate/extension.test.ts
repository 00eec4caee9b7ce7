import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { WatchPlan } from '../../src/contract/check.js';
import { extensionOf, isOverAtLast } from '../../src/gate/extension.js';
import { createJudge } from '../../src/gate/judge.js';

interface Case {
  readonly name: string;
  /** Share of the requests that may fail. */
  readonly limit: string;
  /** Seconds. */
  readonly D: number;
  /** Failures and requests of ten seconds each. */
  readonly intervals: readonly (readonly [number, number])[];
  readonly extended: boolean;
  readonly verdict: string;
  /** Seconds. */
  readonly at: number;
  readonly logE: readonly number[];
}

const { extension: cases } = JSON.parse(
  readFileSync(new URL('before-golden.json', import.meta.url), 'utf8'),
) as { extension: readonly Case[] };

const plan: WatchPlan = {
  warmUp: 0,
  duration: 300_000,
  interval: 10_000,
  sensitivity: 'normal',
  decision: 'balanced',
  minRequests: 20,
  earlyPass: false,
  extend: true,
};

/** A watch that ends where the judge says. `intervals` may go on beyond. */
function watched(
  intervals: Case['intervals'],
  limit: number,
  more: Partial<WatchPlan> = {},
): { verdict: string; at: number; reason: string; logE: readonly number[]; extended: boolean } {
  const ofPlan = { ...plan, ...more };
  const judge = createJudge(ofPlan, [
    {
      id: 'success-rate',
      source: 'prometheus',
      subject: 'x',
      limit: { metric: 'success-rate', minPercent: 100 * (1 - limit) },
    },
  ]);
  const logE: number[] = [];
  let end = ofPlan.duration;
  for (let to = ofPlan.interval; ; to += ofPlan.interval) {
    const [failures, samples] = intervals[to / ofPlan.interval - 1] ?? [0, 0];
    const found = judge.push({
      type: 'observation',
      check: 'success-rate',
      window: { from: to - ofPlan.interval, to },
      observation: { kind: 'counts', samples, failures, seconds: ofPlan.interval / 1000 },
    });
    logE.push(judge.results()[0]?.evidence?.logE ?? Number.NaN);
    const judgement = found ?? (to >= end ? judge.push({ type: 'deadline' }) : undefined);
    const extended = judge.extension !== undefined;
    if (judgement !== undefined)
      return {
        verdict: judgement.verdict,
        at: to / 1000,
        reason: judgement.reason,
        logE,
        extended,
      };
    if (to >= end) end += judge.extension?.by ?? 0;
  }
}

describe('a watch whose end is in doubt', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const seen = watched(one.intervals, Number(one.limit), { duration: one.D * 1000 });
    expect(seen.verdict).toBe(one.verdict.split(':')[0]);
    expect(seen.at).toBe(one.at);
    expect(seen.extended).toBe(one.extended);
    if (one.verdict.endsWith('evidence')) expect(seen.reason).toContain('This is not bad luck');
    if (one.verdict.endsWith('limit')) expect(seen.reason).toContain('measured over');
    for (const [index, logE] of one.logE.entries()) expect(seen.logE[index]).toBeCloseTo(logE, 9);
  });

  const clean = (count: number): Case['intervals'] =>
    Array.from({ length: count }, () => [0, 20] as const);
  /** 10 % of the last minute. */
  const badAtLast: Case['intervals'] = [
    ...clean(24),
    ...Array.from({ length: 6 }, () => [2, 20] as const),
  ];

  it('that gets well again: healthy, and the sentence says that it went on', () => {
    const { verdict, reason } = watched([...badAtLast, ...clean(30)], 0.05);
    expect(verdict).toBe('healthy');
    expect(reason).toContain('over 10m');
    expect(reason).toContain(
      'Its planned end was in doubt (in the last minute 12 of 120 requests failed (90 % success, limit 95 %)), so it went on for 5m: it is back within the limit.',
    );
  });

  it.each([
    [
      'without `extend` (recordings of older versions): as planned',
      { extend: false },
      300,
      'healthy',
    ],
    ['`decision: strict`: one interval is enough', { decision: 'strict' }, 250, 'unhealthy'],
  ] as const)('%s', (_, more, at, verdict) => {
    expect(watched(badAtLast, 0.05, more)).toMatchObject({ at, verdict, extended: false });
  });

  /** Over the limit all the time, by too little for evidence: 19 of 180 against 10 %, over and over. */
  const slightlyOver: Case['intervals'] = Array.from({ length: 60 }, (_, index) =>
    index % 3 === 0 ? ([3, 20] as const) : ([index % 3 === 1 ? 1 : 2.2, 20] as const),
  );

  it('`decision: evidence`: the last minute extends, the limit itself does not decide', () => {
    const seen = watched(slightlyOver, 0.1, { decision: 'evidence' });
    expect(seen).toMatchObject({ extended: true, at: 600, verdict: 'inconclusive' });
    const calm = [...slightlyOver.slice(0, 24), ...clean(6)];
    expect(watched(calm, 0.05, { decision: 'evidence' })).toMatchObject({ extended: false });
  });

  it('an early pass is not given while the last minute is over the limit', () => {
    const bad = [
      ...clean(13).map(() => [0, 200] as const),
      ...clean(47).map(() => [40, 200] as const),
    ];
    const early = { earlyPass: true };
    expect(watched(clean(60), 0.05, early)).toMatchObject({ verdict: 'healthy', at: 150 });
    expect(watched(bad, 0.05, early).verdict).toBe('unhealthy');
  });
});

describe('how long a watch goes on', () => {
  it.each([
    [60_000, {}, 60_000],
    [300_000, {}, 300_000],
    [3_600_000, {}, 300_000],
    [300_000, { extend: false }, 0],
    [300_000, { decision: 'strict' }, 0],
  ] as const)('planned for %i ms with %p: %i ms more', (duration, more, expected) => {
    expect(extensionOf({ ...plan, duration, ...more })).toBe(expected);
  });
});

describe('the last minute', () => {
  const totals = { samples: 5, failures: 1, seconds: 60, sum: 0 };
  it.each([
    ['is over the limit', { metric: 'success-rate', minPercent: 95 }, totals, true],
    [
      'of four requests says nothing',
      { metric: 'success-rate', minPercent: 95 },
      { ...totals, samples: 4 },
      false,
    ],
    ['at the limit is not over it', { metric: 'success-rate', minPercent: 80 }, totals, false],
    ['of one value counts', { metric: 'value', max: 3 }, { ...totals, samples: 1, sum: 4 }, true],
    ['of no value says nothing', { metric: 'value', max: 3 }, { ...totals, samples: 0 }, false],
    [
      'counts errors by the minute',
      { metric: 'errors-per-minute', max: 0.5, scaledTo: null },
      totals,
      true,
    ],
  ] as const)('%s', (_, limit, given, expected) => {
    expect(isOverAtLast(limit, given)).toBe(expected);
  });
});
