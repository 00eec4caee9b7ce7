import type { Running } from '../support/bundle.js';
import { systemClock } from '../../src/support/clock.js';

/** A moment of a rollback, and the signal that comes then. */
export interface SignalPoint {
  readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP';
  /** Milliseconds after the start of the process. */
  readonly afterMs: number;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * So many seeded moments between the start of the process and what a rollback takes on a quiet machine; on a busy one they fall
 * earlier in it. `ROLLGATE_SIGNAL_POINTS`: how many, 10 by default.
 */
export function signalPoints(mostMs: number): readonly SignalPoint[] {
  const count = Number(process.env.ROLLGATE_SIGNAL_POINTS ?? 10);
  // Numerical Recipes' linear congruential generator: the same moments in every run.
  let state = 20_261_129;
  return Array.from({ length: count }, (_, index) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return {
      signal: SIGNALS[index % SIGNALS.length] ?? 'SIGTERM',
      afterMs: Math.round((mostMs * state) / 2 ** 32),
    };
  });
}

/** Sends the signal in its moment, and gives the code that the process ends with; `null`: it had not begun to listen. */
export async function ended(
  running: Running,
  { signal, afterMs }: SignalPoint,
): Promise<number | null> {
  const moment = systemClock.sleep(afterMs).then(() => running.child.kill(signal));
  const { code } = await running.ended;
  await moment;
  return code;
}
