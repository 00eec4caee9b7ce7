import type { Pod } from './pods.js';
import type { Workload } from './workload.js';

/** apiserver, pkg/storage/names/generate.go: what a generated name begins with is cut here. */
const LONGEST_BASE = 58;

/**
 * Whether a pod that the selector selects was made by the workload: the selector of a stable version may well select the
 * canary's pods too.
 */
export function isPodOf({ kind, name, uid }: Workload, pod: Pod): boolean {
  if (kind !== 'deployment') return pod.controller === uid;
  // A Deployment names its ReplicaSets, and they name their pods (pkg/controller/deployment/sync.go, generateReplicaSetName).
  const hash = pod.labels['pod-template-hash'];
  return hash !== undefined && pod.name.startsWith(`${name}-${hash}-`.slice(0, LONGEST_BASE));
}
