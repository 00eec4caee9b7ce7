import { describe, expect, it } from '@jest/globals';
import { createLateness } from '../../src/gate/lateness.js';
import type { Observation, Window } from '../../src/contract/check.js';

const plan = { warmUp: 30_000, duration: 300_000, interval: 10_000 };
const end = 330_000;
const last: Window = { from: end - 10_000, to: end };

function counts(until: number | undefined, cadence = 10_000): Observation {
  return {
    ...{ kind: 'counts', samples: 10, failures: 0, seconds: 10, cadence },
    ...(until === undefined ? {} : { until }),
  };
}

/** The ends of the windows after the end of the watch; the samples come as late as they do. */
function waits(
  observation: Observation,
  lag: number | undefined,
  { window = last, interval = 10_000 } = {},
): number[] {
  const lateness = createLateness({ ...plan, interval });
  lateness.push(window, observation);
  const ends: number[] = [];
  for (;;) {
    const next = lateness.next(lag);
    if (next === undefined) return ends;
    expect(next.from).toBe(ends.at(-1) ?? end);
    ends.push(next.to);
    lateness.push(next, { kind: 'none', why: 'unchanged' });
  }
}

describe('createLateness', () => {
  it.each<[string, Observation, number | undefined, number]>([
    ['samples up to the end: none', counts(end), 0, 0],
    ['the next sample is due after the end: none', counts(end - 9000), 0, 0],
    ['a rare one is due after the end: none', counts(end - 50_000, 60_000), 0, 0],
    ['no sample times: none', counts(undefined), 0, 0],
    ['a sample of the last interval is missing: 60 s', counts(end - 10_000), 0, 60_000],
    ['its lag is not known: 60 s', counts(end - 10_000), undefined, 60_000],
    ['20 s late: 60 s', counts(end - 20_000), 20_000, 60_000],
    ['50 s late: twice that', counts(end - 50_000), 50_000, 100_000],
    ['200 s late: 3 minutes', counts(end - 200_000), 200_000, 180_000],
    [
      'nothing will come any more: none',
      { kind: 'none', why: 'no-data', forGood: true },
      90_000,
      0,
    ],
  ])('%s', (_, observation, lag, longest) => {
    const ends = waits(observation, lag);
    expect(ends).toHaveLength(longest / 10_000);
    expect(ends.at(-1) ?? end).toBe(end + longest);
  });

  it('a source that was silent when the watch ended is not waited for', () => {
    const at = (to: number) => ({ window: { from: to - 10_000, to } });
    expect(waits(counts(end - 60_000), 0, at(end - 30_000))).toHaveLength(6);
    expect(waits(counts(end - 60_000), 0, at(end - 40_000))).toEqual([]);
  });

  it('long intervals are not waited for at once', () => {
    expect(waits(counts(end - 60_000), 0, { interval: 60_000 })).toHaveLength(6);
    expect(waits(counts(end - 20_000), 0, { interval: 2000 })).toHaveLength(30);
  });

  it('ends as soon as the samples are there', () => {
    const lateness = createLateness(plan);
    lateness.push(last, counts(end - 90_000));
    let reached = end - 90_000;
    let windows = 0;
    for (;;) {
      const window = lateness.next(90_000);
      if (window === undefined) break;
      windows += 1;
      reached += 10_000;
      lateness.push(window, counts(reached));
    }
    expect(windows).toBe(9);
    expect(reached).toBe(end);
  });
});
