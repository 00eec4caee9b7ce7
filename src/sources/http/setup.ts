import type { EntryOf } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { HealthCheck, MetricCheck } from '../../contract/check.js';
import { createProbeChecks } from './checks.js';
import { createHealthCheck } from './health.js';

/** The health check, as the inputs ask for it. */
export function setUpHttpHealth({
  settings,
  clock,
  http,
}: CheckDependencies): readonly HealthCheck[] {
  const urls = settings['health-url'] ?? [];
  if (urls === 'off' || urls.length === 0) return [];
  return [
    createHealthCheck(
      {
        urls,
        requestTimeout: settings['request-timeout'],
        followRedirects: settings['follow-redirects'],
        expectStatus: settings['expect-status'],
        expectBody: settings['expect-body'],
        headers: settings.headers ?? {},
        interval: settings['health-interval'],
        failures: settings['health-failures'],
        successes: settings['health-successes'],
      },
      { http: http(), clock },
    ),
  ];
}

/** The checks on traffic of our own. */
export function setUpHttpChecks(
  entries: readonly EntryOf<'http'>[],
  { settings, clock, http, leastRate }: CheckDependencies,
): readonly MetricCheck[] {
  return entries.flatMap(({ options, baseline, judged }) =>
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
        judged,
        duration: settings.duration,
        minRequests: settings['min-requests'],
      },
      { http: http(), clock },
    ),
  );
}
