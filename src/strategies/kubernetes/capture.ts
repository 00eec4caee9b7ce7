import type { Recorded } from './recorded.js';
import { type Seen, isAsRecorded, liveOf, type Live, chooseTarget, servingHash } from './target.js';
import type { Captured } from '../../contract/strategy.js';
import { readRejections, isSameRun } from './rejections.js';
import { stableRevision, versionInWords, timeInWords } from './versions.js';
import { argoRolloutOf } from '../../support/kubernetes/argo-rollout.js';
import type { Finding } from '../../contract/result.js';
import { nameOf, type WorkloadName } from '../../support/kubernetes/workload.js';
import { recordedOf } from './recorded.js';
import { movedFindings } from './image-ids.js';
import type { RunIdentity } from '../dependencies.js';

interface CaptureOptions {
  readonly names: readonly WorkloadName[];
  readonly seen: readonly Seen[];
  readonly recorded: Recorded | undefined;
  /** There is something in the snapshot, and it cannot be read. */
  readonly unreadable: boolean;
  readonly run: RunIdentity;
  readonly deployedWithin: number;
  readonly now: number;
  /** Those that have the recorded template and run other images, in words by name. */
  readonly moved: ReadonlyMap<string, string>;
}

/** What this run will judge, by workload. */
export function evaluatedVersions(seen: readonly Seen[]): ReadonlyMap<string, Live> {
  return new Map(
    seen.map(({ workload, revisions }) => [nameOf(workload), liveOf(workload, revisions)]),
  );
}

/** What can be said of the workloads when the watch begins. */
export function capturedOf(options: CaptureOptions): Captured {
  const already = alreadyRolledBack(options);
  return {
    ...(already === undefined ? {} : { alreadyRolledBack: already }),
    findings: already === undefined ? findings(options) : [],
  };
}

/** This run has rolled back what it had deployed, and none of it was deployed again since. */
function alreadyRolledBack({ seen, run, now }: CaptureOptions): string | undefined {
  const own = seen.flatMap(({ workload, revisions }) => {
    const rejection = readRejections(workload.annotations).find((one) => isSameRun(one.run, run));
    return rejection === undefined
      ? []
      : [{ workload, revisions, rejection, serving: servingHash({ workload, revisions }) }];
  });
  const [first] = own;
  if (first === undefined || own.some(({ rejection, serving }) => rejection.to !== serving))
    return undefined;
  const { workload, revisions, rejection } = first;
  const serving = revisions.find(({ hash }) => hash === first.serving);
  const at = Date.parse(rejection.at);
  const others = own.length === 1 ? '' : ` (and so were ${String(own.length - 1)} more workloads)`;
  return `this run has rolled back ${versionInWords({ number: rejection.revision, images: rejection.images })} of ${nameOf(workload)}${Number.isNaN(at) ? '' : ` at ${timeInWords(at, now)}`}${others}, and ${versionInWords(serving ?? liveOf(workload, revisions))} runs since.`;
}

/** That a Rollout does not serve the version of its template, and which one instead. */
export function abortInWords({ workload, revisions }: Seen): string | undefined {
  if (workload.kind !== 'rollout' || !argoRolloutOf(workload).isAborted) return undefined;
  const stable = stableRevision(workload, revisions);
  return `${nameOf(workload)}: the update to ${versionInWords(liveOf(workload, revisions))} was aborted: ${stable === undefined ? 'the stable version' : versionInWords(stable)} is what answers`;
}

function findings(options: CaptureOptions): readonly Finding[] {
  const { names, seen, recorded, unreadable, now } = options;
  const found: Finding[] = [];
  const add = (level: Finding['level'], message: string, fix?: string): void => {
    found.push({ level, subject: 'kubernetes', message, ...(fix === undefined ? {} : { fix }) });
  };
  if (unreadable)
    add(
      'warning',
      'what the snapshot says of the workloads cannot be read, and is ignored',
      'take it with the same version of rollgate',
    );
  for (const one of seen) {
    const message = abortInWords(one);
    if (message !== undefined)
      add('warning', message, 'set `kubernetes-health: true`, by which an abort is unhealthy');
  }
  if (recorded === undefined) {
    for (const one of seen) {
      const choice = chooseTarget({
        ...one,
        recorded: undefined,
        requestedRevision: undefined,
        byHand: false,
        deployedWithin: options.deployedWithin,
        now,
      });
      if (choice.kind === 'old') add('warning', `it would not be rolled back: ${choice.reason}`);
    }
    return found;
  }
  for (const name of names)
    if (recordedOf(recorded, name) === undefined && !recorded.missing.includes(nameOf(name)))
      add(
        'warning',
        `the snapshot does not know ${nameOf(name)}: only a version that became current recently will be rolled back`,
        'take the snapshot with the same kubernetes-workload',
      );
  found.push(...movedFindings(options.moved));
  const unchanged = seen.filter(
    ({ workload, revisions }) =>
      isAsRecorded(liveOf(workload, revisions), recordedOf(recorded, workload)) &&
      !options.moved.has(nameOf(workload)),
  );
  if (unchanged.length === names.length && names.length > 0)
    add(
      'notice',
      `nothing was deployed since the snapshot (${timeInWords(Date.parse(recorded.takenAt), now)}): what runs is judged, and there is nothing of this run to roll back`,
    );
  return found;
}
