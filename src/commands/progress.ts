import type { CheckResult, WatchPlan } from '../contract/check.js';
import type { WatchState } from '../gate/watch.js';
import { progressLine, severityOf } from '../report/terminal.js';
import type { Console } from './console.js';
import { LONGEST_SILENCE } from './heartbeat.js';

/** How often the watch must be asked, so that no silence is too long and a terminal lives; milliseconds. */
export function tickEvery(interval: number, terminal: boolean): number {
  return terminal ? Math.min(interval, 1000) : Math.min(interval, LONGEST_SILENCE / 5);
}

/** Shows how the watches of all targets go on. */
export interface Progress {
  tick(target: string, state: WatchState): void;
}

/** One line for all targets; with several it is about the one that is worst off. */
export function createProgress(
  console: Pick<Console, 'line' | 'live' | 'hasLive'>,
  targets: readonly {
    readonly name: string;
    readonly plan: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>;
  }[],
): Progress {
  const plans = targets.map(({ plan }) => plan);
  const totalMs = Math.max(...plans.map(({ warmUp, duration }) => warmUp + duration));
  const warmUp = Math.max(...plans.map((plan) => plan.warmUp));
  const worthALine = createLogCadence(Math.max(...plans.map(({ interval }) => interval)));
  const states = new Map<string, WatchState>();

  function line({ elapsed: elapsedMs }: WatchState): string {
    const [worst] = [...states].sort(
      ([, a], [, b]) => severityOf(b.results) - severityOf(a.results),
    );
    const lead =
      targets.length === 1 || worst === undefined
        ? {}
        : { lead: `${String(targets.length)} targets, worst ${worst[0]}:` };
    return progressLine(
      {
        elapsedMs,
        totalMs,
        phase: elapsedMs < warmUp ? 'warm-up' : 'watch',
        checks: worst?.[1].results ?? [],
        ...lead,
      },
      { colour: console.hasLive },
    );
  }

  return {
    tick(target, state) {
      states.set(target, state);
      const whole: WatchState = {
        elapsed: Math.max(...[...states.values()].map(({ elapsed }) => elapsed)),
        results: [...states.values()].flatMap(({ results }) => results),
      };
      if (console.hasLive) console.live(line(whole));
      else if (worthALine(whole)) console.line(line(whole));
    },
  };
}

/**
 * Says which moments of a watch deserve a line in the log: at most one an interval, and only when a check has failed
 * anew or changed its outcome, or when nothing was said for almost a minute.
 *
 * @param interval milliseconds
 */
export function createLogCadence(interval: number): (state: WatchState) => boolean {
  let saidAt = 0;
  let said: string | undefined;
  return (state) => {
    const now = essence(state.results);
    const silent = state.elapsed - saidAt;
    said ??= now;
    if (!(now !== said && silent >= interval) && silent < LONGEST_SILENCE) return false;
    saidAt = state.elapsed;
    said = now;
    return true;
  };
}

/** What is well is left out: that another target has begun is no news. */
function essence(results: readonly CheckResult[]): string {
  return results
    .filter((r) => r.outcome === 'breached' || r.failures > 0)
    .map((r) => `${r.id} ${r.outcome === 'breached' ? 'breached' : ''} ${String(r.failures)}`)
    .join('|');
}
