import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import { watch } from '../../src/gate/watch.js';
import { counts, defaultPlan, good, healthCheck, metricCheck } from '../support/stand-in-checks.js';
import { VirtualClock } from '../support/virtual-clock.js';

const HOUR = 3_600_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a watch of a day', () => {
  it('takes as much memory at its end as after an hour', async () => {
    const clock = new VirtualClock();
    const heapByHour: number[] = [];
    const plan = { ...defaultPlan, duration: 24 * HOUR, interval: 1000 };
    const checks = [metricCheck(() => counts(2, 0)), healthCheck(clock, () => ({ result: good }))];
    const outcome = await clock.runUntil(
      watch({
        plan,
        checks,
        clock,
        signal: new AbortController().signal,
        observer: {
          event: () => undefined,
          tick: () => {
            collectGarbage();
            heapByHour.push(process.memoryUsage().heapUsed);
          },
        },
        tickEvery: HOUR,
      }),
    );
    expect(outcome.verdict).toBe('healthy');
    expect(outcome.results[0]?.samples).toBe(2 * 24 * 3600);
    expect(heapByHour).toHaveLength(24);
    const growth = (heapByHour.at(-1) ?? Infinity) - (heapByHour[1] ?? 0);
    expect(growth).toBeLessThan(2_000_000);
  });
});
