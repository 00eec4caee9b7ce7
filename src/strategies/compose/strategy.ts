import type { Finding } from '../../contract/result.js';
import type { Captured, Plan, Skip, Strategy, Withheld } from '../../contract/strategy.js';
import { DockerError, type Docker } from '../../support/docker/client.js';
import type { Container } from '../../support/docker/container.js';
import { knownProjects, stackServices } from '../../support/docker/project.js';
import type { StrategyDependencies } from '../dependencies.js';
import { type Choice, choose } from './choose.js';
import { findingsOf } from './preflight.js';
import {
  keepServices,
  readRecorded,
  type Recorded,
  recordedOf,
  type RecordedService,
  toPlain,
} from './pin.js';
import { readRecords, type Records } from './records.js';
import { undo } from './undo.js';
import {
  imageInWords,
  isUp,
  type Live,
  type LiveService,
  readLive,
  runs,
  versionsOf,
} from './version.js';
import {
  type ComposeDeps,
  type ComposeSettings,
  createDeps,
  fixOf,
  withoutCompose,
} from './deps.js';
import type { Clock } from '../../support/clock.js';

interface ComposePlan extends Plan {
  readonly project: string;
  readonly choice: Choice;
}

/** The `compose` strategy as it is configured, or why there is none. */
export async function setUpCompose(
  dependencies: StrategyDependencies<ComposeSettings>,
): Promise<Strategy | Skip> {
  const deps = createDeps(dependencies);
  try {
    await deps.docker.run(['--version'], dependencies.signal);
    await deps.docker.findCompose(dependencies.signal);
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return { ...withoutCompose(error), isBlind: true };
  }
  return createComposeStrategy(deps);
}

/** What the functions below share. */
interface State {
  readonly deps: ComposeDeps;
  readonly docker: Docker;
  readonly glance: Docker;
  readonly named: readonly string[];
  readonly settings: ComposeSettings;
  readonly clock: Clock;
  readonly given: Recorded | undefined;
  /** What ran when the watch began, and what we have made since. */
  expected: Sight | undefined;
}

/**
 * The `compose` strategy. Compose keeps no history, so we do: what was healthy, and what ran before the deploy, is kept on the
 * engine itself. Going back is `up` with a file that holds the recorded services and nothing else.
 */
function createComposeStrategy(deps: ComposeDeps): Strategy<ComposePlan> {
  const { docker, glance, named, settings, clock } = deps;
  const given = readRecorded(deps.recorded);
  const state: State = {
    deps,
    docker,
    glance,
    named,
    settings,
    clock,
    given,
    expected: undefined,
  };
  return {
    kind: 'strategy',
    id: 'compose',
    preflight: (signal, isBeforeDeploy = false) => preflight(state, signal, isBeforeDeploy),
    capture: (signal) => capture(state, signal),
    assertUnchanged: (signal) => assertUnchanged(state, signal),
    plan: (_request, signal) => plan(state, signal),
    execute: ({ project, choice }, context) =>
      undo(deps, { project, choice }, context, (live) => {
        state.expected = sightOf(live, named);
      }),
    sawNothing: () => state.given?.services.size === 0,
    recordedVersion: () => recordedVersion(state),
    pin: (signal) => pin(state, signal),
    snapshot: (signal) => snapshot(state, signal),
  };
}

async function preflight(
  state: State,
  signal: AbortSignal,
  isBeforeDeploy: boolean,
): Promise<readonly Finding[]> {
  let project: string;
  let live: Live;
  let records: Records;
  try {
    ({ project, live } = await readProject(state, signal));
    records = await readRecords(state.docker, project, signal);
    if (live.services.size === 0 && (recordedFor(state, project)?.services.size ?? 0) === 0) {
      const { why, isStack } = await nothingThere(state, project, signal);
      if (isBeforeDeploy && !isStack && records.kept.length === 0) return [firstDeploy(why)];
      if (isStack || (!isBeforeDeploy && recordedFor(state, project) === undefined))
        return [error(why, 'correct `compose-project`')];
    }
  } catch (thrown) {
    if (!(thrown instanceof DockerError)) throw thrown;
    return [error(thrown.message, fixOf(thrown))];
  }
  return findingsOf({
    isBeforeDeploy,
    docker: state.docker,
    project,
    live,
    records,
    named: state.named,
    recorded: state.given,
    signal,
  });
}

