import type { CheckDependencies } from '../dependencies.js';
import type { Check } from '../types.js';
import { createHttpChecks } from './checks.js';

/** The checks of the `http` source, as the inputs ask for them. */
export function setUpHttpChecks(dependencies: CheckDependencies): readonly Check[] {
  const { settings, clock, http, leastRate } = dependencies;
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
      minSuccessRate: settings['min-success-rate'],
      maxErrorsPerMinute: settings['max-errors-per-minute'],
      maxLatency: settings['max-latency'] ?? 'off',
      duration: settings.duration,
      minRequests: settings['min-requests'],
    },
    { http: http(), clock },
  );
}
