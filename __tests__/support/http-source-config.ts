import { createProbeChecks } from '../../src/sources/http/checks.js';
import type { Probing, ProbeConfig } from '../../src/sources/http/prober.js';
import { createHealthCheck } from '../../src/sources/http/health.js';
import type { Check, CheckSpec } from '../../src/contract/check.js';
import type { ProbeDependencies } from '../../src/sources/http/probed-url.js';

/** What the inputs describe, in one. */
export interface HttpConfig
  extends
    ProbeConfig,
    Pick<
      Probing,
      'requestsPerSecond' | 'requestTimeout' | 'duration' | 'minRequests' | 'baselineHeaders'
    > {
  readonly urls: readonly string[];
  readonly baselineUrls?: readonly string[];
  readonly healthUrls: readonly string[] | 'off';
  readonly health: {
    readonly interval: number;
    readonly failures: number;
    readonly successes: number;
  };
  readonly minSuccessRate: number | 'off';
  readonly maxErrorsPerMinute: number | 'off';
  readonly maxLatency: { readonly percentile: number; readonly maxMs: number } | 'off';
}

/** The defaults of the inputs, for one URL. */
export function config(changes: Partial<HttpConfig> = {}): HttpConfig {
  return {
    urls: ['http://app.example/'],
    healthUrls: ['http://app.example/'],
    requestsPerSecond: 2,
    requestTimeout: 5000,
    followRedirects: 0,
    expectStatus: [{ from: 200, to: 399 }],
    headers: {},
    health: { interval: 5000, failures: 3, successes: 2 },
    minSuccessRate: 95,
    maxErrorsPerMinute: 10,
    maxLatency: 'off',
    duration: 300_000,
    minRequests: 20,
    ...changes,
  };
}

/** The limits of a configuration, as they are judged. */
export function checksOf(config: HttpConfig, suffix = ''): readonly CheckSpec[] {
  const { minSuccessRate: minPercent, maxErrorsPerMinute: max, maxLatency } = config;
  return [
    ...(minPercent === 'off'
      ? []
      : [{ id: `success-rate${suffix}`, limit: { metric: 'success-rate', minPercent } as const }]),
    ...(max === 'off'
      ? []
      : [
          {
            id: `errors-per-minute${suffix}`,
            limit: { metric: 'errors-per-minute', max, scaledTo: 60 } as const,
          },
        ]),
    ...(maxLatency === 'off'
      ? []
      : [{ id: `latency${suffix}`, limit: { metric: 'latency', ...maxLatency } as const }]),
  ];
}

/** The health check and the checks on traffic of a configuration. */
export function createHttpChecks(config: HttpConfig, deps: ProbeDependencies): readonly Check[] {
  const { urls, healthUrls, health } = config;
  return [
    ...(healthUrls === 'off' || healthUrls.length === 0
      ? []
      : [createHealthCheck({ ...config, ...health, urls: healthUrls }, deps)]),
    ...urls.flatMap((url, index) =>
      createProbeChecks(
        {
          ...config,
          url,
          baselineUrl: config.baselineUrls?.[index],
          checks: checksOf(config, urls.length === 1 ? '' : `-${String(index + 1)}`),
        },
        deps,
      ),
    ),
  ];
}
