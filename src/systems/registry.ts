import type { Environment, RunInfo, SystemId, SystemOutput } from '../contract/system.js';
import { azure } from './azure.js';
import { circleci } from './circleci.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { jenkins } from './jenkins.js';
import { createLocalHost } from './local.js';
import type { CiSystem, OutputDeps, ReadFile } from './system.js';

/**
 * The first that matches is taken. Jenkins is last: its agents run inside jobs of other systems, and its address is
 * a variable that users set.
 */
const detections: readonly CiSystem[] = [github, gitlab, circleci, azure, jenkins];

/** Gitea and Forgejo set all of GitHub's variables beside their own one, and have neither its address nor all of its commands. */
const lookalikes = ['GITEA_ACTIONS', 'FORGEJO_ACTIONS'];

/**
 * Where we run, by the environment alone. `readFile` reads the event file that GitHub names.
 *
 * @param named the CI system that the user names: of several whose signs are there, it is the one
 */
export function detectRun(env: Environment, readFile: ReadFile, named?: string): RunInfo {
  const lookalike = lookalikes.find((name) => env[name] === 'true');
  if (lookalike !== undefined) {
    const info = github.info(env, readFile);
    const notice = `${lookalike} is set: this is not GitHub, though its variables are there. The log is plain; set \`ci-system\` when the rollback is a pipeline.`;
    return {
      system: 'local',
      ...info,
      runUrl: null,
      change: null,
      notices: [notice, ...info.notices],
    };
  }
  const found = detections.flatMap((detection) => {
    const sign = detection.sign(env);
    return sign === undefined ? [] : [{ detection, sign }];
  });
  const explicit = found.find(({ detection }) => detection.system === named?.trim().toLowerCase());
  const taken = explicit ?? found[0];
  if (taken === undefined) return noSystem;
  const info = taken.detection.info(env, readFile);
  const { system } = taken.detection;
  if (found.length === 1 || explicit !== undefined) return { system, ...info };
  const signs = found.map(({ detection, sign }) => `${detection.system} (${sign})`).join(', ');
  const notice = `The environment has the signs of several CI systems: ${signs}. ${system} is taken; set \`ci-system\` when the rollback is a pipeline of another.`;
  return { system, ...info, notices: [notice, ...info.notices] };
}

const noSystem: RunInfo = {
  system: 'local',
  runUrl: null,
  runId: null,
  attempt: null,
  project: null,
  change: null,
  pullRequest: false,
  forkPullRequest: false,
  rollbackMarker: null,
  notices: [],
};

type HostFactory = (deps: OutputDeps) => SystemOutput | Promise<SystemOutput>;

/** Loaded when needed: only GitHub's jobs pay for GitHub's library. */
const factories: Readonly<Record<SystemId, HostFactory>> = {
  github: async (deps) => (await import('./github.js')).createGithubHost(deps),
  gitlab: async (deps) => (await import('./gitlab.js')).createGitlabHost(deps),
  jenkins: async (deps) => (await import('./jenkins.js')).createJenkinsHost(deps),
  circleci: async (deps) => (await import('./circleci.js')).createCircleciHost(deps),
  azure: async (deps) => (await import('./azure.js')).createAzureHost(deps),
  local: (deps) => createLocalHost('local', deps),
};

/** The host for the system that was detected. */
export async function createOutput(
  info: Pick<RunInfo, 'system'>,
  deps: OutputDeps,
): Promise<SystemOutput> {
  return factories[info.system](deps);
}
