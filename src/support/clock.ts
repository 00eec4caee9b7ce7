import { performance } from 'node:perf_hooks';
import { whenAborted } from './abort.js';

/**
 * Time as the program sees it. It comes in from the entry, so that a test can run a ten-minute watch
 * in milliseconds.
 */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. Only for what people read. */
  now(): number;
  /** Milliseconds that never jump; only differences mean anything. */
  monotonic(): number;
  /**
   * Counts how long this process is kept from running from now on: by a machine that is busy with others, or by its own work.
   * What comes in meanwhile is seen that much later.
   * @returns a function that gives the milliseconds up to now, and ends the counting: to be called once
   */
  countStalls(): () => number;
  /**
   * Calls `act` after `ms` milliseconds (soon when `ms` ≤ 0).
   * @returns a function that calls it off
   */
  after(ms: number, act: () => void): () => void;
  /**
   * Resolves after `ms` milliseconds (at once when `ms` ≤ 0).
   * @throws the signal's reason, when it is or becomes aborted.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A timer that is set for longer fires at once (Node.js documentation, `setTimeout`). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  countStalls,
  after,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(asError(signal.reason));
        return;
      }
      const callOff = after(ms, () => {
        letGo?.();
        resolve();
      });
      const letGo =
        signal &&
        whenAborted(signal, () => {
          callOff();
          reject(asError(signal.reason));
        });
    }),
};

function after(ms: number, act: () => void): () => void {
  if (ms > LONGEST_TIMER_MS) return afterLong(ms, act);
  const timer = setTimeout(act, Math.max(0, ms));
  return () => {
    clearTimeout(timer);
  };
}

function afterLong(ms: number, act: () => void): () => void {
  let callOff = after(LONGEST_TIMER_MS, () => {
    callOff = after(ms - LONGEST_TIMER_MS, act);
  });
  return () => {
    callOff();
  };
}

/** How often it is checked that this process runs, milliseconds. */
const PULSE_MS = 25;

/** One for all who count. */
interface Pulse {
  readonly stalls: Stalls;
  readonly timer: NodeJS.Timeout;
  counters: number;
}
let pulse: Pulse | undefined;

/** Between two probes nobody counts, and nothing wakes the process: the timer took most of the time of a watch. */
function countStalls(): () => number {
  const counting = (pulse ??= startPulse());
  counting.counters += 1;
  const before = counting.stalls.until(performance.now());
  return () => {
    counting.counters -= 1;
    if (counting.counters === 0) {
      clearInterval(counting.timer);
      pulse = undefined;
    }
    return counting.stalls.until(performance.now()) - before;
  };
}

function startPulse(): Pulse {
  const stalls = createStalls(PULSE_MS, performance.now());
  const timer = setInterval(() => {
    stalls.beat(performance.now());
  }, PULSE_MS).unref();
  return { stalls, timer, counters: 0 };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** How long a process could not run, measured by how late its timers are. Times in milliseconds. */
interface Stalls {
  /** The timer has fired. */
  beat(now: number): void;
  /** The sum, up to now. */
  until(now: number): number;
}

/** No timer is exact: being late by less does not count. */
const SLACK_MS = 10;

/** @param every how often the timer fires, when nothing keeps it from that. */
export function createStalls(every: number, start: number): Stalls {
  let sum = 0;
  let last = start;
  const until = (now: number): number => {
    const late = now - last - every;
    return sum + (late > SLACK_MS ? late : 0);
  };
  return {
    beat(now) {
      sum = until(now);
      last = now;
    },
    until,
  };
}

/** What time it is where a server is: our own clock may be minutes off. */
export interface ServerClock {
  /** Seconds since the epoch. */
  now(): number;
  /** The same for a time of our monotonic clock, milliseconds. */
  readonly at: (monotonic: number) => number;
  /** Reads the `Date` of an answer (RFC 9110, 6.6.1). Without one the clock of this machine stands in. */
  learn(headers: Readonly<Record<string, string>>): void;
}

/** The end of the year 9999: HTTP writes years in four digits (RFC 9110 §5.6.7), and `Date` has room for what comes after. */
const LAST_DATE = Date.UTC(10_000, 0, 1) - 1;

/** A time in a header, milliseconds since the epoch; NaN for what is none. */
export function httpDate(text: string | undefined): number {
  const time = Date.parse(text ?? '');
  return time >= 0 && time <= LAST_DATE ? time : Number.NaN;
}

/** A `Date` has whole seconds, and took its time on the way. */
const TOLERANCE_SECONDS = 2;

export function createServerClock(clock: Clock): ServerClock {
  let offset: number | undefined;
  const assumed = clock.now() / 1000 - clock.monotonic() / 1000;
  const at = (monotonic: number): number => monotonic / 1000 + (offset ?? assumed);
  return {
    now: () => at(clock.monotonic()),
    at,
    learn(headers) {
      const date = httpDate(headers.date) / 1000;
      if (Number.isNaN(date)) return;
      const found = date - clock.monotonic() / 1000;
      if (offset === undefined || Math.abs(found - offset) > TOLERANCE_SECONDS) offset = found;
    },
  };
}
