import { nameOf, type Workload, type WorkloadName } from '../../support/kubernetes/workload.js';
import { liveRevision } from './history.js';
import type { Seen } from './look.js';
import { recordedOf, type Recorded } from './recorded.js';
import type { Live } from './target.js';
import { versionOf, type Version } from './version.js';
import { timeInWords } from './words.js';

/** The workloads whose version is neither the one that was judged nor one that we put there. */
export function replacedOnes(
  workloads: Iterable<Workload>,
  judged: ReadonlyMap<string, Version>,
  ours: ReadonlyMap<string, Version>,
): readonly Workload[] {
  return [...workloads].filter((workload) => {
    const name = nameOf(workload);
    const known = [judged.get(name), ours.get(name)].flatMap((version) => version ?? []);
    const { essence } = versionOf(workload.template);
    return judged.has(name) && !known.some((version) => version.essence === essence);
  });
}

/** `revision 14 replaced ours (13) at 12:03 UTC` */
export function replacedInWords(
  { workload, revisions }: Seen,
  judged: Live | undefined,
  now: number,
): string {
  const revision = liveRevision(workload, revisions);
  const number = revision === undefined ? 'another version' : `revision ${String(revision.number)}`;
  const ours = typeof judged?.number !== 'number' ? '' : ` (${String(judged.number)})`;
  const at =
    revision?.createdAt === undefined || revision.returned
      ? ''
      : ` at ${timeInWords(revision.createdAt, now)}`;
  return `${nameOf(workload)}: ${number} replaced ours${ours}${at}`;
}

/** Every workload is what it was before the deploy. */
export function isAsRecorded(
  workloads: ReadonlyMap<string, Workload>,
  names: readonly WorkloadName[],
  recorded: Recorded | undefined,
): boolean {
  return names.every((name) => {
    const workload = workloads.get(nameOf(name));
    return (
      workload !== undefined &&
      recordedOf(recorded, name)?.hash === versionOf(workload.template).hash
    );
  });
}

export function nothingDeployed({ takenAt }: Recorded, now: number): string {
  return `nothing was deployed since the snapshot (${timeInWords(Date.parse(takenAt), now)}), so there is nothing of ours to undo`;
}
