import type { CheckDependencies } from '../dependencies.js';
import { givenByPrometheus } from '../prometheus/given.js';
import type { Check } from '../types.js';
import { createHttpChecks } from './checks.js';

/** The checks of the `http` source, as the inputs ask for them: of what no metric source gives, and the health check. */
export function setUpHttpChecks(dependencies: CheckDependencies): readonly Check[] {
  const { settings, clock, http, leastRate } = dependencies;
  const given = givenByPrometheus(settings);
  const minSuccessRate = given.has('success-rate') ? 'off' : settings['min-success-rate'];
  const maxErrorsPerMinute = given.has('errors-per-minute')
    ? 'off'
    : settings['max-errors-per-minute'];
  const maxLatency = given.has('latency') ? 'off' : (settings['max-latency'] ?? 'off');
  const urls = settings.url ?? [];
  const healthUrls = settings['health-url'] ?? [];
  if (urls.length === 0 && (healthUrls === 'off' || healthUrls.length === 0)) return [];
  return createHttpChecks(
    {
      urls,
      healthUrls,
      requestsPerSecond: Math.max(leastRate, settings['requests-per-second']),
      requestTimeout: settings['request-timeout'],
      followRedirects: settings['follow-redirects'],
      expectStatus: settings['expect-status'],
      expectBody: settings['expect-body'],
      headers: settings.headers ?? {},
      health: {
        interval: settings['health-interval'],
        failures: settings['health-failures'],
        successes: settings['health-successes'],
      },
      minSuccessRate,
      maxErrorsPerMinute,
      maxLatency,
      duration: settings.duration,
      minRequests: settings['min-requests'],
    },
    { http: http(), clock },
  );
}
