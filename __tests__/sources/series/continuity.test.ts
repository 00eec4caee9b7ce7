import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createContinuity, type Course } from '../../../src/sources/series/continuity.js';

/** One sample of an instance: counters by their names, `total` among them. */
interface SampleOf {
  readonly at: number;
  readonly started?: number;
  readonly values: Readonly<Record<string, number>>;
}

/** What becomes of each sample but the first. */
function coursesOf(samples: readonly SampleOf[]): Course[] {
  const continuity = createContinuity();
  continuity.begin(samples[0]?.started);
  const last: Record<string, number> = { ...samples[0]?.values };
  let at = samples[0]?.at ?? 0;
  return samples.slice(1).map((sample) => {
    const course = continuity.take({
      counters: Object.entries(sample.values).map(([name, now]) => ({
        name,
        before: last[name],
        now,
        countsRequests: name.startsWith('total'),
      })),
      total: { before: last.total ?? 0, now: sample.values.total ?? 0 },
      seconds: sample.at - at,
      startedAt: sample.started,
      before: at,
    });
    Object.assign(last, sample.values);
    ({ at } = sample);
    return course;
  });
}

/** Totals and failures, every 15 s. */
const both = (pairs: readonly (readonly [total: number, errors: number])[]): SampleOf[] =>
  pairs.map(([total, errors], n) => ({ at: 1000 + 15 * n, values: { total, errors } }));
const kinds = (samples: readonly SampleOf[]): string[] =>
  coursesOf(samples).map(({ kind }) => kind);
/** A sample every 15 s. */
const row = (
  totals: readonly number[],
  started: readonly (number | undefined)[] = [],
): SampleOf[] =>
  totals.map((total, n) => ({
    at: 1000 + 15 * n,
    values: { total },
    ...(started[n] === undefined ? {} : { started: started[n] }),
  }));

