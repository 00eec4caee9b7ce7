import type { Limit } from '../src/contract/check.js';
import { median } from './numbers.js';
import type { Print } from './print.js';
import { randomOf } from './random.js';
import {
  fiveBadMinutes,
  oneBadMinute,
  oneBadSlidingMinute,
  rollgate,
  type Outcome,
  type Rule,
} from './rules.js';
import { betaBinomial, bursts, goingBad, independent, type Traffic } from './traffic.js';

/** Watches in a row of the table. */
const WATCHES = 4000;

/** How far a probability may be from its reference; both have a standard error of at most 0.008. */
const TOLERANCE = 0.02;

type RuleName = 'one bad minute' | 'one bad sliding minute' | 'five bad minutes' | 'Rollgate';

/** One number of the table. */
interface Cell {
  readonly rule: RuleName;
  /** `probability` of rolling back, the part of it that is `by evidence`, or the median of the `seconds` until it. */
  readonly what: 'probability' | 'by evidence' | 'seconds';
  /** What it should be; a pair: anything between. */
  readonly reference: number | readonly [number, number];
}

interface Row {
  readonly title: string;
  readonly traffic: Traffic;
  readonly limit: Limit;
  readonly cells: readonly Cell[];
  /** When the service goes bad, seconds since the start; times count from there, and what was rolled back before is left out. */
  readonly badFrom?: number;
}

const success: Limit = { metric: 'success-rate', minPercent: 95 };
const tenErrors: Limit = { metric: 'errors-per-minute', max: 10, scaledTo: null };

function probabilities(argo: number, flagger: number, ours: number, evidence?: number): Cell[] {
  return [
    { rule: 'one bad minute', what: 'probability', reference: argo },
    { rule: 'five bad minutes', what: 'probability', reference: flagger },
    { rule: 'Rollgate', what: 'probability', reference: ours },
    ...(evidence === undefined
      ? []
      : [{ rule: 'Rollgate', what: 'by evidence', reference: evidence } as const]),
  ];
}

function times(argo: number, flagger: number, ours: number): Cell[] {
  return [
    { rule: 'one bad minute', what: 'seconds', reference: argo },
    { rule: 'five bad minutes', what: 'seconds', reference: flagger },
    { rule: 'Rollgate', what: 'seconds', reference: ours },
  ];
}

/** The references were computed by another program when the rule was chosen, 4,000 watches each. */
const rows: readonly Row[] = [
  {
    title: 'healthy, 97 % success, 1 request/s',
    traffic: independent(1, 0.03),
    limit: success,
    cells: probabilities(0.87, 0.013, 0.003),
  },
  {
    title: 'healthy, 95.5 % success, 10/s',
    traffic: independent(10, 0.045),
    limit: success,
    cells: probabilities(0.96, 0.067, 0.036, 0),
  },
  {
    title: 'healthy, 97 % success, bursty (ICC 0.02), 10/s',
    traffic: betaBinomial(10, 0.03, 0.02),
    limit: success,
    cells: probabilities(0.47, 0, 0),
  },
  {
    title: 'healthy, 97 % success, bursty (ICC 0.02), 100/s',
    traffic: betaBinomial(100, 0.03, 0.02),
    limit: success,
    cells: probabilities(0.31, 0, 0),
  },
  {
    title: 'healthy, 97 % success, 5-second bursts, 10/s',
    traffic: bursts(10, 0.03, 0.5, 5),
    limit: success,
    cells: probabilities(0.92, 0.035, 0.089, 0.004),
  },
  {
    title: 'total outage, 10/s',
    traffic: independent(10, 1),
    limit: success,
    cells: times(60, 360, 30),
  },
  {
    title: '50 % success, 10/s',
    traffic: independent(10, 0.5),
    limit: success,
    cells: times(60, 360, 30),
  },
  {
    title: '80 % success, 10/s',
    traffic: independent(10, 0.2),
    limit: success,
    cells: times(60, 360, 60),
  },
  {
    title: '90 % success, 10/s',
    traffic: independent(10, 0.1),
    limit: success,
    cells: times(60, 360, 120),
  },
  {
    title: '99 % success, 0 % from minute 5 on, 10/s',
    traffic: goingBad(10, 0.01, 30, 1),
    limit: success,
    badFrom: 300,
    cells: [
      { rule: 'one bad minute', what: 'seconds', reference: 60 },
      { rule: 'five bad minutes', what: 'probability', reference: [0, 0.05] },
      { rule: 'Rollgate', what: 'seconds', reference: 40 },
    ],
  },
  {
    title: '8 errors/min against a limit of 10',
    traffic: independent(10, 8 / 600),
    limit: tenErrors,
    cells: [
      ...probabilities(0.87, 0.015, 0.015, 0),
      { rule: 'one bad sliding minute', what: 'probability', reference: 0.98 },
    ],
  },
];

