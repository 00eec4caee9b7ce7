import { gitOpsOwnerOf } from '../../support/kubernetes/owner.js';
import { nameOf, type Workload, type WorkloadName } from '../../support/kubernetes/workload.js';
import type { Live, Seen } from './target.js';
import { liveRevision, type Version, versionOf, timeInWords } from './versions.js';
import { type Recorded, recordedOf } from './recorded.js';

/** The workloads whose version is neither the one that was judged nor one that we rolled back to. */
export function replacedOnes(
  workloads: Iterable<Workload>,
  evaluated: ReadonlyMap<string, Version>,
  ours: ReadonlyMap<string, Version>,
): readonly Workload[] {
  return [...workloads].filter((workload) => {
    const name = nameOf(workload);
    const known = [evaluated.get(name), ours.get(name)].flatMap((version) => version ?? []);
    const { essence } = versionOf(workload.template);
    return evaluated.has(name) && !known.some((version) => version.essence === essence);
  });
}

/** `revision 14 replaced ours (13) at 12:03 UTC` */
export function replacedInWords(
  { workload, revisions }: Seen,
  evaluated: Live | undefined,
  now: number,
): string {
  const revision = liveRevision(workload, revisions);
  const number = revision === undefined ? 'another version' : `revision ${String(revision.number)}`;
  const ours = typeof evaluated?.number !== 'number' ? '' : ` (${String(evaluated.number)})`;
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
    const before = recordedOf(recorded, name);
    return (
      workload !== undefined &&
      before !== undefined &&
      (before.live ?? before.hash) === versionOf(workload.template).hash
    );
  });
}

export function nothingDeployed({ takenAt }: Recorded, now: number): string {
  return `nothing was deployed since the snapshot (${timeInWords(Date.parse(takenAt), now)}), so there is nothing of ours to undo`;
}

/** Helm, where it has a say in what a workload is. */
interface HelmOwner {
  readonly name: string;
  /** What it will do with our change. */
  readonly will: string;
  readonly fix: string;
}

/** The release that a workload belongs to, by the marks that Helm leaves on it; not of one that Argo CD or Flux keeps. */
export function helmOwnerOf(workload: Workload): HelmOwner | undefined {
  if (gitOpsOwnerOf(workload) !== undefined) return undefined;
  const { labels, annotations } = workload;
  const helmRelease = annotations['meta.helm.sh/release-name'];

  // https://helm.sh/docs/chart_best_practices/labels/ and the annotations that Helm 3 checks before it takes an object over.
  if (helmRelease !== undefined || labels['app.kubernetes.io/managed-by'] === 'Helm')
    return {
      name: helmRelease === undefined ? 'a Helm release' : `the Helm release ${helmRelease}`,
      will: `Helm does not know of our change, and its next upgrade or rollback starts from the version that was rolled back`,
      fix: `set helm-release${helmRelease === undefined ? '' : `: ${helmRelease}`} and name helm in rollback, so that the release itself is rolled back`,
    };
  return undefined;
}

export function helmOwnerInWords(workload: Workload, { name, will }: HelmOwner): string {
  return `${nameOf(workload)} belongs to ${name}: ${will}`;
}
