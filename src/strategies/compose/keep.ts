import { fields } from '../../support/json.js';
import type { RecordedService } from './recorded.js';
import { readRecords, remove, writeKept, type Kept, type Records } from './records.js';
import { keptRepository, type Slot } from './names.js';
import { isSame, type Live, type LiveService } from './version.js';
import type { World } from './world.js';

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
  world: World,
  project: string,
  services: readonly LiveService[],
  slot: Slot,
  images: Live['images'],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const writer = world.writer(project, signal);
  const records = await readRecords(world.docker, project, signal);
  const names: string[] = [];
  for (const service of services) {
    const newest = service.containers[0];
    const recorded = recordedOf(service, images);
    if (newest === undefined || recorded === undefined) continue;
    const mine = records.kept.filter((each) => each.service === service.service);
    names.push(service.service);
    if (slot === 'good') await absolve(world, records, service.service, recorded, signal);
    else if (mine.some((each) => isSame(each, recorded) && isCurrent(each, mine))) continue;
    await writeKept(
      writer,
      {
        ...recorded,
        ...world.author(),
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
  { docker }: World,
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

/** What was taken back was asked for by its id, which nobody knows it by. */
function nameOf(image: unknown, asked: string): string {
  if (!asked.startsWith('sha256:')) return asked;
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
