import { raceSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { Http } from '../../support/http.js';
import { printableUrl } from '../../support/url.js';
import type { MetricCheck, MetricLimit, Observation, Window } from '../../contract/check.js';
import type { Judged } from '../../inputs/checks/entry.js';
import type { Probing } from './config.js';
import { countFailures, countSlow } from './counts.js';
import { foresee } from './foresight.js';
import { createProbe, type ProbeResult } from './probe.js';
import { createSeries, type Series } from './series.js';

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
