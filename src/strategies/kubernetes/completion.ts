import { resumeInWords } from '../../support/kubernetes/argo-rollout.js';
import { rolloutOf, type Rollout } from '../../support/kubernetes/rollout.js';
import { nameOf, type Workload } from '../../support/kubernetes/workload.js';

/** Whether a workload has finished its rollout. */
export interface Completion {
  /** Every pod has the template, and is ready. */
  readonly done: boolean;
  readonly words: string;
  /** It is stuck: what a person must do. */
  readonly held?: string;
}

/**
 * What `kubectl rollout status` says (kubectl, pkg/polymorphichelpers/rollout_status.go), but for the condition
 * ProgressDeadlineExceeded: after an undo it still speaks of the version that was rolled back.
 */
export function completionOf(workload: Workload): Completion {
  const rollout = rolloutOf(workload);
  if (!rollout.isSeen) return waiting('its controller has not seen the change yet');
  switch (workload.kind) {
    case 'deployment':
      return heldByPause(workload, ofDeployment(rollout));
    case 'statefulset':
      return ofStatefulSet(workload, rollout);
    case 'daemonset':
      return ofDaemonSet(workload, rollout);
    case 'rollout':
      // What its counts say is not enough: see rollout-completion.ts.
      return { ...ofDeployment(rollout), done: false };
  }
}

function ofDeployment({ desired, total, updated, available }: Rollout): Completion {
  const old = total - updated;
  if (updated < desired) return waiting(`${outOf(updated, desired)} replicas are updated`);
  if (old > 0)
    return waiting(`${String(old)} old ${old === 1 ? 'replica is' : 'replicas are'} still there`);
  if (available < updated) return waiting(`${outOf(available, updated)} replicas are available`);
  return { done: true, words: `${outOf(available, desired)} replicas are available` };
}

function heldByPause(workload: Workload, completion: Completion): Completion {
  return workload.spec.paused === true && !completion.done
    ? {
        ...completion,
        held: `it was paused in the meantime: ${resumeInWords(workload)}`,
      }
    : completion;
}

function ofStatefulSet(workload: Workload, rollout: Rollout): Completion {
  const { desired, updated, ready, available, updateType, partition } = rollout;
  if (updated < desired) {
    const words = `${outOf(updated, desired)} replicas are updated`;
    if (updateType === 'OnDelete') return { done: false, words, held: deletion(workload) };
    return partition > 0 && updated >= desired - partition
      ? {
          done: false,
          words,
          held: `its partition of ${String(partition)} keeps the other pods as they are: set spec.updateStrategy.rollingUpdate.partition of ${nameOf(workload)} to 0`,
        }
      : waiting(words);
  }
  if (ready < desired) return waiting(`${outOf(ready, desired)} replicas are ready`);
  if (available < desired) return waiting(`${outOf(available, desired)} replicas are available`);
  return { done: true, words: `${outOf(ready, desired)} replicas are ready` };
}

function ofDaemonSet(workload: Workload, rollout: Rollout): Completion {
  const { desired, updated, available, updateType } = rollout;
  if (updated < desired) {
    const words = `${outOf(updated, desired)} pods are updated`;
    return updateType === 'OnDelete'
      ? { done: false, words, held: deletion(workload) }
      : waiting(words);
  }
  if (available < desired) return waiting(`${outOf(available, desired)} pods are available`);
  return { done: true, words: `${outOf(available, desired)} pods are available` };
}

function deletion(workload: Workload): string {
  return `its updateStrategy is OnDelete: pods get the old version only when they are deleted (kubectl delete pod -l '${workload.selector ?? ''}' -n ${workload.namespace})`;
}

function waiting(words: string): Completion {
  return { done: false, words };
}

function outOf(some: number, all: number): string {
  return `${String(some)} of ${String(all)}`;
}
