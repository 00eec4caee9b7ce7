import type { Asked, HealthCheck } from '../../contract/check.js';
import type { Clock } from '../../support/clock.js';
import type { Finding } from '../../contract/result.js';
import { createDocker, type Docker, DockerError } from '../../support/docker/client.js';
import { type Container, isCompleted } from '../../support/docker/container.js';
import {
  containersOf,
  projectName,
  type ProjectOptions,
  projectOptionsOf,
} from '../../support/docker/project.js';
import { messageOf } from '../../support/errors.js';
import { lastLines } from '../../support/text.js';
import { createMemory } from '../memory.js';
import type { HealthDependencies } from '../source.js';

export type DockerHealthSettings = Parameters<typeof projectOptionsOf>[0] & {
  readonly 'compose-service'?: readonly string[] | undefined;
  readonly 'report-logs': number;
};

/** The check of the `docker` source, as the inputs ask for it. */
export function setUpDockerChecks(
  dependencies: HealthDependencies<DockerHealthSettings>,
): readonly HealthCheck[] {
  const { settings, exec, env, redact, clock, random } = dependencies;
  // A probe comes again by itself; one that waits for the engine would be late.
  const docker = createDocker({ exec, env, redact, clock, random, patienceMs: 0 });
  return [
    createContainerHealth({
      docker,
      clock,
      redact,
      project: projectOptionsOf(settings),
      services: settings['compose-service'] ?? [],
      every: settings['health-interval'],
      failures: settings['health-failures'],
      successes: settings['health-successes'],
      logLines: settings['report-logs'],
    }),
  ];
}

interface ContainerHealthOptions {
  readonly docker: Docker;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
  readonly project: ProjectOptions;
  /** Services that must be well; empty: all of the project. */
  readonly services: readonly string[];
  /** Milliseconds. */
  readonly every: number;
  readonly failures: number;
  readonly successes: number;
  /** How many of a failing container's last lines may be shown. */
  readonly logLines: number;
}

const ID = 'compose-health';
/** All lines together. */
const LONGEST_LOG = 2000;

/** The containers of the project: their health checks, restarts and exits since the watch began. */
function createContainerHealth(options: ContainerHealthOptions): HealthCheck {
  const { docker, services } = options;
  let project: string | undefined;
  let start: Start | undefined;
  const logOf = createLogs(options);
  const memory = createMemory();
  const notes = createNotes();

  async function containers(signal: AbortSignal): Promise<readonly Container[]> {
    project ??= await projectName(docker, options.project, signal);
    return containersOf(docker, project, signal);
  }

  async function inWords(
    { service, what, container }: Complaint,
    signal: AbortSignal,
  ): Promise<string> {
    const log = container === undefined ? '' : await logOf(container, signal);
    return `${service} ${what}${log === '' ? '' : ` [${log}]`}`;
  }

  return {
    kind: 'health',
    id: ID,
    source: 'docker',
    subject: `containers of ${subjectOf(options)}`,
    limit: { metric: 'health', failures: options.failures, successes: options.successes },
    every: options.every,

    findings: notes.findings,

    askables: [
      {
        subject: `containers of ${subjectOf(options)}`,
        ask: (signal) => askOnce(options, containers, signal),
        recall: memory.recall,
      },
    ],

    async preflight(signal, isBeforeDeploy = false) {
      if (options.project.project === undefined && options.project.files.length === 0)
        return error(
          '`compose-health` does not know which project to observe',
          'set `compose-project` or `compose-file`',
        );
      try {
        const missing = missingIn(await containers(signal), project ?? '', services);
        return isBeforeDeploy ? missing.map(asYetToCome) : missing;
      } catch (thrown) {
        if (!(thrown instanceof DockerError)) throw thrown;
        return error(thrown.message);
      }
    },

    async probe(signal) {
      let found: readonly Container[];
      try {
        found = await containers(signal);
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        return { ok: null, detail: messageOf(thrown) };
      }
      start ??= startOf(found);
      const { complaints, starting } = notes.of(assess(found, start, services));
      if (complaints.length > 0) {
        const words = await Promise.all(complaints.map((each) => inWords(each, signal)));
        const hasChanged = memory.push(false, complaints.map(causeOf));
        return { ok: false, detail: words.join('; '), ...(hasChanged ? { changed: true } : {}) };
      }
      if (starting.length === 0) memory.push(true, []);
      return starting.length > 0
        ? {
            ok: null,
            detail: `the health check of ${starting.join(', ')} has not said anything yet`,
          }
        : { ok: true, detail: '' };
    },
  };
}

/** Keeps what was seen, and was no failure up to now. */
function createNotes(): {
  readonly of: (assessment: Assessment) => Assessment;
  readonly findings: () => readonly Finding[];
} {
  const notes = new Map<string, string>();
  return {
    of(assessment) {
      for (const each of assessment.noted) notes.set(each.service, causeOf(each));
      for (const { service } of assessment.complaints) notes.delete(service);
      return assessment;
    },
    findings: () =>
      [...notes.values()].map((note) => ({
        level: 'notice',
        subject: ID,
        message: `${note}; that alone is not a failure`,
      })),
  };
}

