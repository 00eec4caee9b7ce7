import type { Block, CheckSpec, MetricLimit } from '../src/contract/check.js';
import { withPast } from '../src/gate/limit-before.js';
import { median } from './numbers.js';
import type { Print } from './print.js';
import { exponential, type Random, randomOf } from './random.js';
import { defaultPlan, fiveBadMinutes, judged, oneBadMinute, type Outcome } from './rules.js';
import { SECONDS, uneven, type Watch } from './traffic.js';

/** Watches of a row. */
const WATCHES = 2000;

/** Of the first column. */
const WIDTH = 64;

/** In intervals: the hour before, the watch as it is planned, and the longest one, which the peers have too. */
const HOUR = 3600 / SECONDS;
const PLANNED = 300 / SECONDS;
const LONGEST = 600 / SECONDS;
const BLOCK = 300 / SECONDS;

const limit: MetricLimit = { metric: 'success-rate', minPercent: 95 };
const unchosen: CheckSpec = { id: 'success-rate', limit, isByDefault: true };

/** A rule is told of the hour before, and of ten minutes after the deploy. */
type Rule = (hour: Watch, watch: Watch) => Outcome;

const rules = {
  'one bad minute': (_, watch) => oneBadMinute(watch, limit),
  'five bad minutes': (_, watch) => fiveBadMinutes(watch, limit),
  'limit 95 %': (hour, watch) => ours(hour, watch, { past: false, extend: false }),
  'hour before': (hour, watch) => ours(hour, watch, { past: true, extend: false }),
  'hour before, extended': (hour, watch) => ours(hour, watch, { past: true, extend: true }),
} as const satisfies Readonly<Record<string, Rule>>;
type RuleName = keyof typeof rules;
const shipped = 'hour before, extended';

function ours(
  hour: Watch,
  watch: Watch,
  { past, extend }: { readonly past: boolean; readonly extend: boolean },
): Outcome {
  const spec = past
    ? withPast(
        unchosen,
        { counts: blocksOf(hour) },
        { tightens: 'defaults', margin: 1.5, floor: 0.005 },
      )
    : unchosen;
  const plan = { ...defaultPlan, duration: PLANNED * SECONDS * 1000, extend };
  return judged(extend ? watch : watch.slice(0, PLANNED), plan, {
    ...spec,
    source: 'simulation',
    subject: '',
  });
}

function blocksOf(hour: Watch): readonly Block[] {
  return Array.from({ length: HOUR / BLOCK }, (_, n) => {
    const block = hour.slice(n * BLOCK, (n + 1) * BLOCK);
    return {
      failures: block.reduce((sum, { failures }) => sum + failures, 0),
      requests: block.reduce((sum, { samples }) => sum + samples, 0),
    };
  });
}

interface Row {
  readonly title: string;
  readonly perSecond: number;
  readonly variance: number;
  /** The share that fails before the deploy, and from it on; `now`: intervals since the deploy, negative before it. */
  readonly failing: (now: number) => number;
  /** Short troubles now and then, before and after: so long on average, and so much fails in them. */
  readonly bursts?: { readonly every: number; readonly seconds: number; readonly failing: number };
  readonly is: 'healthy' | 'faulty';
  /** The rule that is shipped rolls back in no more, or no fewer, of the watches. */
  readonly must: number;
}

const steady = (share: number) => (): number => share;
const from =
  (before: number, after: number, at = 0) =>
  (now: number): number =>
    now < at ? before : after;
const bursts = { every: 600, seconds: 15, failing: 0.3 };
/** A quarter of an hour in which a fifth failed, half an hour before the deploy. */
const incident =
  (usual: number, after: number) =>
  (now: number): number =>
    now >= 0 ? after : now >= -HOUR / 2 && now < -HOUR / 4 ? 0.2 : usual;

