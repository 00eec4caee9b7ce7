import { describe, expect, it } from '@jest/globals';
import {
  createCounters,
  createRounds,
  type Round,
} from '../../../src/sources/prometheus/growth.js';

/** Looks at targets that are scraped at times of their own and get 10 requests a second each. */
function observeRound(
  targets: Readonly<
    Record<string, { readonly every: number; readonly offset: number; readonly until?: number }>
  >,
  times: readonly number[],
): { at: number; round: Round }[] {
  const counters = createCounters();
  const rounds = createRounds();
  return times.flatMap((now) => {
    const seen = Object.entries(targets).flatMap(([name, { every, offset, until = Infinity }]) => {
      const at = Math.floor((Math.min(now, until) - offset) / every) * every + offset;
      if (at < 0) return [];
      const point = { part: 'total', series: name, labels: {}, value: 10 * at, at };
      return [
        [name, { name, at, startedAt: undefined, isOneProcess: true, points: [point] }] as const,
      ];
    });
    const scrape = { answeredAt: now, targets: new Map(seen) };
    const growth = counters.take(scrape, { startedAt: 0, countedFrom: -Infinity });
    const round = rounds.add(scrape, growth);
    return round === undefined ? [] : [{ at: now, round }];
  });
}

const every = (seconds: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => 20 + n * seconds);
const perSecond = ({ round }: { round: Round }): number =>
  (round.counts.total ?? 0) / round.seconds!;

describe('a round of scrapes', () => {
  it('comes with every probe when scrapes are more frequent', () => {
    const rounds = observeRound({ a: { every: 1, offset: 0.3 } }, every(10, 10));
    expect(rounds.map(({ at }) => at)).toEqual(every(10, 10).slice(1));
    for (const round of rounds) expect(perSecond(round)).toBeCloseTo(10, 6);
  });

  it('does not come without a new scrape', () => {
    const rounds = observeRound({ a: { every: 15, offset: 0 } }, every(10, 10));
    expect(rounds.map(({ at }) => at)).toEqual([30, 50, 60, 80, 90, 110]);
    expect(rounds.at(-1)!.round.cadence).toBe(15);
  });

  it.each([
    [
      'two targets scraped a second apart',
      { a: { every: 15, offset: 0 }, b: { every: 15, offset: 1 } },
    ],
    [
      'many targets scraped at different times',
      Object.fromEntries(
        Array.from({ length: 12 }, (_, n) => [
          `t${String(n)}`,
          { every: 15, offset: (n * 15) / 12 },
        ]),
      ),
    ],
  ])('compares counts with the time in which they were made: %s', (_, targets) => {
    const count = Object.keys(targets).length;
    const rounds = observeRound(targets, every(10, 40));
    expect(rounds.length).toBeGreaterThan(10);
    for (const round of rounds) expect(perSecond(round)).toBeCloseTo(10 * count, 6);
    // Nothing is lost, and nothing is counted twice.
    const seconds = rounds.reduce((sum, { round }) => sum + round.seconds!, 0);
    expect(seconds).toBeGreaterThan(350);
    expect(seconds).toBeLessThanOrEqual(390);
  });

  it('does not wait for a target without new samples', () => {
    const rounds = observeRound(
      { a: { every: 15, offset: 0 }, b: { every: 15, offset: 5, until: 100 } },
      every(10, 30),
    );
    const late = rounds.filter(({ at }) => at > 160);
    expect(late.length).toBeGreaterThan(5);
    for (const round of late) expect(perSecond(round)).toBeCloseTo(10, 6);
  });

  it('after a reset starts anew', () => {
    const rounds = createRounds();
    const counters = createCounters();
    const scrape = (a: number, b: number, now: number): Round | undefined => {
      const target = (name: string, at: number) => ({
        name,
        at,
        startedAt: undefined,
        isOneProcess: true,
        points: [{ part: 'total', series: name, labels: {}, value: at, at }],
      });
      const seen = {
        answeredAt: now,
        targets: new Map([
          ['a', target('a', a)],
          ['b', target('b', b)],
        ]),
      };
      return rounds.add(seen, counters.take(seen, { startedAt: 0, countedFrom: -Infinity }));
    };
    expect(scrape(1, 1, 1)).toBeUndefined();
    expect(scrape(10, 1, 10)).toBeUndefined();
    rounds.reset();
    expect(scrape(20, 12, 20)).toMatchObject({ counts: { total: 21 }, seconds: 10.5 });
  });

  it('says which targets it covers, and whether the baseline was among them', () => {
    const rounds = createRounds();
    const counters = createCounters();
    const at = (
      now: number,
      parts: Readonly<Record<string, readonly string[]>>,
    ): Round | undefined => {
      const targets = new Map(
        Object.entries(parts).map(([name, of]) => [
          name,
          {
            name,
            at: name === 'late' ? now - 5 : now,
            startedAt: undefined,
            isOneProcess: true,
            points: of.map((part) => ({
              part,
              series: `${name} ${part}`,
              labels: {},
              value: now,
              at: name === 'late' ? now - 5 : now,
            })),
          },
        ]),
      );
      const scrape = { answeredAt: now, targets };
      return rounds.add(scrape, counters.take(scrape, { startedAt: 0, countedFrom: -Infinity }));
    };
    // A gateway tells of both sides.
    expect(at(10, { gateway: ['total', 'baseline-total'] })).toBeUndefined();
    expect(at(20, { gateway: ['total', 'baseline-total'] })).toMatchObject({
      seconds: 10,
      hasBaseline: true,
      counts: { total: 10, 'baseline-total': 10 },
    });
    expect(at(30, { gateway: ['total'] })).toMatchObject({ seconds: 10, hasBaseline: false });
    expect(at(40, { gateway: ['baseline-total'] })).toMatchObject({
      seconds: undefined,
      hasBaseline: true,
    });
    expect(at(50, { gateway: ['total'], late: ['baseline-total'] })).toMatchObject({ seconds: 10 });
    expect(at(60, { gateway: ['total'], late: ['baseline-total'] })).toMatchObject({
      seconds: 10,
      hasBaseline: true,
    });
  });
});
