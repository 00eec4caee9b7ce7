import { NoLongerNeeded } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { Window } from '../../contract/check.js';
import { Ledger } from './ledger.js';
import type { Probe, ProbeResult } from './probe.js';
import { runProber } from './prober.js';
import { createSchedule } from './schedule.js';

/** The probing of one URL, shared by the checks that judge it. Each is known by its id. */
export interface Series {
  /** The first check to begin starts the probing, at `origin` on the monotonic clock. */
  begin(check: string, origin: number): void;
  /** What the probes found that were due in the window, when all are settled. */
  results(check: string, window: Window): Promise<readonly ProbeResult[]>;
  /** The last check to end stops the probing. */
  end(check: string): void;
}

export function createSeries(
  url: string,
  options: {
    readonly requestsPerSecond: number;
    readonly requestTimeout: number;
    readonly probe: Probe;
    readonly clock: Clock;
  },
): Series {
  const schedule = createSchedule(options.requestsPerSecond);
  const ledger = new Ledger(schedule);
  const checks = new Set<string>();
  const stop = new AbortController();
  let running = false;
  return {
    begin(check, origin) {
      checks.add(check);
      ledger.join(check);
      if (running) return;
      running = true;
      void runProber({
        schedule,
        clock: options.clock,
        origin,
        send: (signal) => options.probe(url, options.requestTimeout, signal),
        settled: (probe, result) => {
          ledger.settle(probe, result);
        },
        signal: stop.signal,
      });
    },
    results: (check, window) => ledger.settled(check, window),
    end(check) {
      if (!checks.delete(check)) return;
      if (checks.size === 0) stop.abort(new NoLongerNeeded());
      ledger.leave(check);
    },
  };
}
