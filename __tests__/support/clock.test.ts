import { describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/support/clock.js';

/** Keeps this process from everything else. */
function block(ms: number): void {
  const end = systemClock.monotonic() + ms;
  while (systemClock.monotonic() < end);
}

describe('the clock of the machine', () => {
  it.each([[2 ** 31], [Number.MAX_SAFE_INTEGER], [Infinity]])(
    'a sleep of %d ms, which no timer holds, does not end at once',
    async (ms) => {
      const stop = new AbortController();
      let isOver = false;
      const sleep = systemClock.sleep(ms, stop.signal).finally(() => {
        isOver = true;
      });
      // A timer that is too long fires after a millisecond, before one that was set later for longer.
      await systemClock.sleep(2);
      expect(isOver).toBe(false);
      stop.abort(new Error('stop'));
      await expect(sleep).rejects.toThrow('stop');
    },
  );

  it('counts for how long this process is stalled, during the stall and after it', async () => {
    const during = systemClock.countStalls();
    const after = systemClock.countStalls();
    block(300);
    // Between two readings it may be late by the time between them.
    expect(during()).toBeGreaterThanOrEqual(200);
    await systemClock.sleep(1);
    block(300);
    await systemClock.sleep(1);
    expect(after()).toBeGreaterThanOrEqual(2 * 200);
  });

  it('wakes the process for that only while somebody counts', () => {
    const started = jest.spyOn(globalThis, 'setInterval');
    const ended = jest.spyOn(globalThis, 'clearInterval');
    const [first, second] = [systemClock.countStalls(), systemClock.countStalls()];
    first();
    expect([started.mock.calls.length, ended.mock.calls.length]).toEqual([1, 0]);
    second();
    expect(ended.mock.calls).toEqual([[started.mock.results[0]?.value]]);
    jest.restoreAllMocks();
  });
});
