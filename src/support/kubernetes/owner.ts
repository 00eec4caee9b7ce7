import { fields, listOf, numberOf, textOf, textsOf } from '../json.js';
import { oneLine } from '../text.js';
import { itemsOf, type Kubectl, KubectlError } from './kubectl.js';
import type { Workload } from './workload.js';

/** What keeps a workload as its source says, by the marks that it leaves on it. */
export interface Owner {
  readonly kind: 'argo-cd' | 'flux-kustomization' | 'flux-helm';
  readonly name: string;
  /** Where the owning object is; `undefined`: the marks do not tell. */
  readonly namespace: string | undefined;
}

/** What an owner does with a change that did not come from its source. */
export interface OwnerState {
  /**
   * - `reverts`: it undoes the change. An owner that cannot be read is assumed to.
   * - `suspended`, `no-self-heal`: it does not, until somebody resumes or syncs it, or its source changes.
   */
  readonly acts: 'reverts' | 'suspended' | 'no-self-heal';
  /** It applies what its source says by itself. */
  readonly follows: boolean;
  /** When, in words: `within 10m`. */
  readonly when: string;
  /** Why it could not be read; it counts as one that reverts. */
  readonly unknown?: string;
  /** The revision of the source that it has applied, without the branch: a commit, or the version of a chart. */
  readonly applied?: string | undefined;
  /** The newest revision of the source that it knows. */
  readonly latest?: string | undefined;
  /** Whether it has applied {@link applied} in full, and found it healthy. */
  readonly isHealthy: boolean;
  /** For `kubectl`: the object, and where it is. */
  readonly object: string;
  readonly namespace: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The folder of its source that it applies; `undefined`: it tells none, or has several sources. */
  readonly path?: string | undefined;
  /** Where it takes its manifests from: objects that can be asked to look at it again. */
  readonly sources: readonly { readonly object: string; readonly namespace: string | undefined }[];
  /** Of Argo CD: what makes it act by itself, as it stands there. */
  readonly automated?: unknown;
}

/**
 * Argo CD: the annotation must name this very object, for it is copied along with manifests; the label `app.kubernetes.io/instance`
 * proves nothing, since charts set it too (https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/).
 * Flux: the labels of what it applies (https://fluxcd.io/flux/components/kustomize/kustomizations/, .../helm/helmreleases/).
 */
export function gitOpsOwnerOf({
  kind,
  name,
  namespace,
  labels,
  annotations,
}: Pick<Workload, 'kind' | 'name' | 'namespace' | 'labels' | 'annotations'>): Owner | undefined {
  const [tracked, object] = splitOnce(annotations['argocd.argoproj.io/tracking-id'] ?? '');
  const own = new RegExp(`^[^/]+/${kind}:${namespace}/${name}$`, 'i');
  const app =
    object !== undefined && own.test(object) ? tracked : labels['argocd.argoproj.io/instance'];
  if (app !== undefined && app !== '') {
    // Of an application outside of Argo CD's own namespace the name begins with that one (app-any-namespace).
    const [place, rest] = app.split('_');
    return rest === undefined
      ? { kind: 'argo-cd', name: app, namespace: undefined }
      : { kind: 'argo-cd', name: rest, namespace: place };
  }
  for (const [kindOfOwner, prefix] of [
    ['flux-kustomization', 'kustomize.toolkit.fluxcd.io'],
    ['flux-helm', 'helm.toolkit.fluxcd.io'],
  ] as const) {
    const found = labels[`${prefix}/name`];
    if (found !== undefined)
      return { kind: kindOfOwner, name: found, namespace: labels[`${prefix}/namespace`] };
  }
  return undefined;
}

