import { type Docker, DockerError } from './client.js';
import { fields } from '../json.js';
import {
  composeLabels,
  type Container,
  readContainer,
  readDocuments,
  stackLabel,
} from './container.js';

/** Which Compose project, as the user names it. */
export interface ProjectOptions {
  readonly project: string | undefined;
  readonly files: readonly string[];
  readonly profiles: readonly string[];
  readonly envFiles: readonly string[];
}

export interface ProjectSettings {
  readonly 'compose-project'?: string | undefined;
  readonly 'compose-file'?: readonly string[] | undefined;
  readonly 'compose-profile'?: readonly string[] | undefined;
  readonly 'compose-env-file'?: readonly string[] | undefined;
}

export function projectOptionsOf(settings: ProjectSettings): ProjectOptions {
  return {
    project: settings['compose-project'],
    files: settings['compose-file'] ?? [],
    profiles: settings['compose-profile'] ?? [],
    envFiles: settings['compose-env-file'] ?? [],
  };
}

/**
 * The name of the project: as given, else as Compose makes it of the files. Containers are found by it; the files
 * themselves may have changed since they were deployed.
 *
 * @throws DockerError when Compose cannot read the files.
 */
export async function projectName(
  docker: Docker,
  { project, files, profiles, envFiles }: ProjectOptions,
  signal: AbortSignal,
): Promise<string> {
  if (project !== undefined) return project;
  const given = [
    ...files.flatMap((file) => ['-f', file]),
    ...profiles.flatMap((profile) => ['--profile', profile]),
    ...envFiles.flatMap((file) => ['--env-file', file]),
  ];
  const config = (more: readonly string[]): Promise<string> =>
    docker.compose([...given, 'config', '--format', 'json', ...more], signal);
  let printed: string;
  try {
    printed = await config([]);
  } catch (error) {
    if (!(error instanceof DockerError) || error.reason === 'missing') throw error;
    // The variables of the deploy (`${TAG:?}`) may not be set here; the name seldom needs them.
    printed = await config(['--no-interpolate']).catch(() => {
      throw error;
    });
  }
  const name = fields(readDocuments(printed)?.[0]).name;
  if (typeof name === 'string' && name !== '') return name;
  throw new DockerError('garbage', 'docker compose config did not say the name of the project');
}

/** The containers of the project's services, without those of `compose run`. */
export async function containersOf(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<readonly Container[]> {
  const ids = await idsBy(docker, `${composeLabels.project}=${project}`, signal);
  if (ids.length === 0) return [];
  return (await docker.inspect('container', ids, signal)).flatMap((value) => {
    const container = readContainer(value);
    // Images that Compose has built carry labels of the project too, and hand them to every container made of them.
    return container?.labels[composeLabels.oneOff] === 'False' ? [container] : [];
  });
}

/** Ids of the containers, in whatever state, that carry the label (`key` or `key=value`). */
export async function idsBy(
  docker: Docker,
  label: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const args = ['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${label}`];
  return linesOf(await docker.read(args, signal));
}

/** The services of the Swarm stack of this name; empty when there is none. */
export async function stackServices(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const services = await docker
    .run(
      ['service', 'ls', '--format', '{{.Name}}', '--filter', `label=${stackLabel}=${name}`],
      signal,
    )
    .catch((error: unknown) => {
      // Only a manager can tell; a worker still sees its own containers.
      if (error instanceof DockerError) return '';
      throw error;
    });
  if (services.trim() !== '') return linesOf(services);
  const containers = await docker.read(
    [
      'ps',
      '--all',
      '--format',
      '{{.Label "com.docker.swarm.service.name"}}',
      '--filter',
      `label=${stackLabel}=${name}`,
    ],
    signal,
  );
  return [...new Set(linesOf(containers))];
}

/** The names of the projects that have containers on the engine. */
export async function knownProjects(
  docker: Docker,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const printed = await docker.read(
    [
      'ps',
      '--all',
      '--format',
      `{{.Label "${composeLabels.project}"}}`,
      '--filter',
      `label=${composeLabels.oneOff}`,
    ],
    signal,
  );
  return [...new Set(linesOf(printed))].sort();
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
