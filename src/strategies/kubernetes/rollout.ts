import { fields, numberOf, textOf } from '../../support/json.js';
import { nameOf, wantedReplicas, type Workload } from '../../support/kubernetes/workload.js';

/** How far a workload is on its way to its template. */
interface Rollout {
  /** Every pod has the template, and is ready. */
  readonly done: boolean;
  readonly words: string;
  /** It will not go on by itself: what a person must do. */
  readonly held?: string;
}

/**
 * What `kubectl rollout status` looks at (kubectl, pkg/polymorphichelpers/rollout_status.go), but for the condition
 * ProgressDeadlineExceeded: after an undo it still speaks of the version that was taken back.
 */
export function rolloutOf(workload: Workload): Rollout {
  const { kind, generation, status } = workload;
  if ((numberOf(status.observedGeneration) ?? 0) < generation)
    return { done: false, words: 'its controller has not seen the change yet' };
  switch (kind) {
    case 'deployment':
      return heldByPause(workload, ofDeployment(workload));
    case 'statefulset':
      return ofStatefulSet(workload);
    case 'daemonset':
      return ofDaemonSet(workload);
  }
}

function ofDeployment(workload: Workload): Rollout {
  const wanted = wantedReplicas(workload) ?? 1;
  const count = counts(workload);
  const updated = count('updatedReplicas');
  const available = count('availableReplicas');
  const old = count('replicas') - updated;
  if (updated < wanted) return waiting(`${outOf(updated, wanted)} replicas are updated`);
  if (old > 0)
    return waiting(`${String(old)} old ${old === 1 ? 'replica is' : 'replicas are'} still there`);
  if (available < updated) return waiting(`${outOf(available, updated)} replicas are available`);
  return { done: true, words: `${outOf(available, wanted)} replicas are available` };
}

function heldByPause({ kind, name, namespace, spec }: Workload, rollout: Rollout): Rollout {
  return spec.paused === true && !rollout.done
    ? {
        ...rollout,
        held: `it was paused in the meantime: kubectl rollout resume ${kind}/${name} -n ${namespace}`,
      }
    : rollout;
}

function ofStatefulSet(workload: Workload): Rollout {
  const wanted = wantedReplicas(workload) ?? 1;
  const count = counts(workload);
  const updated = count('updatedReplicas');
  const ready = count('readyReplicas');
  // Servers before 1.22 do not count these; without minReadySeconds they are those that are ready.
  const available =
    numberOf(workload.spec.minReadySeconds) === undefined ||
    workload.status.availableReplicas === undefined
      ? ready
      : count('availableReplicas');
  const { type, partition } = updateStrategyOf(workload);
  if (updated < wanted) {
    const words = `${outOf(updated, wanted)} replicas are updated`;
    if (type === 'OnDelete') return { done: false, words, held: deletion(workload) };
    return partition > 0 && updated >= wanted - partition
      ? {
          done: false,
          words,
          held: `its partition of ${String(partition)} keeps the other pods as they are: set spec.updateStrategy.rollingUpdate.partition of ${nameOf(workload)} to 0`,
        }
      : waiting(words);
  }
  if (ready < wanted) return waiting(`${outOf(ready, wanted)} replicas are ready`);
  if (available < wanted) return waiting(`${outOf(available, wanted)} replicas are available`);
  return { done: true, words: `${outOf(ready, wanted)} replicas are ready` };
}

function ofDaemonSet(workload: Workload): Rollout {
  const count = counts(workload);
  const wanted = count('desiredNumberScheduled');
  const updated = count('updatedNumberScheduled');
  const available = count('numberAvailable');
  if (updated < wanted) {
    const words = `${outOf(updated, wanted)} pods are updated`;
    return updateStrategyOf(workload).type === 'OnDelete'
      ? { done: false, words, held: deletion(workload) }
      : waiting(words);
  }
  if (available < wanted) return waiting(`${outOf(available, wanted)} pods are available`);
  return { done: true, words: `${outOf(available, wanted)} pods are available` };
}

/** How its controller brings pods to a new template. */
export function updateStrategyOf({ spec }: Workload): {
  readonly type: string;
  readonly partition: number;
} {
  const strategy = fields(spec.updateStrategy);
  return {
    type: textOf(strategy.type) ?? 'RollingUpdate',
    partition: numberOf(fields(strategy.rollingUpdate).partition) ?? 0,
  };
}

function deletion(workload: Workload): string {
  return `its updateStrategy is OnDelete: pods get the old version only when they are deleted (kubectl delete pod -l '${workload.selector ?? ''}' -n ${workload.namespace})`;
}

function waiting(words: string): Rollout {
  return { done: false, words };
}

function outOf(some: number, all: number): string {
  return `${String(some)} of ${String(all)}`;
}

function counts({ status }: Workload): (field: string) => number {
  return (field) => numberOf(status[field]) ?? 0;
}
