import { createJudge } from '../src/gate/judge.js';
import type { EvaluatedCheck, WatchPlan } from '../src/contract/check.js';
import { median } from './numbers.js';
import type { Print } from './print.js';
import { beta, poisson, randomOf, type Random } from './random.js';
import { INTERVALS, SECONDS, type Interval } from './traffic.js';

const WATCHES = 4000;

/** The canary and its baseline, interval by interval. */
type Watch = readonly { readonly canary: Interval; readonly baseline: Interval }[];

/** How large a share of the requests fails in an interval, on each side. */
type Failing = (
  random: Random,
) => (interval: number) => readonly [canary: number, baseline: number];

interface Row {
  readonly title: string;
  readonly perSecond: number;
  /** The part of the requests that the canary gets. */
  readonly canaryPart: number;
  readonly failing: Failing;
  readonly check: 'against the baseline' | 'limit with a baseline' | 'limit alone';
  /** What the probability of a rollback must be; `undefined`: it is there to be compared with. */
  readonly must?: readonly [low: number, high: number];
}

/** Nothing that hits both sides alike may cost more than this. */
const falsely = [0, 0.01] as const;
const caught = [0.97, 1] as const;

const always =
  (canary: number, baseline: number): Failing =>
  () =>
  () => [canary, baseline];

/** 1 % fails on both sides, and much more for some intervals, on both sides at the same time. */
function shock(intervals: number, failing: number): Failing {
  return (random) => {
    const from = Math.floor(random() * (INTERVALS - intervals));
    return (i) => {
      const share = i >= from && i < from + intervals ? failing : 0.01;
      return [share, share];
    };
  };
}

/** The failing share is drawn anew in each interval; the same one for both sides, or one for each. */
function bursty(failing: number, icc: number, together: boolean): Failing {
  const size = 1 / icc - 1;
  const draw = (random: Random): number => beta(random, failing * size, (1 - failing) * size);
  return (random) => () => {
    const one = draw(random);
    return [one, together ? one : draw(random)];
  };
}

const half = { perSecond: 10, canaryPart: 0.5, check: 'against the baseline' } as const;

const rows: readonly Row[] = [
  { ...half, title: 'both 1 %, 10/s in halves', failing: always(0.01, 0.01), must: falsely },
  {
    ...half,
    title: 'both 1 %, 100/s in halves',
    perSecond: 100,
    failing: always(0.01, 0.01),
    must: falsely,
  },
  { ...half, title: 'both 10 %, 10/s in halves', failing: always(0.1, 0.1), must: falsely },
  {
    ...half,
    title: 'both 1 %, canary 5 % of 100/s',
    perSecond: 100,
    canaryPart: 0.05,
    failing: always(0.01, 0.01),
    must: falsely,
  },
  {
    ...half,
    title: 'common shock: half of all fails for a minute, 10/s in halves',
    failing: shock(6, 0.5),
    must: falsely,
  },
  {
    ...half,
    title: 'common shock: nothing works for 2 minutes, 10/s in halves',
    failing: shock(12, 1),
    must: falsely,
  },
  {
    ...half,
    title: 'common shock: 20 % fail for 5 minutes, 100/s in halves',
    perSecond: 100,
    failing: shock(30, 0.2),
    must: falsely,
  },
  {
    ...half,
    title: 'common shock: half of all fails for a minute, canary 10 % of 10/s',
    canaryPart: 0.1,
    failing: shock(6, 0.5),
    must: falsely,
  },
  {
    ...half,
    title: 'common bursts (mean 3 %, ICC 0.02), 100/s in halves',
    perSecond: 100,
    failing: bursty(0.03, 0.02, true),
    must: falsely,
  },
  {
    ...half,
    title: 'bursts of each side alone (mean 3 %, ICC 0.02), 100/s in halves',
    perSecond: 100,
    failing: bursty(0.03, 0.02, false),
  },
  { ...half, title: '1 % → 5 %, 10/s in halves', failing: always(0.05, 0.01), must: caught },
  { ...half, title: '1 % → 3 %, 10/s in halves', failing: always(0.03, 0.01) },
  {
    ...half,
    title: '1 % → 5 %, canary 10 % of 10/s',
    canaryPart: 0.1,
    failing: always(0.05, 0.01),
  },
  {
    ...half,
    title: '1 % → 5 %, 100/s in halves',
    perSecond: 100,
    failing: always(0.05, 0.01),
    must: caught,
  },
  { ...half, title: '1 % → 100 %, 10/s in halves', failing: always(1, 0.01), must: caught },
  ...(['limit alone', 'limit with a baseline'] as const).flatMap((check): Row[] => [
    {
      ...half,
      check,
      title: 'common shock: half of all fails for a minute, limit 95 %',
      failing: shock(6, 0.5),
      ...(check === 'limit alone' ? {} : { must: falsely }),
    },
    {
      ...half,
      check,
      title: 'common shock: nothing works for 2 minutes, limit 95 %',
      failing: shock(12, 1),
      ...(check === 'limit alone' ? {} : { must: falsely }),
    },
    {
      ...half,
      check,
      title: 'canary 15 %, baseline 1 %, limit 95 %',
      failing: always(0.15, 0.01),
      must: caught,
    },
    {
      ...half,
      check,
      title: 'both 15 %, limit 95 %',
      failing: always(0.15, 0.15),
      ...(check === 'limit alone' ? {} : { must: [0, 0.1] }),
    },
  ]),
];

