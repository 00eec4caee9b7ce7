import type { Docker } from '../../support/docker/client.js';
import { idsBy } from '../../support/docker/project.js';
import { fields, isObject, textsOf } from '../../support/json.js';
import type { Definition } from './definition.js';
import {
  keptTag,
  labels,
  noteImage,
  noteName,
  type Role,
  type Slot,
  slots,
  type Version,
} from './version.js';

/** Who wrote it down, and when. */
export interface Author {
  /** ISO 8601. */
  readonly at: string;
  /** `github 1234`, as the run names itself. */
  readonly run: string;
  readonly runUrl: string | null;
}

/** A version of a service that can be returned to. */
export interface Kept extends Version, Author {
  /** The container that keeps it. */
  readonly id: string;
  readonly service: string;
  readonly slot: Slot;
  readonly imageName: string;
  /** `registry/app@sha256:...`; empty for an image that was built here. */
  readonly digest: string;
  readonly completed: boolean;
  readonly definition: Definition;
}

/** A version that was rolled back, and is never to be chosen again. */
interface Rejected extends Version, Author {
  readonly id: string;
  readonly service: string;
  readonly imageName: string;
  /** What it was replaced by. */
  readonly returned: Version;
}

export interface Records {
  /** The newest first. */
  readonly kept: readonly Kept[];
  readonly rejected: readonly Rejected[];
}

/** So many versions of a service are kept in each slot, besides the last: other runs may still need theirs. */
const OLDER = { good: 0, before: 2 } as const;
const REJECTED = 20;

/** Reads what is kept of the project. Every note is a container that was never started. */
export async function readRecords(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<Records> {
  const ids = await idsBy(docker, `${labels.project}=${project}`, signal);
  const kept: Kept[] = [];
  const rejected: Rejected[] = [];
  if (ids.length === 0) return { kept, rejected };
  for (const value of await docker.inspect('container', ids, signal)) {
    const config = fields(fields(value).Config);
    const id = String(fields(value).Id);
    const texts = textsOf(config.Labels);
    const label = (name: keyof typeof labels): string => texts[labels[name]] ?? '';
    const common = {
      id,
      service: label('service'),
      image: label('image'),
      config: label('config'),
      imageName: label('imageName'),
      at: label('at'),
      run: label('run'),
      runUrl: label('runUrl') || null,
    };
    const role = label('role');
    const slot = slots.find((each) => each === role);
    if (slot !== undefined) {
      const definition = decodeDefinition(config.Env);
      if (definition === undefined) continue;
      const completed = label('completed') === 'true';
      kept.push({ ...common, slot, definition, digest: label('digest'), completed });
    } else if (role === 'rejected') {
      const returned = { image: label('returnedImage'), config: label('returnedConfig') };
      rejected.push({ ...common, returned });
    }
  }
  const newest = (a: Author, b: Author): number => (a.at < b.at ? 1 : -1);
  return { kept: kept.sort(newest), rejected: rejected.sort(newest) };
}

export interface Writer {
  readonly docker: Docker;
  readonly project: string;
  readonly signal: AbortSignal;
  /** Letters and digits; another one every time. */
  readonly unique: () => string;
}

/**
 * Keeps a version: its image under a tag of ours, and a container that was never started, which holds the image through
 * `docker image prune -a`. The configuration stands in the environment of that container: it may hold what the service's
 * own environment holds, and labels are shown by `docker ps` and collected by monitoring.
 *
 * @param image what `docker image inspect` says of it
 */
export async function writeKept(
  writer: Writer,
  kept: Omit<Kept, 'id'>,
  image: unknown,
  before: readonly Kept[],
): Promise<void> {
  const { docker, project, signal } = writer;
  const { service, slot } = kept;
  const env = encodeDefinition(kept.definition);
  // A volume that the image declares would be made for every note.
  const covers = Object.keys(fields(fields(fields(image).Config).Volumes));
  await create(
    writer,
    slot,
    service,
    kept.image,
    [
      // Without a value, docker takes it from its own environment: command lines are shown to everybody on a machine.
      ...Object.keys(env).flatMap((name) => ['--env', name]),
      ...covers.flatMap((path) => ['--tmpfs', path]),
      ...labelled({
        image: kept.image,
        config: kept.config,
        imageName: kept.imageName,
        digest: kept.digest,
        completed: String(kept.completed),
        by: slot === 'good' ? 'healthy' : 'snapshot',
        ...authorLabels(kept),
      }),
    ],
    env,
  );
  await docker.run(['tag', kept.image, keptTag(project, slot, service)], signal);
  const old = before.filter((each) => each.service === service && each.slot === slot);
  await remove(writer, [
    ...old.filter((each) => each.image === kept.image && each.config === kept.config),
    ...old
      .filter((each) => each.image !== kept.image || each.config !== kept.config)
      .slice(OLDER[slot]),
  ]);
}

/** Marks a version as rejected. The note holds no image of the project: what was bad may be pruned. */
export async function writeRejected(
  writer: Writer,
  rejected: Omit<Rejected, 'id'>,
  before: readonly Rejected[],
): Promise<void> {
  const { service } = rejected;
  await makeNoteImage(writer.docker, writer.signal);
  await create(
    writer,
    'rejected',
    service,
    noteImage,
    labelled({
      image: rejected.image,
      config: rejected.config,
      imageName: rejected.imageName,
      returnedImage: rejected.returned.image,
      returnedConfig: rejected.returned.config,
      ...authorLabels(rejected),
    }),
  );
  const old = before.filter((each) => each.service === service);
  await remove(writer, old.slice(REJECTED - 1));
}

/** Removes notes, and what the engine made for them. One that is gone already is no matter. */
export async function remove(
  { docker, signal }: Pick<Writer, 'docker' | 'signal'>,
  notes: readonly { readonly id: string }[],
): Promise<void> {
  if (notes.length === 0) return;
  await docker
    .run(['rm', '--force', '--volumes', ...notes.map(({ id }) => id)], signal)
    .catch(() => undefined);
}

/** An image of no size: an empty archive is two blocks of zeros. */
export async function makeNoteImage(docker: Docker, signal: AbortSignal): Promise<void> {
  if ((await docker.inspect('image', [noteImage], signal)).length > 0) return;
  await docker.run(['import', '-', noteImage], signal, { input: '\0'.repeat(1024) });
}

async function create(
  { docker, project, signal, unique }: Writer,
  role: Role,
  service: string,
  image: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const name = noteName(project, role, service, unique());
  await docker.run(
    [
      'create',
      '--name',
      name,
      ...neverStarted,
      ...labelled({ role, project, service }),
      ...args,
      image,
      'note',
    ],
    signal,
    { env },
  );
}

/**
 * How a note is made. Images that Compose has built carry labels of the project: a note is no container of it.
 */
export const neverStarted: readonly string[] = [
  ...['--pull', 'never', '--network', 'none', '--restart', 'no', '--no-healthcheck'],
  ...['--entrypoint', '/never-started'],
  ...['--label', 'com.docker.compose.project=', '--label', 'com.docker.compose.service='],
];

export function labelled(values: Partial<Record<keyof typeof labels, string>>): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === '' ? [] : ['--label', `${labels[key as keyof typeof labels]}=${value}`],
  );
}

