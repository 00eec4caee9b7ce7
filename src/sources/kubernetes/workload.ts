import type { HealthResult } from '../../contract/check.js';
import type { Clock } from '../../support/clock.js';
import { fields, numberOf } from '../../support/json.js';
import { asPod, type Pod, isPodOf } from '../../support/kubernetes/pods.js';
import {
  asWorkload,
  objectOf,
  wantedReplicas,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import { clip, neutralise } from '../../support/text.js';
import {
  createLogs,
  delaysInWords,
  RestartLedger,
  troublesInWords,
  troublesOf,
} from './trouble.js';
import { itemsOf, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';

export interface WorkloadHealthOptions {
  /** How long a rollout may stand still, milliseconds. */
  readonly grace: number;
  /** How many last lines of an unwell container are shown. */
  readonly logLines: number;
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** Probes one workload. What it has seen counts for the next probe. */
export function createWorkloadHealth(
  workload: WorkloadName,
  { grace, logLines, kubectl, clock, redact }: WorkloadHealthOptions,
): (signal: AbortSignal) => Promise<HealthResult> {
  const name = `${workload.kind}/${workload.name}`;
  const restarts = new RestartLedger();
  const progress = new Progress();
  const logs = createLogs(kubectl, logLines, redact);
  const explained = (text: string): string => `${name}: ${clip(neutralise(redact(text)), 500)}`;

  async function judge(
    rollout: Rollout,
    pods: readonly Pod[],
    signal: AbortSignal,
  ): Promise<HealthResult> {
    const still = progress.push(rollout, clock.monotonic());
    const troubles = troublesOf(pods, restarts.since(pods));
    const [first] = troubles;
    if (first !== undefined) {
      const detail = explained(troublesInWords(troubles, pods.length));
      return { ok: false, detail: `${detail}${await logs(first, signal)}` };
    }
    if (rollout.shortfall === '') return { ok: true, detail: '' };
    const delays = delaysInWords(pods);
    const detail = explained(`${rollout.shortfall}${delays === '' ? '' : ` (${delays})`}`);
    return still >= grace ? { ok: false, detail } : { ok: null, detail: `${detail} so far` };
  }

  return async (signal) => {
    try {
      const live = asWorkload(await once(kubectl, [objectOf(workload)], signal));
      if (live?.selector === undefined)
        return { ok: null, detail: `${name}: its selector is not understood` };
      const list = await once(kubectl, ['pods', '-l', live.selector], signal);
      const pods = itemsOf(list)
        .flatMap((object) => asPod(object) ?? [])
        .filter((pod) => isPodOf(live, pod) && !pod.terminating && !hasEnded(pod));
      return await judge(rolloutOf(live), pods, signal);
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      return error.reason === 'not-found'
        ? { ok: false, detail: `${name}: it is not there any more` }
        : { ok: null, detail: error.message };
    }
  };
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
    throw new KubectlError('garbage', 'kubectl get printed something that is no JSON');
  }
}

/**
 * For how long a rollout has stood still. What still moves is not stuck: a rollout of many replicas, the start of pods
 * that an autoscaler or the loss of a node has asked for. What goes up and down does not move.
 */
export class Progress {
  private last: Rollout | undefined;
  private best = { updated: 0, available: 0 };
  private stillSince = 0;

  /** @returns milliseconds since something was gained; 0 when nothing is missing. */
  push(rollout: Rollout, at: number): number {
    const { last, best } = this;
    this.last = rollout;
    const isNew =
      last === undefined ||
      last.shortfall === '' ||
      last.generation !== rollout.generation ||
      last.desired !== rollout.desired;
    const gained = rollout.updated > best.updated || rollout.available > best.available;
    if (rollout.shortfall === '') return 0;
    if (isNew || gained) this.stillSince = at;
    this.best = isNew
      ? { updated: rollout.updated, available: rollout.available }
      : {
          updated: Math.max(best.updated, rollout.updated),
          available: Math.max(best.available, rollout.available),
        };
    return at - this.stillSince;
  }
}

/** How far a workload is, by its own status. */
export interface Rollout {
  readonly generation: number;
  readonly desired: number;
  readonly updated: number;
  readonly available: number;
  /** What is not as it should be, in words; empty when all is. */
  readonly shortfall: string;
}

export function rolloutOf(workload: Workload): Rollout {
  const { generation, status } = workload;
  const { desired, total, updated, available } = countsOf(workload);
  const needed = updatesNeeded(workload, desired);
  // Of a surge the new pods are beyond what is desired, and it is they that do not become available.
  const expected = Math.max(desired, total);
  const shortfall =
    count(status.observedGeneration) < generation
      ? 'its controller has not seen the newest change yet'
      : available < expected
        ? `${String(expected - available)} of ${String(expected)} replicas are not available`
        : updated < needed
          ? `${String(needed - updated)} of ${String(needed)} replicas are not updated`
          : '';
  return { generation, desired, updated, available, shortfall };
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
