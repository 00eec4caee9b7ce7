import type { Withheld } from '../../contract/strategy.js';
import { isCancelled, lastingSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { plural } from '../../support/text.js';
import { numberOf } from '../../support/json.js';
import { type Kubectl, KubectlError, leavesOpen } from '../../support/kubernetes/kubectl.js';
import {
  getWorkloads,
  nameOf,
  objectOf,
  desiredReplicas,
  type Workload,
} from '../../support/kubernetes/workload.js';
import { getPods, isPodOf } from '../../support/kubernetes/pods.js';
import type { RunIdentity } from '../dependencies.js';
import { readAgain } from './apply-template.js';
import { scaleDownPatch } from './scale-down-findings.js';
import { revisionAnnotation, versionOf } from './versions.js';

/** What became of one workload. */
export type Taken =
  | { readonly kind: 'done' }
  /** It was not changed. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It was not changed: somebody else has deployed something. */
  | { readonly kind: 'replaced'; readonly workload: Workload }
  /** It may have been changed. */
  | { readonly kind: 'unknown'; readonly reason: string };

interface TakeDownOptions {
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly run: RunIdentity;
  readonly signal: AbortSignal;
  /** Called right before the first call that can change something. */
  readonly beforeChange: () => void;
}

/** How often the change is retried when something other than the template was changed meanwhile. */
const ATTEMPTS = 10;
/** For a change that is under way when the time is over; the chain waits for 15 s. */
const DEADLINE_GRACE_MS = 10_000;

/**
 * Takes a workload to no replicas, if it is still the planned version. Every attempt carries the resource version that was
 * read before it, so one that comes late changes nothing.
 */
export async function takeDown(planned: Workload, options: TakeDownOptions): Promise<Taken> {
  const { kubectl, clock, signal } = options;
  const name = nameOf(planned);
  const at = new Date(clock.now()).toISOString();
  let workload = planned;
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) return refused(`${name}: ${messageOf(signal.reason)}`);
    options.beforeChange();
    const grace = lastingSignal(signal, clock, DEADLINE_GRACE_MS);
    try {
      await kubectl.patch(
        objectOf(workload),
        scaleDownPatch(workload, options.run, at),
        grace.signal,
      );
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof KubectlError)) return unknown(messageOf(error));
      const { reason, message } = error;
      if (!leavesOpen(error) && reason !== 'conflict' && reason !== 'invalid')
        return refused(message);
      if (isCancelled(signal)) return leavesOpen(error) ? unknown(message) : refused(message);
      const now = await readAgain(planned, options, grace.signal);
      if (now === undefined) return leavesOpen(error) ? unknown(message) : refused(message);
      if (now === 'gone') return refused(`${name} does not exist any more`);
      if (versionOf(now.template).essence !== versionOf(planned.template).essence)
        return { kind: 'replaced', workload: now };
      if (desiredReplicas(now) === 0) return { kind: 'done' };
      if (reason === 'invalid' && now.resourceVersion === workload.resourceVersion)
        return refused(message);
      if (attempt >= ATTEMPTS)
        return refused(`${name} could not be changed in ${String(ATTEMPTS)} attempts: ${message}`);
      workload = now;
    } finally {
      grace.clear();
    }
  }
}

function refused(reason: string): Taken {
  return { kind: 'refused', reason };
}

function unknown(reason: string): Taken {
  return { kind: 'unknown', reason };
}

/** Between two reads, milliseconds. */
const EVERY_MS = 2000;

/** How the wait for one workload has ended; `gone`: it has no pods any more. */
interface Ending {
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
  let last = `${name} was taken to 0 replicas, and its pods were not checked`;
  try {
    for (;;) {
      const seen = await readPods(workload, kubectl, signal);
      if (seen.ending !== undefined) return seen.ending;
      last = seen.words;
      await clock.sleep(EVERY_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return { gone: false, words: `${last} (${messageOf(signal.reason)})` };
  }
}

async function readPods(
  workload: Workload,
  kubectl: Kubectl,
  signal: AbortSignal,
): Promise<{ readonly ending?: Ending; readonly words: string }> {
  const name = nameOf(workload);
  try {
    const [now] = (await getWorkloads(kubectl, [workload], signal)).values();
    if (now === undefined) return over(true, `${name} was deleted in the meantime`);
    const wantedNow = desiredReplicas(now) ?? 0;
    if (wantedNow > 0)
      return over(
        false,
        `${name} was taken to 0 replicas, and somebody scaled it up again to ${String(wantedNow)}`,
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

/** Without the right to list pods the controller's count must do, which leaves out terminating pods. */
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

/** Whether somebody has deployed something else. A restart is nothing else. */
export function isOther(now: Workload, ours: Workload): boolean {
  return (
    now.uid !== ours.uid || versionOf(now.template).essence !== versionOf(ours.template).essence
  );
}

export function replaced(now: Workload, ours: Workload): Withheld {
  return {
    kind: 'withheld',
    reason: `${nameOf(now)}: ${revisionOf(now)} replaced ours (${revisionOf(ours)})`,
  };
}

export function revisionOf({ kind, annotations, status, generation }: Workload): string {
  const number = annotations[revisionAnnotation(kind)];
  if (number !== undefined) return `revision ${number}`;
  const { updateRevision } = status;
  return typeof updateRevision === 'string'
    ? `revision ${updateRevision}`
    : `generation ${String(generation)}`;
}
