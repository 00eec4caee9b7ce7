import { fields, listOf, textOf } from '../../support/json.js';
import type { Pod } from '../../support/kubernetes/pods.js';
import { imagesOf } from '../../support/kubernetes/workload.js';
import type { RecordedDetails } from './recorded.js';
import { listed, type Revision, versionOf } from './versions.js';

/** By container, which images its pods run. */
export type ImageIds = Readonly<Record<string, readonly string[]>>;

/** A container of a pod template. */
export interface NamedImage {
  readonly container: string;
  readonly image: string;
}

/**
 * The id of an image as runtimes differ in writing it: `docker-pullable://shop@sha256:…` and `docker://sha256:…` of Docker,
 * `registry/shop@sha256:…` and `sha256:…` of containerd, and bare digits of CRI-O. `undefined`: it is empty, or a name, which is no id.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/convert.go
 */
export function imageId(text: string): string | undefined {
  const plain = text.replace(/^[a-z-]+:\/\//, '');
  if (/^[0-9a-f]{64}$/.test(plain)) return `sha256:${plain}`;
  return /^(\S+@)?sha\d+:[0-9a-f]+$/.test(plain) ? plain : undefined;
}

/** The same image may be known by several repositories. */
function digestOf(id: string): string {
  return id.slice(id.indexOf('@') + 1);
}

function isRepositoryDigest(id: string): boolean {
  return id.includes('@');
}

/** What the containers of pods run. A container of which one pod has no id is left out: nothing can be said of all of them. */
export function idsOf(pods: readonly Pod[]): ImageIds {
  const ids = new Map<string, Set<string | undefined>>();
  for (const { containers, terminating } of pods)
    for (const { name, imageID } of terminating ? [] : containers)
      ids.set(name, (ids.get(name) ?? new Set()).add(imageId(imageID)));
  return Object.fromEntries(
    [...ids]
      .filter(([, those]) => !those.has(undefined))
      .map(([name, those]) => [name, [...those].flatMap((id) => id ?? []).sort()]),
  );
}

/** All containers of a template that name an image, those that only prepare the pod included. */
export function namedImages(template: unknown): readonly NamedImage[] {
  const { initContainers, containers } = fields(fields(template).spec);
  return [...listOf(initContainers), ...listOf(containers)].flatMap((one) => {
    const container = textOf(fields(one).name);
    const image = textOf(fields(one).image);
    return container === undefined || image === undefined ? [] : [{ container, image }];
  });
}

function isByDigest({ image }: NamedImage): boolean {
  return image.includes('@');
}

/** Whether the name itself says that it is moved with every version. */
export function isLatest({ image }: NamedImage): boolean {
  return !image.includes('@') && /^[^:]*(:latest)?$/.test(image.slice(image.lastIndexOf('/') + 1));
}

/** The containers whose image has a name that both templates have, so that the name does not tell which image it is. */
export function sameNames(from: unknown, target: unknown): readonly NamedImage[] {
  const names = new Set(namedImages(from).map(({ image }) => image));
  return namedImages(target).filter((one) => !isByDigest(one) && names.has(one.image));
}

/** What the ids say of an image whose name tells nothing. */
export type ImageProof =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'other';
      readonly seen: readonly string[];
      readonly recorded: readonly string[];
    }
  /** The snapshot does not know it. */
  | { readonly kind: 'unrecorded'; readonly seen: readonly string[] }
  /** The pods do not show it. */
  | { readonly kind: 'unseen' };

/** Whether what is seen of a container is what was recorded of it. */
export function proofOf(
  container: string,
  seen: ImageIds,
  { imageIds }: RecordedDetails = {},
): ImageProof {
  const now = seen[container] ?? [];
  const before = imageIds?.[container] ?? [];
  if (now.length === 0) return { kind: 'unseen' };
  if (before.length === 0) return { kind: 'unrecorded', seen: now };
  const known = new Set(before.map(digestOf));
  return now.every((id) => known.has(digestOf(id)))
    ? { kind: 'same' }
    : { kind: 'other', seen: now, recorded: before };
}

/** Why it is not proven that a container runs the recorded image; `undefined`: it does. */
export function doubtInWords(
  { container, image }: NamedImage,
  proof: ImageProof,
  why = 'no id in the status of its pods',
): string | undefined {
  const same = `container ${container} has the image name ${image} in both versions`;
  switch (proof.kind) {
    case 'same':
      return undefined;
    case 'other':
      return `container ${container} runs ${image} as ${idsInWords(proof.seen)}, and the recorded version ran ${idsInWords(proof.recorded)}: the tag was moved`;
    case 'unrecorded':
      return `${same}, runs ${idsInWords(proof.seen)}, and no snapshot tells what the earlier version ran`;
    case 'unseen':
      return `${same}, and which image that is cannot be seen (${why})`;
  }
}

function idsInWords(ids: readonly string[]): string {
  return listed(ids.map(digestOf));
}

/** The containers that run another image than was recorded, by the same name. */
export function movedOf(
  template: unknown,
  seen: ImageIds,
  recorded: RecordedDetails | undefined,
): readonly string[] {
  return namedImages(template).flatMap((one) => {
    const proof = proofOf(one.container, seen, recorded);
    return !isByDigest(one) && proof.kind === 'other' ? (doubtInWords(one, proof) ?? []) : [];
  });
}

/** `registry/shop@sha256:…` of the recorded image; `undefined` where it has no one digest of a repository. */
function pinnedImage(one: NamedImage, { imageIds }: RecordedDetails): string | undefined {
  const ids = imageIds?.[one.container] ?? [];
  const [id, ...others] = ids;
  if (id === undefined || others.length > 0 || isByDigest(one) || !isRepositoryDigest(id))
    return undefined;
  const path = one.image.lastIndexOf('/') + 1;
  const name = one.image.slice(path).replace(/:.*$/, '');
  return `${one.image.slice(0, path)}${name}@${digestOf(id)}`;
}

/** Whether the record has what a container can be pinned to. */
export function isPinnable(one: NamedImage, recorded: RecordedDetails | undefined): boolean {
  return recorded !== undefined && pinnedImage(one, recorded) !== undefined;
}

/** A version whose images are named by what was recorded of them, wherever that is a digest of a repository. */
export function pinned(revision: Revision, recorded: RecordedDetails): Revision {
  const spec = fields(revision.template.spec);
  const pin = (containers: unknown): unknown =>
    Array.isArray(containers)
      ? listOf(containers).map((container) => {
          const { name, image } = fields(container);
          const its = { container: textOf(name) ?? '', image: textOf(image) ?? '' };
          const digest = pinnedImage(its, recorded);
          return digest === undefined ? container : { ...fields(container), image: digest };
        })
      : containers;
  const { initContainers, containers } = spec;
  const template = {
    ...revision.template,
    spec: {
      ...spec,
      ...(initContainers === undefined ? {} : { initContainers: pin(initContainers) }),
      containers: pin(containers),
    },
  };
  const version = versionOf(template);
  if (version.hash === revision.hash) return revision;
  return { ...revision, ...version, template, images: imagesOf(template), unpinned: revision };
}
