import type { Finding } from '../../contract/finding.js';
import { KubectlError, type Kubectl } from '../../support/kubectl.js';
import { getPods } from '../../support/kubernetes/pods.js';
import { getWorkloads, nameOf, parseWorkloadName } from '../../support/kubernetes/workload.js';

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
