import type { Askable, Asked, HealthCheck, HealthResult } from '../../contract/check.js';
import type { Finding } from '../../contract/result.js';
import { getPods } from '../../support/kubernetes/pods.js';
import {
  getWorkloads,
  nameOf,
  parseWorkloadName,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import type { HealthDependencies } from '../source.js';
import {
  createWorkloadHealth,
  type WorkloadHealthOptions,
  type WorkloadResult,
} from './workload.js';
import { createMemory, type PlatformMemory } from '../memory.js';
import { createKubectl, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';

export interface KubernetesHealthSettings {
  readonly 'kubernetes-workload'?: readonly string[] | undefined;
  readonly 'canary-workload'?: readonly string[] | undefined;
  readonly kubeconfig?: string | undefined;
  readonly 'kubernetes-context'?: string | undefined;
  readonly 'kubernetes-namespace'?: string | undefined;
  readonly 'warm-up': number;
  readonly 'report-logs': number;
}

/** The check of the `kubernetes` source, for when `kubernetes-health` is true. */
export function setUpKubernetesChecks(
  dependencies: HealthDependencies<KubernetesHealthSettings>,
): readonly HealthCheck[] {
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
      isConfirmation: dependencies.leastRate > 0,
      kubectl,
      clock,
      redact,
    }),
  ];
}

interface KubernetesHealthOptions extends WorkloadHealthOptions {
  /** `deployment/api`. */
  readonly workloads: readonly string[];
  readonly interval: number;
  readonly failures: number;
  readonly successes: number;
}

const id = 'kubernetes-health';

/** The readiness of workloads as the cluster tells it: one check for all of them. */
function createKubernetesHealth(options: KubernetesHealthOptions): HealthCheck {
  const { workloads, kubectl } = options;
  const probes = workloads
    .flatMap((name) => parseWorkloadName(name) ?? [])
    .map((workload) => ({
      health: createWorkloadHealth(workload, options),
      memory: createMemory(),
      askable: askableOf(workload, options),
    }));
  let isProbing = false;

  return {
    kind: 'health',
    id,
    source: 'kubernetes',
    subject: workloads.join(', '),
    limit: { metric: 'health', failures: options.failures, successes: options.successes },
    every: options.interval,
    findings: () =>
      probes.flatMap(({ health }) =>
        health.notes().map((message): Finding => ({
          level: 'notice',
          subject: id,
          message: `${message}; that alone is not a failure`,
        })),
      ),
    askables: probes.map(({ askable, memory }) => ({ ...askable, recall: memory.recall })),
    preflight: (signal, isBeforeDeploy = false) =>
      preflightHealth({ kubectl, id, names: workloads, isBeforeDeploy }, signal),

    async probe(signal) {
      // A kubectl that hangs must not be joined by others, and what is bad once must not count twice.
      if (isProbing) return { ok: null, detail: 'the last probe is not done yet' };
      isProbing = true;
      try {
        const results = await Promise.all(
          probes.map(async ({ health, memory }) => withMemory(await health.probe(signal), memory)),
        );
        signal.throwIfAborted();
        return together(results);
      } finally {
        isProbing = false;
      }
    },
  };
}

/** Without patience: what is not available before the deploy is not. */
function askableOf(
  workload: WorkloadName,
  options: KubernetesHealthOptions,
): Omit<Askable, 'recall'> {
  const { clock } = options;
  const health = createWorkloadHealth(workload, { ...options, grace: 0, logLines: 0 });
  return {
    subject: nameOf(workload),
    async ask(signal): Promise<Asked | undefined> {
      const from = clock.monotonic();
      const { ok, detail, causes, absent } = await health.probe(signal);
      if (ok === null) return undefined;
      return { passed: ok, detail, causes, absent, ms: Math.round(clock.monotonic() - from) };
    },
  };
}

function withMemory(result: WorkloadResult, memory: PlatformMemory): HealthResult {
  const { ok, detail, causes = [] } = result;
  return { ok, detail, ...(memory.push(ok, causes) ? { changed: true } : {}) };
}

/** One that is bad is enough; well is only what is well everywhere. */
function together(results: readonly HealthResult[]): HealthResult {
  if (results.length === 0) return { ok: null, detail: 'there is no workload to observe' };
  const ok = results.some((result) => result.ok === false)
    ? false
    : results.every((result) => result.ok === true)
      ? true
      : null;
  const details = results.filter((result) => result.ok === ok && result.detail !== '');
  return {
    ok,
    detail: [...new Set(details.map(({ detail }) => detail))].join('; '),
    ...(ok === false && details.some(({ changed }) => changed) ? { changed: true } : {}),
  };
}

/** Whether every workload can be observed: a probe is the proof, and needs no other rights than those of the watch. */
async function preflightHealth(
  {
    kubectl,
    id,
    names,
    isBeforeDeploy,
  }: {
    readonly kubectl: Kubectl;
    readonly id: string;
    readonly names: readonly string[];
    readonly isBeforeDeploy: boolean;
  },
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
        '`kubernetes-health` is true, and there is no workload to observe',
        'set `kubernetes-workload` or `canary-workload`',
      ),
    ];
  const known = names.flatMap((name) => parseWorkloadName(name) ?? []);
  try {
    const found = await getWorkloads(kubectl, known, signal);
    await Promise.all([...found.values()].map((workload) => getPods(kubectl, workload, signal)));
    const missing = known
      .map(nameOf)
      .filter((name) => !found.has(name))
      .map((name): Finding => {
        const inputs = 'correct `kubernetes-workload`, `canary-workload` or `kubernetes-namespace`';
        return isBeforeDeploy
          ? {
              ...{ level: 'notice', subject: id, message: `${name} is not there yet` },
              fix: `if the deploy does not make it, ${inputs}`,
            }
          : error(`${name} is not there`, inputs);
      });
    return missing;
  } catch (problem) {
    if (!(problem instanceof KubectlError)) throw problem;
    return [error(problem.message, fixOf(problem))];
  }
}

function fixOf({ reason }: KubectlError): string {
  if (reason === 'missing')
    return 'install kubectl on the runner, or set `kubernetes-health` to false';
  if (reason === 'forbidden')
    return 'let this user get the workloads and list pods: see docs/kubernetes.md';
  // Of all kinds that can be named only this one may lack.
  if (reason === 'not-found')
    return 'install Argo Rollouts in the cluster, or name a deployment, statefulset or daemonset';
  return 'see whether kubectl works on this runner, with `kubeconfig` and `kubernetes-context` as they are set';
}