/**
 * Prints how often each rule rolls back and how soon, beside the reference.
 * @returns whether every cell is as the reference has it
 */
export function simulation(print: Print): boolean {
  print(
    `${String(WATCHES)} ten-minute watches a row; * marks a cell that is off by more than 0.02`,
  );
  let wrong = 0;
  for (const row of rows) {
    print('');
    print(row.title);
    const outcomes = outcomesOf(row);
    for (const cell of row.cells) {
      const { shown, reference, off } = compare(cell, row, outcomes[cell.rule]);
      const fine = off <= TOLERANCE;
      if (!fine) wrong += 1;
      print(
        `${fine ? ' ' : '*'} ${cell.rule.padEnd(22)} ${cell.what.padEnd(11)} ${shown.padStart(6)}   ` +
          `reference ${reference}, off by ${off.toFixed(3)}`,
      );
    }
  }
  print('');
  print(
    wrong === 0
      ? 'every cell is within 0.02 of the reference'
      : `${String(wrong)} of the cells are not within 0.02 of the reference`,
  );
  return wrong === 0;
}

function outcomesOf(row: Row): Readonly<Record<RuleName, readonly Outcome[]>> {
  const random = randomOf(row.title);
  const watches = Array.from({ length: WATCHES }, () => row.traffic(random));
  const by = (rule: Rule): readonly Outcome[] => watches.map((watch) => rule(watch, row.limit));
  return {
    'one bad minute': by(oneBadMinute),
    'one bad sliding minute': by(oneBadSlidingMinute),
    'five bad minutes': by(fiveBadMinutes),
    Rollgate: by(rollgate),
  };
}

interface Comparison {
  readonly shown: string;
  readonly reference: string;
  /** A probability; for a time, what keeps the reference from being the median. */
  readonly off: number;
}

function compare(cell: Cell, row: Row, all: readonly Outcome[]): Comparison {
  const badFrom = row.badFrom ?? 0;
  const outcomes = all.filter((outcome) => outcome === undefined || outcome.seconds > badFrom);
  const [low, high] =
    typeof cell.reference === 'number' ? [cell.reference, cell.reference] : cell.reference;
  if (cell.what === 'seconds') {
    const times = outcomes.map((outcome) => (outcome?.seconds ?? Infinity) - badFrom);
    return {
      shown: `${String(median(times))} s`,
      reference: `${String(low)} s`,
      // Times come in steps of an interval: where half of the watches are done after one step, the next one is a median as well.
      off: Math.max(
        0,
        share(times, (time) => time < low) - 0.5,
        0.5 - share(times, (time) => time <= high),
      ),
    };
  }
  const value = share(
    outcomes,
    (outcome) =>
      outcome !== undefined && (cell.what === 'probability' || outcome.by === 'evidence'),
  );
  return {
    shown: value.toFixed(3),
    reference: low === high ? low.toFixed(3) : `${low.toFixed(3)} to ${high.toFixed(3)}`,
    off: Math.max(0, low - value, value - high),
  };
}

function share<T>(values: readonly T[], counts: (value: T) => boolean): number {
  return values.filter(counts).length / values.length;
}
