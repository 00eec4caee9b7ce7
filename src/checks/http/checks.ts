import { raceSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { Http } from '../../support/http.js';
import { printableUrl } from '../../support/url.js';
import type { Observation, Window } from '../../gate/types.js';
import type { Check, MetricCheck } from '../types.js';
import type { HttpSourceConfig } from './config.js';
import { countFailures, countSlow } from './counts.js';
import { foresee, PROBES_PER_MINUTE, type ProbeLimit } from './foresight.js';
import { createHealthCheck } from './health.js';
import { createProbe, type ProbeResult } from './probe.js';
import { createSeries, type Series } from './series.js';

/**
 * The checks of the `http` source: one health check for all health URLs, and per probed URL one for each limit that is
 * set. They are used for one watch.
 */
export function createHttpChecks(
  config: HttpSourceConfig,
  world: { readonly http: Http; readonly clock: Clock },
): readonly Check[] {
  const { clock } = world;
  const probe = createProbe(config, world);
  const limits = limitsOf(config);
  const metricChecks = config.urls.flatMap((url, index) => {
    const suffix = config.urls.length === 1 ? '' : `-${String(index + 1)}`;
    const series = createSeries(url, { ...config, probe, clock });
    return limits.map((limit) => createMetricCheck(url, suffix, limit, series, config));
  });
  return config.healthUrls === 'off' || config.healthUrls.length === 0
    ? metricChecks
    : [createHealthCheck(config.healthUrls, config, { probe, clock }), ...metricChecks];
}

function limitsOf(config: HttpSourceConfig): readonly ProbeLimit[] {
  const { minSuccessRate, maxErrorsPerMinute, maxLatency } = config;
  const limits: ProbeLimit[] = [];
  if (minSuccessRate !== 'off') limits.push({ metric: 'success-rate', minPercent: minSuccessRate });
  if (maxErrorsPerMinute !== 'off')
    limits.push({
      metric: 'errors-per-minute',
      max: maxErrorsPerMinute,
      scaledTo: PROBES_PER_MINUTE,
    });
  if (maxLatency !== 'off') limits.push({ metric: 'latency', ...maxLatency });
  return limits;
}

function createMetricCheck(
  url: string,
  suffix: string,
  limit: ProbeLimit,
  series: Series,
  config: HttpSourceConfig,
): MetricCheck {
  const id = `${limit.metric}${suffix}`;
  const count = (results: readonly ProbeResult[], window: Window): Observation =>
    limit.metric === 'latency'
      ? countSlow(results, window, limit.maxMs)
      : countFailures(results, window);
  return {
    kind: limit.metric === 'errors-per-minute' ? 'rate' : 'ratio',
    id,
    source: 'http',
    subject: printableUrl(url),
    limit,
    preflight: () => Promise.resolve(foresee(id, limit, config)),
    begin: (origin) => {
      series.begin(id, origin);
    },
    observe: async (window, signal) =>
      count(await raceSignal(series.results(id, window), signal), window),
    end: () => {
      series.end(id);
    },
  };
}
