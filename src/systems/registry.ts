import type { Environment, GithubJob, RunInfo, SystemOutput } from '../contract/system.js';
import { azure } from './azure.js';
import { circleci } from './circleci.js';
import { forgejo, gitea } from './gitea.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { jenkins } from './jenkins.js';
import { otherSystems } from './others.js';
import { plainOutput } from './local.js';
import type { CiSystem, KnownOfRun, OutputDeps } from './system.js';

/**
 * THE table of CI systems, in the order in which they are looked for: the first that matches is taken. Jenkins is last: its
 * agents run inside jobs of other systems, its address is a variable that users set, and others number their builds as it does.
 */
export const ciSystems: readonly CiSystem[] = [
  forgejo,
  gitea,
  github,
  gitlab,
  circleci,
  azure,
  ...otherSystems,
  jenkins,
];

/** As people call a system of the table. */
export function nameOf(system: string): string {
  return ciSystems.find(({ id }) => id === system)?.name ?? system;
}

/** What inputs say of the run, where variables do not. */
export interface GivenOfRun {
  /** The CI system that the user names; it wins when several are detected. */
  readonly system?: string | undefined;
  /** The id of the run; it wins over the one that variables tell. */
  readonly runId?: string | undefined;
  /** The values of the matrix that the job has, as JSON; `null` or `{}` where it has none. */
  readonly matrix?: string | undefined;
}

/**
 * Where we run, by the environment and what was given beside it.
 *
 * @param githubJob reads the job of GitHub; called in such a job only
 */
export async function detectRun(
  env: Environment,
  githubJob: () => Promise<GithubJob>,
  given: GivenOfRun = {},
): Promise<RunInfo> {
  const info = await detected(env, githubJob, given.system);
  const runId = given.runId?.trim() ?? info.runId;
  // The five always say it, and a person at a terminal needs none.
  const isLacking = runId === null && otherSystems.some(({ id }) => id === info.system);
  return {
    ...info,
    runId,
    job: withMatrix(info.job, given.matrix),
    notices: [...info.notices, ...(isLacking ? [withoutRunId(info.system)] : [])],
  };
}

function withoutRunId(system: string): string {
  return `${nameOf(system)} does not tell the id of this run to this step; set \`run-id\`, so that a snapshot and a rollback of another run are not taken for its own.`;
}

/** The job with the values of its matrix, in the form that GitHub shows: `deploy (eu, 2)`. */
function withMatrix(job: string | null, matrix: string | undefined): string | null {
  const values = matrixValues(matrix);
  return values === '' ? job : `${job ?? ''} (${values})`.trimStart();
}

function matrixValues(text = ''): string {
  let matrix: unknown;
  try {
    matrix = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof matrix !== 'object' || matrix === null) return '';
  return Object.values(matrix)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(', ');
}

async function detected(
  env: Environment,
  githubJob: () => Promise<GithubJob>,
  named?: string,
): Promise<RunInfo> {
  const found = ciSystems.flatMap((system) => {
    const sign = system.sign(env);
    return sign === undefined ? [] : [{ system, sign }];
  });
  const explicit = found.find(({ system }) => system.id === named?.trim().toLowerCase());
  const taken = (explicit ?? found[0])?.system;
  if (taken === undefined) return runInfo('local', {});
  const known = await taken.run(env, githubJob);
  if (found.length === 1 || explicit !== undefined) return runInfo(taken.id, known);
  const signs = found.map(({ system, sign }) => `${system.id} (${sign})`).join(', ');
  const notice = `The environment has the signs of several CI systems: ${signs}. ${taken.id} is taken; set \`ci-system\` when the rollback is a pipeline of another.`;
  return runInfo(taken.id, known, notice);
}

function runInfo(system: string, known: KnownOfRun, notice?: string): RunInfo {
  return {
    runUrl: null,
    runId: null,
    attempt: null,
    job: null,
    project: null,
    change: null,
    pullRequest: false,
    forkPullRequest: false,
    rollbackMarker: null,
    ...known,
    system,
    notices: [...(notice === undefined ? [] : [notice]), ...(known.notices ?? [])],
  };
}

/** The output for the system that was detected. */
export async function createOutput(
  { system }: Pick<RunInfo, 'system'>,
  deps: OutputDeps,
): Promise<SystemOutput> {
  const found = ciSystems.find(({ id }) => id === system);
  return found === undefined ? plainOutput(system, deps) : found.output(deps);
}
