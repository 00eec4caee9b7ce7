import type { Clock } from '../../../support/clock.js';
import { messageOf } from '../../../support/errors.js';
import { plural } from '../../../support/format.js';
import { KubectlError, type Kubectl } from '../../../support/kubectl.js';
import { isPodOf } from '../../../support/kubernetes/owned.js';
import { getPods } from '../../../support/kubernetes/pods.js';
import {
  getWorkloads,
  nameOf,
  wantedReplicas,
  type Workload,
} from '../../../support/kubernetes/workload.js';
import { numberOf } from '../../../support/json.js';

/** Between two looks, milliseconds. */
const EVERY_MS = 2000;

/** How the wait for one workload has ended; `gone`: it has no pods any more. */
export interface Ending {
  readonly gone: boolean;
  readonly words: string;
}

/** Waits until a workload that was taken down has no pods any more, as far as there is time. */
export async function untilGone(
  workload: Workload,
  { kubectl, clock }: { readonly kubectl: Kubectl; readonly clock: Clock },
  signal: AbortSignal,
): Promise<Ending> {
  const name = nameOf(workload);
  let last = `${name} was taken to 0 replicas, and its pods were not looked at`;
  try {
    for (;;) {
      const seen = await look(workload, kubectl, signal);
      if (seen.ending !== undefined) return seen.ending;
      last = seen.words;
      await clock.sleep(EVERY_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return { gone: false, words: `${last} (${messageOf(signal.reason)})` };
  }
}

async function look(
  workload: Workload,
  kubectl: Kubectl,
  signal: AbortSignal,
): Promise<{ readonly ending?: Ending; readonly words: string }> {
  const name = nameOf(workload);
  try {
    const [now] = (await getWorkloads(kubectl, [workload], signal)).values();
    if (now === undefined) return over(true, `${name} was deleted in the meantime`);
    const wanted = wantedReplicas(now) ?? 0;
    if (wanted > 0)
      return over(
        false,
        `${name} was taken to 0 replicas, and somebody scaled it up again to ${String(wanted)}`,
      );
    const left = await podsLeft(now, kubectl, signal);
    return left === 0
      ? over(true, `${name} has no pods any more`)
      : {
          words: `${name} was taken to 0 replicas, and ${plural(left, 'pod')} of it ${left === 1 ? 'is' : 'are'} still there`,
        };
  } catch (error) {
    if (error instanceof KubectlError)
      return {
        words: `${name} was taken to 0 replicas, and what became of its pods could not be seen: ${error.message}`,
      };
    throw error;
  }
}

/** Who may not list pods must believe the controller, which does not count those that are about to go. */
async function podsLeft(now: Workload, kubectl: Kubectl, signal: AbortSignal): Promise<number> {
  try {
    const pods = await getPods(kubectl, now, signal);
    return pods.filter((pod) => isPodOf(now, pod)).length;
  } catch (error) {
    if (!(error instanceof KubectlError) || error.reason !== 'forbidden') throw error;
    const seen = numberOf(now.status.observedGeneration) ?? 0;
    return seen < now.generation ? 1 : (numberOf(now.status.replicas) ?? 0);
  }
}

function over(gone: boolean, words: string): { readonly ending: Ending; readonly words: string } {
  return { ending: { gone, words }, words };
}
