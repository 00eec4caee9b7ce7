import { createDocker, type Docker, type DockerError } from '../../support/docker/client.js';
import type { Skip } from '../../contract/strategy.js';
import {
  projectName,
  projectOptionsOf,
  type ProjectSettings,
} from '../../support/docker/project.js';
import type { Clock } from '../../support/clock.js';
import type { StrategyDependencies } from '../dependencies.js';
import type { Author, Writer } from './records.js';

/** The inputs that the strategy reads. */
export interface ComposeSettings extends ProjectSettings {
  readonly 'compose-service': readonly string[] | undefined;
  /** Milliseconds. */
  readonly 'deployed-within': number;
  /** Milliseconds. */
  readonly 'rollback-timeout': number;
}

/** The project and the engine that it runs on, as the parts of the strategy see them. */
export interface ComposeDeps {
  readonly docker: Docker;
  readonly settings: ComposeSettings;
  readonly clock: Clock;
  /** What `snapshot` gave before the deploy, as it came from the file. */
  readonly recorded: unknown;
  /** The services that the user names; empty: all of the project. */
  readonly named: readonly string[];
  /** This run, as notes name it: `github 1234`, without an id by its snapshot; empty when it has neither. */
  readonly run: string;
  /** The same engine, for calls that others wait for: it is given up on soon. */
  readonly glance: Docker;
  /** The name of the project, found out once. */
  project(signal: AbortSignal): Promise<string>;
  /** The author of records that are written now. */
  author(): Author;
  writer(project: string, signal: AbortSignal): Writer;
}

/** Every strategy of the chain waits for our `assertUnchanged`, milliseconds. */
const GLANCE_MS = 5000;

export function createDeps(dependencies: StrategyDependencies<ComposeSettings>): ComposeDeps {
  const { settings, run, clock, random } = dependencies;
  const docker = createDocker(dependencies);
  const id = run.runId ?? (run.snapshot === undefined ? null : `snapshot ${run.snapshot}`);
  const name = id === null ? '' : `${run.system} ${id}`;
  const glance = createDocker({ ...dependencies, patienceMs: GLANCE_MS });
  let known: string | undefined;
  return {
    docker,
    glance,
    settings,
    clock,
    recorded: dependencies.recorded,
    named: settings['compose-service'] ?? [],
    run: name,
    project: async (signal) =>
      (known ??= await projectName(docker, projectOptionsOf(settings), signal)),
    author: () => ({
      at: new Date(clock.now()).toISOString(),
      run: name,
      runUrl: run.url,
    }),
    writer: (project, signal) => ({
      docker,
      project,
      signal,
      unique: () => `${clock.now().toString(36)}${Math.floor(random() * 36 ** 6).toString(36)}`,
    }),
  };
}

/** Why nothing can be done with Compose here. */
export function withoutCompose(error: DockerError): Skip {
  const fix = fixOf(error) ?? 'install Docker with Compose 2 or newer on this machine';
  return { kind: 'skip', reason: error.message, fix };
}

/** What a person can change so that the engine answers. */
export function fixOf({ reason }: DockerError): string | undefined {
  switch (reason) {
    case 'unreachable':
    case 'timeout':
      return 'start the engine, or set DOCKER_HOST or DOCKER_CONTEXT to the one that runs the project';
    case 'denied':
      return 'give this user access to the engine: by its group, by DOCKER_CERT_PATH, or for ssh by a key and a line in known_hosts';
    case 'missing':
    case 'not-found':
    case 'conflict':
    case 'garbage':
    case 'other':
      return undefined;
  }
}
