import type { HealthCheck, Look } from '../../contract/check.js';
import { parseWorkloadName } from '../../support/kubernetes/workload.js';
import { preflightHealth } from './preflight.js';
import { createWorkloadHealth, type WorkloadHealthOptions } from './workload-health.js';

export interface KubernetesHealthOptions extends WorkloadHealthOptions {
  /** `deployment/api`. */
  readonly workloads: readonly string[];
  readonly interval: number;
  readonly failures: number;
  readonly successes: number;
}

const id = 'kubernetes-health';

/** The readiness of workloads as the cluster tells it: one check for all of them. */
export function createKubernetesHealth(options: KubernetesHealthOptions): HealthCheck {
  const { workloads, kubectl } = options;
  const looks = workloads
    .flatMap((name) => parseWorkloadName(name) ?? [])
    .map((workload) => createWorkloadHealth(workload, options));
  let isLooking = false;

  return {
    kind: 'health',
    id,
    source: 'kubernetes',
    subject: workloads.join(', '),
    limit: { metric: 'health', failures: options.failures, successes: options.successes },
    every: options.interval,
    preflight: (signal) => preflightHealth(kubectl, id, workloads, signal),

    async look(signal) {
      // A kubectl that hangs must not be joined by others, and what is bad once must not count twice.
      if (isLooking) return { ok: null, detail: 'the look before is not done yet' };
      isLooking = true;
      try {
        const seen = await Promise.all(looks.map((look) => look(signal)));
        signal.throwIfAborted();
        return together(seen);
      } finally {
        isLooking = false;
      }
    },
  };
}

/** One that is bad is enough; well is only what is well everywhere. */
function together(seen: readonly Look[]): Look {
  if (seen.length === 0) return { ok: null, detail: 'there is no workload to look at' };
  const ok = seen.some((look) => look.ok === false)
    ? false
    : seen.every((look) => look.ok === true)
      ? true
      : null;
  const details = seen.filter((look) => look.ok === ok && look.detail !== '');
  return { ok, detail: [...new Set(details.map(({ detail }) => detail))].join('; ') };
}
