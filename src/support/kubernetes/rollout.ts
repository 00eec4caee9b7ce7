import { fields, numberOf, textOf } from '../json.js';
import { desiredReplicas, type Workload } from './workload.js';

/** How far the controller of a workload has come with the newest template, by the workload's own status. */
export interface Rollout {
  readonly generation: number;
  /** Whether the controller has seen the newest change; until then the counts speak of an older one. */
  readonly isSeen: boolean;
  readonly desired: number;
  /** All pods, those of older templates included. */
  readonly total: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  /** A Deployment that is paused brings no more pods to the newest template. */
  readonly isPaused: boolean;
  /** `RollingUpdate`, or `OnDelete`: pods get the newest template only when somebody deletes them. */
  readonly updateType: string;
  /** A StatefulSet leaves the pods with a lower ordinal as they are. */
  readonly partition: number;
}

/**
 * One reading of the status for everything that asks how far a rollout is: the counts that `kubectl rollout status` uses
 * (kubectl, pkg/polymorphichelpers/rollout_status.go).
 */
export function rolloutOf(workload: Workload): Rollout {
  const { generation, spec, status } = workload;
  const updateStrategy = fields(spec.updateStrategy);
  return {
    generation,
    isSeen: observedGeneration(status) >= generation,
    ...countsOf(workload),
    isPaused: spec.paused === true,
    updateType: textOf(updateStrategy.type) ?? 'RollingUpdate',
    partition: count(fields(updateStrategy.rollingUpdate).partition),
  };
}

/** The newest change that the controller has seen. Argo Rollouts writes it as text (pkg/apis/rollouts/v1alpha1/types.go). */
export function observedGeneration({ observedGeneration: seen }: Workload['status']): number {
  const text = textOf(seen);
  return text === undefined ? count(seen) : /^\d+$/.test(text) ? Number(text) : 0;
}

type Counts = Pick<Rollout, 'desired' | 'total' | 'updated' | 'ready' | 'available'>;

function countsOf(workload: Workload): Counts {
  const { kind, status } = workload;
  if (kind === 'daemonset') {
    const desired = count(status.desiredNumberScheduled);
    return {
      desired,
      total: desired,
      updated: count(status.updatedNumberScheduled),
      ready: count(status.numberReady),
      available: count(status.numberAvailable),
    };
  }
  const ready = count(status.readyReplicas);
  // A StatefulSet has `availableReplicas` since Kubernetes 1.22.
  const areReady = kind === 'statefulset' && status.availableReplicas === undefined;
  return {
    desired: desiredReplicas(workload) ?? 0,
    total: count(status.replicas),
    updated: count(status.updatedReplicas),
    ready,
    available: areReady ? ready : count(status.availableReplicas),
  };
}

/** The API server leaves out what is 0. */
function count(value: unknown): number {
  return numberOf(value) ?? 0;
}
