import { fields, numberOf } from '../../support/json.js';
import { wantedReplicas, type Workload } from '../../support/kubernetes/workload.js';

/** How far a workload is, by its own status. */
export interface Rollout {
  readonly generation: number;
  readonly desired: number;
  readonly updated: number;
  readonly available: number;
  /** What is not as it should be, in words; empty when all is. */
  readonly lacks: string;
}

export function rolloutOf(workload: Workload): Rollout {
  const { generation, status } = workload;
  const { desired, total, updated, available } = countsOf(workload);
  const needed = updatesNeeded(workload, desired);
  // Of a surge the new pods are beyond what is desired, and it is they that do not become available.
  const wanted = Math.max(desired, total);
  const lacks =
    count(status.observedGeneration) < generation
      ? 'its controller has not seen the newest change yet'
      : available < wanted
        ? `${String(wanted - available)} of ${String(wanted)} replicas are not available`
        : updated < needed
          ? `${String(needed - updated)} of ${String(needed)} replicas are not updated`
          : '';
  return { generation, desired, updated, available, lacks };
}

interface Counts {
  readonly desired: number;
  readonly total: number;
  readonly updated: number;
  readonly available: number;
}

function countsOf(workload: Workload): Counts {
  const { kind, status } = workload;
  if (kind === 'daemonset') {
    const desired = count(status.desiredNumberScheduled);
    return {
      desired,
      total: desired,
      updated: count(status.updatedNumberScheduled),
      available: count(status.numberAvailable),
    };
  }
  // A StatefulSet has `availableReplicas` since Kubernetes 1.22; it is left out when it is 0, and so is `readyReplicas`.
  const { availableReplicas, readyReplicas } = status;
  return {
    desired: wantedReplicas(workload) ?? 0,
    total: count(status.replicas),
    updated: count(status.updatedReplicas),
    available: count(
      kind === 'statefulset' ? (availableReplicas ?? readyReplicas) : availableReplicas,
    ),
  };
}

/** How many replicas the controller will update by itself. */
function updatesNeeded({ kind, spec, status }: Workload, desired: number): number {
  if (kind === 'deployment') return spec.paused === true ? 0 : desired;
  const { type, rollingUpdate } = fields(spec.updateStrategy);
  if (type === 'OnDelete') return 0;
  if (kind === 'daemonset') return desired;
  if (status.currentRevision === status.updateRevision) return 0;
  return Math.max(0, desired - count(fields(rollingUpdate).partition));
}

function count(value: unknown): number {
  return numberOf(value) ?? 0;
}