/** What the containers look like now, without a start to compare with. */
async function askOnce(
  { clock, services }: ContainerHealthOptions,
  containers: (signal: AbortSignal) => Promise<readonly Container[]>,
  signal: AbortSignal,
): Promise<Asked | undefined> {
  const from = clock.monotonic();
  try {
    const found = await containers(signal);
    const ms = Math.round(clock.monotonic() - from);
    if (found.length === 0)
      return { passed: false, detail: 'there are no containers', absent: true, ms };
    const { complaints, starting } = assess(found, startOf(found), services);
    const causes = complaints.map(causeOf);
    if (causes.length > 0) return { passed: false, detail: causes.join('; '), causes, ms };
    return starting.length > 0 ? undefined : { passed: true, detail: '', ms };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return undefined;
  }
}

function error(message: string, fix?: string): readonly Finding[] {
  return [{ level: 'error', subject: ID, message, ...(fix === undefined ? {} : { fix }) }];
}

/** The deploy may make it. */
function asYetToCome({ message, fix }: Finding): Finding {
  return {
    level: 'notice',
    subject: ID,
    message: `${message} yet`,
    ...(fix === undefined ? {} : { fix: `if the deploy does not make it, ${fix}` }),
  };
}

function missingIn(
  found: readonly Container[],
  project: string,
  services: readonly string[],
): readonly Finding[] {
  if (found.length === 0)
    return error(
      `project ${project} has no containers on this engine`,
      'correct `compose-project`, or set DOCKER_HOST or DOCKER_CONTEXT to the engine that runs it',
    );
  const missing = services.filter((name) => !found.some(({ service }) => service === name));
  return missing.length === 0
    ? []
    : error(
        `project ${project} has no container of service ${missing.join(', ')}`,
        'correct `compose-service`',
      );
}

/** The last lines of a container, once for each of its states: the same state must read the same. */
function createLogs({
  docker,
  redact,
  logLines,
}: ContainerHealthOptions): (container: Container, signal: AbortSignal) => Promise<string> {
  const known = new Map<string, string>();
  return async ({ id, restarts, status }, signal) => {
    if (logLines === 0) return '';
    const key = `${id} ${String(restarts)} ${status}`;
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    let text = '';
    try {
      const printed = await docker.logs(id, logLines, signal);
      text = lastLines(redact(printed), logLines).join(' | ').slice(-LONGEST_LOG);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
    }
    known.set(key, text);
    return text;
  };
}

function subjectOf({ project, services }: ContainerHealthOptions): string {
  const name = project.project ?? project.files.join(', ');
  return services.length === 0 ? name : `${name}: ${services.join(', ')}`;
}

/** What was there when the watch began. */
interface Start {
  readonly services: ReadonlySet<string>;
  /** How often each container had been started again, by its id. */
  readonly restarts: ReadonlyMap<string, number>;
}

export function startOf(containers: readonly Container[]): Start {
  return {
    services: new Set(containers.map(({ service }) => service)),
    restarts: new Map(containers.map(({ id, restarts }) => [id, restarts])),
  };
}

/** What is wrong with a service, and with which container. */
interface Complaint {
  readonly service: string;
  readonly what: string;
  readonly container: Container | undefined;
}

function causeOf({ service, what }: Complaint): string {
  return `${service} ${what}`;
}

/** What one probe says. */
interface Assessment {
  readonly complaints: readonly Complaint[];
  /** Services whose health check has not said anything yet. */
  readonly starting: readonly string[];
  /** What a person should know, and what is no failure. */
  readonly noted: readonly Complaint[];
}

/** @param named the services that there must be; by default those that were there at the start */
export function assess(
  containers: readonly Container[],
  start: Start,
  named: readonly string[],
): Assessment {
  const complaints: Complaint[] = [];
  const noted: Complaint[] = [];
  const starting = new Set<string>();
  const required =
    named.length > 0
      ? named
      : [...new Set([...start.services, ...containers.map(({ service }) => service)])];
  for (const service of [...required].sort()) {
    const mine = containers.filter((each) => each.service === service);
    if (mine.length === 0)
      complaints.push({ service, what: 'has no container', container: undefined });
    const restarted = (container: Container): number =>
      container.restarts - (start.restarts.get(container.id) ?? 0);
    const those = mine.filter((container) => restarted(container) > 0).length;
    // One that ends once, while its database starts, is well again. When several do, half of them or more, that is no accident.
    const isShared = those > 1 && those >= mine.length / 2;
    for (const container of mine) {
      const what = complaintOf(
        container,
        isShared ? restarted(container) : restarted(container) - 1,
      );
      if (what !== undefined) complaints.push({ service, what, container });
      else if (container.health === 'starting' && container.status === 'running')
        starting.add(service);
      if (what === undefined && restarted(container) === 1)
        noted.push({ service, what: 'ended once by itself and was started again', container });
    }
  }
  return { complaints, starting: [...starting], noted };
}

/** @param restarts how often it was started again, beyond what is no failure */
function complaintOf(container: Container, restarts: number): string | undefined {
  const { status, health, exitCode, outOfMemory } = container;
  const code = `code ${String(exitCode)}${outOfMemory ? ', out of memory' : ''}`;
  switch (status) {
    case 'running':
      if (health === 'unhealthy') return 'is unhealthy';
      return restarts > 0 ? 'ended by itself and was started again' : undefined;
    case 'restarting':
      return `ends again and again (${code})`;
    case 'exited':
      if (isCompleted(container)) return undefined;
      return exitCode === 0 ? 'was stopped' : `exited (${code})`;
    case 'created':
      return 'was made and never started';
    case 'paused':
    case 'dead':
    case 'removing':
      return `is ${status}`;
  }
}
