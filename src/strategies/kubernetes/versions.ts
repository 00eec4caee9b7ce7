import { createHash } from 'node:crypto';
import { fields, listOf, numberOf, textOf, textsOf } from '../../support/json.js';
import { itemsOf, type Kubectl } from '../../support/kubernetes/kubectl.js';
import { argoRolloutOf } from '../../support/kubernetes/argo-rollout.js';
import { templateHashLabels } from '../../support/kubernetes/pods.js';
import { imagesOf, type Workload, type WorkloadKind } from '../../support/kubernetes/workload.js';
import { formatDuration, oneLine } from '../../support/text.js';
import { pickBy } from '../../support/objects.js';

/** A version that a workload has or had, as its history keeps it. */
export interface Revision extends Version {
  readonly number: number;
  /** Name of the ReplicaSet or ControllerRevision. */
  readonly name: string;
  readonly uid: string;
  readonly images: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number | undefined;
  /** It has been current before, under another number. */
  readonly returned: boolean;
  readonly template: Readonly<Record<string, unknown>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** As its history has it, where its images are named by digests instead. */
  readonly unpinned?: Revision;
  /** Of a Rollout: the ReplicaSet that runs it. */
  readonly set?: ReplicaSet;
}

/** A ReplicaSet of a Rollout. */
export interface ReplicaSet {
  /** By which the status of the Rollout names it. */
  readonly hash: string;
  readonly replicas: number;
  readonly available: number;
}

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
/** argo-rollouts, utils/annotations/annotations.go */
const ARGO_REVISION = 'rollout.argoproj.io/revision';
const ARGO_REVISION_HISTORY = 'rollout.argoproj.io/revision-history';

/** The annotation with the number of the revision that a workload has, where its controller writes one. */
export function revisionAnnotation(kind: WorkloadKind): string {
  return kind === 'rollout' ? ARGO_REVISION : REVISION;
}

/** Where a workload's history is kept. */
export function historyResource({
  kind,
}: Pick<Workload, 'kind'>): 'replicasets' | 'controllerrevisions' {
  return kind === 'deployment' || kind === 'rollout' ? 'replicasets' : 'controllerrevisions';
}

export async function getHistory(
  kubectl: Kubectl,
  workload: Workload,
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  const selector = workload.selector === undefined ? [] : ['-l', workload.selector];
  const list = await kubectl.get([`${historyResource(workload)}.apps`, ...selector], signal);
  return revisionsOf(workload, itemsOf(list));
}

/** The history of the workload, newest first. What others own, or what has no number yet, is no part of it. */
function revisionsOf(workload: Workload, items: readonly unknown[]): readonly Revision[] {
  const read = readers[workload.kind];
  return items
    .filter((item) => controllerUid(item) === workload.uid)
    .flatMap((item) => read(fields(item)) ?? [])
    .sort((a, b) => b.number - a.number);
}

function controllerUid(item: unknown): string | undefined {
  const owner = listOf(fields(fields(item).metadata).ownerReferences)
    .map(fields)
    .find(({ controller }) => controller === true);
  return textOf(owner?.uid);
}

function fromReplicaSet(object: Readonly<Record<string, unknown>>): Revision | undefined {
  const annotations = textsOf(fields(object.metadata).annotations);
  const number = Number(annotations[REVISION]);
  if (!Number.isSafeInteger(number) || number <= 0) return undefined;
  return {
    ...common(object, fields(object.spec).template),
    number,
    // The controller notes the former numbers (deployment_util.go, SetNewReplicaSetAnnotations).
    returned: annotations[REVISION_HISTORY] !== undefined,
    annotations,
  };
}

/**
 * The API server fills its defaults into the template of a ReplicaSet and not into that of a Rollout, and the controller adds to it
 * what tells the pods of the stable version from the others: only the hash says which of them the Rollout has.
 */
function fromArgoReplicaSet(object: Readonly<Record<string, unknown>>): Revision | undefined {
  const metadata = fields(object.metadata);
  const annotations = textsOf(metadata.annotations);
  const number = Number(annotations[ARGO_REVISION]);
  const hash = textsOf(metadata.labels)[templateHashLabels.rollout];
  if (!Number.isSafeInteger(number) || number <= 0 || hash === undefined) return undefined;
  const spec = fields(object.spec);
  return {
    ...common(object, withoutInjected(spec.template, annotations)),
    number,
    returned: annotations[ARGO_REVISION_HISTORY] !== undefined,
    annotations,
    set: {
      hash,
      replicas: numberOf(spec.replicas) ?? 1,
      available: numberOf(fields(object.status).availableReplicas) ?? 0,
    },
  };
}

