import type { MetricCheck, MetricLimit, Observation, Window } from '../../contract/check.js';
import type { Judged } from '../../inputs/checks/entry.js';
import { NoLongerNeeded, raceSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { Http } from '../../support/http.js';
import { countFailures, countSlow, foresee } from './counts.js';
import { createSchedule, Ledger } from './ledger.js';
import { createProbe, type Probe, type ProbeResult, type Probing, runProber } from './prober.js';
import { printableUrl } from '../../support/text.js';

interface Sides {
  readonly own: Series;
  readonly baseline: Series | undefined;
}

/** The checks on our own traffic to one URL, one for each limit. They are used for one watch. */
export function createProbeChecks(
  probing: Probing,
  world: { readonly http: Http; readonly clock: Clock },
): readonly MetricCheck[] {
  const probe = createProbe(probing, world);
  const seriesOf = (url: string): Series =>
    createSeries(url, { ...probing, probe, clock: world.clock });
  const sides: Sides = {
    own: seriesOf(probing.url),
    baseline: probing.baselineUrl === undefined ? undefined : seriesOf(probing.baselineUrl),
  };
  return probing.judged.map((judged) => createCheck(judged, sides, probing));
}

function createCheck(judged: Judged, { own, baseline }: Sides, probing: Probing): MetricCheck {
  const { id, limit } = judged;
  const all = [own, ...(baseline === undefined ? [] : [baseline])];
  return {
    ...judged,
    kind: limit.metric === 'errors-per-minute' ? 'rate' : 'ratio',
    source: 'http',
    subject: subjectOf(probing),
    preflight: () => Promise.resolve(foresee(judged, probing)),
    begin: (origin) => {
      for (const series of all) series.begin(id, origin);
    },
    observe: async (window, signal) => {
      const [found, beside] = await raceSignal(
        Promise.all(all.map((series) => series.results(id, window))),
        signal,
      );
      return withBaseline(
        count(limit, found ?? [], window),
        beside === undefined ? undefined : count(limit, beside, window),
      );
    },
    end: () => {
      for (const series of all) series.end(id);
    },
  };
}

function subjectOf({ url, baselineUrl }: Probing): string {
  return baselineUrl === undefined
    ? printableUrl(url)
    : `${printableUrl(url)} against ${printableUrl(baselineUrl)}`;
}

function count(limit: MetricLimit, results: readonly ProbeResult[], window: Window): Observation {
  return limit.metric === 'latency'
    ? countSlow(results, window, limit.maxMs)
    : countFailures(results, window);
}

function withBaseline(own: Observation, beside: Observation | undefined): Observation {
  if (own.kind === 'value' || beside?.kind !== 'counts') return own;
  const { samples, failures } = beside;
  return { ...own, baseline: { samples, failures } };
}

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
