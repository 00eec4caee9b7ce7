import type {
  CheckEntry,
  CheckSpec,
  MetricCheck,
  MetricLimit,
  Observation,
  Obstacle,
  Window,
} from '../../contract/check.js';
import type { Finding } from '../../contract/result.js';
import { raceSignal } from '../../support/abort.js';
import type { ValuesOf } from '../../support/options.js';
import { formatDuration, formatNumber, plural, printableUrl } from '../../support/text.js';
import type { SourceDependencies } from '../source.js';
import { createProbedUrl, type ProbedUrl, type ProbeDependencies } from './probed-url.js';
import { sharedProber, type SharedProber } from './ledger.js';
import type { httpSource } from './options.js';
import { type ProbeResult, type Probing, TOO_BUSY } from './prober.js';

/** Traffic of our own, to the canary and to its baseline. */
interface CanaryAndBaseline {
  readonly canary: Side;
  readonly baseline: Side | undefined;
}

interface Side {
  readonly url: ProbedUrl;
  readonly prober: SharedProber;
}

/** The checks of all entries. */
export function createHttpChecks(
  entries: readonly CheckEntry<ValuesOf<typeof httpSource.options>>[],
  { plan, clock, http, limits, leastRate, isSet }: SourceDependencies,
): readonly MetricCheck[] {
  return entries.flatMap(({ options, baseline, checks, where }) =>
    createProbeChecks(
      {
        url: options.url,
        baselineUrl: baseline?.url,
        baselineHeaders: baseline === undefined ? undefined : headersOf(baseline.headers),
        requestsPerSecond: Math.max(leastRate, options['requests-per-second']),
        requestTimeout: options['request-timeout'],
        followRedirects: options['follow-redirects'],
        expectStatus: options['expect-status'],
        expectBody: options['expect-body'],
        headers: headersOf(options.headers),
        latencyIncludesConnect: options['latency-includes-connect'],
        checks,
        // An entry of the file has no limits but its own.
        isErrorLimitUnset: where === undefined && isSet?.('max-errors-per-minute') === false,
        ...plan,
      },
      { http: http(), clock, limits },
    ),
  );
}

function headersOf(given: Probing['headers'] | 'off' | undefined): Probing['headers'] {
  return given === undefined || given === 'off' ? {} : given;
}

/** The checks on our own traffic to one URL, one for each limit. They are used for one watch. */
export function createProbeChecks(
  probing: Probing,
  deps: ProbeDependencies,
): readonly MetricCheck[] {
  const sideOf = (url: string, headers: Probing['headers']): Side => {
    const every = 1000 / probing.requestsPerSecond;
    const probed = createProbedUrl(url, every, { ...probing, headers }, deps);
    return { url: probed, prober: sharedProber(probed, { ...probing, clock: deps.clock }) };
  };
  const { url, baselineUrl, headers, baselineHeaders = headers } = probing;
  const sides: CanaryAndBaseline = {
    canary: sideOf(url, headers),
    baseline: baselineUrl === undefined ? undefined : sideOf(baselineUrl, baselineHeaders),
  };
  return probing.checks.map((check, index) => createCheck(check, sides, probing, index === 0));
}

