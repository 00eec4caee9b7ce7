import type { MetricCheck, MetricLimit, Observation, Window } from '../../contract/check.js';
import type { CheckEntry, CheckSpec } from '../../contract/entry.js';
import type { ValuesOf } from '../../support/options.js';
import { raceSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { Http } from '../../support/http.js';
import { printableUrl } from '../../support/text.js';
import type { SourceDependencies } from '../source.js';
import { countFailures, countSlow, estimate } from './counts.js';
import { sharedProber, type SharedProber } from './ledger.js';
import type { httpSource } from './options.js';
import { createProbe, type ProbeResult, type Probing } from './prober.js';

/** Traffic of our own, to the canary and to its baseline. */
interface CanaryAndBaseline {
  readonly canary: SharedProber;
  readonly baseline: SharedProber | undefined;
}

/** The checks of all entries. */
export function createHttpChecks(
  entries: readonly CheckEntry<ValuesOf<typeof httpSource.options>>[],
  { plan, clock, http, leastRate }: SourceDependencies,
): readonly MetricCheck[] {
  return entries.flatMap(({ options, baseline, checks }) =>
    createProbeChecks(
      {
        url: options.url,
        baselineUrl: baseline?.url,
        requestsPerSecond: Math.max(leastRate, options['requests-per-second']),
        requestTimeout: options['request-timeout'],
        followRedirects: options['follow-redirects'],
        expectStatus: options['expect-status'],
        expectBody: options['expect-body'],
        headers: options.headers ?? {},
        checks,
        ...plan,
      },
      { http: http(), clock },
    ),
  );
}

/** The checks on our own traffic to one URL, one for each limit. They are used for one watch. */
export function createProbeChecks(
  probing: Probing,
  deps: { readonly http: Http; readonly clock: Clock },
): readonly MetricCheck[] {
  const probe = createProbe(probing, deps);
  const proberOf = (url: string): SharedProber =>
    sharedProber(url, { ...probing, probe, clock: deps.clock });
  const probers: CanaryAndBaseline = {
    canary: proberOf(probing.url),
    baseline: probing.baselineUrl === undefined ? undefined : proberOf(probing.baselineUrl),
  };
  return probing.checks.map((check) => createCheck(check, probers, probing));
}

function createCheck(
  check: CheckSpec,
  { canary, baseline }: CanaryAndBaseline,
  probing: Probing,
): MetricCheck {
  const { id, limit } = check;
  const all = [canary, ...(baseline === undefined ? [] : [baseline])];
  return {
    ...check,
    kind: limit.metric === 'errors-per-minute' ? 'rate' : 'ratio',
    source: 'http',
    subject: subjectOf(probing),
    preflight: () => Promise.resolve(estimate(check, probing)),
    start: (origin) => {
      for (const prober of all) prober.start(id, origin);
    },
    observe: async (window, signal) => {
      const [found, ofBaseline] = await raceSignal(
        Promise.all(all.map((prober) => prober.results(id, window))),
        signal,
      );
      return withBaseline(
        count(limit, found ?? [], window),
        ofBaseline === undefined ? undefined : count(limit, ofBaseline, window),
      );
    },
    stop: () => {
      for (const prober of all) prober.stop(id);
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

function withBaseline(own: Observation, baseline: Observation | undefined): Observation {
  if (own.kind === 'value' || baseline?.kind !== 'counts') return own;
  const { samples, failures } = baseline;
  return { ...own, baseline: { samples, failures } };
}
