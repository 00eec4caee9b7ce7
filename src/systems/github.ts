import * as core from '@actions/core';
import type { Change, Environment, SystemOutput } from '../contract/system.js';
import { messageOf } from '../support/errors.js';
import {
  changeWith,
  type CiSystem,
  maskableLines,
  numberOf,
  type OutputDeps,
  type ReadFile,
  valueOf,
} from './system.js';

// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
export const github: CiSystem = {
  system: 'github',
  sign: (env) => (env.GITHUB_ACTIONS === 'true' ? 'GITHUB_ACTIONS' : undefined),
  info(env, readFile) {
    const { event, notices } = readEvent(env, readFile);
    const server = valueOf(env, 'GITHUB_SERVER_URL');
    const repository = valueOf(env, 'GITHUB_REPOSITORY');
    const runId = valueOf(env, 'GITHUB_RUN_ID');
    return {
      runUrl:
        server !== null && repository !== null && runId !== null
          ? `${server}/${repository}/actions/runs/${runId}`
          : null,
      runId,
      attempt: numberOf(env, 'GITHUB_RUN_ATTEMPT'),
      project: repository,
      change: changeOf(env, event),
      pullRequest: isPullRequest(env, event),
      forkPullRequest: isFromFork(env, event),
      rollbackMarker: isYes(field(field(event, 'inputs'), 'rollback'))
        ? `the input \`rollback\` of the ${valueOf(env, 'GITHUB_EVENT_NAME') ?? 'GitHub'} event`
        : null,
      notices,
    };
  },
};

/** The payload of the event: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
function readEvent(
  env: Environment,
  readFile: ReadFile,
): { readonly event: unknown; readonly notices: readonly string[] } {
  const path = valueOf(env, 'GITHUB_EVENT_PATH');
  if (path === null) return { event: undefined, notices: [] };
  try {
    return { event: JSON.parse(readFile(path)), notices: [] };
  } catch (error) {
    // The message of a failed JSON.parse shows a piece of the text, which is not ours to print.
    const why = error instanceof SyntaxError ? 'it is not JSON' : messageOf(error);
    const notice = `The event file of GITHUB_EVENT_PATH could not be read (${why}): its input \`rollback\` is not known.`;
    return { event: undefined, notices: [notice] };
  }
}

/**
 * Besides the events of the pull request itself: a comment on one, and a workflow that follows one
 * (`workflow_run`), may work on the files of a stranger too.
 */
function isPullRequest(env: Environment, event: unknown): boolean {
  return (
    (valueOf(env, 'GITHUB_EVENT_NAME') ?? '').startsWith('pull_request') ||
    valueOf(env, 'GITHUB_HEAD_REF') !== null ||
    isObject(field(event, 'pull_request')) ||
    isObject(field(field(event, 'issue'), 'pull_request')) ||
    String(field(field(event, 'workflow_run'), 'event')).startsWith('pull_request')
  );
}

/** A comment on a pull request has it as its issue; the reference tells it where the event does not. */
function changeOf(env: Environment, event: unknown): Change | null {
  const server = valueOf(env, 'GITHUB_SERVER_URL');
  const project = valueOf(env, 'GITHUB_REPOSITORY');
  const issue = field(event, 'issue');
  const ofReference = /^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? '')?.[1];
  const number =
    field(field(event, 'pull_request'), 'number') ??
    (isObject(field(issue, 'pull_request')) ? field(issue, 'number') : ofReference);
  return server === null || project === null
    ? null
    : changeWith({ system: 'github', server, project }, number);
}

/**
 * `head.repo.fork` does not tell: it is true in a repository that is itself a fork, for pull requests of its own. Of a fork
 * that was deleted there is no `head.repo`. `pull_request_target` has the token of the base:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request_target
 */
function isFromFork(env: Environment, event: unknown): boolean {
  const pullRequest = field(event, 'pull_request');
  if (!isObject(pullRequest) || env.GITHUB_EVENT_NAME === 'pull_request_target') return false;
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
 * GitHub Actions: workflow commands, output and summary file. The only place that knows `@actions/core`: elsewhere its
 * `setSecret` would print the secret, and its summary would throw.
 */
export function createGithubHost(deps: Pick<OutputDeps, 'env' | 'write'>): SystemOutput {
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