/** @param speaks tells of both sides what was seen besides: of the checks that share them, one does. */
function createCheck(
  check: CheckSpec,
  { canary, baseline }: CanaryAndBaseline,
  probing: Probing,
  speaks: boolean,
): MetricCheck {
  const { id, limit } = check;
  const all = [canary, ...(baseline === undefined ? [] : [baseline])];
  return {
    ...check,
    kind: limit.metric === 'errors-per-minute' ? 'rate' : 'ratio',
    source: 'http',
    subject: subjectOf(probing),
    preflight: () => Promise.resolve(estimate(check, probing)),
    askables: [canary.url.askable],
    start: (origin) => {
      for (const { prober } of all) prober.start(id, origin);
    },
    observe: async (window, signal) => {
      const [found, ofBaseline] = await raceSignal(
        Promise.all(all.map(({ prober }) => prober.results(id, window))),
        signal,
      );
      return withBaseline(
        everWell(count(limit, found ?? [], window), found ?? []),
        ofBaseline === undefined ? undefined : count(limit, ofBaseline, window),
      );
    },
    stop: () => {
      for (const { prober } of all) prober.stop(id);
    },
    reach: () => canary.url.reach(),
    findings: () => (speaks ? all.flatMap((side) => side.url.findings(id)) : []),
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

/** Adds what tells whether the service was ever well: how much passed, where the counts do not say it, and what was in the way. */
function everWell(observation: Observation, results: readonly ProbeResult[]): Observation {
  const obstacles: Partial<Record<Obstacle, number>> = {};
  for (const { obstacle } of results)
    if (obstacle !== undefined) obstacles[obstacle] = (obstacles[obstacle] ?? 0) + 1;
  const passed = results.filter((result) => result.sent && result.ok).length;
  const isCounted =
    observation.kind !== 'counts' || passed === observation.samples - observation.failures;
  return {
    ...observation,
    ...(Object.keys(obstacles).length === 0 ? {} : { obstacles }),
    ...(isCounted ? {} : { passed }),
  };
}

function withBaseline(own: Observation, baseline: Observation | undefined): Observation {
  if (own.kind === 'value' || baseline?.kind !== 'counts') return own;
  const { samples, failures } = baseline;
  return { ...own, baseline: { samples, failures } };
}

type Sent = Extract<ProbeResult, { sent: true }>;

/** Good and bad answers: for the success rate and the errors per minute. */
export function countFailures(results: readonly ProbeResult[], window: Window): Observation {
  const sent = results.filter((result) => result.sent);
  const failed = sent.filter((result) => !result.ok);
  return observationOf(
    sent.length,
    failed.map((result) => result.kind),
    results,
    window,
  );
}

/** An answer that was slow by our own fault, or may have been, has no time. */
function believed(result: ProbeResult, maxMs: number): ProbeResult {
  if (!result.sent || result.latencyMs === null || result.latencyMs <= maxMs) return result;
  return result.latencyMs - (result.stalledMs ?? 0) > maxMs
    ? result
    : { sent: false, why: TOO_BUSY };
}

/**
 * Slow answers among all that have a time: answers of any status, and timeouts, which count as slow. Other failures say
 * nothing of how fast the service is.
 *
 * @param maxMs exactly this many milliseconds are not slow.
 */
export function countSlow(all: readonly ProbeResult[], window: Window, maxMs: number): Observation {
  const results = all.map((result) => believed(result, maxMs));
  const timed = results.filter(
    (result): result is Sent & { latencyMs: number } => result.sent && result.latencyMs !== null,
  );
  const slow = timed.filter((result) => result.latencyMs > maxMs);
  return observationOf(
    timed.length,
    slow.map((result) => (Number.isFinite(result.latencyMs) ? 'slow' : 'timeout')),
    results,
    window,
  );
}

function observationOf(
  samples: number,
  failures: readonly string[],
  results: readonly ProbeResult[],
  window: Window,
): Observation {
  const leftOut = leftOutOf(results, samples);
  const missing = samples === 0 ? missingProbes(results) : undefined;
  if (missing !== undefined) return { ...missing, ...leftOut };
  const kinds: Record<string, number> = {};
  for (const kind of failures) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return {
    kind: 'counts',
    samples,
    failures: failures.length,
    seconds: (window.to - window.from) / 1000,
    kinds,
    ...leftOut,
  };
}

/** How much a limit on how often one may ask has hidden; nothing is said where there is none. */
function leftOutOf(results: readonly ProbeResult[], samples: number): Pick<Observation, 'leftOut'> {
  const of = (because: 'limited' | 'slowed'): number =>
    results.filter((result) => !result.sent && result.because === because).length;
  const [requests, slowed] = [of('limited'), of('slowed')];
  return requests + slowed === 0 ? {} : { leftOut: { requests, of: samples + requests + slowed } };
}

/**
 * Probes that our own machine could not send, or could not observe, say nothing of the service; that none was due is no gap at
 * all, and what is left out at a slower pace is not due.
 */
function missingProbes(all: readonly ProbeResult[]): Observation | undefined {
  const results = all.filter((result) => result.sent || result.because !== 'slowed');
  const unsent = results.filter((result) => !result.sent);
  const last = unsent.at(-1);
  return last === undefined
    ? undefined
    : {
        kind: 'none',
        why: 'provider-error',
        detail: `${String(unsent.length)} of ${String(results.length)} probes gave no result: ${last.why}`,
      };
}

/** Own probes are judged as if there were this many a minute, so that the limit does not depend on their rate. */
const PROBES_PER_MINUTE = 60;

/** How many failures a service that is just at its limit must be expected to show before a watch can tell. */
const TELLING_FAILURES = 3;

/** What can be said of a limit before the first probe: what it means, and whether the watch is long enough for it. */
export function estimate(
  { id: check, limit, minRequests: own }: CheckSpec,
  config: Pick<
    Probing,
    'requestsPerSecond' | 'duration' | 'minRequests' | 'checks' | 'isErrorLimitUnset'
  >,
): readonly Finding[] {
  const meaning =
    limit.metric === 'errors-per-minute' && config.isErrorLimitUnset !== true
      ? [meaningOf(check, limit.max, config)]
      : [];
  const expected = Math.floor((config.requestsPerSecond * config.duration) / 1000);
  const allowed = allowedFailures(limit);
  const minRequests = own ?? config.minRequests;
  const needed = Math.max(
    minRequests,
    allowed > 0 ? Math.ceil(TELLING_FAILURES / allowed - 1e-9) : 0,
  );
  if (expected >= needed) return meaning;
  return [
    ...meaning,
    {
      level: 'warning',
      subject: check,
      message: `${plural(expected, 'request')} in ${formatDuration(config.duration)} are too few: ${
        needed > minRequests
          ? `this limit needs ${formatNumber(needed, 0)} to tell it from a breach`
          : `min-requests is ${formatNumber(needed, 0)}`
      }`,
      fix: `raise requests-per-second to ${formatNumber(
        Math.ceil((needed * 10_000) / config.duration) / 10,
        1,
      )}, or lengthen duration`,
    },
  ];
}

/** The share of requests that may fail. */
function allowedFailures(limit: MetricLimit): number {
  switch (limit.metric) {
    case 'success-rate':
      return (100 - limit.minPercent) / 100;
    case 'latency':
      return (100 - limit.percentile) / 100;
    case 'errors-per-minute':
      return limit.max / PROBES_PER_MINUTE;
    case 'value':
    case 'relative':
      return 0;
  }
}

function meaningOf(check: string, max: number, { checks }: Pick<Probing, 'checks'>): Finding {
  if (max >= PROBES_PER_MINUTE) {
    return {
      level: 'warning',
      subject: check,
      message: `own probes count as ${String(PROBES_PER_MINUTE)} a minute, so max-errors-per-minute ${formatNumber(max)} can never be exceeded`,
      fix: `set max-errors-per-minute below ${String(PROBES_PER_MINUTE)}, or to off`,
    };
  }
  const percent = 100 - (max * 100) / PROBES_PER_MINUTE;
  const other = checks.flatMap(({ limit }) =>
    limit.metric === 'success-rate' ? [limit.minPercent] : [],
  )[0];
  const compared =
    other === undefined
      ? ''
      : Math.abs(percent - other) < 1e-9
        ? ', the same as min-success-rate'
        : percent < other
          ? `: min-success-rate (${formatNumber(other, 4)} %) decides`
          : `: it decides, and not min-success-rate (${formatNumber(other, 4)} %)`;
  return {
    level: 'notice',
    subject: check,
    message: `with own probes, max-errors-per-minute ${formatNumber(max)} allows ${formatNumber(percent)} % success${compared}`,
  };
}