function splitOnce(text: string): readonly [string, string?] {
  const at = text.indexOf(':');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** `the Argo CD application shop` */
export function ownerInWords({ kind, name }: Owner): string {
  return `${nouns[kind]} ${name}`;
}

const nouns = {
  'argo-cd': 'the Argo CD application',
  'flux-kustomization': 'the Flux Kustomization',
  'flux-helm': 'the Flux HelmRelease',
} as const;

/** Who acts, in a word: `Flux`. */
export function actorOf({ kind }: Owner): string {
  return kind === 'argo-cd' ? 'Argo CD' : 'Flux';
}

/** The resources of the owners, with their groups: others may have kinds of the same name. */
const resources = {
  'argo-cd': 'applications.argoproj.io',
  'flux-kustomization': 'kustomizations.kustomize.toolkit.fluxcd.io',
  'flux-helm': 'helmreleases.helm.toolkit.fluxcd.io',
} as const;

/** Reads what an owner would do, and what it has done. @throws the signal's reason, when it is aborted; nothing else */
export async function readOwner(
  kubectl: Kubectl,
  owner: Owner,
  signal: AbortSignal,
): Promise<OwnerState> {
  const object = `${resources[owner.kind]}/${owner.name}`;
  const found = await find(kubectl, owner, signal);
  if (typeof found === 'string')
    return {
      ...{ acts: 'reverts', follows: true, when: 'at any time', unknown: found },
      ...{ isHealthy: false, object },
      ...{
        namespace: owner.namespace,
        resourceVersion: undefined,
        labels: {},
        annotations: {},
        sources: [],
      },
    };
  const { metadata, spec, status } = fields(found);
  const { namespace, resourceVersion, generation, labels, annotations } = fields(metadata);
  const read = readers[owner.kind](fields(spec), fields(status), generation);
  return {
    ...read,
    object,
    namespace: textOf(namespace),
    resourceVersion: textOf(resourceVersion),
    labels: textsOf(labels),
    annotations: textsOf(annotations),
    path: pathOf(owner, fields(spec)),
    sources: sourcesOf(owner, fields(spec), textOf(namespace)),
    automated: fields(fields(spec).syncPolicy).automated,
  };
}

function pathOf({ kind }: Owner, spec: Fields): string | undefined {
  const { chart } = fields(fields(spec.chart).spec);
  return textOf(kind === 'flux-helm' ? chart : spec.path);
}

/** Of Flux an object of its own: https://fluxcd.io/flux/components/source/ */
function sourcesOf(
  { kind }: Owner,
  spec: Fields,
  namespace: string | undefined,
): OwnerState['sources'] {
  const chart = fields(fields(fields(spec.chart).spec).sourceRef);
  const ref = kind === 'flux-helm' ? chart : fields(spec.sourceRef);
  const of = textOf(ref.kind)?.toLowerCase();
  const name = textOf(ref.name);
  if (kind === 'argo-cd' || of === undefined || name === undefined) return [];
  const group = 'source.toolkit.fluxcd.io';
  const plural = of.endsWith('y') ? `${of.slice(0, -1)}ies` : `${of}s`;
  return [{ object: `${plural}.${group}/${name}`, namespace: textOf(ref.namespace) ?? namespace }];
}

/** The owning object, or why it cannot be read. */
async function find(
  kubectl: Kubectl,
  { kind, name, namespace }: Owner,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    if (namespace !== undefined)
      return await kubectl.get([`${resources[kind]}/${name}`, '-n', namespace], signal);
    const all = itemsOf(await kubectl.get([resources[kind], '--all-namespaces'], signal));
    const own = all.filter((one) => fields(fields(one).metadata).name === name);
    if (own.length === 1) return own[0];
    return own.length === 0 ? 'it does not exist' : `there are ${String(own.length)} of this name`;
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return oneLine(error.message, 200);
  }
}

type Read = Pick<OwnerState, 'acts' | 'follows' | 'when' | 'applied' | 'latest' | 'isHealthy'>;

type Fields = Readonly<Record<string, unknown>>;

const readers: Readonly<
  Record<Owner['kind'], (spec: Fields, status: Fields, generation: unknown) => Read>
> = { 'argo-cd': argoCd, 'flux-kustomization': kustomization, 'flux-helm': helmRelease };

