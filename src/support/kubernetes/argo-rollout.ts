import { fields, isObject, listOf, numberOf, textOf } from '../json.js';
import { observedGeneration } from './rollout.js';
import { nameOf, type Workload } from './workload.js';

/** What the status of a Rollout of Argo Rollouts tells (argo-rollouts, pkg/apis/rollouts/v1alpha1/types.go, RolloutStatus). */
export interface ArgoRollout {
  /** Whether the controller has seen the newest change. */
  readonly isSeen: boolean;
  /** The hash of the stable version, by which its ReplicaSet and its pods are labelled; `undefined`: there is none yet. */
  readonly stable: string | undefined;
  /** The hash of the version of the template. */
  readonly current: string | undefined;
  /** The version of the template is not the stable one. */
  readonly isUpdating: boolean;
  /** Somebody, or the controller itself, has asked for an abort. */
  readonly isAborted: boolean;
  /** The controller has carried the abort out, or has begun to. */
  readonly hasAborted: boolean;
  /** Why the controller aborted by itself; `undefined`: it did not. */
  readonly abortedBecause: string | undefined;
  readonly phase: 'Healthy' | 'Paused' | 'Progressing' | 'Degraded' | 'unknown';
  /** What the controller says to the phase. */
  readonly message: string;
  /** A full promotion has been asked for. */
  readonly isPromoted: boolean;
  readonly strategy: 'canary' | 'blue-green';
  /** Traffic goes by weights, so that a pod which is there need not serve. */
  readonly isRouted: boolean;
  /** The share of the traffic that the stable version has; where traffic goes by weights. */
  readonly stableWeight: number | undefined;
  readonly canaryWeight: number | undefined;
  /** The hash of the version that the active service selects; of blue-green. */
  readonly active: string | undefined;
}

/** Reads the status of a Rollout. */
export function argoRolloutOf({ generation, spec, status }: Workload): ArgoRollout {
  const isSeen = observedGeneration(status) >= generation;
  const stable = nonEmpty(status.stableRS);
  const current = nonEmpty(status.currentPodHash);
  const { blueGreen, canary } = fields(spec.strategy);
  const weights = fields(fields(status.canary).weights);
  const aborted = listOf(status.conditions)
    .map(fields)
    .find(({ type, reason }) => type === 'Progressing' && reason === 'RolloutAborted');
  const isAborted = status.abort === true;
  return {
    isSeen,
    stable,
    current,
    isUpdating: stable !== undefined && (!isSeen || current !== stable),
    isAborted,
    hasAborted: isAborted && textOf(status.abortedAt) !== undefined && aborted !== undefined,
    abortedBecause: isAborted ? causeIn(textOf(aborted?.message) ?? '') : undefined,
    phase: phaseOf(status.phase),
    message: textOf(status.message) ?? '',
    isPromoted: status.promoteFull === true,
    strategy: isObject(blueGreen) ? 'blue-green' : 'canary',
    isRouted: isObject(fields(canary).trafficRouting),
    stableWeight: numberOf(fields(weights.stable).weight),
    canaryWeight: numberOf(fields(weights.canary).weight),
    active: nonEmpty(fields(status.blueGreen).activeSelector),
  };
}

/** A Rollout that takes its template from another object has none of its own to put back; in words, with the way out. */
export function foreignTemplate(
  workload: Pick<Workload, 'kind' | 'name' | 'namespace' | 'spec'>,
): { readonly message: string; readonly fix: string } | undefined {
  if (workload.kind !== 'rollout' || !isObject(workload.spec.workloadRef)) return undefined;
  const { kind, name } = fields(workload.spec.workloadRef);
  const source = `${(textOf(kind) ?? 'object').toLowerCase()}/${textOf(name) ?? ''}`;
  return {
    message: `${nameOf(workload)} takes its template from ${source} (spec.workloadRef), which it follows: its history cannot be put back into it`,
    fix: `abort by hand (kubectl argo rollouts abort ${workload.name} -n ${workload.namespace}), or roll ${source} back by git, ci or command`,
  };
}

/** How a workload whose `spec.paused` is set goes on: kubectl itself does not know how to resume a Rollout. */
export function resumeInWords({
  kind,
  name,
  namespace,
}: Pick<Workload, 'kind' | 'name' | 'namespace'>): string {
  return kind === 'rollout'
    ? `kubectl patch rollouts.argoproj.io/${name} -n ${namespace} --type=merge -p '{"spec":{"paused":false}}'`
    : `kubectl rollout resume ${kind}/${name} -n ${namespace}`;
}

/**
 * What the controller adds to its own sentence when it aborts by itself: of an abort that was asked for it says no more than
 * "Rollout aborted update to revision 2" (argo-rollouts, rollout/sync.go, calculateRolloutConditions).
 */
function causeIn(message: string): string | undefined {
  return /^Rollout aborted update to revision \d+: (.+)$/s.exec(message)?.[1];
}

function phaseOf(value: unknown): ArgoRollout['phase'] {
  const text = textOf(value);
  return text === 'Healthy' || text === 'Paused' || text === 'Progressing' || text === 'Degraded'
    ? text
    : 'unknown';
}

function nonEmpty(value: unknown): string | undefined {
  const text = textOf(value);
  return text === '' ? undefined : text;
}
