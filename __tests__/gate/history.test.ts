import { describe, expect, it } from '@jest/globals';
import { eventsOfPast, momentsOf } from '../../src/gate/replay.js';
import { counts, defaultPlan, metricCheck } from '../support/stand-in-checks.js';

const plan = { ...defaultPlan, warmUp: 15_000, duration: 25_000, interval: 10_000 };
const { signal } = new AbortController();

it('momentsOf gives the start of the watch and the end of each window', () => {
  expect(momentsOf(plan)).toEqual([0, 10_000, 15_000, 25_000, 35_000, 40_000]);
});

describe('the events of a watch in the past', () => {
  /** Two checks, and the moments at which they observe. */
  function story(): {
    readonly checks: ReturnType<typeof metricCheck>[];
    readonly calls: (readonly [at: number, to: number])[];
    readonly moveTo: (moment: number) => Promise<void>;
  } {
    const calls: [number, number][] = [];
    let now = -1;
    const check = (): ReturnType<typeof metricCheck> =>
      metricCheck(({ to }) => {
        calls.push([now, to]);
        return counts(20, 0);
      });
    return {
      checks: [check(), check()],
      calls,
      moveTo: (moment) => {
        now = moment;
        return Promise.resolve();
      },
    };
  }

  it('a past watch gives the events of a live one, and the deadline', async () => {
    const { checks, calls, moveTo } = story();
    const events = await eventsOfPast(plan, checks, 40_000, moveTo, signal);
    expect(calls.every(([at, to]) => at === to)).toBe(true);
    expect(calls).toHaveLength(10);
    expect(events.map(({ at }) => at)).toEqual(
      [10, 10, 15, 15, 25, 25, 35, 35, 40, 40, 40].map((seconds) => seconds * 1000),
    );
    expect(events.at(-1)?.event).toEqual({ type: 'deadline' });
    expect(checks.map((check) => [check.begun, check.ended()])).toEqual([
      [[0], 1],
      [[0], 1],
    ]);
  });

  it('a watch that is not over yet gives only the events up to now', async () => {
    const { checks, calls, moveTo } = story();
    const events = await eventsOfPast(plan, checks, 34_999, moveTo, signal);
    expect(calls).toHaveLength(6);
    expect(events.at(-1)).toMatchObject({ at: 25_000, event: { type: 'observation' } });
    expect(checks[0]?.ended()).toBe(1);
  });

  it('when one check fails, the events fail and every check is ended', async () => {
    const { checks, moveTo } = story();
    const broken = metricCheck(() => Promise.reject(new Error('a defect')));
    await expect(eventsOfPast(plan, [...checks, broken], 40_000, moveTo, signal)).rejects.toThrow(
      'a defect',
    );
    expect(checks.map((check) => check.ended())).toEqual([1, 1]);
    expect(broken.ended()).toBe(1);
  });
});
