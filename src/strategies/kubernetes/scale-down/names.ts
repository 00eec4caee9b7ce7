import { parseWorkloadName, type WorkloadName } from '../../../support/kubernetes/workload.js';

/** What can be scaled, of the workloads that the user names. */
export function scalable(name: string): readonly WorkloadName[] {
  const workload = parseWorkloadName(name);
  return workload === undefined || workload.kind === 'daemonset' ? [] : [workload];
}

/** Why a workload cannot be scaled, and what to do instead. */
export function unscalable(name: string): string | undefined {
  const workload = parseWorkloadName(name);
  if (workload === undefined)
    return `${name} is an Argo Rollouts object, which is not taken down here: kubectl argo rollouts abort ${name.split('/')[1] ?? ''}`;
  return workload.kind === 'daemonset'
    ? `${name} cannot be scaled, because a DaemonSet has a pod on every node: delete it, or give it a nodeSelector that no node has`
    : undefined;
}