function authorLabels({ at, run, runUrl }: Author): Record<string, string> {
  return { at, run, runUrl: runUrl ?? '' };
}

/** A variable may have 32,767 characters on Windows, and 128 KiB on Linux. */
const PIECE = 32_000;

/** A definition as variables. Without other characters than ASCII, so that no piece ends within one. */
export function encodeDefinition(definition: Definition): Readonly<Record<string, string>> {
  const text = JSON.stringify(definition).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const pieces = Math.ceil(text.length / PIECE);
  return Object.fromEntries(
    Array.from({ length: pieces }, (_, index) => [
      `ROLLGATE_RECORD_${String(index)}`,
      text.slice(index * PIECE, (index + 1) * PIECE),
    ]),
  );
}

/** @param env what `docker inspect` shows as `Config.Env` */
export function decodeDefinition(env: unknown): Definition | undefined {
  const lines: unknown[] = Array.isArray(env) ? env : [];
  const pieces = lines.flatMap((line) => {
    const found = typeof line === 'string' ? /^ROLLGATE_RECORD_(\d+)=([\s\S]*)$/.exec(line) : null;
    return found === null ? [] : [[Number(found[1]), found[2] ?? ''] as const];
  });
  const text = pieces
    .sort(([a], [b]) => a - b)
    .map(([, piece]) => piece)
    .join('');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { service, networks, volumes, unsaid } = fields(value);
  return isObject(service) && isTexts(networks) && isTexts(volumes) && isTexts(unsaid)
    ? { service, networks, volumes, unsaid }
    : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
