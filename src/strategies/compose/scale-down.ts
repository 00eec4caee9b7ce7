import { messageOf } from '../../support/errors.js';
import { DockerError, type Docker } from '../../support/docker/client.js';
import { composeLabels, type Container } from '../../support/docker/container.js';
import { containersOf } from '../../support/docker/project.js';
import type { Finding } from '../../contract/result.js';
import type { StrategyDependencies } from '../dependencies.js';
import type {
  Plan,
  Strategy,
  StrategyResult,
  Skip,
  StrategyContext,
  Withheld,
} from '../../contract/strategy.js';
import { composeFile } from './compose-file.js';
import { LOOK_MS } from './settle.js';
import { type ComposeDeps, type ComposeSettings, createDeps, withoutCompose } from './deps.js';

interface ScaleDownPlan extends Plan {
  readonly project: string;
  readonly services: readonly { readonly name: string; readonly image: string }[];
  readonly directory: string | undefined;
}

/** The inputs that it reads. */
export interface ComposeScaleDownSettings extends ComposeSettings {
  readonly 'canary-service': readonly string[] | undefined;
}

/** The `scale-down` strategy for `canary-service`, or why there is none. */
export async function setUpComposeScaleDown(
  dependencies: StrategyDependencies<ComposeScaleDownSettings>,
): Promise<Strategy | Skip> {
  const { settings } = dependencies;
  const services = settings['canary-service'] ?? [];
  if (services.length === 0)
    return { kind: 'skip', reason: 'not configured: `canary-service` is not set' };
  if (settings['compose-project'] === undefined && settings['compose-file'] === undefined)
    return {
      kind: 'skip',
      reason:
        '`canary-service` needs `compose-project` or `compose-file`, to know whose service it is',
    };
  const deps = createDeps(dependencies);
  try {
    await deps.docker.findCompose(dependencies.signal);
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return withoutCompose(error);
  }
  return createComposeScaleDown(deps, services);
}

/** What the functions below share. */
interface State {
  readonly deps: ComposeDeps;
  readonly names: readonly string[];
  readonly docker: Docker;
}

/** Takes services to zero, without touching any other of the project. Their volumes stay. */
function createComposeScaleDown(
  deps: ComposeDeps,
  names: readonly string[],
): Strategy<ScaleDownPlan, StrategyResult> {
  const { docker } = deps;
  const state: State = { deps, names, docker };
  return {
    kind: 'strategy',
    id: 'scale-down',
    preflight: (signal) => preflight(state, signal),
    plan: (_request, signal) => plan(state, signal),
    execute: (planned, context) => execute(state, planned, context),
  };
}

async function preflight(state: State, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    const { project, all } = await canaries(state, signal);
    const unknown = state.names.filter((name) => !all.some(({ service }) => service === name));
    return unknown.map((name) => ({
      level: 'warning',
      subject: 'scale-down',
      message: `service ${name} of project ${project} has no container now, so there would be nothing to take to zero`,
    }));
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return [{ level: 'error', subject: 'scale-down', message: error.message }];
  }
}

async function plan(state: State, signal: AbortSignal): Promise<ScaleDownPlan | Skip | Withheld> {
  const { project, found } = await canaries(state, signal);
  const first = found[0];
  if (first === undefined)
    return {
      kind: 'skip',
      reason: `${state.names.join(', ')} of project ${project} ${state.names.length === 1 ? 'has' : 'have'} no container: at zero already`,
    };
  const services = [...new Set(found.map(({ service }) => service))].map((name) => ({
    name,
    image: found.find(({ service }) => service === name)?.image ?? '',
  }));
  return {
    kind: 'plan',
    project,
    services,
    directory: first.labels[composeLabels.workingDirectory],
    steps: services.map(({ name }) => `take service ${name} of project ${project} to zero`),
    from: counts(found),
    to: Object.fromEntries(services.map(({ name }) => [name, 0])),
    touches: services.map(({ name }) => `service/${name}`),
  };
}

async function execute(
  state: State,
  { project, services, directory }: ScaleDownPlan,
  context: StrategyContext,
): Promise<
  | { outcome: 'verified'; detail: string; versionConfirmed: null }
  | { outcome: 'triggered'; detail: string; versionConfirmed: null }
> {
  const { signal } = context;
  context.beforeChange();
  const file = composeFile(
    services.map(({ name, image }) => ({
      service: name,
      image,
      // Nothing of it is ever started: only its name is needed.
      definition: { service: { network_mode: 'none' }, networks: [], volumes: [], unsaid: [] },
      replicas: 1,
    })),
    () => undefined,
  );
  let problem = '';
  try {
    await state.docker.compose(
      [
        ...['--project-name', project],
        ...(directory === undefined ? [] : ['--project-directory', directory]),
        ...['--file', '-', 'up', '--detach', '--no-deps', '--no-recreate', '--no-build'],
        ...['--pull', 'never'],
        ...services.flatMap(({ name }) => ['--scale', `${name}=0`]),
        ...services.map(({ name }) => name),
      ],
      signal,
      { input: file, timeoutMs: null },
    );
  } catch (error) {
    problem = ` Compose: ${messageOf(error)}.`;
  }
  const left = await gone(state, signal);
  const list = services.map(({ name }) => name).join(', ');
  return left === undefined
    ? {
        outcome: 'verified',
        detail: `Service ${list} of project ${project} has no container any more.`,
        versionConfirmed: null,
      }
    : {
        outcome: 'triggered',
        detail: `Service ${list} of project ${project} was to be taken to zero, and ${left}.${problem}`,
        versionConfirmed: null,
      };
}

async function canaries(
  state: State,
  signal: AbortSignal,
): Promise<{ project: string; all: readonly Container[]; found: readonly Container[] }> {
  const project = await state.deps.project(signal);
  const all = await containersOf(state.docker, project, signal);
  return { project, all, found: all.filter(({ service }) => state.names.includes(service)) };
}

/** Waits until they are gone. @returns what is left */
async function gone(state: State, signal: AbortSignal): Promise<string | undefined> {
  let left = 'what is left is not known';
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      const { found } = await canaries(state, signal);
      if (found.length === 0) return undefined;
      left = found.map(({ name, status }) => `${name} is ${status}`).join(', ');
      await state.deps.clock.sleep(LOOK_MS, signal);
    }
    return left;
  } catch (error) {
    return `${left} (${messageOf(error)})`;
  }
}

function counts(containers: readonly Container[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { service } of containers) result[service] = (result[service] ?? 0) + 1;
  return result;
}
