import { DockerError, type Docker } from '../../support/docker.js';
import type { Container } from '../../support/docker/container.js';
import { containersOf, projectName, type ProjectOptions } from '../../support/docker/project.js';
import { messageOf } from '../../support/errors.js';
import type { Finding } from '../../contract/finding.js';
import { clip, neutralise } from '../../support/text.js';
import type { HealthCheck } from '../../contract/check.js';
import { assess, startOf, type Complaint, type Start } from './state.js';

export interface ContainerHealthOptions {
  readonly docker: Docker;
  readonly redact: (text: string) => string;
  readonly project: ProjectOptions;
  /** Services that must be well; empty: all of the project. */
  readonly services: readonly string[];
  /** Milliseconds. */
  readonly every: number;
  readonly failures: number;
  readonly successes: number;
  /** How many last lines of a failing container may be shown. */
  readonly logLines: number;
}

const ID = 'compose-health';
/** All lines together. */
const LONGEST_LOG = 2000;

/** The containers of the project: their health checks, restarts and exits since the watch began. */
export function createContainerHealth(options: ContainerHealthOptions): HealthCheck {
  const { docker, services } = options;
  let project: string | undefined;
  let start: Start | undefined;
  const logs = new Map<string, string>();

  async function containers(signal: AbortSignal): Promise<readonly Container[]> {
    project ??= await projectName(docker, options.project, signal);
    return containersOf(docker, project, signal);
  }

  /** Once for each state of a container: the same state must read the same. */
  async function logOf(container: Container | undefined, signal: AbortSignal): Promise<string> {
    if (container === undefined || options.logLines === 0) return '';
    const { id, restarts, status } = container;
    const key = `${id} ${String(restarts)} ${status}`;
    const known = logs.get(key);
    if (known !== undefined) return known;
    let text = '';
    try {
      const printed = await docker.logs(id, options.logLines, signal);
      text = neutralise(options.redact(printed))
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-options.logLines)
        .map((line) => clip(line))
        .join(' | ')
        .slice(-LONGEST_LOG);
    } catch (error) {
      if (signal.aborted) throw error;
    }
    logs.set(key, text);
    return text;
  }

  async function inWords(
    { service, what, container }: Complaint,
    signal: AbortSignal,
  ): Promise<string> {
    const log = await logOf(container, signal);
    return `${service} ${what}${log === '' ? '' : ` [${log}]`}`;
  }

  return {
    kind: 'health',
    id: ID,
    source: 'docker',
    subject: `containers of ${subjectOf(options)}`,
    limit: { metric: 'health', failures: options.failures, successes: options.successes },
    every: options.every,

    async preflight(signal) {
      const error = (message: string, fix?: string): Finding[] => [
        { level: 'error', subject: ID, message, ...(fix === undefined ? {} : { fix }) },
      ];
      if (options.project.project === undefined && options.project.files.length === 0)
        return error(
          '`compose-health` does not know which project to look at',
          'set `compose-project` or `compose-file`',
        );
      try {
        const found = await containers(signal);
        const lacking = services.filter((name) => !found.some(({ service }) => service === name));
        if (found.length === 0)
          return error(
            `project ${project ?? ''} has no containers on this engine`,
            'correct `compose-project`, or set DOCKER_HOST or DOCKER_CONTEXT to the engine that runs it',
          );
        return lacking.length === 0
          ? []
          : error(
              `project ${project ?? ''} has no container of service ${lacking.join(', ')}`,
              'correct `compose-service`',
            );
      } catch (thrown) {
        if (!(thrown instanceof DockerError)) throw thrown;
        return error(thrown.message);
      }
    },

    async look(signal) {
      let found: readonly Container[];
      try {
        found = await containers(signal);
      } catch (error) {
        if (signal.aborted) throw error;
        return { ok: null, detail: messageOf(error) };
      }
      start ??= startOf(found);
      const { complaints, starting } = assess(found, start, services);
      if (complaints.length > 0) {
        const words = await Promise.all(complaints.map((each) => inWords(each, signal)));
        return { ok: false, detail: words.join('; ') };
      }
      return starting.length > 0
        ? {
            ok: null,
            detail: `the health check of ${starting.join(', ')} has not said anything yet`,
          }
        : { ok: true, detail: '' };
    },
  };
}

function subjectOf({ project, services }: ContainerHealthOptions): string {
  const name = project.project ?? project.files.join(', ');
  return services.length === 0 ? name : `${name}: ${services.join(', ')}`;
}