async function capture(state: State, signal: AbortSignal): Promise<Captured> {
  const { project, live } = await readProject(state, signal);
  state.expected = sightOf(live, state.named);
  if (state.deps.run === '') return {};
  const { rejected } = await readRecords(state.docker, project, signal);
  const back = concerned(state, live).flatMap((service) =>
    rejected.filter(
      (mark) =>
        mark.run === state.deps.run &&
        mark.service === service.service &&
        runs(service, mark.returned),
    ),
  )[0];
  return back === undefined
    ? {}
    : {
        alreadyRolledBack: `this run has rolled back ${imageInWords(back.image, back.imageName)} of service ${back.service} at ${back.at}, and the version before it runs.`,
      };
}

async function assertUnchanged(state: State, signal: AbortSignal): Promise<Withheld | undefined> {
  if (state.expected === undefined) return undefined;
  const live = await readLive(state.glance, await state.deps.project(signal), signal);
  return objection(state.expected, live, state.named);
}

async function plan(state: State, signal: AbortSignal): Promise<ComposePlan | Skip | Withheld> {
  const { project, live } = await readProject(state, signal);
  // `assertUnchanged` gives up on an engine that is being restarted.
  const other =
    state.expected === undefined ? undefined : objection(state.expected, live, state.named);
  if (other !== undefined) return other;
  const choice = await decide(state, project, live, signal);
  if (choice.kind !== 'choice') return choice;
  const { returns, followers, notes } = choice;
  const now = returns.flatMap(({ service, live: running }) => {
    const container = running?.containers[0]?.container;
    return container === undefined ? [] : [[service, nameOf(container)] as const];
  });
  const back = returns.map(
    ({ service, target }) => [service, imageInWords(target.image, target.imageName)] as const,
  );
  return {
    kind: 'plan',
    project,
    choice,
    steps: [
      ...returns.map(({ service, target, live: running }) => {
        const newest = running?.containers[0];
        const to = imageInWords(target.image, target.imageName);
        return newest === undefined
          ? `start service ${service} of project ${project} again: ${to}`
          : `take service ${service} of project ${project} back ${newest.version.image === target.image ? `to its recorded configuration (${to})` : `from ${nameOf(newest.container)} to ${to}`}`;
      }),
      ...followers.map(
        ({ service }) =>
          `make service ${service} again as it is: it shares a namespace with one of these`,
      ),
      ...notes.map((note) => `leave as it is: ${note}`),
    ],
    from: Object.fromEntries(now),
    to: Object.fromEntries(back),
    touches: [...returns, ...followers].map(({ service }) => `service/${service}`),
  };
}

function recordedVersion(state: State): { image: string } | undefined {
  const services = [...(state.given?.services ?? [])].filter(
    ([service]) => state.named.length === 0 || state.named.includes(service),
  );
  const only = services.length === 1 ? services[0]?.[1] : undefined;
  return only === undefined ? undefined : { image: only.digest || only.imageName || only.image };
}

async function pin(state: State, signal: AbortSignal): Promise<string | undefined> {
  const { project, live } = await readProject(state, signal);
  const other =
    state.expected === undefined ? undefined : objection(state.expected, live, state.named);
  if (other !== undefined) return `nothing is kept: ${other.reason}`;
  // A healthy verdict on the whole says nothing good of a service that is down.
  const up = concerned(state, live).filter(isUp);
  const kept = await keepServices(state.deps, project, up, 'good', live.images, signal);
  return kept.length === 0
    ? undefined
    : `kept what runs as the state to return to: ${kept.join(', ')}`;
}

async function snapshot(state: State, signal: AbortSignal): Promise<unknown> {
  const { project, live } = await readProject(state, signal);
  const services = concerned(state, live);
  await keepServices(state.deps, project, services, 'before', live.images, signal);
  return toPlain({
    project,
    services: new Map(
      services.flatMap((service): (readonly [string, RecordedService])[] => {
        const recorded = recordedOf(service, live.images);
        return recorded === undefined ? [] : [[service.service, recorded]];
      }),
    ),
  });
}

function recordedFor(state: State, project: string): Recorded | undefined {
  return state.given?.project === project ? state.given : undefined;
}

