import { systemClock } from '../../../src/support/clock.js';

/** How often a condition is looked at that no event announces. */
const POLL_MS = 100;

/** For waits that hang. It says nothing of speed: a busy machine is ten times slower than an idle one. */
const DEADLINE_MS = 180_000;

/**
 * Resolves when the condition holds.
 *
 * @param what completes "waited in vain for ...".
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await systemClock.sleep(POLL_MS);
  }
}
