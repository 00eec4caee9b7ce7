import { type ArgoRollout, argoRolloutOf } from '../../support/kubernetes/argo-rollout.js';
import { rolloutOf } from '../../support/kubernetes/rollout.js';
import type { Workload } from '../../support/kubernetes/workload.js';
import { changesTemplate, type Way } from './apply-template.js';
import type { Completion } from './completion.js';
import type { Revision } from './versions.js';

/** Whether the earlier version of a Rollout serves again, and nothing else does. */
export interface RolloutCompletion extends Completion {
  /** What has to be asked of the controller, so that it goes on: without it the steps of a canary wait for a person. */
  readonly ask?: 'promotion' | 'abort';
}

type Past = Pick<Revision, 'uid' | 'set'> & Partial<Pick<Revision, 'images'>>;
type Target = Pick<Revision, 'uid' | 'unpinned'> & Partial<Pick<Revision, 'images'>>;

/**
 * The proof is the state of the ReplicaSet of the stable version. The phase and the counts alone prove nothing: after an abort they
 * are those of a failure, and pods of a version before the last may be left.
 *
 * @param target the version that is to serve
 * @param way `abort-only` and `aborted`: the template of the Rollout is that of the version that was aborted
 */
export function rolloutCompletion(
  workload: Workload,
  history: readonly Past[],
  target: Target,
  way: Way,
): RolloutCompletion {
  const rollout = argoRolloutOf(workload);
  const isNew = changesTemplate(way) && target.unpinned !== undefined;
  const own = history.find((one) =>
    isNew ? isPinned(one, target, rollout) : one.uid === target.uid,
  )?.set;
  if (!rollout.isSeen || (isNew && own === undefined))
    return waiting('its controller has not seen the change yet');
  if (own === undefined) return held('the ReplicaSet of the version to return to is gone');
  const isStable = rollout.stable === own.hash;
  if (!changesTemplate(way)) {
    if (!isStable)
      return held('another version has become the stable one, so that an abort does not go back');
    if (!rollout.isAborted)
      return { ...waiting('its update is not aborted yet'), ask: 'abort' as const };
    if (!rollout.hasAborted) return waiting('its controller has not aborted the update yet');
  } else {
    if (rollout.current !== own.hash) return waiting('its controller has not seen the change yet');
    if (!isStable) {
      const words = `${String(own.available)} of ${String(rolloutOf(workload).desired)} replicas are available, and its steps are being skipped`;
      return rollout.isPromoted ? waiting(words) : { ...waiting(words), ask: 'promotion' as const };
    }
  }
  return serving(workload, rollout, own, way);
}

/** With images named by digests the version is another one than its history has, so that it gets a ReplicaSet of its own. */
function isPinned({ set, images }: Past, target: Target, { current }: ArgoRollout): boolean {
  return set?.hash === current && images?.join() === target.images?.join();
}

/** The version is the stable one: whether all that serves is of it. */
function serving(
  workload: Workload,
  rollout: ArgoRollout,
  own: NonNullable<Revision['set']>,
  way: Way,
): RolloutCompletion {
  const { desired, total, updated } = rolloutOf(workload);
  const ready = `${String(own.available)} of ${String(desired)} replicas are available`;
  if (own.available < desired) return waiting(ready);
  if (rollout.strategy === 'blue-green') {
    if (rollout.active !== own.hash)
      return waiting(`${ready}, and its active service does not select them yet`);
  } else if (rollout.isRouted) {
    if (rollout.canaryWeight !== 0)
      return waiting(`${ready}, and the traffic does not go to them alone yet`);
  } else {
    // Every pod that is there serves. After an abort the template is that of the version that was aborted.
    const ofOthers = Math.max(total - desired, changesTemplate(way) ? 0 : updated);
    if (ofOthers > 0)
      return waiting(
        `${ready}, and ${String(ofOthers)} ${ofOthers === 1 ? 'pod' : 'pods'} of other versions ${ofOthers === 1 ? 'is' : 'are'} still there`,
      );
  }
  return rollout.phase === (changesTemplate(way) ? 'Healthy' : 'Degraded')
    ? { done: true, words: ready }
    : waiting(`${ready}, and Argo Rollouts says ${rollout.phase}: ${rollout.message}`);
}

function waiting(words: string): RolloutCompletion {
  return { done: false, words };
}

function held(words: string): RolloutCompletion {
  return { done: false, words, held: words };
}
