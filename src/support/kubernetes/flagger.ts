import { fields, listOf, numberOf, textOf } from '../json.js';
import { itemsOf, type Kubectl, KubectlError } from './kubectl.js';
import { nameOf, type Workload, type WorkloadName } from './workload.js';

/**
 * A Canary of Flagger: it analyses each new version of its target, and runs what it has found to be good in a workload of its own
 * (https://docs.flagger.app/usage/how-it-works).
 */
export interface FlaggerCanary {
  readonly name: string;
  /** `Progressing`, `Succeeded`, `Failed`, ... (flagger, pkg/apis/flagger/v1beta1/status.go, CanaryPhase) */
  readonly phase: string;
  /** What it says to the phase. */
  readonly message: string;
  /** The share of the traffic that the new version gets. */
  readonly weight: number;
  /** When it came to its phase, milliseconds since the epoch; NaN: it does not say. */
  readonly changedAt: number;
}

/** The Canaries of the workloads that are targets of one, by {@link nameOf}. */
export interface Canaries {
  readonly targets: ReadonlyMap<string, FlaggerCanary>;
  /** Why they could not be read. A cluster without Flagger has none. */
  readonly problem?: string;
}

const none: Canaries = { targets: new Map() };

/** Reads which of the workloads Flagger rolls out. Whoever has no Canaries is asked nothing of. */
export async function readCanaries(
  kubectl: Kubectl,
  workloads: readonly WorkloadName[],
  signal: AbortSignal,
): Promise<Canaries> {
  const names = new Set(
    workloads.filter(({ kind }) => kind === 'deployment' || kind === 'daemonset').map(nameOf),
  );
  if (names.size === 0) return none;
  let list: unknown;
  try {
    list = await kubectl.get(['canaries.flagger.app'], signal);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return error.reason === 'not-found' ? none : { ...none, problem: error.message };
  }
  const targets = itemsOf(list).flatMap((object) => {
    const { kind, name } = fields(fields(fields(object).spec).targetRef);
    const target = `${(textOf(kind) ?? '').toLowerCase()}/${textOf(name) ?? ''}`;
    return names.has(target) ? [[target, canaryOf(object)] as const] : [];
  });
  return { targets: new Map(targets) };
}

function canaryOf(object: unknown): FlaggerCanary {
  const { metadata, status } = fields(object);
  const { phase, canaryWeight, lastTransitionTime, conditions } = fields(status);
  const promoted = listOf(conditions)
    .map(fields)
    .find(({ type }) => type === 'Promoted');
  return {
    name: textOf(fields(metadata).name) ?? '',
    phase: textOf(phase) ?? '',
    message: textOf(promoted?.message) ?? '',
    weight: numberOf(canaryWeight) ?? 0,
    changedAt: Date.parse(textOf(lastTransitionTime) ?? ''),
  };
}

/** The workload in which Flagger runs what it has found to be good. */
export function primaryOf({ kind, name }: Pick<Workload, 'kind' | 'name'>): WorkloadName {
  return { kind, name: `${name}-primary` };
}