async function readProject(
  state: State,
  signal: AbortSignal,
): Promise<{ project: string; live: Live }> {
  const project = await state.deps.project(signal);
  return { project, live: await readLive(state.docker, project, signal) };
}

/** The services that concern us. */
function concerned(state: State, live: Live): readonly LiveService[] {
  return [...live.services.values()].filter(
    ({ service }) => state.named.length === 0 || state.named.includes(service),
  );
}

async function decide(
  state: State,
  project: string,
  live: Live,
  signal: AbortSignal,
): Promise<Choice | Skip | Withheld> {
  const recorded = recordedFor(state, project);
  if (live.services.size === 0 && recorded === undefined)
    return { kind: 'skip', reason: (await nothingThere(state, project, signal)).why };
  return choose({
    named: state.named,
    live,
    records: await readRecords(state.docker, project, signal),
    recorded,
    deployedWithin: state.settings['deployed-within'],
    now: state.clock.now(),
  });
}

/** Why the project has no containers. */
async function nothingThere(
  state: State,
  project: string,
  signal: AbortSignal,
): Promise<{ readonly why: string; readonly isStack: boolean }> {
  const stack = await stackServices(state.docker, project, signal);
  if (stack.length > 0)
    return {
      why: `${project} is a stack of a Swarm, which has a history of its own: \`${stack.map((service) => `docker service rollback ${service}`).join(' && ')}\` rolls it back (use the \`command\` strategy)`,
      isStack: true,
    };
  const known = await knownProjects(state.docker, signal);
  return {
    why: `project ${project} has no containers on this engine${known.length === 0 ? '' : `, which runs ${known.join(', ')}`}`,
    isStack: false,
  };
}

function firstDeploy(why: string): Finding {
  return {
    level: 'notice',
    subject: 'compose',
    message: `${why}: its first deploy has nothing to go back to`,
    fix: 'if this is not its first deploy, correct `compose-project`, or set DOCKER_HOST or DOCKER_CONTEXT to the engine that runs it',
  };
}

function nameOf(container: Container): string {
  return imageInWords(container.image, container.imageName);
}

function error(message: string, fix?: string): Finding {
  return { level: 'error', subject: 'compose', message, ...(fix === undefined ? {} : { fix }) };
}

/** The versions of some services at a moment: what runs later is compared with it. */
interface Sight {
  readonly services: ReadonlyMap<string, string>;
  readonly images: ReadonlyMap<string, string>;
  /** One-shot services that had done their work: their containers may be pruned at any time. */
  readonly completed: ReadonlySet<string>;
}

/** @param named the services that the user names; empty: all of the project */
function sightOf(live: Live, named: readonly string[]): Sight {
  const names = named.length > 0 ? named : [...live.services.keys()];
  return {
    services: new Map(names.map((name) => [name, versionsOf(live.services.get(name))])),
    images: new Map(names.map((name) => [name, imageOf(live, name)])),
    completed: new Set(names.filter((name) => live.services.get(name)?.completed === true)),
  };
}

/** Why nobody may touch the project: what runs now is not what ran at `then`. */
function objection(then: Sight, live: Live, named: readonly string[]): Withheld | undefined {
  const now = sightOf(live, named);
  for (const name of new Set([...then.services.keys(), ...now.services.keys()])) {
    const was = then.services.get(name) ?? '';
    const is = now.services.get(name) ?? '';
    if (was === is || (is === '' && then.completed.has(name))) continue;
    return { kind: 'withheld', reason: inWords(name, then, live) };
  }
  return undefined;
}

function inWords(name: string, then: Sight, live: Live): string {
  const newest = live.services.get(name)?.containers[0]?.container;
  const before = then.images.get(name) ?? '';
  if (newest === undefined)
    return `service ${name} has no container any more; ${before} ran when the watch began`;
  const since = newest.created.replace(/\.\d+Z$/, 'Z');
  const now = imageInWords(newest.image, newest.imageName);
  if (before === '') return `service ${name} was deployed during the watch: ${now} at ${since}`;
  return now === before
    ? `the configuration of service ${name} was changed at ${since}, during the watch`
    : `service ${name} runs ${now} since ${since}; ${before} is what this run judged`;
}

function imageOf(live: Live, name: string): string {
  const newest = live.services.get(name)?.containers[0]?.container;
  return newest === undefined ? '' : imageInWords(newest.image, newest.imageName);
}
