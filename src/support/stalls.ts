/** How long a process could not run, by what its timers are late. Times in milliseconds. */
export interface Stalls {
  /** The timer has fired. */
  beat(now: number): void;
  /** The sum, up to now. */
  until(now: number): number;
}

/** No timer is exact: what is late by less is not. */
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
