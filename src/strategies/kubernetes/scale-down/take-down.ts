import { isCancelled } from '../../../support/abort.js';
import type { Clock } from '../../../support/clock.js';
import { messageOf } from '../../../support/errors.js';
import { KubectlError, leavesOpen, type Kubectl } from '../../../support/kubectl.js';
import {
  getWorkloads,
  nameOf,
  objectOf,
  wantedReplicas,
  type Workload,
} from '../../../support/kubernetes/workload.js';
import type { RunIdentity } from '../../dependencies.js';
import { lastingSignal } from '../put-back.js';
import { versionOf } from '../version.js';
import { scaleDownPatch } from './mark.js';

/** What became of one workload. */
export type Taken =
  | { readonly kind: 'done' }
  /** It was not changed. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It was not changed: somebody else has deployed something. */
  | { readonly kind: 'replaced'; readonly workload: Workload }
  /** It may have been changed. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface TakeDownOptions {
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly run: RunIdentity;
  readonly signal: AbortSignal;
  /** Called right before the first call that can change something. */
  readonly beforeChange: () => void;
}

/** So often the change is tried anew when something else than the template was changed meanwhile. */
const ATTEMPTS = 10;
/** For a change that is under way when the time is over; the chain waits for 15 s. */
const DEADLINE_GRACE_MS = 10_000;
/** Between two looks at a server that does not answer, milliseconds. */
const LOOK_AGAIN_MS = 1000;

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
      const now = await reread(planned, options, grace.signal);
      if (now === undefined) return leavesOpen(error) ? unknown(message) : refused(message);
      if (now === 'gone') return refused(`${name} does not exist any more`);
      if (versionOf(now.template).essence !== versionOf(planned.template).essence)
        return { kind: 'replaced', workload: now };
      if (wantedReplicas(now) === 0) return { kind: 'done' };
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

/** Reads until there is an answer; `undefined`: the time was over before, or the answer was no. */
async function reread(
  planned: Workload,
  { kubectl, clock, signal }: TakeDownOptions,
  late: AbortSignal,
): Promise<Workload | 'gone' | undefined> {
  for (;;) {
    try {
      const found = await getWorkloads(kubectl, [planned], late);
      const [now] = found.values();
      return now?.uid === planned.uid ? now : 'gone';
    } catch (error) {
      if (signal.aborted || !(error instanceof KubectlError && leavesOpen(error))) return undefined;
    }
    try {
      await clock.sleep(LOOK_AGAIN_MS, signal);
    } catch {
      return undefined;
    }
  }
}

function refused(reason: string): Taken {
  return { kind: 'refused', reason };
}

function unknown(reason: string): Taken {
  return { kind: 'unknown', reason };
}
