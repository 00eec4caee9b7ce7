import { fields, textsOf } from '../../support/json.js';
import { REVISION, REVISION_HISTORY, type Revision } from './versions.js';
import { REJECTED } from './rejections.js';
import type { Workload } from '../../support/kubernetes/workload.js';
import type { PatchOperation } from '../../support/kubernetes/kubectl.js';
import { pickBy } from '../../support/objects.js';

/** In which `kubectl apply` keeps what it applied. https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/ */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What a Deployment keeps when the annotations of an earlier revision come back with its template, and our own mark. All others
 * are those of the revision: that is how `kubectl rollout history` shows its CHANGE-CAUSE again.
 * kubectl, pkg/polymorphichelpers/rollback.go, annotationsToSkip
 */
const keptAnnotations = new Set([
  LAST_APPLIED,
  REVISION,
  REVISION_HISTORY,
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
  REJECTED,
]);

/** Under what the change may be made: nothing at all was changed since the workload was read, or at least not its version. */
export type Precondition = 'same-object' | 'same-version';

/**
 * What `kubectl rollout undo` would change, and our mark, if the workload is still the one that was read.
 *
 * @param lastApplied what `kubectl apply` is to take for its last one; `undefined`: as it is
 */
export function undoPatch(
  workload: Workload,
  target: Revision,
  {
    rejected,
    lastApplied,
  }: { readonly rejected: string; readonly lastApplied?: string | undefined },
  precondition: Precondition,
): readonly PatchOperation[] {
  return [
    ...(precondition === 'same-object' ? unchanged(workload) : sameVersion(workload)),
    { op: 'replace', path: '/spec/template', value: target.template },
    ...annotationChanges(workload.annotations, {
      ...(workload.kind === 'deployment'
        ? annotationsOf(workload.annotations, target.annotations)
        : workload.annotations),
      ...(lastApplied === undefined ? {} : { [LAST_APPLIED]: lastApplied }),
      [REJECTED]: rejected,
    }),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

/** The part of a workload that an undo changes: the template, and of a Deployment the annotations that come back with it. */
interface UndonePart {
  isAnnotation(name: string): boolean;
  /** Of a version. */
  of(version: { readonly template: Fields; readonly annotations: Fields }): Fields;
  /** Of an object as the API has it. */
  in(object: Fields): Fields;
  /** The object with another such part. */
  into(object: Fields, part: Fields): Fields;
}

export function undonePart({ kind }: Pick<Workload, 'kind'>): UndonePart {
  const isAnnotation = (name: string): boolean =>
    kind === 'deployment' && !keptAnnotations.has(name);
  const those = (annotations: unknown, isIn: boolean): Fields =>
    pickBy(textsOf(annotations), (_, name) => isAnnotation(name) === isIn);
  const of: UndonePart['of'] = ({ template, annotations }) => ({
    metadata: { annotations: those(annotations, true) },
    spec: { template },
  });
  return {
    isAnnotation,
    of,
    in: ({ metadata, spec }) =>
      of({
        template: fields(fields(spec).template),
        annotations: fields(fields(metadata).annotations),
      }),
    into: (object, part) => ({
      ...object,
      metadata: {
        ...fields(object.metadata),
        annotations: {
          ...those(fields(object.metadata).annotations, false),
          ...fields(fields(part.metadata).annotations),
        },
      },
      spec: { ...fields(object.spec), template: fields(part.spec).template },
    }),
  };
}

/** Changes nothing but our mark. */
export function markPatch(
  workload: Workload,
  rejected: string,
  precondition: Precondition = 'same-object',
): readonly PatchOperation[] {
  return [
    ...(precondition === 'same-object' ? unchanged(workload) : sameVersion(workload)),
    ...annotationChanges(workload.annotations, { ...workload.annotations, [REJECTED]: rejected }),
  ];
}

function unchanged({ resourceVersion }: Workload): readonly PatchOperation[] {
  return [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }];
}

/** A workload that others scale and report on all the time has another resource version before every change. */
export function sameVersion({ uid, template, spec }: Workload): readonly PatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/spec/template', value: template },
    ...(spec.paused === undefined
      ? []
      : [{ op: 'test', path: '/spec/paused', value: spec.paused } as const]),
  ];
}

function annotationsOf(
  own: Readonly<Record<string, string>>,
  earlier: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isKept = ([key]: [string, string]): boolean => keptAnnotations.has(key);
  return Object.fromEntries([
    ...Object.entries(own).filter(isKept),
    ...Object.entries(earlier).filter((entry) => !isKept(entry)),
  ]);
}

/** One by one: the applied configuration, which may be large, is not sent again. */
function annotationChanges(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): readonly PatchOperation[] {
  if (Object.keys(from).length === 0)
    return [{ op: 'add', path: '/metadata/annotations', value: to }];
  const path = (key: string): string =>
    `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    ...Object.keys(from)
      .filter((key) => !Object.hasOwn(to, key))
      .map((key): PatchOperation => ({ op: 'remove', path: path(key) })),
    ...Object.entries(to)
      .filter(([key, value]) => from[key] !== value)
      .map(([key, value]): PatchOperation => ({ op: 'add', path: path(key), value })),
  ];
}
