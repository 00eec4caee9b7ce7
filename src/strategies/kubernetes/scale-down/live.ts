import { nameOf, type Workload } from '../../../support/kubernetes/workload.js';
import type { Withheld } from '../../../contract/strategy.js';
import { REVISION } from '../history.js';
import { versionOf } from '../version.js';

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

export function revisionOf({ annotations, status, generation }: Workload): string {
  const number = annotations[REVISION];
  if (number !== undefined) return `revision ${number}`;
  const { updateRevision } = status;
  return typeof updateRevision === 'string'
    ? `revision ${updateRevision}`
    : `generation ${String(generation)}`;
}
