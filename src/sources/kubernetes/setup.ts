import { createKubectl } from '../../support/kubectl.js';
import type { CheckDependencies } from '../dependencies.js';
import type { HealthCheck } from '../../contract/check.js';
import { createKubernetesHealth } from './health.js';

/** The check of the `kubernetes` source, for when `kubernetes-health` is true. */
export function setUpKubernetesChecks(dependencies: CheckDependencies): readonly HealthCheck[] {
  const { settings, clock, random, exec, env, redact } = dependencies;
  const workloads = new Set([
    ...(settings['kubernetes-workload'] ?? []),
    ...(settings['canary-workload'] ?? []),
  ]);
  const kubectl = createKubectl({
    kubeconfig: settings.kubeconfig,
    context: settings['kubernetes-context'],
    namespace: settings['kubernetes-namespace'],
    env,
    exec,
    redact,
    clock,
    random,
  });
  return [
    createKubernetesHealth({
      workloads: [...workloads],
      interval: settings['health-interval'],
      failures: settings['health-failures'],
      successes: settings['health-successes'],
      grace: settings['warm-up'],
      logLines: settings['report-logs'],
      kubectl,
      clock,
      redact,
    }),
  ];
}
