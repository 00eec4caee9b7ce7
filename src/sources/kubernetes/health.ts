import type { HealthCheck, Look } from '../../contract/check.js';
import type { Finding } from '../../contract/finding.js';
import { getPods } from '../../support/kubernetes/pods.js';
import { getWorkloads, nameOf, parseWorkloadName } from '../../support/kubernetes/workload.js';
import type { CheckDependencies } from '../dependencies.js';
import { createWorkloadHealth, type WorkloadHealthOptions } from './workload.js';
import { createKubectl, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';

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

/** Whether every workload can be looked at. Looking is the proof: it needs no other rights than a look of the watch. */
export async function preflightHealth(
  kubectl: Kubectl,
  id: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const error = (message: string, fix: string): Finding => ({
    level: 'error',
    subject: id,
    message,
    fix,
  });
  if (names.length === 0)
    return [
      error(
        '`kubernetes-health` is true, and there is no workload to look at',
        'set `kubernetes-workload` or `canary-workload`',
      ),
    ];
  const known = names.flatMap((name) => parseWorkloadName(name) ?? []);
  const foreign = names
    .filter((name) => parseWorkloadName(name) === undefined)
    .map((name) =>
      error(
        `${name} is an Argo Rollouts object, which \`${id}\` cannot look at`,
        'name a deployment, statefulset or daemonset, or set `kubernetes-health` to false',
      ),
    );
  try {
    const found = await getWorkloads(kubectl, known, signal);
    await Promise.all([...found.values()].map((workload) => getPods(kubectl, workload, signal)));
    const missing = known
      .map(nameOf)
      .filter((name) => !found.has(name))
      .map((name) =>
        error(
          `${name} is not there`,
          'correct `kubernetes-workload`, `canary-workload` or `kubernetes-namespace`',
        ),
      );
    return [...foreign, ...missing];
  } catch (problem) {
    if (!(problem instanceof KubectlError)) throw problem;
    return [...foreign, error(problem.message, fixOf(problem))];
  }
}

function fixOf({ reason }: KubectlError): string {
  if (reason === 'missing')
    return 'install kubectl on the runner, or set `kubernetes-health` to false';
  if (reason === 'forbidden')
    return 'let this user get the workloads and list pods: see docs/kubernetes.md';
  return 'see whether kubectl works on this runner, with `kubeconfig` and `kubernetes-context` as they are set';
}
