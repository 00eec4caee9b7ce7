import { describe, expect, it } from '@jest/globals';
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

  it('reports for how long this process was stalled, during the stall and after it', async () => {
    const before = systemClock.stalled();
    block(300);
    // Between two readings it may be late by the time between them.
    expect(systemClock.stalled() - before).toBeGreaterThanOrEqual(200);
    await systemClock.sleep(1);
    block(300);
    await systemClock.sleep(1);
    expect(systemClock.stalled() - before).toBeGreaterThanOrEqual(2 * 200);
  });
});
