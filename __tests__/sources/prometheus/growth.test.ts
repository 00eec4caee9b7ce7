import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createCounters,
  type Bounds,
  type Growth,
} from '../../../src/sources/prometheus/growth.js';
import type { Scrape } from '../../../src/sources/prometheus/scrape.js';

interface SeriesAt {
  readonly at: number;
  /** By series: `total a`. The first word is the part. */
  readonly values: Readonly<Record<string, number>>;
  readonly started?: number;
}

const open: Bounds = { startedAt: 0, countedFrom: -Infinity };

function scrapeOf(targets: Readonly<Record<string, SeriesAt>>, answeredAt = 0): Scrape {
  return {
    answeredAt,
    targets: new Map(
      Object.entries(targets).map(([name, { at, values, started }]) => [
        name,
        {
          name,
          at,
          startedAt: started,
          isOneProcess: name !== '',
          points: Object.entries(values).map(([series, value]) => ({
            part: series.split(' ')[0]!,
            series: `${name} ${series}`,
            labels: { series },
            value,
            at,
          })),
        },
      ]),
    ),
  };
}

function run(scrapes: readonly Readonly<Record<string, SeriesAt>>[], bounds = open): Growth[] {
  const counters = createCounters();
  return scrapes.map((targets) => counters.take(scrapeOf(targets), bounds));
}

const last = (growths: readonly Growth[]): Readonly<Record<string, number>> =>
  growths.at(-1)!.counts;

