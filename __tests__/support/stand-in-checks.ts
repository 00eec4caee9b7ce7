import {
  type HealthCheck,
  kindOf,
  type Limit,
  type HealthResult,
  type MetricCheck,
  type Observation,
  type WatchPlan,
  type Window,
} from '../../src/contract/check.js';
import type { Clock } from '../../src/support/clock.js';

/** The plan of a default watch; times in milliseconds. */
export const defaultPlan: WatchPlan = {
  warmUp: 30_000,
  duration: 300_000,
  interval: 10_000,
  sensitivity: 'normal',
  decision: 'balanced',
  minRequests: 20,
  earlyPass: false,
};

export const successRate: Limit = { metric: 'success-rate', minPercent: 95 };
export const healthLimit: Limit = { metric: 'health', failures: 3, successes: 2 };

export function counts(samples: number, failures: number, seconds = 10): Observation {
  return { kind: 'counts', samples, failures, seconds };
}

export const good: HealthResult = { ok: true, detail: '' };
export const refused: HealthResult = { ok: false, detail: 'connection refused' };

/** A metric check whose observations are computed from the window. */
export function metricCheck(
  observe: (window: Window) => Observation | Promise<Observation>,
  limit: Exclude<Limit, { metric: 'health' }> = { metric: 'success-rate', minPercent: 95 },
): MetricCheck & { readonly begun: number[]; readonly ended: () => number } {
  const begun: number[] = [];
  let ended = 0;
  const kind = kindOf[limit.metric];
  return {
    id: limit.metric,
    kind,
    limit,
    source: 'stand-in',
    subject: 'http://service.test',
    preflight: () => Promise.resolve([]),
    start: (origin) => begun.push(origin),
    observe: (window) => Promise.resolve(observe(window)),
    stop: () => {
      ended += 1;
    },
    begun,
    ended: () => ended,
  };
}

/** A health check whose probes are computed from the time since the clock's zero; `takes`: milliseconds a probe needs. */
export function healthCheck(
  clock: Clock,
  answer: (at: number) => { result: HealthResult; takes?: number },
  every = 5000,
): HealthCheck {
  return {
    id: 'health',
    kind: 'health',
    limit: healthLimit,
    source: 'stand-in',
    subject: 'http://service.test/health',
    every,
    preflight: () => Promise.resolve([]),
    probe: async (signal) => {
      const { result, takes } = answer(clock.monotonic());
      if (takes !== undefined) await clock.sleep(takes, signal);
      return result;
    },
  };
}