/**
 * argo-rollouts, utils/replicaset/canary.go (SyncReplicaSetEphemeralPodMetadata) and replicaset.go (CreateInjectedAntiAffinityRule)
 */
function withoutInjected(
  template: unknown,
  annotations: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const { metadata, spec, ...rest } = fields(template);
  const injected = parsedFields(annotations['rollout.argoproj.io/ephemeral-metadata']);
  const meta = { ...fields(metadata) };
  for (const part of ['labels', 'annotations'] as const) {
    const added = Object.keys(fields(injected[part]));
    if (added.length === 0 || meta[part] === undefined) continue;
    const kept = Object.entries(fields(meta[part])).filter(([key]) => !added.includes(key));
    if (kept.length === 0) Reflect.deleteProperty(meta, part);
    else meta[part] = Object.fromEntries(kept);
  }
  return { ...rest, metadata: meta, spec: withoutAntiAffinity(fields(spec)) };
}

function withoutAntiAffinity(
  spec: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { affinity, ...rest } = spec;
  const { podAntiAffinity, ...others } = fields(affinity);
  const isInjected = (term: unknown): boolean =>
    listOf(fields(fields(term).labelSelector).matchExpressions).some(
      (expression) => fields(expression).key === templateHashLabels.rollout,
    );
  const terms = Object.entries(fields(podAntiAffinity)).map(
    ([name, list]) =>
      [
        name,
        listOf(list).filter(
          (term) => !isInjected(term) && !isInjected(fields(term).podAffinityTerm),
        ),
      ] as const,
  );
  const before = Object.values(fields(podAntiAffinity)).flatMap(listOf).length;
  if (terms.flatMap(([, list]) => list).length === before) return spec;
  const kept = Object.fromEntries(terms.filter(([, list]) => list.length > 0));
  const left = {
    ...others,
    ...(Object.keys(kept).length === 0 ? {} : { podAntiAffinity: kept }),
  };
  return Object.keys(left).length === 0 ? rest : { ...rest, affinity: left };
}