const rows: readonly Row[] = [
  row('healthy', '0.2 %, 10/s', 1, steady(0.002), 0.01),
  row('healthy', '1 %, 10/s', 1, steady(0.01), 0.01),
  row('healthy', '1 %, 100/s', 1, steady(0.01), 0.01),
  row('healthy', '0.2 %, 10/s', 4, steady(0.002), 0.01),
  row('healthy', '1 %, 10/s', 4, steady(0.01), 0.01),
  row('healthy', '1 %, 100/s', 4, steady(0.01), 0.01),
  row('healthy', '3 %, 10/s', 4, steady(0.03), 0.01),
  row('healthy', '0.5 %, 1/s', 4, steady(0.005), 0.01),
  row('healthy', '0.2 %, 10/s', 20, steady(0.002), 0.02),
  row('healthy', '1 %, 10/s', 20, steady(0.01), 0.02),
  row('healthy', '1 %, 100/s', 20, steady(0.01), 0.02),
  row('healthy', '1 % → 1.3 %, 100/s', 4, from(0.01, 0.013), 0.01),
  { ...row('healthy', '0.5 %, 10/s, bursts', 4, steady(0.005), 0.05), bursts },
  { ...row('healthy', '0.5 %, 100/s, bursts', 4, steady(0.005), 0.05), bursts },
  row('healthy', '1 %, 10/s, an incident before', 4, incident(0.01, 0.01), 0.01),
  row('healthy', '9 % → 10 %, 10/s', 4, from(0.09, 0.1), 0.01),
  row('faulty', '0.1 % → 1 %, 10/s', 4, from(0.001, 0.01), 0.8),
  row('faulty', '0.1 % → 2 %, 10/s', 4, from(0.001, 0.02), 0.99),
  row('faulty', '1 % → 3 %, 10/s', 4, from(0.01, 0.03), 0.65),
  row('faulty', '1 % → 3 %, 100/s', 4, from(0.01, 0.03), 0.99),
  row('faulty', '1 % → 5 %, 10/s', 4, from(0.01, 0.05), 0.99),
  row('faulty', '1 % → 5 %, 10/s', 20, from(0.01, 0.05), 0.6),
  row('faulty', '1 % → 10 %, 10/s', 4, from(0.01, 0.1), 0.99),
  row('faulty', '1 % → 10 %, 10/s, an incident before', 4, incident(0.01, 0.1), 0.99),
  { ...row('faulty', '0.5 % → 10 %, 10/s, bursts', 4, from(0.005, 0.1), 0.99), bursts },
  row('faulty', '1 % → 50 %, 10/s', 4, from(0.01, 0.5), 0.99),
  row('faulty', '1 % → 20 % in the last minute, 10/s', 4, from(0.01, 0.2, PLANNED - 6), 0.99),
  row('faulty', '9 % → 30 %, 10/s', 4, from(0.09, 0.3), 0.99),
];

/** @param title begins with the shares, and says the rate */
function row(
  is: Row['is'],
  title: string,
  variance: number,
  failing: Row['failing'],
  must: number,
): Row {
  const perSecond = Number(/, (\d+)\/s/.exec(title)?.[1]);
  return {
    title: `${is}, ${title}, variance × ${String(variance)}`,
    is,
    perSecond,
    variance,
    failing,
    must,
  };
}

/**
 * Prints how often each rule rolls back, and how soon, after an hour of history.
 * @returns whether the rule that is shipped is within its bounds
 */
export function before(print: Print): boolean {
  const names = Object.keys(rules) as RuleName[];
  print(`${String(WATCHES)} watches a row, each after an hour of its own; * is out of its bounds`);
  print(['', 'service'.padEnd(WIDTH), ...names.map((name) => name.padStart(21))].join(' '));
  let wrong = 0;
  for (const row of rows) {
    const outcomes = outcomesOf(row);
    const share = rolledBack(outcomes[shipped]).length / WATCHES;
    const isFine = row.is === 'healthy' ? share <= row.must : share >= row.must;
    if (!isFine) wrong += 1;
    const cells = names.map((name) => cell(outcomes[name]).padStart(21));
    print([isFine ? ' ' : '*', row.title.padEnd(WIDTH), ...cells].join(' '));
  }
  print(wrong === 0 ? 'every row is within its bounds' : `${String(wrong)} are not`);
  return wrong === 0;
}

function outcomesOf(row: Row): Readonly<Record<RuleName, readonly Outcome[]>> {
  const random = randomOf(row.title);
  const stories = Array.from({ length: WATCHES }, () => storyOf(row, random));
  const by = (rule: Rule): readonly Outcome[] =>
    stories.map((story) => rule(story.slice(0, HOUR), story.slice(HOUR)));
  const all = Object.entries(rules).map(([name, rule]) => [name, by(rule)] as const);
  return Object.fromEntries(all) as Record<RuleName, readonly Outcome[]>;
}

/** The hour before the deploy, and the watch. */
function storyOf({ perSecond, variance, failing, bursts: given }: Row, random: Random): Watch {
  const length = HOUR + LONGEST;
  const inBurst = given === undefined ? [] : burstShares(random, length, given);
  return uneven(random, length, {
    perSecond,
    variance,
    failing: (i) => Math.max(failing(i - HOUR), inBurst[i] ?? 0),
  });
}

/** The share that fails in an interval because of bursts. */
function burstShares(
  random: Random,
  intervals: number,
  { every, seconds, failing }: NonNullable<Row['bursts']>,
): readonly number[] {
  const shares = new Array<number>(intervals).fill(0);
  for (let at = exponential(random, every); at < intervals * SECONDS;) {
    const end = at + exponential(random, seconds);
    for (let i = Math.floor(at / SECONDS); i < intervals && i * SECONDS < end; i += 1) {
      const covered = Math.min(end, (i + 1) * SECONDS) - Math.max(at, i * SECONDS);
      shares[i] = (shares[i] ?? 0) + (failing * covered) / SECONDS;
    }
    at = end + exponential(random, every);
  }
  return shares;
}

function rolledBack(outcomes: readonly Outcome[]): readonly NonNullable<Outcome>[] {
  return outcomes.filter((outcome) => outcome !== undefined);
}

/** `0.9995  120 s` */
function cell(outcomes: readonly Outcome[]): string {
  const all = rolledBack(outcomes);
  const soon = all.length === 0 ? '' : `${String(median(all.map(({ seconds }) => seconds)))} s`;
  return `${(all.length / outcomes.length).toFixed(4)} ${soon.padStart(6)}`;
}
