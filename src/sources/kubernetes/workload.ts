import type { HealthResult } from '../../contract/check.js';
import type { Clock } from '../../support/clock.js';
import { asPod, type Pod, isPodOf } from '../../support/kubernetes/pods.js';
import {
  asWorkload,
  objectOf,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import { oneLine } from '../../support/text.js';
import { judgeRestarts, RestartLedger } from './restarts.js';
import { createLogs, delaysInWords, noteOf, troublesInWords, troublesOf } from './trouble.js';
import { argoRolloutOf } from '../../support/kubernetes/argo-rollout.js';
import { rolloutOf, type Rollout } from '../../support/kubernetes/rollout.js';
import { itemsOf, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';

export interface WorkloadHealthOptions {
  /** How long a rollout may stand still, milliseconds. */
  readonly grace: number;
  /** How many last lines of an unwell container are shown. */
  readonly logLines: number;
  /** A rollback is confirmed: that the update of a Rollout was aborted is no failure then. */
  readonly isConfirmation: boolean;
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** What one probe of a workload found. */
export interface WorkloadResult extends HealthResult {
  /** Of a failure: what is wrong, in words that stay the same while it does. */
  readonly causes?: readonly string[];
  readonly absent?: true;
}

/** The health of one workload. What a probe has seen counts for the next one. */
export interface WorkloadHealth {
  probe(signal: AbortSignal): Promise<WorkloadResult>;
  /** What was seen up to now that is no failure, and that a person should know. */
  notes(): readonly string[];
}

/** Probes one workload. */
export function createWorkloadHealth(
  workload: WorkloadName,
  { grace, logLines, isConfirmation, kubectl, clock, redact }: WorkloadHealthOptions,
): WorkloadHealth {
  const name = `${workload.kind}/${workload.name}`;
  const restarts = new RestartLedger();
  const progress = new Progress();
  const logs = createLogs(kubectl, logLines, redact);
  const notes = new Map<string, string>();
  const explained = (text: string): string => `${name}: ${oneLine(redact(text), 500)}`;

  async function judge(
    live: Workload,
    pods: readonly Pod[],
    signal: AbortSignal,
  ): Promise<WorkloadResult> {
    const standing = standingOf(live);
    const still = progress.push(standing, clock.monotonic());
    const { failing, once } = judgeRestarts(live, pods, restarts.since(pods));
    for (const [container, note] of noteOf(once, pods.length)) notes.set(container, note);
    const troubles = troublesOf(pods, failing);
    for (const { container } of troubles) notes.delete(container.name);
    const [first] = troubles;
    if (first !== undefined) {
      const detail = explained(troublesInWords(troubles, pods.length));
      return {
        ok: false,
        detail: `${detail}${await logs(first, signal)}`,
        causes: [...new Set(troubles.map(({ cause }) => cause))],
      };
    }
    const { failure } = standing;
    if (failure !== undefined && !(isConfirmation && failure.isAbort))
      return { ok: false, detail: explained(failure.words), causes: [failure.cause] };
    if (standing.shortfall === '') return { ok: true, detail: '' };
    const delays = delaysInWords(pods);
    const detail = explained(`${standing.shortfall}${delays === '' ? '' : ` (${delays})`}`);
    const causes = [`not available: ${delays.replaceAll(/\d+/g, '#')}`];
    return still >= grace
      ? { ok: false, detail, causes }
      : { ok: null, detail: `${detail} so far` };
  }

  async function probe(signal: AbortSignal): Promise<WorkloadResult> {
    try {
      const live = asWorkload(await once(kubectl, [objectOf(workload)], signal));
      if (live?.selector === undefined)
        return { ok: null, detail: `${name}: its selector is not understood` };
      const list = await once(kubectl, ['pods', '-l', live.selector], signal);
      const pods = itemsOf(list)
        .flatMap((object) => asPod(object) ?? [])
        .filter((pod) => isPodOf(live, pod) && !pod.terminating && !hasEnded(pod));
      return await judge(live, pods, signal);
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      return error.reason === 'not-found'
        ? { ok: false, detail: `${name}: it is not there any more`, causes: ['gone'], absent: true }
        : { ok: null, detail: error.message };
    }
  }

  return { probe, notes: () => [...notes.values()].map(explained) };
}

/** Evicted, for example: it is kept for inspection, and another one has taken its place. */
function hasEnded({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Without asking again: the next probe comes soon enough, and what could not be seen is no failure. */
async function once(
  kubectl: Kubectl,
  args: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  const text = await kubectl.run(['get', ...args, '-o', 'json'], signal);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new KubectlError('garbage', 'kubectl get printed something that is not JSON');
  }
}

/**
 * For how long a rollout has stood still. What still moves is not stuck: a rollout of many replicas, the start of pods
 * that an autoscaler or the loss of a node has asked for. What goes up and down does not move.
 */
export class Progress {
  private last: Standing | undefined;
  private best = { updated: 0, available: 0 };
  private stillSince = 0;

  /** @returns milliseconds since something was gained; 0 when nothing is missing. */
  push(standing: Standing, at: number): number {
    const { last, best } = this;
    this.last = standing;
    const isNew =
      last === undefined ||
      last.shortfall === '' ||
      last.generation !== standing.generation ||
      last.desired !== standing.desired;
    const gained = standing.updated > best.updated || standing.available > best.available;
    if (standing.shortfall === '') return 0;
    if (isNew || gained) this.stillSince = at;
    this.best = isNew
      ? { updated: standing.updated, available: standing.available }
      : {
          updated: Math.max(best.updated, standing.updated),
          available: Math.max(best.available, standing.available),
        };
    return at - this.stillSince;
  }
}

/** How far a workload is, and what it lacks. */
export interface Standing extends Rollout {
  /** What is not as it should be, in words; empty when all is. */
  readonly shortfall: string;
  /** That Argo Rollouts has given its update up. */
  readonly failure?: RolloutFailure;
}

interface RolloutFailure {
  readonly isAbort: boolean;
  readonly words: string;
  /** Of another version it is another one. */
  readonly cause: string;
}

export function standingOf(workload: Workload): Standing {
  const rollout = rolloutOf(workload);
  const { desired, total, updated, available } = rollout;
  const needed = updatesNeeded(workload, rollout);
  // Of a surge the new pods are beyond what is desired, and it is they that do not become available. Blue-green counts only those of
  // the active version as available (argo-rollouts, rollout/bluegreen.go, syncRolloutStatusBlueGreen).
  const isBlueGreen =
    workload.kind === 'rollout' && argoRolloutOf(workload).strategy === 'blue-green';
  const expected = isBlueGreen ? desired : Math.max(desired, total);
  const shortfall = !rollout.isSeen
    ? 'its controller has not seen the newest change yet'
    : available < expected
      ? `${String(expected - available)} of ${String(expected)} replicas are not available`
      : updated < needed
        ? `${String(needed - updated)} of ${String(needed)} replicas are not updated`
        : '';
  const failure = failureOf(workload);
  return { ...rollout, shortfall, ...(failure !== undefined && { failure }) };
}

/** Paused at a step is as it should be, and so is an analysis that goes on. */
function failureOf(workload: Workload): RolloutFailure | undefined {
  if (workload.kind !== 'rollout') return undefined;
  const { isSeen, phase, isAborted, message, current } = argoRolloutOf(workload);
  if (!isSeen || phase !== 'Degraded') return undefined;
  const version = current ?? '';
  return {
    isAbort: isAborted,
    words: `Argo Rollouts says Degraded: ${message}`,
    cause: isAborted ? `aborted ${version}` : `degraded ${version}`,
  };
}

/** How many replicas the controller will update by itself. */
function updatesNeeded({ kind, status }: Workload, rollout: Rollout): number {
  const { desired, isPaused, updateType, partition } = rollout;
  if (kind === 'deployment') return isPaused ? 0 : desired;
  // How many pods a canary has is what its step says.
  if (kind === 'rollout') return 0;
  if (updateType === 'OnDelete') return 0;
  if (kind === 'daemonset') return desired;
  if (status.currentRevision === status.updateRevision) return 0;
  return Math.max(0, desired - partition);
}
