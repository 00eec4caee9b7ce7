import {
  type WorkloadName,
  type Workload,
  imagesOf,
  desiredReplicas,
  parseWorkloadName,
  nameOf,
} from '../../support/kubernetes/workload.js';
import { liveRevision, type Revision, stableRevision, versionOf } from './versions.js';
import { fields, listOf, textOf, numberOf } from '../../support/json.js';
import type { RecordedVersion } from '../../contract/strategy.js';
import { type FieldTree, readTree } from './field-sets.js';

/** What a workload was before the deploy. Goes into the snapshot file: no template, because templates may hold secrets. */
export interface RecordedWorkload extends WorkloadName {
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  readonly revision: number | null;
  readonly hash: string;
  /** Of the template of the workload, where that is another one: of a Rollout, whose stable version is what is recorded. */
  readonly live?: string | undefined;
  readonly images: readonly string[];
  readonly replicas: number | null;
  /** The revision that Argo CD or Flux had applied; absent where neither keeps it. */
  readonly applied?: string | undefined;
  readonly details?: RecordedDetails | undefined;
}

/** What else is recorded of a workload. Names, keys and checksums: no value of the template. */
export interface RecordedDetails {
  /** By container, what its image was in each pod that ran; absent where no pod could be seen. */
  readonly imageIds?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The fields of the template that the last `kubectl apply` had named. */
  readonly lastApplied?: FieldTree | undefined;
  /** Who had applied which fields of the template. */
  readonly managers?: readonly FieldManager[] | undefined;
}

/** An entry of `metadata.managedFields`, of one part of the object. */
export interface FieldManager {
  readonly manager: string;
  /** `Apply` or `Update`. */
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  readonly fields: FieldTree;
}

/** What the strategy records before the deploy. */
export interface Recorded {
  /** ISO 8601. */
  readonly takenAt: string;
  readonly workloads: readonly RecordedWorkload[];
  /** Those that did not exist, by name: `deployment/api`. */
  readonly missing: readonly string[];
}

/** @param applied what an owner had applied */
export function recordOf(
  workload: Workload,
  revisions: readonly Revision[],
  applied?: string,
  details: RecordedDetails = {},
): RecordedWorkload {
  const { kind, name, namespace, uid, generation, template } = workload;
  const live = versionOf(template).hash;
  const revision = stableRevision(workload, revisions) ?? liveRevision(workload, revisions);
  const kept = kind === 'rollout' ? revision : undefined;
  return {
    ...{ kind, name, namespace, uid, generation },
    revision: revision?.number ?? null,
    hash: kept?.hash ?? live,
    ...(kept !== undefined && kept.hash !== live && { live }),
    images: kept?.images ?? imagesOf(template),
    replicas: desiredReplicas(workload) ?? null,
    ...(applied !== undefined && { applied }),
    ...(Object.values(details).some((each) => each !== undefined) && { details }),
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
    ...(textOf(its.live) !== undefined && { live: textOf(its.live) }),
    images: listOf(its.images).flatMap((image) => textOf(image) ?? []),
    replicas: numberOf(its.replicas) ?? null,
    ...(textOf(its.applied) !== undefined && { applied: textOf(its.applied) }),
    ...(its.details !== undefined && { details: readDetails(fields(its.details)) }),
  };
}

function readDetails(its: Readonly<Record<string, unknown>>): RecordedDetails {
  const imageIds = Object.entries(fields(its.imageIds)).map(
    ([container, ids]) => [container, listOf(ids).flatMap((id) => textOf(id) ?? [])] as const,
  );
  return {
    imageIds: its.imageIds === undefined ? undefined : Object.fromEntries(imageIds),
    lastApplied: its.lastApplied === undefined ? undefined : readTree(its.lastApplied),
    managers: Array.isArray(its.managers)
      ? its.managers.flatMap((entry) => readManager(fields(entry)) ?? [])
      : undefined,
  };
}

function readManager(entry: Readonly<Record<string, unknown>>): FieldManager | undefined {
  const manager = textOf(entry.manager);
  const operation = textOf(entry.operation);
  const apiVersion = textOf(entry.apiVersion);
  if (manager === undefined || operation === undefined || apiVersion === undefined)
    return undefined;
  const subresource = textOf(entry.subresource);
  return {
    ...{ manager, operation, apiVersion },
    ...(subresource === undefined ? {} : { subresource }),
    fields: readTree(entry.fields),
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
