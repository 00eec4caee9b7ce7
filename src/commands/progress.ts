import type { CheckResult } from '../gate/types.js';
import type { WatchState } from '../gate/watch.js';
import { LONGEST_SILENCE } from './heartbeat.js';

/** How often the watch must be asked, so that no silence is too long and a terminal lives; milliseconds. */
export function tickEvery(interval: number, terminal: boolean): number {
  return terminal ? Math.min(interval, 1000) : Math.min(interval, LONGEST_SILENCE / 5);
}

/**
 * Says which moments of a watch deserve a line in the log: at most one an interval, and only when a check has failed
 * anew or changed its outcome, or when nothing was said for almost a minute.
 *
 * @param interval milliseconds
 */
export function createLogCadence(interval: number): (state: WatchState) => boolean {
  let saidAt = 0;
  let said = '';
  return (state) => {
    const now = essence(state.results);
    const silent = state.elapsed - saidAt;
    const news = now !== said && said !== '';
    if (said === '') said = now;
    if (!(news && silent >= interval) && silent < LONGEST_SILENCE) return false;
    saidAt = state.elapsed;
    said = now;
    return true;
  };
}

function essence(results: readonly CheckResult[]): string {
  return results
    .map((r) => `${r.id} ${r.outcome === 'breached' ? 'breached' : ''} ${String(r.failures)}`)
    .join('|');
}
