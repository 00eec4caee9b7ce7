import { fields, listOf, numberOf, textOf, textsOf } from '../json.js';
import { itemsOf, type Kubectl } from './kubectl.js';
import type { Workload } from './workload.js';

/** A container of a pod, as far as it matters for being ready. */
export interface Container {
  readonly name: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Which image it runs, as the runtime writes it; empty while that is not known. */
  readonly imageID: string;
  /** Why it is not running: `CrashLoopBackOff`, `ImagePullBackOff`, ... */
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** How it ended: now, or the last time before it was started again. */
  readonly ended?: { readonly code: number; readonly reason: string };
  readonly running: boolean;
  readonly probed: boolean;
  readonly isInit: boolean;
  /** An init container that runs as long as the pod: a sidecar, by Kubernetes' own word. */
  readonly isSidecar: boolean;
}

export interface Pod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The uid of the object that made it. */
  readonly controller: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly ready: boolean;
  /** It is about to go. */
  readonly terminating: boolean;
  readonly phase: string;
  /** Why it stands where it stands, when it has ended or was not placed on a node. */
  readonly reason: string;
  readonly unschedulable: string | undefined;
  readonly containers: readonly Container[];
}

export function asPod(object: unknown): Pod | undefined {
  const { metadata, spec, status } = fields(object);
  const meta = fields(metadata);
  const name = textOf(meta.name);
  if (name === undefined) return undefined;
  const state = fields(status);
  const conditions = listOf(state.conditions).map(fields);
  const placed = conditions.find(({ type }) => type === 'PodScheduled');
  const owner = listOf(meta.ownerReferences)
    .map(fields)
    .find(({ controller }) => controller === true);
  return {
    name,
    labels: textsOf(meta.labels),
    controller: textOf(owner?.uid),
    createdAt: Date.parse(textOf(meta.creationTimestamp) ?? '') || 0,
    ready: conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    terminating: meta.deletionTimestamp !== undefined,
    phase: textOf(state.phase) ?? '',
    reason: textOf(state.reason) ?? '',
    unschedulable:
      placed?.status === 'False' ? (textOf(placed.message) ?? textOf(placed.reason)) : undefined,
    containers: [
      ...containersOf(fields(spec).initContainers, state.initContainerStatuses, true),
      ...containersOf(fields(spec).containers, state.containerStatuses, false),
    ],
  };
}

function containersOf(specs: unknown, statuses: unknown, isInit: boolean): Container[] {
  const declared = new Map(listOf(specs).map((spec) => [fields(spec).name, fields(spec)]));
  return listOf(statuses)
    .map(fields)
    .map((status) => {
      const state = fields(status.state);
      const waiting = fields(state.waiting);
      const ended = fields(state.terminated ?? fields(status.lastState).terminated);
      const code = numberOf(ended.exitCode);
      return {
        name: textOf(status.name) ?? '',
        ready: status.ready === true,
        restarts: numberOf(status.restartCount) ?? 0,
        imageID: textOf(status.imageID) ?? '',
        running: state.running !== undefined,
        probed: declared.get(status.name)?.readinessProbe !== undefined,
        isInit,
        isSidecar: isInit && declared.get(status.name)?.restartPolicy === 'Always',
        ...(state.waiting === undefined
          ? {}
          : {
              waiting: {
                reason: textOf(waiting.reason) ?? '',
                message: textOf(waiting.message) ?? '',
              },
            }),
        ...(code === undefined ? {} : { ended: { code, reason: textOf(ended.reason) ?? '' } }),
      };
    });
}

/** The pods that a workload's selector selects. */
export async function getPods(
  kubectl: Kubectl,
  workload: Pick<Workload, 'selector' | 'namespace'>,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  if (workload.selector === undefined) return [];
  const answer = await kubectl.get(['pods', '-l', workload.selector], signal);
  return itemsOf(answer).flatMap((object) => asPod(object) ?? []);
}

/** What keeps a pod from being ready. */
export interface Trouble {
  readonly pod: string;
  /** The container whose log may say more. */
  readonly container?: string;
  /** What it is about, in the cluster's own word where it has one: `CrashLoopBackOff`. */
  readonly reason: string;
  /** As it may be shown once it is redacted: texts of the cluster are in it. */
  readonly words: string;
}

/** Why the pod is not ready; `undefined` when it is ready, or merely on its way. */
export function troubleOf(pod: Pod): Trouble | undefined {
  if (pod.ready || pod.terminating) return undefined;
  if (pod.unschedulable !== undefined)
    return {
      pod: pod.name,
      reason: 'Unschedulable',
      words: `pod ${pod.name} cannot be scheduled: ${pod.unschedulable}`,
    };
  if (pod.phase === 'Failed')
    return {
      pod: pod.name,
      reason: pod.reason === '' ? 'Failed' : pod.reason,
      words: `pod ${pod.name} has failed${pod.reason === '' ? '' : ` (${pod.reason})`}`,
    };
  for (const container of pod.containers) {
    const what = containerTrouble(container);
    if (what !== undefined)
      return {
        pod: pod.name,
        container: container.name,
        reason: what.reason,
        words: `pod ${pod.name}, container ${container.name}: ${what.words}`,
      };
  }
  return undefined;
}

/** Waiting for these is how every container begins. */
const beginnings = new Set(['', 'ContainerCreating', 'PodInitializing']);

function containerTrouble(
  container: Container,
): { readonly reason: string; readonly words: string } | undefined {
  const { waiting, ended, restarts } = container;
  const exit =
    ended === undefined
      ? ''
      : ` exit code ${String(ended.code)}${/^(|Error|Completed)$/.test(ended.reason) ? '' : ` (${ended.reason})`}`;
  const again =
    restarts === 0 ? '' : `, ${String(restarts)} ${restarts === 1 ? 'restart' : 'restarts'}`;
  if (waiting !== undefined && !beginnings.has(waiting.reason)) {
    const details =
      waiting.reason === 'CrashLoopBackOff' && exit !== '' ? exit.trim() : waiting.message;
    return {
      reason: waiting.reason,
      words: `${waiting.reason}${details === '' ? '' : `: ${details}`}${again}`,
    };
  }
  // An init container that has ended well is done.
  if (ended !== undefined && !container.running && !(container.isInit && ended.code === 0))
    return { reason: 'Ended', words: `ended with${exit}${again}` };
  if (container.running && !container.ready && !container.isInit)
    return {
      reason: 'NotReady',
      words: `${container.probed ? 'it runs, and its readiness probe does not pass' : 'it runs and is not ready'}${again}`,
    };
  return undefined;
}

/** The label by which the pods of a ReplicaSet are told from those of another. */
export const templateHashLabels = {
  deployment: 'pod-template-hash',
  rollout: 'rollouts-pod-template-hash',
} as const;

/** apiserver, pkg/storage/names/generate.go: what a generated name begins with is cut here. */
const LONGEST_BASE = 58;

/**
 * Whether a pod that the selector selects was made by the workload: the selector of a stable version may well select the
 * canary's pods too.
 */
export function isPodOf({ kind, name, uid }: Workload, pod: Pod): boolean {
  if (kind === 'statefulset' || kind === 'daemonset') return pod.controller === uid;
  // A Deployment names its ReplicaSets, and they name their pods (pkg/controller/deployment/sync.go, generateReplicaSetName).
  // So does a Rollout (argo-rollouts, rollout/sync.go, createDesiredReplicaSet).
  const hash = pod.labels[templateHashLabels[kind]];
  return hash !== undefined && pod.name.startsWith(`${name}-${hash}-`.slice(0, LONGEST_BASE));
}