const plan: WatchPlan = {
  warmUp: 0,
  duration: INTERVALS * SECONDS * 1000,
  interval: SECONDS * 1000,
  sensitivity: 'normal',
  decision: 'balanced',
  minRequests: 20,
  earlyPass: false,
};

const checks: Readonly<Record<Row['check'], EvaluatedCheck>> = {
  'against the baseline': checkOf({ metric: 'relative', margin: 1 }),
  'limit with a baseline': {
    ...checkOf({ metric: 'success-rate', minPercent: 95 }),
    baseline: { margin: 1 },
  },
  'limit alone': checkOf({ metric: 'success-rate', minPercent: 95 }),
};

function checkOf(limit: EvaluatedCheck['limit']): EvaluatedCheck {
  return { id: 'check', limit, source: 'simulation', subject: '' };
}

/**
 * Prints how often a canary is rolled back because of its baseline, and how soon.
 * @returns whether every probability is where it must be
 */
export function relative(print: Print): boolean {
  print(
    `${String(WATCHES)} ten-minute watches a row; * marks a probability that is not where it must be`,
  );
  let wrong = 0;
  for (const row of rows) {
    const random = randomOf(`${row.check}: ${row.title}`);
    const times = Array.from({ length: WATCHES }, () =>
      judge(checks[row.check], watchOf(row, random)),
    );
    const rolledBack = times.filter((time) => time !== undefined);
    const probability = rolledBack.length / WATCHES;
    const fine =
      row.must === undefined || (probability >= row.must[0] && probability <= row.must[1]);
    if (!fine) wrong += 1;
    const must =
      row.must === undefined ? '' : `   must be ${String(row.must[0])} to ${String(row.must[1])}`;
    const soon = rolledBack.length === 0 ? '' : `${String(median(rolledBack))} s`;
    print(
      `${fine ? ' ' : '*'} ${row.check.padEnd(21)} ${row.title.padEnd(68)} ${probability.toFixed(4)} ${soon.padStart(6)}${must}`,
    );
  }
  print(
    wrong === 0
      ? 'every probability is where it must be'
      : `${String(wrong)} are not where they must be`,
  );
  return wrong === 0;
}

function watchOf({ perSecond, canaryPart, failing }: Row, random: Random): Watch {
  const shares = failing(random);
  return Array.from({ length: INTERVALS }, (_, i) => {
    const [canary, baseline] = shares(i);
    return {
      canary: side(random, perSecond * canaryPart, canary),
      baseline: side(random, perSecond * (1 - canaryPart), baseline),
    };
  });
}

/** Requests come at random; those that fail and those that do not are two independent streams. */
function side(random: Random, perSecond: number, failing: number): Interval {
  const failures = poisson(random, perSecond * SECONDS * failing);
  return { failures, samples: failures + poisson(random, perSecond * SECONDS * (1 - failing)) };
}

/** When the canary was rolled back, in seconds since the start; `undefined`: it was not. */
function judge(check: EvaluatedCheck, watch: Watch): number | undefined {
  const judge = createJudge(plan, [check]);
  for (const [i, { canary, baseline }] of watch.entries()) {
    const judgement = judge.push({
      type: 'observation',
      check: check.id,
      window: { from: i * SECONDS * 1000, to: (i + 1) * SECONDS * 1000 },
      observation: {
        kind: 'counts',
        seconds: SECONDS,
        ...canary,
        ...(check === checks['limit alone'] ? {} : { baseline }),
      },
    });
    if (judgement !== undefined) return (i + 1) * SECONDS;
  }
  return judge.push({ type: 'deadline' })?.verdict === 'unhealthy'
    ? watch.length * SECONDS
    : undefined;
}
