import { fields, isObject, listOf, textOf } from '../../support/json.js';
import { itemsOf, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';
import { type Owner, type OwnerState, readOwner } from '../../support/kubernetes/owner.js';

/** Something that writes image tags by itself: after a rollback of the source it writes the rejected one again. */
export interface ImageAutomation {
  /** `the Flux ImageUpdateAutomation shop` */
  readonly name: string;
  /** How to stop it; a clause. */
  readonly stop: string;
}

/** An owner, as it was read. */
interface ReadOwner {
  readonly owner: Owner;
  readonly state: OwnerState;
}

/** What writes image tags for any of these owners. What cannot be read is not there. */
export async function imageAutomations(
  kubectl: Kubectl,
  owned: readonly ReadOwner[],
  signal: AbortSignal,
): Promise<readonly ImageAutomation[]> {
  const found = new Map<string, ImageAutomation>();
  for (const one of new Map(owned.map((each) => [each.state.object, each])).values()) {
    const all =
      one.owner.kind === 'argo-cd'
        ? await imageUpdaters(kubectl, one, signal)
        : await fluxAutomations(kubectl, one.owner, one.state, signal);
    for (const automation of all) found.set(automation.name, automation);
  }
  return [...found.values()];
}

const FLUX = 'imageupdateautomations.image.toolkit.fluxcd.io';

/** https://fluxcd.io/flux/components/image/imageupdateautomations/ */
async function fluxAutomations(
  kubectl: Kubectl,
  owner: Owner,
  state: OwnerState,
  signal: AbortSignal,
): Promise<readonly ImageAutomation[]> {
  const all = await list(kubectl, [FLUX, '--all-namespaces'], signal);
  if (all.length === 0) return [];
  const keepers = [state, ...(await keeperOf(kubectl, owner, state, signal))];
  return all.flatMap((one) => {
    const { name, namespace } = fields(one.metadata);
    const id = textOf(name);
    if (id === undefined || !keepers.some((keeper) => writesFor(one, keeper))) return [];
    const place = textOf(namespace);
    const where = place === undefined ? '' : ` -n ${place}`;
    return [
      {
        name: `the Flux ImageUpdateAutomation ${id}`,
        stop: `suspend it (flux suspend image update ${id}${where})`,
      },
    ];
  });
}

/** The values of a HelmRelease, image tags among them, are in the source of the Kustomization that applies it. */
async function keeperOf(
  kubectl: Kubectl,
  { kind }: Owner,
  { labels }: OwnerState,
  signal: AbortSignal,
): Promise<readonly OwnerState[]> {
  const name = labels['kustomize.toolkit.fluxcd.io/name'];
  const namespace = labels['kustomize.toolkit.fluxcd.io/namespace'];
  if (kind !== 'flux-helm' || name === undefined) return [];
  return [await readOwner(kubectl, { kind: 'flux-kustomization', name, namespace }, signal)];
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether it writes to the branch and the folder that the owner applies. */
function writesFor({ metadata, spec }: Fields, { sources, path = '' }: OwnerState): boolean {
  const { sourceRef, update, git, suspend } = fields(spec);
  if (suspend === true) return false;
  const {
    kind = 'GitRepository',
    name,
    namespace = fields(metadata).namespace,
  } = fields(sourceRef);
  const object = `gitrepositories.source.toolkit.fluxcd.io/${textOf(name) ?? ''}`;
  const isSource = sources.some((one) => one.object === object && one.namespace === namespace);
  if (kind !== 'GitRepository' || !isSource) return false;
  // One that pushes to another branch than it reads proposes, and somebody merges.
  const reads = textOf(fields(fields(fields(git).checkout).ref).branch);
  const pushes = textOf(fields(fields(git).push).branch);
  if (reads !== undefined && pushes !== undefined && reads !== pushes) return false;
  return overlap(textOf(fields(update).path) ?? '', path);
}

/** Whether one folder is in the other. */
function overlap(one: string, other: string): boolean {
  const [a = '', b = ''] = [one, other].map((path) => {
    const bare = path.replace(/^(\.?\/)+|^\.$|\/+$/g, '');
    return bare === '' ? '' : `${bare}/`;
  });
  return a.startsWith(b) || b.startsWith(a);
}

const UPDATERS = 'imageupdaters.argocd-image-updater.argoproj.io';
const IMAGE_LIST = 'argocd-image-updater.argoproj.io/image-list';

/**
 * Since version 1 objects of its own name the applications, before that an annotation of the application did; the annotation may
 * have stayed behind (https://argocd-image-updater.readthedocs.io/en/stable/configuration/applications/).
 */
async function imageUpdaters(
  kubectl: Kubectl,
  { owner, state }: ReadOwner,
  signal: AbortSignal,
): Promise<readonly ImageAutomation[]> {
  const where = state.namespace === undefined ? [] : ['-n', state.namespace];
  const all = await list(kubectl, [UPDATERS, ...where], signal);
  if (all.length > 0)
    return all.flatMap(({ metadata, spec }) => {
      const name = textOf(fields(metadata).name);
      const refs = listOf(fields(spec).applicationRefs).map(fields);
      return name !== undefined && refs.some((ref) => names(ref, owner.name, state.labels))
        ? [
            {
              name: `the Argo CD ImageUpdater ${name}`,
              stop: `take the application out of its \`applicationRefs\``,
            },
          ]
        : [];
    });
  if (state.annotations[IMAGE_LIST] === undefined) return [];
  const place = state.namespace === undefined ? '' : ` -n ${state.namespace}`;
  return [
    {
      name: 'Argo CD Image Updater',
      stop: `remove its annotation (kubectl annotate ${state.object}${place} ${IMAGE_LIST}-)`,
    },
  ];
}

/** Labels that are asked for in another way than by their values are taken for a match. */
function names(
  { namePattern, labelSelectors }: Fields,
  application: string,
  labels: OwnerState['labels'],
): boolean {
  const pattern = textOf(namePattern) ?? '';
  const escaped = pattern.replace(/[.+^${}()|\\]/g, '\\$&');
  const glob = escaped.replace(/\*/g, '.*').replace(/\?/g, '.');
  const wanted = fields(fields(labelSelectors).matchLabels);
  return (
    isPattern(`^${glob}$`, application) &&
    Object.entries(wanted).every(([key, value]) => labels[key] === value)
  );
}

function isPattern(source: string, text: string): boolean {
  try {
    return new RegExp(source).test(text);
  } catch {
    return false;
  }
}

async function list(
  kubectl: Kubectl,
  args: readonly string[],
  signal: AbortSignal,
): Promise<readonly Fields[]> {
  try {
    return itemsOf(await kubectl.get(args, signal)).filter(isObject);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return [];
  }
}
