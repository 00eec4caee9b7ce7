import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/support/clock.js';

/** Keeps this process from everything else. */
function block(ms: number): void {
  const end = systemClock.monotonic() + ms;
  while (systemClock.monotonic() < end);
}

describe('the clock of the machine', () => {
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
