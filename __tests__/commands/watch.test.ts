import { describe, expect, it } from '@jest/globals';
import { createLogCadence, tickEvery } from '../../src/commands/watch.js';
import { aCheck } from '../support/reports.js';

/** The seconds at which a line is printed, when a look every `tick` seconds shows this many failures. */
function lines(interval: number, tick: number, failures: readonly number[]): number[] {
  const worthALine = createLogCadence(interval * 1000);
  return failures.flatMap((count, i) => {
    const elapsed = (i + 1) * tick * 1000;
    return worthALine({ elapsed, results: [aCheck({ failures: count })] }) ? [elapsed / 1000] : [];
  });
}

describe('createLogCadence', () => {
  it('no change: one line a minute', () => {
    expect(
      lines(
        10,
        10,
        Array.from({ length: 30 }, () => 0),
      ),
    ).toEqual([60, 120, 180, 240, 300]);
  });

  it('new failures: a line at most once an interval', () => {
    expect(lines(10, 5, [0, 1, 2, 3, 4, 4, 4, 4])).toEqual([10, 20, 30]);
  });

  it('an interval of five minutes: still a line a minute', () => {
    expect(tickEvery(300_000, false)).toBeLessThan(60_000);
    expect(
      lines(
        300,
        11,
        Array.from({ length: 20 }, () => 0),
      ),
    ).toEqual([55, 110, 165, 220]);
  });

  it('on a terminal: every second', () => {
    expect(tickEvery(10_000, true)).toBe(1000);
    expect(tickEvery(200, true)).toBe(200);
  });
});
