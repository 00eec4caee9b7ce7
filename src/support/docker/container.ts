import { fields, isObject, textsOf } from '../json.js';

/** Labels that Compose puts on what it makes: docker/compose, pkg/api/labels.go. */
export const composeLabels = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
  number: 'com.docker.compose.container-number',
  workingDirectory: 'com.docker.compose.project.working_dir',
} as const;

/** Label of everything that belongs to a stack of a Swarm: docker/cli, cli/compose/convert/compose.go. */
export const stackLabel = 'com.docker.stack.namespace';

/** As the engine calls it: moby, container/state.go. */
type ContainerStatus =
  'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** A container of a service, as `docker container inspect` shows it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** The number of this container in its service. */
  readonly number: number;
  /** Id of its image. */
  readonly image: string;
  /** The name of the image, e.g. `app:v2`. */
  readonly imageName: string;
  /** ISO 8601. */
  readonly created: string;
  readonly status: ContainerStatus;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** ISO 8601; a year of 0001 when it has never been. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** How often its restart policy has started it again. */
  readonly restarts: number;
  /** `null`: it has no health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | null;
  /** What starts it again when it ends. */
  readonly restartPolicy: string;
  readonly labels: Readonly<Record<string, string>>;
  /** All that the engine says of it. */
  readonly raw: Readonly<Record<string, unknown>>;
}

const statuses: readonly string[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
] satisfies ContainerStatus[];

/** Reads what `docker container inspect` says; `undefined` when it is no container of a service. */
export function readContainer(value: unknown): Container | undefined {
  if (!isObject(value)) return undefined;
  const config = fields(value.Config);
  const state = fields(value.State);
  const labels = textsOf(config.Labels);
  const service = labels[composeLabels.service];
  const status = text(state.Status);
  if (text(value.Id) === '' || service === undefined || !isStatus(status)) return undefined;
  const health = text(fields(state.Health).Status);
  return {
    id: text(value.Id),
    name: text(value.Name).replace(/^\//, ''),
    service,
    number: Number(labels[composeLabels.number] ?? 1),
    image: text(value.Image),
    imageName: text(config.Image),
    created: text(value.Created),
    status,
    exitCode: number(state.ExitCode),
    outOfMemory: state.OOMKilled === true,
    startedAt: text(state.StartedAt),
    finishedAt: text(state.FinishedAt),
    restarts: number(value.RestartCount),
    health: health === 'starting' || health === 'healthy' || health === 'unhealthy' ? health : null,
    restartPolicy: text(fields(fields(value.HostConfig).RestartPolicy).Name) || 'no',
    labels,
    raw: value,
  };
}

/** Done, and meant to be: it ended well, and nothing starts it again. */
export function isCompleted(container: Container): boolean {
  const { status, exitCode, restartPolicy } = container;
  return status === 'exited' && exitCode === 0 && ['no', 'on-failure'].includes(restartPolicy);
}

function isStatus(word: string): word is ContainerStatus {
  return statuses.includes(word);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/**
 * The JSON values in a text: one value, an array, or one value a line. `docker compose ps --format json` printed an array
 * until 2.20 and prints lines since 2.21 (docker/compose, pull request 10918); stand-alone installations have both.
 *
 * @returns `undefined` when it is none of these.
 */
export function readDocuments(text: string): readonly unknown[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  try {
    const value: unknown = JSON.parse(trimmed);
    return Array.isArray(value) ? (value as readonly unknown[]) : [value];
  } catch {
    // Lines, or garbage.
  }
  try {
    return trimmed.split(/\r?\n/).map((line): unknown => JSON.parse(line));
  } catch {
    return undefined;
  }
}
