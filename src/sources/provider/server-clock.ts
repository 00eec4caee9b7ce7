import type { Clock } from '../../support/clock.js';

/** What time it is where the data are: our own clock may be minutes off. */
export interface ServerClock {
  /** Seconds since the epoch. */
  now(): number;
  /** The same for a time of our monotonic clock, milliseconds. */
  readonly at: (monotonic: number) => number;
  /** Reads the `Date` of an answer (RFC 9110, 6.6.1). Without one the clock of this machine stands in. */
  learn(headers: Readonly<Record<string, string>>): void;
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
      const date = Date.parse(headers.date ?? '') / 1000;
      if (Number.isNaN(date)) return;
      const found = date - clock.monotonic() / 1000;
      if (offset === undefined || Math.abs(found - offset) > TOLERANCE_SECONDS) offset = found;
    },
  };
}