describe('createContinuity', () => {
  it.each<[string, readonly SampleOf[], readonly string[]]>([
    ['counters that grow have grown', row([10, 20, 20, 35]), ['grown', 'grown', 'grown']],
    [
      'a total that loses a quarter is not known, and what grows after it is counted again',
      row([4000, 4150, 3150, 3300, 3450]),
      ['grown', 'unknown', 'grown', 'grown'],
    ],
    [
      'a counter that goes back with the start time of its process is not known',
      row([4000, 4150, 3150, 3300], [7, 7, 7, 7]),
      ['grown', 'unknown', 'grown'],
    ],
    [
      'a counter that falls to nothing with the start time of its process is not known',
      row([4000, 4150, 3, 20], [7, 7, 7, 7]),
      ['grown', 'unknown', 'grown'],
    ],
    [
      'a start time never seen before is a restart, however far the counter is by now',
      row([4000, 5000, 5100], [7, 1010, 1010]),
      ['restarted', 'grown'],
    ],
    [
      'a start time that wavers is none',
      row([4000, 4150, 3000], [7, 8.5, 6.9]),
      ['grown', 'unknown'],
    ],
    [
      'a crash loop with start times is a restart each time',
      row([400, 30, 25, 31], [7, 1010, 1026, 1041]),
      ['restarted', 'restarted', 'restarted'],
    ],
    [
      'a crash loop without start times is one too: it falls to near zero',
      row([4000, 30, 2, 31, 0, 12]),
      ['restarted', 'restarted', 'grown', 'restarted', 'grown'],
    ],
    ['a tenth that is left is no restart', row([4000, 4150, 415]), ['grown', 'unknown']],
    [
      'one series that did not fall is no restart',
      [
        { at: 0, values: { total: 4000, 'total b': 7 } },
        { at: 15, values: { total: 3, 'total b': 9 } },
      ],
      ['unknown'],
    ],
    [
      'a series that had counted nothing need not fall',
      [
        { at: 0, values: { total: 4000, errors: 0 } },
        { at: 15, values: { total: 3, errors: 0 } },
      ],
      ['restarted'],
    ],
    [
      'failures need not fall: a process that restarts may fail more often than the one before',
      [
        { at: 0, values: { total: 4000, errors: 2 } },
        { at: 15, values: { total: 90, errors: 80 } },
      ],
      ['restarted'],
    ],
    [
      'where more failures are left than requests, they did not begin anew, such as where a counter is full',
      both([
        [4_294_967_290, 8000],
        [20, 8001],
        [90, 8002],
        [160, 8003],
      ]),
      ['unknown', 'unknown', 'grown'],
    ],
    [
      'failures that went back alone are not known',
      [
        { at: 0, values: { total: 4000, errors: 20 } },
        { at: 15, values: { total: 4010, errors: 2 } },
      ],
      ['unknown'],
    ],
    [
      'a start time that comes back is that of one of several processes, for good',
      row([4000, 5000, 4100], [7, 1010, 7]),
      ['restarted', 'useless'],
    ],
    [
      'a process that was there before the last sample did not begin since',
      row([4000, 5000, 5010, 5020], [7, 900, 900, 900]),
      ['unknown', 'unknown', 'grown'],
    ],
    [
      'unless it falls to near zero: its clock is behind',
      row([4000, 4150, 30, 2, 12], [7, 7, 960, 975, 975]),
      ['grown', 'restarted', 'restarted', 'grown'],
    ],
    [
      'an older process is another one',
      row([4000, 5000, 4010], [900, 7, 900]),
      ['unknown', 'useless'],
    ],
    [
      'workers that answer in turn: what comes back did not grow, and in the end nothing is believed',
      row([4000, 4010, 700, 4020, 710, 4030, 720, 4040]),
      ['grown', 'unknown', 'unknown', 'unknown', 'unknown', 'useless', 'useless'],
    ],
    [
      'workers of one age that answer in turn are found by their counters',
      row([4000, 4010, 700, 4020, 710, 4030, 720, 4040], [7, 7, 7.1, 7, 7.1, 7, 7.1, 7]),
      ['grown', 'unknown', 'unknown', 'unknown', 'unknown', 'useless', 'useless'],
    ],
    [
      'from the first sample on',
      row([700, 4020, 710, 4030, 720, 4040]),
      ['grown', 'unknown', 'unknown', 'unknown', 'unknown'],
    ],
    [
      'a pod after the other that goes out of a sum',
      row([9000, 9100, 7000, 5500, 3000, 3090, 3180]),
      ['grown', 'unknown', 'unknown', 'unknown', 'grown', 'grown'],
    ],
    [
      'failures that come back are not new, although the total is much the same in all workers',
      both([
        [4000, 900],
        [4010, 900],
        [4015, 5],
        [4030, 901],
        [4035, 5],
        [4050, 902],
        [4055, 5],
        [4070, 903],
      ]),
      ['grown', 'unknown', 'unknown', 'unknown', 'unknown', 'useless', 'useless'],
    ],
    [
      'failures that grow more than the total are those of another process, at first sight too',
      both([
        [4000, 5],
        [4010, 5],
        [4025, 900],
        [4035, 901],
      ]),
      ['grown', 'unknown', 'grown'],
    ],
    [
      'unless it goes on: each request that fails may be tried again, and fail as often',
      both([
        [4000, 5],
        [4010, 55],
        [4020, 105],
        [4030, 155],
        [4040, 205],
        [4050, 255],
      ]),
      ['unknown', 'unknown', 'unknown', 'grown', 'grown'],
    ],
    [
      'what went back by less than it grows is only uneven',
      row([4000, 4010, 4009, 4020, 4019, 4030, 4029, 4040, 4039, 4050]),
      ['grown', 'unknown', 'grown', 'unknown', 'grown', 'unknown', 'grown', 'unknown', 'grown'],
    ],
    [
      'what goes up and down is not a counter, but what is counted in each interval, or a rate',
      row([150, 141, 148, 139, 149, 138]),
      ['unknown', 'unknown', 'unknown', 'unknown', 'useless'],
    ],
    [
      'growth that stays faster after a worker is gone is more traffic',
      row([4000, 4010, 3000, 3100, 3200, 3300, 3400, 3500]),
      ['grown', 'unknown', 'unknown', 'unknown', 'unknown', 'grown', 'grown'],
    ],
    [
      'series that are new, and begin with far more than was counted until then, are old ones by another name',
      [
        { at: 0, values: { 'total a': 4000, total: 4000 } },
        { at: 15, values: { 'total a': 4010, total: 4010 } },
        { at: 30, values: { 'total b': 4020, total: 4020 } },
        { at: 45, values: { 'total b': 4030, total: 4030 } },
      ],
      ['grown', 'unknown', 'grown'],
    ],
    [
      'little traffic is uneven: new series may begin with some more',
      [
        { at: 0, values: { total: 400 } },
        { at: 15, values: { total: 401 } },
        { at: 30, values: { total: 431, 'total b': 30 } },
      ],
      ['grown', 'grown'],
    ],
    [
      'new series that begin as fast as the others grow are new',
      [
        { at: 0, values: { total: 4000 } },
        { at: 15, values: { total: 4010 } },
        { at: 30, values: { total: 4040, 'total b': 25 } },
      ],
      ['grown', 'grown'],
    ],
    [
      'with nothing to compare it with, growth is believed when it goes on',
      row([9000, 7000, 7100, 7200, 7290]),
      ['unknown', 'unknown', 'grown', 'grown'],
    ],
  ])('%s', (_, samples, expected) => {
    expect(kinds(samples)).toEqual(expected);
  });

  it('says the cause, and for several processes the way out', () => {
    const [, back] = coursesOf(row([4000, 4150, 3150]));
    expect(back).toMatchObject({
      why: expect.stringMatching(/^went back although no process restarted: .* one worker/),
    });
    const [, several] = coursesOf(row([4000, 5000, 4100], [7, 1010, 7]));
    expect(several).toMatchObject({
      why: expect.stringMatching(
        /several processes that answer in turn.*: scrape each of them by itself/,
      ),
    });
  });

  it('never takes workers that answer in turn for restarts, whatever they have counted', () => {
    const worker = fc.record({
      count: fc.integer({ min: 500, max: 20_000 }),
      rate: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(
        fc.array(worker, { minLength: 2, maxLength: 6 }),
        fc.array(fc.nat(5), { minLength: 3, maxLength: 60 }),
        fc.boolean(),
        (workers, turns, tell) => {
          const least = Math.min(...workers.map(({ count }) => count));
          const most = Math.max(...workers.map(({ count }) => count));
          // A fall to less than a tenth looks like a restart.
          fc.pre(least > most / 5);
          const samples = turns.map((turn, n) => {
            const { count, rate } = workers[turn % workers.length]!;
            return {
              at: 1000 + 15 * n,
              values: { total: count + rate * n },
              ...(tell ? { started: 10 * (turn % workers.length) } : {}),
            };
          });
          expect(kinds(samples)).not.toContain('restarted');
        },
      ),
    );
  });
});
