import { fields, isObject } from '../../support/json.js';
import {
  isSame,
  keptRepository,
  type Live,
  type LiveService,
  type Slot,
  type Version,
} from './version.js';
import { type Kept, readRecords, type Records, remove, writeKept } from './records.js';
import type { ComposeDeps } from './deps.js';

/** What the snapshot file and the record say of a service that runs. */
export function recordedOf(live: LiveService, images: Live['images']): RecordedService | undefined {
  const newest = live.containers[0];
  if (newest === undefined) return undefined;
  const { container, version } = newest;
  return {
    ...version,
    imageName: nameOf(images.get(container.image), container.imageName),
    digest: digestOf(images.get(container.image), container.imageName),
    completed: live.completed,
  };
}

/**
 * Writes the services down, unless that has been done: one that is known to be good needs no second note for having run
 * before a deploy.
 *
 * @returns the services whose version is kept now
 */
export async function keepServices(
  deps: ComposeDeps,
  project: string,
  services: readonly LiveService[],
  slot: Slot,
  images: Live['images'],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const writer = deps.writer(project, signal);
  const records = await readRecords(deps.docker, project, signal);
  const names: string[] = [];
  for (const service of services) {
    const newest = service.containers[0];
    const recorded = recordedOf(service, images);
    if (newest === undefined || recorded === undefined) continue;
    const mine = records.kept.filter((each) => each.service === service.service);
    names.push(service.service);
    if (slot === 'good') await absolve(deps, records, service.service, recorded, signal);
    else if (mine.some((each) => isSame(each, recorded) && isCurrent(each, mine))) continue;
    await writeKept(
      writer,
      {
        ...recorded,
        ...deps.author(),
        service: service.service,
        slot,
        definition: newest.definition,
      },
      images.get(recorded.image),
      mine,
    );
  }
  return names;
}

/** Whether a later note cannot take its place before this run is over: the good one, or the latest of what ran before. */
function isCurrent(kept: Kept, all: readonly Kept[]): boolean {
  return kept.slot === 'good' || all.find((each) => each.slot === 'before') === kept;
}

/** What has been found healthy is no longer rejected. */
async function absolve(
  { docker }: ComposeDeps,
  records: Records,
  service: string,
  version: RecordedService,
  signal: AbortSignal,
): Promise<void> {
  const marks = records.rejected.filter(
    (each) => each.service === service && isSame(each, version),
  );
  await remove({ docker, signal }, marks);
}

/** The image of a container that we rolled back is given by its id, which means nothing to people. */
function nameOf(image: unknown, requested: string): string {
  if (!requested.startsWith('sha256:')) return requested;
  const { RepoTags } = fields(image);
  const tags = Array.isArray(RepoTags) ? RepoTags.filter((each) => typeof each === 'string') : [];
  return tags.find((tag) => !tag.startsWith(keptRepository)) ?? '';
}

/** The name by which a registry gives exactly this image; empty for one that was built here and never pushed. */
function digestOf(image: unknown, name: string): string {
  const { RepoDigests } = fields(image);
  const digests = Array.isArray(RepoDigests)
    ? RepoDigests.filter((each) => typeof each === 'string')
    : [];
  const repository = name.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  return digests.find((each) => each.startsWith(`${repository}@`)) ?? digests[0] ?? '';
}

/** What the snapshot file says of a service: ids and hashes, and never a value of its environment. */
export interface RecordedService extends Version {
  readonly imageName: string;
  readonly digest: string;
  /** A one-shot service that had done its work. */
  readonly completed: boolean;
}

/** What the snapshot file says of the project. */
export interface Recorded {
  readonly project: string;
  readonly services: ReadonlyMap<string, RecordedService>;
}

/** Reads what {@link toPlain} has written; `undefined` for anything else. */
export function readRecorded(value: unknown): Recorded | undefined {
  const { project, services } = fields(value);
  if (typeof project !== 'string' || !isObject(services)) return undefined;
  const read = Object.entries(services).flatMap(([service, item]) => {
    const { image, config, imageName, digest, completed } = fields(item);
    if (typeof image !== 'string' || typeof config !== 'string') return [];
    return [
      [
        service,
        {
          image,
          config,
          imageName: typeof imageName === 'string' ? imageName : '',
          digest: typeof digest === 'string' ? digest : '',
          completed: completed === true,
        },
      ] as const,
    ];
  });
  return { project, services: new Map(read) };
}

export function toPlain({ project, services }: Recorded): unknown {
  return { project, services: Object.fromEntries(services) };
}
