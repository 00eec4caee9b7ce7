import type {
  Change,
  Environment,
  GithubContext,
  GithubJob,
  SystemOutput,
} from '../contract/system.js';
import { messageOf } from '../support/errors.js';
import {
  changeWith,
  type CiSystem,
  jobOf,
  type KnownOfRun,
  maskableLines,
  type OutputDeps,
} from './system.js';

// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
export const github: CiSystem = {
  id: 'github',
  name: 'GitHub Actions',
  sign: (env) =>
    env.GITHUB_ACTIONS === 'true' && lookalikeSigns.every((name) => env[name] !== 'true')
      ? 'GITHUB_ACTIONS'
      : undefined,
  run: async (env, githubJob) => runOf(env, await githubJob()),
  output: githubOutput,
};

/** Gitea and Forgejo set all of GitHub's variables besides these of their own. */
const lookalikeSigns = ['GITEA_ACTIONS', 'FORGEJO_ACTIONS'];

/** What the job of GitHub, or of a system that sets the same variables, says of its run. */
export function runOf(env: Environment, { context, eventProblem }: GithubJob): KnownOfRun {
  const { payload, eventName, runId, runAttempt, serverUrl } = context;
  const project = repositoryOf(context);
  return {
    runUrl:
      project === null || Number.isNaN(runId)
        ? null
        : `${serverUrl}/${project}/actions/runs/${String(runId)}`,
    runId: Number.isNaN(runId) ? null : String(runId),
    attempt: Number.isNaN(runAttempt) ? null : runAttempt,
    // All jobs of a matrix share it: `matrixOf` tells them apart.
    job: jobOf(env, 'GITHUB_JOB'),
    project,
    change: changeOf(context),
    pullRequest: isPullRequest(env, context),
    forkPullRequest: isFromFork(context),
    rollbackMarker: isYes(field(field(payload, 'inputs'), 'rollback'))
      ? `the input \`rollback\` of the ${eventName ?? 'GitHub'} event`
      : null,
    notices:
      eventProblem === undefined
        ? []
        : [
            `The event file of GITHUB_EVENT_PATH could not be read (${eventProblem}): its input \`rollback\` is not known.`,
          ],
  };
}

/**
 * Why the event file cannot be read; `undefined` when it can, or when there is none.
 * @param read the text of a file; throws when it cannot be read
 */
export function eventProblemOf(
  path: string | undefined,
  read: (path: string) => string,
): string | undefined {
  if (path === undefined || path === '') return undefined;
  try {
    JSON.parse(read(path));
    return undefined;
  } catch (error) {
    // The message of a failed JSON.parse shows a piece of the text, which is not ours to print.
    return error instanceof SyntaxError ? 'it is not JSON' : messageOf(error);
  }
}

function repositoryOf(context: GithubContext): string | null {
  try {
    const { owner, repo } = context.repo;
    return `${owner}/${repo}`;
  } catch {
    return null;
  }
}

/**
 * Besides the events of the pull request itself: a comment on one, and a workflow that follows one
 * (`workflow_run`), may work on the files of a stranger too.
 */
function isPullRequest(env: Environment, { eventName = '', payload }: GithubContext): boolean {
  return (
    eventName.startsWith('pull_request') ||
    isSet(env.GITHUB_HEAD_REF) ||
    isObject(field(payload, 'pull_request')) ||
    isObject(field(field(payload, 'issue'), 'pull_request')) ||
    String(field(field(payload, 'workflow_run'), 'event')).startsWith('pull_request')
  );
}

/** A comment on a pull request has it as its issue; the reference tells it where the event does not. */
function changeOf(context: GithubContext): Change | null {
  const { payload, ref = '', serverUrl } = context;
  const project = repositoryOf(context);
  const issue = field(payload, 'issue');
  const ofReference = /^refs\/pull\/(\d+)\//.exec(ref)?.[1];
  const number =
    field(field(payload, 'pull_request'), 'number') ??
    (isObject(field(issue, 'pull_request')) ? field(issue, 'number') : ofReference);
  return project === null
    ? null
    : changeWith({ system: 'github', server: serverUrl, project }, number);
}

/**
 * `head.repo.fork` is no help: it is true in a repository that is itself a fork, for pull requests of its own. Of a fork
 * that was deleted there is no `head.repo`. `pull_request_target` has the token of the base:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request_target
 */
function isFromFork({ eventName, payload }: GithubContext): boolean {
  const pullRequest = field(payload, 'pull_request');
  if (!isObject(pullRequest) || eventName === 'pull_request_target') return false;
  const repository = (end: 'head' | 'base'): unknown =>
    field(field(field(pullRequest, end), 'repo'), 'full_name');
  return repository('base') !== undefined && repository('head') !== repository('base');
}

/** An input of type boolean comes as a boolean or as text, depending on how the run was started. */
function isYes(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(true|1|yes)$/i.test(value.trim()));
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/**
 * GitHub Actions: workflow commands, output and summary file. The only place that knows `@actions/core`, which is
 * loaded in GitHub's jobs only: elsewhere its `setSecret` would print the secret, and its summary would throw.
 */
export async function githubOutput(deps: Pick<OutputDeps, 'env' | 'write'>): Promise<SystemOutput> {
  const core = await import('@actions/core');
  const line = (text: string): void => {
    deps.write(`${text}\n`);
  };
  return {
    system: 'github',
    annotates: true,
    line,
    group(title, body) {
      core.startGroup(title);
      for (const text of body) line(text);
      core.endGroup();
    },
    annotate(level, title, message) {
      core[level](message, { title });
    },
    mask(secret) {
      // The runner looks for masks line by line; source: google-github-actions/get-secretmanager-secrets#9.
      for (const part of maskableLines(secret)) core.setSecret(part);
    },
    outputFiles: [],
    // Rejects instead of throwing when the file cannot be written.
    // eslint-disable-next-line @typescript-eslint/require-await
    async setOutputs(outputs) {
      // Without the file core would print `::set-output`, which is deprecated and shows in the log.
      if (!isSet(deps.env.GITHUB_OUTPUT)) return;
      for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
    },
    async writeSummary({ markdown }) {
      if (!isSet(deps.env.GITHUB_STEP_SUMMARY)) return;
      await core.summary.emptyBuffer().addRaw(markdown).write();
    },
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
