import type { Clock } from '../../support/clock.js';
import type { ProbeResult } from './probe.js';
import type { Schedule } from './schedule.js';

/** A probe later than this, in milliseconds, is left out: the machine slept, and a flood would measure only itself. */
const TOO_LATE_MS = 1000;
/** Timers know whole milliseconds: what is due within half of one is due. */
const TIMER_MS = 0.5;

export interface ProberOptions {
  readonly schedule: Schedule;
  readonly clock: Clock;
  /** Monotonic time that the schedule counts from. */
  readonly origin: number;
  readonly send: (signal: AbortSignal) => Promise<ProbeResult>;
  /** Called once for every probe, in the order in which they settle. */
  readonly settled: (probe: number, result: ProbeResult) => void;
  /** Aborted when no more is to be sent; what is under way is given up. */
  readonly signal: AbortSignal;
}

/**
 * Sends probes in an open loop: each at its own time, however long the answers to earlier ones take. Those that a busy
 * moment delayed are sent at once.
 *
 * @returns when the signal is aborted, and only then.
 */
export async function runProber(options: ProberOptions): Promise<void> {
  const { schedule, clock, origin, settled, signal } = options;
  const send = async (probe: number): Promise<void> => {
    const result = await options.send(signal);
    if (!signal.aborted) settled(probe, result);
  };
  const elapsed = (): number => clock.monotonic() - origin;
  for (let probe = 0; !signal.aborted;) {
    try {
      await clock.sleep(schedule.due(probe) - elapsed(), signal);
    } catch {
      return;
    }
    const now = elapsed();
    for (; schedule.due(probe) <= now + TIMER_MS; probe++) {
      if (now - schedule.due(probe) > TOO_LATE_MS) {
        settled(probe, { sent: false, why: 'this machine was busy or asleep when it was due' });
      } else void send(probe);
    }
  }
}
