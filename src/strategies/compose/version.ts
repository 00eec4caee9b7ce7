import { isCompleted, type Container } from '../../support/docker/container.js';
import type { Docker } from '../../support/docker.js';
import { containersOf } from '../../support/docker/project.js';
import { fields } from '../../support/json.js';
import { hashOf } from './canonical.js';
import { definitionOf, type Definition } from './definition.js';

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
export interface LiveContainer {
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