describe('createCounters', () => {
  it.each<
    [string, readonly Readonly<Record<string, SeriesAt>>[], Readonly<Record<string, number>>]
  >([
    ['the first scrape only starts the count', [{ a: { at: 1, values: { total: 900 } } }], {}],
    [
      'later scrapes count what was added',
      [
        { a: { at: 1, values: { total: 10, errors: 1 } } },
        { a: { at: 2, values: { total: 25, errors: 4 } } },
      ],
      { total: 15, errors: 3 },
    ],
    [
      'a reset counts from 0',
      [{ a: { at: 1, values: { total: 100 } } }, { a: { at: 2, values: { total: 7 } } }],
      { total: 7 },
    ],
    [
      'a reset that has passed the old value counts from 0',
      [
        { a: { at: 1, values: { total: 100 }, started: -50 } },
        { a: { at: 9, values: { total: 130 }, started: 5 } },
      ],
      { total: 130 },
    ],
    [
      'a part of a total that is gone is nothing that was counted',
      [
        { a: { at: 1, values: { total: 4000, errors: 40 }, started: -50 } },
        { a: { at: 9, values: { total: 3000, errors: 30 }, started: -50 } },
      ],
      {},
    ],
    [
      'without start times neither',
      [
        { '': { at: 1, values: { total: 4000, errors: 40 } } },
        { '': { at: 9, values: { total: 3000, errors: 44 } } },
      ],
      {},
    ],
    [
      'of several targets only the one that went back is left out',
      [
        { a: { at: 1, values: { total: 4000 } }, b: { at: 2, values: { total: 10 } } },
        { a: { at: 9, values: { total: 3000 } }, b: { at: 10, values: { total: 17 } } },
      ],
      { total: 7 },
    ],
    [
      'series that a restart took away fell to nothing',
      [
        { a: { at: 1, values: { total: 10, 'total 404': 4000 } } },
        { a: { at: 9, values: { total: 8 } } },
      ],
      { total: 8 },
    ],
    [
      'a start time that varies slightly is no restart',
      [
        { a: { at: 1, values: { total: 100 }, started: -50 } },
        { a: { at: 9, values: { total: 130 }, started: -49 } },
      ],
      { total: 30 },
    ],
    [
      'a process whose clock is ten minutes ahead is no restart',
      [
        { a: { at: 1, values: { total: 100 }, started: 580 } },
        { a: { at: 9, values: { total: 130 }, started: 580 } },
      ],
      { total: 30 },
    ],
    [
      'a new series of a known target counts in full',
      [
        { a: { at: 1, values: { total: 10 } } },
        { a: { at: 2, values: { total: 20, 'errors 503': 4 } } },
      ],
      { total: 10, errors: 4 },
    ],
    [
      'a new target does not count its first value',
      [
        { a: { at: 1, values: { total: 10 } } },
        { b: { at: 2, values: { total: 5000, errors: 9 } } },
      ],
      {},
    ],
    [
      'a new target whose process started in the watch counts in full',
      [
        { a: { at: 1, values: { total: 10 } } },
        { b: { at: 9, values: { total: 12, errors: 9 }, started: 4 } },
      ],
      { total: 12, errors: 9 },
    ],
    [
      'a new target whose process started before does not count in full',
      [
        { a: { at: 1, values: { total: 10 } } },
        { b: { at: 9, values: { total: 12 }, started: -4 } },
      ],
      {},
    ],
    [
      'a start in the future is ignored',
      [
        { a: { at: 1, values: { total: 10 } } },
        { b: { at: 9, values: { total: 12 }, started: 600 } },
      ],
      {},
    ],
    [
      'a series shared by several processes never counts from 0',
      [
        { '': { at: 1, values: { total: 10 } } },
        { '': { at: 2, values: { total: 12, 'total b': 5000 }, started: 1 } },
      ],
      { total: 2 },
    ],
    [
      'a scrape without a new sample adds nothing',
      [{ a: { at: 1, values: { total: 10 } } }, { a: { at: 1, values: { total: 10 } } }],
      {},
    ],
    ['a missing series adds nothing', [{ a: { at: 1, values: { total: 10 } } }, {}], {}],
    [
      'a series that returns counts from its last value',
      [{ a: { at: 1, values: { total: 10 } } }, {}, {}, { a: { at: 40, values: { total: 45 } } }],
      { total: 35 },
    ],
  ])('%s', (_, scrapes, counts) => {
    expect(last(run(scrapes))).toEqual(counts);
  });

  it('growth before the evaluated time is left out, for each target', () => {
    const bounds = { startedAt: 26, countedFrom: 30 };
    const growths = run(
      [
        { a: { at: 25, values: { total: 10 } }, b: { at: 31, values: { total: 10 } } },
        { a: { at: 40, values: { total: 20 } }, b: { at: 46, values: { total: 30 } } },
        { a: { at: 55, values: { total: 21 } }, b: { at: 61, values: { total: 30 } } },
      ],
      bounds,
    );
    expect(growths.map(({ counts }) => counts)).toEqual([{}, { total: 20 }, { total: 1 }]);
    expect(growths[1]!.advanced).toEqual(
      new Map([
        ['a', { seconds: 15, isCounted: false }],
        ['b', { seconds: 15, isCounted: true }],
      ]),
    );
  });

  it('says why something is not known, and of whom', () => {
    const growths = run([
      { a: { at: 10, values: { total: 4000 }, started: -50 } },
      { a: { at: 20, values: { total: 3000 }, started: -50 } },
      { a: { at: 30, values: { total: 3100 }, started: 22 } },
      { a: { at: 40, values: { total: 3200 }, started: -50 } },
    ]);
    expect(growths.map(({ troubles }) => troubles)).toEqual([
      [],
      [
        {
          target: 'a',
          why: expect.stringMatching(
            /^the counters of a went back although no process restarted: /,
          ),
          isForGood: false,
        },
      ],
      [],
      [
        {
          target: 'a',
          why: expect.stringMatching(/^the counters of a are those of several processes/),
          isForGood: true,
        },
      ],
    ]);
    expect(growths[1]!.advanced).toEqual(new Map([['a', { seconds: 10, isCounted: false }]]));
  });

  it.each<[string, Bounds, Readonly<Record<string, number>>]>([
    ['a little before it', { startedAt: 30, countedFrom: 30 }, { total: 10 }],
    ['in the warm-up', { startedAt: 0, countedFrom: 31 }, { total: 10 }],
    ['before the watch', { startedAt: 30, countedFrom: 31 }, {}],
    ['and the next one too', { startedAt: 0, countedFrom: 40 }, {}],
  ])('compares with a sample from before what counts: %s', (_, bounds, counts) => {
    const scrapes = [30.5, 40.5].map((at) => ({ a: { at: at - 1, values: { total: at } } }));
    expect(last(run(scrapes, bounds))).toEqual(counts);
  });

  it('the growth adds up to what happened, for any scrapes and restarts', () => {
    const steps = fc.array(
      fc.record({
        good: fc.nat(50),
        bad: fc.nat(20),
        restarts: fc.boolean(),
        isScraped: fc.boolean(),
        missing: fc.boolean(),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const counters = createCounters();
        let state = { total: 0, errors: 0, started: -10 };
        let at = 0;
        let seen = { total: 0, errors: 0 };
        let lost = { total: 0, errors: 0 };
        const sum = { total: 0, errors: 0 };
        const scrape = (): void => {
          const values = {
            total: state.total,
            ...(state.errors > 0 ? { errors: state.errors } : {}),
          };
          const { counts } = counters.take(
            scrapeOf({ a: { at, values, started: state.started } }),
            open,
          );
          sum.total += counts.total ?? 0;
          sum.errors += counts.errors ?? 0;
          seen = { total: 0, errors: 0 };
        };
        scrape();
        for (const { good, bad, restarts, isScraped, missing } of all) {
          at += 10;
          if (restarts) {
            lost = { total: lost.total + seen.total, errors: lost.errors + seen.errors };
            seen = { total: 0, errors: 0 };
            state = { total: 0, errors: 0, started: at };
          }
          state = { ...state, total: state.total + good + bad, errors: state.errors + bad };
          seen = { total: seen.total + good + bad, errors: seen.errors + bad };
          if (missing) counters.take(scrapeOf({}), open);
          if (isScraped) scrape();
        }
        at += 10;
        scrape();
        const sent = all.reduce((n, { good, bad }) => n + good + bad, 0);
        const failed = all.reduce((n, { bad }) => n + bad, 0);
        expect(sum).toEqual({ total: sent - lost.total, errors: failed - lost.errors });
      }),
    );
  });

  it('a probe without a new scrape changes nothing', () => {
    const values = fc.array(fc.nat(100), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.array(fc.nat(3), { minLength: 20, maxLength: 20 }), (all, repeats) => {
        const scrape = (value: number, n: number): Readonly<Record<string, SeriesAt>> => ({
          a: { at: n, values: { total: value } },
        });
        const once = run(all.map(scrape));
        const often = run(
          all.flatMap((value, n) =>
            Array.from({ length: 1 + (repeats[n] ?? 0) }, () => scrape(value, n)),
          ),
        );
        const sum = (growths: readonly Growth[]): number =>
          growths.reduce((total, { counts }) => total + (counts.total ?? 0), 0);
        expect(sum(often)).toBe(sum(once));
      }),
    );
  });
});