function parsedFields(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return fields(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

function fromControllerRevision(object: Readonly<Record<string, unknown>>): Revision | undefined {
  const number = numberOf(object.revision);
  const { template } = fields(fields(object.data).spec);
  if (number === undefined || template === undefined) return undefined;
  return { ...common(object, template), number, returned: false, annotations: {} };
}

const readers: Readonly<
  Record<WorkloadKind, (object: Readonly<Record<string, unknown>>) => Revision | undefined>
> = {
  deployment: fromReplicaSet,
  statefulset: fromControllerRevision,
  daemonset: fromControllerRevision,
  rollout: fromArgoReplicaSet,
};

function common(
  object: Readonly<Record<string, unknown>>,
  template: unknown,
): Omit<Revision, 'number' | 'returned' | 'annotations'> {
  const metadata = fields(object.metadata);
  const createdAt = Date.parse(textOf(metadata.creationTimestamp) ?? '');
  return {
    ...versionOf(template),
    name: textOf(metadata.name) ?? '',
    uid: textOf(metadata.uid) ?? '',
    images: imagesOf(template),
    createdAt: Number.isNaN(createdAt) ? undefined : createdAt,
    template: pureTemplate(template),
  };
}

/** The version that the workload has now; `undefined` while its controller has not noted it yet. */
export function liveRevision(
  workload: Workload,
  revisions: readonly Revision[],
): Revision | undefined {
  const { hash } = versionOf(workload.template);
  return revisions.find((revision) => revision.hash === hash) ?? byStatus(workload, revisions);
}

/**
 * What a ControllerRevision holds is as old as itself, and the API server fills new defaults into the template of the workload:
 * the two may differ though nobody changed anything. The controller knows which one is current.
 */
function byStatus(workload: Workload, revisions: readonly Revision[]): Revision | undefined {
  const { kind, generation, status } = workload;
  if (kind === 'rollout') {
    const { isSeen, current } = argoRolloutOf(workload);
    return isSeen ? revisions.find(({ set }) => set?.hash === current) : undefined;
  }
  if (kind === 'deployment' || (numberOf(status.observedGeneration) ?? 0) < generation)
    return undefined;
  const newest = revisions[0];
  if (kind === 'daemonset') return newest;
  return revisions.find(({ name }) => name === status.updateRevision);
}

/** The version that a Rollout goes back to when its update is aborted; of others, and where it is not known, `undefined`. */
export function stableRevision(
  workload: Workload,
  revisions: readonly Revision[],
): Revision | undefined {
  if (workload.kind !== 'rollout') return undefined;
  const { stable } = argoRolloutOf(workload);
  return revisions.find(({ set }) => set !== undefined && set.hash === stable);
}

/**
 * When the live version became current, milliseconds since the epoch; `undefined` where it cannot be told. A mere restart does
 * not make a version current anew.
 */
export function becameCurrentAt(
  workload: Workload,
  revisions: readonly Revision[],
): number | undefined {
  const live = liveRevision(workload, revisions);
  if (live === undefined) return undefined;
  const older = revisions.slice(revisions.indexOf(live) + 1);
  const first = older.find(({ essence }) => essence !== live.essence);
  const same = first === undefined ? older : older.slice(0, older.indexOf(first));
  return dateOf(same.at(-1) ?? live, workload, revisions);
}

function dateOf(
  revision: Revision,
  workload: Workload,
  revisions: readonly Revision[],
): number | undefined {
  const before = revisions.filter(({ number }) => number < revision.number);
  const newestBefore = Math.max(...before.map(({ createdAt }) => createdAt ?? 0));
  // An older number that was made later: this one was current before, and was returned to.
  const returned =
    revision.returned || (revision.createdAt !== undefined && newestBefore > revision.createdAt);
  if (!returned) return revision.createdAt;
  // It became current after the newest of the others was made, and before the rollout last made progress.
  return workload.kind === 'deployment' ? (progressedAt(workload) ?? undefined) : undefined;
}

/** The controller leaves this condition alone once a rollout is complete (progress.go, syncRolloutStatus). */
function progressedAt({ status }: Workload): number | undefined {
  const condition = listOf(status.conditions)
    .map(fields)
    .find(({ type }) => type === 'Progressing');
  const at = Date.parse(textOf(condition?.lastUpdateTime) ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** What makes two pod templates the same version. */
export interface Version {
  /** Of the whole template. */
  readonly hash: string;
  /** Of the template without the mark that `kubectl rollout restart` leaves: a restart is no other version. */
  readonly essence: string;
}

/** Set on the templates of ReplicaSets by their controllers; the template of the workload itself lacks it. */
const hashLabels = Object.values(templateHashLabels);
/** kubectl, pkg/polymorphichelpers/objectrestarter.go */
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';

/** The same for a template in a workload, in a ReplicaSet, and in a ControllerRevision. */
export function versionOf(template: unknown): Version {
  const pure = pureTemplate(template);
  const { annotations, ...metadata } = fields(pure.metadata);
  const kept = without(annotations, RESTARTED);
  const calm = {
    ...pure,
    metadata: { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) },
  };
  return { hash: sha256(pure), essence: sha256(calm) };
}

/** A template as it may be put into a workload: without what the histories add to it. */
export function pureTemplate(template: unknown): Readonly<Record<string, unknown>> {
  // A ControllerRevision holds a strategic merge patch: `$patch: replace` beside the fields of the template.
  const { metadata, ...rest } = without(template, '$patch');
  if (metadata === undefined) return rest;
  const { labels, ...others } = fields(metadata);
  return {
    ...rest,
    metadata: {
      ...others,
      ...(labels === undefined ? {} : { labels: without(labels, ...hashLabels) }),
    },
  };
}

function without(value: unknown, ...names: string[]): Readonly<Record<string, unknown>> {
  return pickBy(fields(value), (_, key) => !names.includes(key));
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/**
 * JSON that is the same for equal values, whatever the order of their fields. A field that is `null` is not there: API servers
 * differ in whether they say so (`creationTimestamp` of a template).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, field]) => field !== null && field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${parts.join(',')}}`;
}

/** `revision 14 (shop:v2)`, or what of it is known. */
export function versionInWords(version: {
  readonly number?: number | null | undefined;
  readonly images: readonly string[];
}): string {
  const { number } = version;
  return `${number === undefined || number === null ? 'a revision without a number' : `revision ${String(number)}`}${imagesInWords(version.images)}`;
}

/** ` (shop:v2)` */
export function imagesInWords(images: readonly string[]): string {
  return images.length === 0 ? '' : ` (${oneLine(images.join(', '), 200)})`;
}

const HOUR = 3_600_000;

/** `6 days`, `3h 20m` */
export function ageInWords(ms: number): string {
  if (ms >= 48 * HOUR) return `${String(Math.floor(ms / (24 * HOUR)))} days`;
  return formatDuration(ms >= 60_000 ? Math.floor(ms / 60_000) * 60_000 : Math.max(0, ms));
}

/** `12:03 UTC`, with the day when that is another one. */
export function timeInWords(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  const day = iso.slice(0, 10);
  const time = `${iso.slice(11, 16)} UTC`;
  return day === new Date(now).toISOString().slice(0, 10) ? time : `${day} ${time}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
