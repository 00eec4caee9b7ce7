import type { Observation, WatchPlan, Window } from '../contract/check.js';

/** The end waits for samples that are late: so long where they hardly are, and never longer than that; milliseconds. */
const LEAST = 60_000;
const MOST = 180_000;
/** They are asked for so often at the least. */
const EVERY = 10_000;
/** A source that had nothing new for so many intervals when the watch ends has nothing on its way either: the judge calls it silent. */
const SILENT = 3;

/** Follows how far the samples of one check reach, so that the end of the watch can wait for those of its last interval. */
export interface Lateness {
  push(window: Window, observation: Observation): void;
  /**
   * The next window after the end, as long as samples of the watch are on their way.
   *
   * @param lag how late samples come, milliseconds, as far as it is known
   */
  next(lag: number | undefined): Window | undefined;
}

export function createLateness({
  warmUp,
  duration,
  interval,
}: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>): Lateness {
  const end = warmUp + duration;
  let from = end;
  let newest: { readonly until: number; readonly cadence: number; readonly at: number } | undefined;

  function isWorthWaiting(lag: number): boolean {
    if (newest === undefined || newest.until + newest.cadence > end) return false;
    if (end - newest.at > SILENT * Math.max(interval, newest.cadence)) return false;
    return from < end + Math.min(Math.max(2 * lag, LEAST), MOST);
  }

  return {
    push({ to: at }, observation) {
      from = Math.max(from, at);
      if (observation.kind !== 'none') {
        const { until, cadence = 0 } = observation;
        newest = until === undefined ? undefined : { until, cadence, at };
      } else if (observation.forGood === true) newest = undefined;
    },
    next(lag = 0) {
      if (!isWorthWaiting(lag)) return undefined;
      return { from, to: from + Math.min(interval, EVERY) };
    },
  };
}