/** https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-self-healing: 5 s after it was seen, by default. */
function argoCd(spec: Fields, status: Fields): Read {
  const { automated } = fields(spec.syncPolicy);
  const { selfHeal, enabled } = fields(automated);
  const isAutomated = automated !== undefined && automated !== null && enabled !== false;
  const sync = fields(status.sync);
  const operation = fields(status.operationState);
  const result = fields(operation.syncResult);
  return {
    acts: isAutomated && selfHeal === true ? 'reverts' : 'no-self-heal',
    follows: isAutomated,
    when: 'within seconds',
    applied: revisionsIn(result),
    latest: revisionsIn(sync),
    isHealthy:
      sync.status === 'Synced' &&
      operation.phase === 'Succeeded' &&
      fields(status.health).status === 'Healthy',
  };
}

/** Of several sources a change of any is a change. */
function revisionsIn({ revision, revisions }: Fields): string | undefined {
  const all = listOf(revisions).flatMap((one) => textOf(one) ?? []);
  return textOf(revision) ?? (all.length === 0 ? undefined : all.join(', '));
}

function kustomization(spec: Fields, status: Fields, generation: unknown): Read {
  const interval = textOf(spec.interval);
  const applied = textOf(status.lastAppliedRevision);
  const attempted = textOf(status.lastAttemptedRevision);
  return {
    acts: spec.suspend === true ? 'suspended' : 'reverts',
    follows: spec.suspend !== true,
    when: `at its next reconcile${interval === undefined ? '' : ` (within ${plainDuration(interval)})`}`,
    applied: commitOf(applied),
    latest: commitOf(attempted ?? applied),
    isHealthy:
      isReady(status) &&
      status.observedGeneration === generation &&
      (attempted === undefined || attempted === applied),
  };
}

/**
 * Without drift detection it acts when its chart or its values change, and not before. The chart stays the same when only a value
 * changes, such as an image: each release is another revision
 * (https://fluxcd.io/flux/components/helm/helmreleases/#history).
 */
function helmRelease(spec: Fields, status: Fields, generation: unknown): Read {
  const interval = textOf(spec.interval);
  const { version, chartVersion } = fields(listOf(status.history)[0]);
  const release = numberOf(version);
  const applied =
    release === undefined ? undefined : `${textOf(chartVersion) ?? 'release'}/${String(release)}`;
  const detects = fields(spec.driftDetection).mode === 'enabled';
  return {
    acts: spec.suspend === true ? 'suspended' : detects ? 'reverts' : 'no-self-heal',
    follows: spec.suspend !== true,
    when: `at its next reconcile${interval === undefined ? '' : ` (within ${plainDuration(interval)})`}`,
    applied,
    // What is tried is a release too.
    latest: applied,
    isHealthy: isReady(status) && status.observedGeneration === generation,
  };
}

function isReady(status: Fields): boolean {
  return listOf(status.conditions).some((condition) => {
    const { type, status: value } = fields(condition);
    return type === 'Ready' && value === 'True';
  });
}

/** `main@sha1:0123…` → `0123…`; older versions wrote `main/0123…` (https://fluxcd.io/flux/components/source/gitrepositories/#artifact). */
function commitOf(revision: string | undefined): string | undefined {
  return revision?.replace(/^.*(@sha\d+:|\/)/, '');
}

/** As Go prints durations: `10m0s` → `10m`. */
function plainDuration(text: string): string {
  return text.replace(/(?<=[hm])0[ms]/g, '');
}

/** How somebody lets a paused owner act again, as it did before. */
export function resumeInWords(
  owner: Owner,
  { namespace, automated }: Pick<OwnerState, 'namespace' | 'automated'>,
): string {
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  switch (owner.kind) {
    case 'argo-cd': {
      const patch = JSON.stringify({ spec: { syncPolicy: { automated } } });
      return `kubectl patch ${resources['argo-cd']}/${owner.name}${where} --type=merge -p '${patch}'`;
    }
    case 'flux-kustomization':
      return `flux resume kustomization ${owner.name}${where}`;
    case 'flux-helm':
      return `flux resume helmrelease ${owner.name}${where}`;
  }
}
