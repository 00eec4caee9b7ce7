import type { Clock } from '../../support/clock.js';
import { backoffMs } from '../../support/retry.js';
import { mayPass, type Failed } from './failure.js';

/** A stumbling server is asked so often before it counts as unusable. */
const ATTEMPTS = 3;

/** Asks again after trouble that may pass: before the watch there is time, and an error ends the job. */
export async function patiently<T extends { readonly ok: true }>(
  ask: () => Promise<T | Failed>,
  world: { readonly clock: Clock; readonly random: () => number },
  signal: AbortSignal,
): Promise<T | Failed> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (answer.ok || attempt === ATTEMPTS || !mayPass(answer.failure)) return answer;
    const wait = answer.failure.retryAfterMs ?? backoffMs(attempt, world.random);
    await world.clock.sleep(wait, signal);
  }
}
