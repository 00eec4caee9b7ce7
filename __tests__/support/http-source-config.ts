import type { HttpSourceConfig } from '../../src/checks/http/config.js';

/** The defaults of the inputs, for one URL. */
export function config(changes: Partial<HttpSourceConfig> = {}): HttpSourceConfig {
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
