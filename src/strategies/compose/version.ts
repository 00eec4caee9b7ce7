import { createHash } from 'node:crypto';
import type { Docker } from '../../support/docker/client.js';
import { type Container, isCompleted } from '../../support/docker/container.js';
import { containersOf } from '../../support/docker/project.js';
import { fields } from '../../support/json.js';
import { type Definition, definitionOf, hashOf } from './definition.js';

/** What makes a version of a service: everything else changes all the time and means nothing. */
export interface Version {
  /** Id of the image. */
  readonly image: string;
  /** Hash of the {@link Definition}. */
  readonly config: string;
}

export function isSame(a: Version, b: Version): boolean {
  return a.image === b.image && a.config === b.config;
}

/** A container, and which version it is. */
interface LiveContainer {
  readonly container: Container;
  readonly version: Version;
  readonly definition: Definition;
}

/** A service as it runs. */
export interface LiveService {
  readonly service: string;
  /** At least one; the newest first. */
  readonly containers: readonly LiveContainer[];
  /** It has done what it had to do, and is not meant to run on. */
  readonly completed: boolean;
}

/** What runs of a project, by service. */
export interface Live {
  readonly services: ReadonlyMap<string, LiveService>;
  /** What `docker image inspect` says, by id. */
  readonly images: ReadonlyMap<string, unknown>;
}

/** Looks at what runs of the project. */
export async function readLive(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<Live> {
  const containers = await containersOf(docker, project, signal);
  const images = await readImages(
    docker,
    [...new Set(containers.map(({ image }) => image))],
    signal,
  );
  const services = new Map(containers.map(({ id, service }) => [id, service]));
  const found = new Map<string, LiveContainer[]>();
  for (const container of containers) {
    const definition = definitionOf(container, images.get(container.image), (id) =>
      services.get(id),
    );
    const version = { image: container.image, config: hashOf(definition) };
    const all = found.get(container.service) ?? [];
    found.set(container.service, [...all, { container, version, definition }]);
  }
  return {
    images,
    services: new Map(
      [...found]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([service, all]) => [
          service,
          {
            service,
            containers: all.sort((a, b) => (a.container.created < b.container.created ? 1 : -1)),
            completed: all.every(({ container }) => isCompleted(container)),
          },
        ]),
    ),
  };
}

/** What the engine knows of these images, by id; one that is gone is not in it. */
export async function readImages(
  docker: Docker,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  if (ids.length === 0) return new Map();
  const found = await docker.inspect('image', ids, signal);
  return new Map(found.map((image) => [String(fields(image).Id), image]));
}

/** Whether every container of the service is of this version. */
export function runs(live: LiveService | undefined, version: Version): boolean {
  return live?.containers.every((each) => isSame(each.version, version)) === true;
}

/** Whether every container of the service runs, or has done what it had to do. */
export function isUp({ containers, completed }: LiveService): boolean {
  return completed || containers.every(({ container }) => container.status === 'running');
}

/** The versions that run, as one text: equal texts, nothing was deployed in between. */
export function versionsOf(live: LiveService | undefined): string {
  const all = live?.containers.map(({ version }) => `${version.image} ${version.config}`) ?? [];
  return [...new Set(all)].sort().join(' ');
}

/** `app:v2 (sha256:1234567890ab)`, as people know images. */
export function imageInWords(image: string, name: string | undefined): string {
  const short = image.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]*$/, '$1');
  return name === undefined || name === '' || name.startsWith('sha256:')
    ? short
    : `${name} (${short})`;
}

export const labels = {
  role: 'rollgate.role',
  project: 'rollgate.project',
  service: 'rollgate.service',
  image: 'rollgate.image',
  imageName: 'rollgate.image-name',
  digest: 'rollgate.digest',
  config: 'rollgate.config',
  at: 'rollgate.at',
  by: 'rollgate.by',
  run: 'rollgate.run',
  runUrl: 'rollgate.run-url',
  completed: 'rollgate.completed',
  returnedImage: 'rollgate.returned-image',
  returnedConfig: 'rollgate.returned-config',
  holder: 'rollgate.holder',
  seconds: 'rollgate.seconds',
} as const;

/** `good`: a healthy verdict. `before`: what ran before a deploy. */
export const slots = ['good', 'before'] as const;
export type Slot = (typeof slots)[number];

export type Role = Slot | 'rejected' | 'lock';

/** An image without content, for containers that are notes and must not hold any image of the project. */
export const noteImage = 'rollgate-note:1';

/** What images are kept under. */
export const keptRepository = 'rollgate-kept:';

/** Longest tag of an image (distribution/reference: `[\w][\w.-]{0,127}`). */
const LONGEST_TAG = 128;

/** Projects have no dot in their names, so that no two services share a tag. */
export function keptTag(project: string, slot: Slot, service: string): string {
  return `${keptRepository}${shortened(`${project}.${slot}.${service}`, LONGEST_TAG)}`;
}

/** @param unique letters and digits */
export function noteName(project: string, role: Role, service: string, unique: string): string {
  return shortened(`rollgate-${role}-${project}.${service}`, LONGEST_TAG) + `-${unique}`;
}

export function lockName(project: string): string {
  return `rollgate-lock-${project}`;
}

function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${text.slice(0, max - 13)}-${digest}`;
}
