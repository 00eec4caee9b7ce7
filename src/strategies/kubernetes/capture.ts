import type { Finding } from '../../contract/finding.js';
import type { Beginning, RecordedVersion } from '../../contract/strategy.js';
import { fields, listOf, numberOf, textOf } from '../../support/json.js';
import {
  imagesOf,
  nameOf,
  parseWorkloadName,
  wantedReplicas,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import type { RunIdentity } from '../dependencies.js';
import { chooseTarget, type Live, liveOf, type Seen } from './target.js';
import { liveRevision, type Revision, versionOf } from './versions.js';
import { timeInWords, versionInWords } from './plan.js';

/** What a workload was before the deploy. Goes into the snapshot file: no template, because templates may hold secrets. */
export interface RecordedWorkload extends WorkloadName {
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  readonly revision: number | null;
  readonly hash: string;
  readonly images: readonly string[];
  readonly replicas: number | null;
}

/** What the strategy records before the deploy. */
export interface Recorded {
  /** ISO 8601. */
  readonly takenAt: string;
  readonly workloads: readonly RecordedWorkload[];
  /** Those that did not exist, by name: `deployment/api`. */
  readonly missing: readonly string[];
}

export function recordOf(workload: Workload, revisions: readonly Revision[]): RecordedWorkload {
  const { kind, name, namespace, uid, generation, template } = workload;
  return {
    ...{ kind, name, namespace, uid, generation },
    revision: liveRevision(workload, revisions)?.number ?? null,
    hash: versionOf(template).hash,
    images: imagesOf(template),
    replicas: wantedReplicas(workload) ?? null,
  };
}

/** @returns `undefined` for what was not recorded by this strategy */
export function readRecorded(value: unknown): Recorded | undefined {
  const { takenAt, workloads, missing } = fields(value);
  const time = textOf(takenAt);
  if (time === undefined || Number.isNaN(Date.parse(time)) || !Array.isArray(workloads))
    return undefined;
  const read = workloads.map(readWorkload);
  if (read.includes(undefined)) return undefined;
  return {
    takenAt: time,
    workloads: read.flatMap((workload) => workload ?? []),
    missing: listOf(missing).flatMap((name) => textOf(name) ?? []),
  };
}

function readWorkload(value: unknown): RecordedWorkload | undefined {
  const its = fields(value);
  const name = parseWorkloadName(`${String(its.kind)}/${String(its.name)}`);
  const hash = textOf(its.hash);
  if (name === undefined || hash === undefined) return undefined;
  return {
    ...name,
    namespace: textOf(its.namespace) ?? '',
    uid: textOf(its.uid) ?? '',
    generation: numberOf(its.generation) ?? 0,
    revision: numberOf(its.revision) ?? null,
    hash,
    images: listOf(its.images).flatMap((image) => textOf(image) ?? []),
    replicas: numberOf(its.replicas) ?? null,
  };
}

/** In words that other strategies can pass on. */
export function recordedVersionOf(
  recorded: Recorded | undefined,
  names: readonly WorkloadName[],
): RecordedVersion | undefined {
  const found = names.flatMap((name) => recordedOf(recorded, name) ?? []);
  const [only] = found;
  if (only === undefined) return undefined;
  const listed = (value: (workload: RecordedWorkload) => string): string =>
    found
      .filter((workload) => value(workload) !== '')
      .map((workload) =>
        names.length === 1 ? value(workload) : `${nameOf(workload)}=${value(workload)}`,
      )
      .join(',');
  const revision = listed((workload) =>
    workload.revision === null ? '' : String(workload.revision),
  );
  const image = listed((workload) => workload.images.join(names.length === 1 ? ',' : '+'));
  return {
    ...(revision === '' ? {} : { revision }),
    ...(image === '' ? {} : { image }),
  };
}

export function recordedOf(
  recorded: Recorded | undefined,
  name: WorkloadName,
): RecordedWorkload | undefined {
  return recorded?.workloads.find((workload) => nameOf(workload) === nameOf(name));
}

interface BeginningOptions {
  readonly names: readonly WorkloadName[];
  readonly seen: readonly Seen[];
  readonly recorded: Recorded | undefined;
  /** There is something in the snapshot, and it cannot be read. */
  readonly unreadable: boolean;
  readonly run: RunIdentity;
  readonly deployedWithin: number;
  readonly now: number;
}

/** What this run will judge, by workload. */
export function judgedVersions(seen: readonly Seen[]): ReadonlyMap<string, Live> {
  return new Map(
    seen.map(({ workload, revisions }) => [nameOf(workload), liveOf(workload, revisions)]),
  );
}

/** What can be said of the workloads when the watch begins. */
export function beginningOf(options: BeginningOptions): Beginning {
  const already = alreadyRolledBack(options);
  return {
    ...(already === undefined ? {} : { alreadyRolledBack: already }),
    findings: already === undefined ? findings(options) : [],
  };
}

/** This run has taken back what it had deployed, and none of it was deployed again since. */
function alreadyRolledBack({ seen, run, now }: BeginningOptions): string | undefined {
  const own = seen.flatMap(({ workload, revisions }) => {
    const rejection = readRejections(workload.annotations).find((one) => isSameRun(one.run, run));
    return rejection === undefined
      ? []
      : [{ workload, rejection, live: liveOf(workload, revisions) }];
  });
  const [first] = own;
  if (first === undefined || own.some(({ rejection, live }) => rejection.to !== live.hash))
    return undefined;
  const { workload, rejection, live } = first;
  const at = Date.parse(rejection.at);
  const others = own.length === 1 ? '' : ` (and so were ${String(own.length - 1)} more workloads)`;
  return `this run has taken ${versionInWords({ number: rejection.revision, images: rejection.images })} of ${nameOf(workload)} back${Number.isNaN(at) ? '' : ` at ${timeInWords(at, now)}`}${others}, and ${versionInWords(live)} runs since.`;
}

function findings(options: BeginningOptions): readonly Finding[] {
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
  if (recorded === undefined) {
    for (const one of seen) {
      const choice = chooseTarget({
        ...one,
        recorded: undefined,
        wanted: undefined,
        byHand: false,
        deployedWithin: options.deployedWithin,
        now,
      });
      if (choice.kind === 'old') add('warning', `it would not be taken back: ${choice.reason}`);
    }
    return found;
  }
  for (const name of names)
    if (recordedOf(recorded, name) === undefined && !recorded.missing.includes(nameOf(name)))
      add(
        'warning',
        `the snapshot does not know ${nameOf(name)}: only a version that became current recently will be taken back`,
        'take the snapshot with the same kubernetes-workload',
      );
  const unchanged = seen.filter(
    ({ workload, revisions }) =>
      recordedOf(recorded, workload)?.hash === liveOf(workload, revisions).hash,
  );
  if (unchanged.length === names.length && names.length > 0)
    add(
      'notice',
      `nothing was deployed since the snapshot (${timeInWords(Date.parse(recorded.takenAt), now)}): what runs is judged, and there is nothing of this run to take back`,
    );
  return found;
}

/** A version that a run took back. */
export interface Rejection {
  readonly hash: string;
  readonly revision: number | null;
  readonly images: readonly string[];
  readonly run: Pick<RunIdentity, 'system' | 'runId'>;
  /** ISO 8601. */
  readonly at: string;
  /** The version that was put back, by its hash. */
  readonly to: string;
}

/** The annotation of the workload that tells which versions were taken back. */
export const REJECTED = 'rollgate.dev/rejected';
const MOST = 10;
/** All annotations of an object together may have 256 KiB (apimachinery, pkg/api/validation/objectmeta.go). */
const MOST_IMAGES = 10;

/** Newest first. What cannot be read is left out: anybody may write annotations. */
export function readRejections(
  annotations: Readonly<Record<string, string>>,
): readonly Rejection[] {
  let value: unknown;
  try {
    value = JSON.parse(annotations[REJECTED] ?? '[]');
  } catch {
    return [];
  }
  return listOf(value).flatMap((entry) => asRejection(fields(entry)) ?? []);
}

function asRejection(entry: Readonly<Record<string, unknown>>): Rejection | undefined {
  const hash = textOf(entry.hash);
  const at = textOf(entry.at);
  const to = textOf(entry.to);
  const system = textOf(fields(entry.run).system);
  if (hash === undefined || at === undefined || to === undefined || system === undefined)
    return undefined;
  return {
    hash,
    revision: numberOf(entry.revision) ?? null,
    images: listOf(entry.images).flatMap((image) => textOf(image) ?? []),
    run: { system, runId: textOf(fields(entry.run).runId) ?? null },
    at,
    to,
  };
}

/** The value of the annotation with one more rejection; the oldest go when there are too many. */
export function withRejection(rejections: readonly Rejection[], rejection: Rejection): string {
  return written([
    { ...rejection, images: rejection.images.slice(0, MOST_IMAGES) },
    ...rejections.filter(({ hash }) => hash !== rejection.hash),
  ]);
}

/** The value of the annotation without a version that was found to be good; `undefined`: it is not in there. */
export function withoutRejection(
  rejections: readonly Rejection[],
  hash: string,
): string | undefined {
  const kept = rejections.filter((rejection) => rejection.hash !== hash);
  return kept.length === rejections.length ? undefined : written(kept);
}

function written(rejections: readonly Rejection[]): string {
  return JSON.stringify(rejections.slice(0, MOST));
}

export function isSameRun(
  a: Pick<RunIdentity, 'system' | 'runId'>,
  b: Pick<RunIdentity, 'system' | 'runId'>,
): boolean {
  return a.system === b.system && a.runId === b.runId;
}
