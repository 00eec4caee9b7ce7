import type { Kubectl } from '../../support/kubectl.js';
import {
  getWorkloads,
  nameOf,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import { getHistory, type Revision } from './history.js';

/** A workload with its history. */
export interface Seen {
  readonly workload: Workload;
  readonly revisions: readonly Revision[];
}

/** A process of kubectl takes a core for a moment: so many side by side. */
const SIDE_BY_SIDE = 4;

/** Those of the workloads that exist, with their history, in the order of the names. */
export async function look(
  kubectl: Kubectl,
  names: readonly WorkloadName[],
  signal: AbortSignal,
): Promise<readonly Seen[]> {
  const found = await getWorkloads(kubectl, names, signal);
  return withHistory(
    kubectl,
    names.flatMap((name) => found.get(nameOf(name)) ?? []),
    signal,
  );
}

export async function withHistory(
  kubectl: Kubectl,
  workloads: readonly Workload[],
  signal: AbortSignal,
): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  for (let at = 0; at < workloads.length; at += SIDE_BY_SIDE)
    seen.push(
      ...(await Promise.all(
        workloads.slice(at, at + SIDE_BY_SIDE).map(async (workload) => ({
          workload,
          revisions: await getHistory(kubectl, workload, signal),
        })),
      )),
    );
  return seen;
}
