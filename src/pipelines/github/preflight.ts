import type { Finding } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { refusalIn } from '../../support/http/api.js';
import { describeResponse } from '../../support/http/response.js';
import { type Add, collectFindings } from '../findings.js';
import { hintFor } from './hints.js';
import {
  declarationAt,
  type GithubContext,
  isEnterpriseServer,
  parseRef,
  readRepository,
  readWorkflow,
  type Repository,
  type RunInfo,
  runInfoOf,
  runsOf,
} from './context.js';
import { githubServer } from './server.js';
import { checkJobs } from './would-run.js';
import { composeInputs, ID_INPUT, mustBeRead } from './workflow.js';

/** Enterprise Server up to 3.19 takes no more (its OpenAPI description; github.com takes 25). */
const ENTERPRISE_INPUTS = 10;

/** Why a workflow is not `active` (OpenAPI description of `workflow`), and what to do. */
const inactive: Readonly<Record<string, string>> = {
  disabled_manually: 'somebody has disabled it: enable it with gh workflow enable',
  disabled_inactivity:
    'GitHub has disabled it, because nothing happened in the repository for 60 days: enable it with gh workflow enable',
  disabled_fork: 'it is disabled because the repository is a fork: enable it in the Actions tab',
  deleted: 'its file is not on the default branch any more: put it back',
};

/** Proves, as far as it can be proven, that `start` would work. Changes nothing. @throws only the signal's reason. */
export async function preflight(
  context: GithubContext,
  request: StartRequest,
  ownRunId: string | null,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(signal);

  let ref: string | undefined;
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    if (!parsed.ok) addProblems([parsed.problem]);
    else ref = parsed.value;
  }

  let repository;
  try {
    repository = await readRepository(context, signal);
  } catch (error) {
    addFailure(error);
    return all;
  }
  const { owner, repo, workflow } = context;
  if (repository.archived) {
    add('error', `the repository ${owner}/${repo} is archived: nothing runs in it`, 'unarchive it');
  }

  try {
    const { state } = await readWorkflow(context, signal);
    if (state !== 'active') {
      add('error', `the workflow ${workflow} is not active (${state})`, inactive[state]);
    }
  } catch (error) {
    addFailure(error);
    return all;
  }

  if (request.ref === undefined) ref = repository.defaultBranch;
  else if (ref !== undefined && (await isMissing(context, ref, signal))) {
    add(
      'error',
      `rollback-ref "${ref}" is neither a branch nor a tag of ${owner}/${repo}`,
      `create it, or leave rollback-ref out: the default branch is ${repository.defaultBranch}`,
    );
    ref = undefined;
  }
  if (ref !== undefined) await checkInputs(context, request, ref, signal, add);

  const may = await mayDispatch(context, repository, ownRunId, signal);
  if (may !== undefined) add(may.level, may.message, may.fix);
  return all;
}

/** What the workflow file at this branch or tag says against the dispatch. */
export async function checkInputs(
  context: GithubContext,
  request: StartRequest,
  ref: string,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  const { workflow, server } = context;
  const read = await declarationAt(context, ref, signal);
  if (read.kind === 'unreadable' && server.dropsUndeclared) {
    const { message, fix } = mustBeRead(server, workflow, read.why);
    add('error', message, fix);
    return;
  }
  if (read.kind === 'unreadable') {
    add(
      'warning',
      `whether the workflow ${workflow} declares the input "rollback" on ${ref} could not be seen: ${read.why}`,
      read.status === 403 || read.status === 404
        ? `give the job permissions: contents: read, and make sure that the file is on ${ref}; without it only "rollback" and rollback-parameters are sent`
        : undefined,
    );
    return;
  }
  const { declaration } = read;
  const { problems } = composeInputs(request, declaration, workflow);
  for (const { message, fix } of problems) add('error', message, fix);
  if (!declaration.dispatch) return;
  if (
    server === githubServer &&
    declaration.inputs.size > ENTERPRISE_INPUTS &&
    isEnterpriseServer(context.apiUrl)
  ) {
    add(
      'error',
      `the workflow ${workflow} declares ${String(declaration.inputs.size)} inputs; GitHub Enterprise Server takes ${String(ENTERPRISE_INPUTS)}`,
      'declare fewer',
    );
  }
  checkJobs(context, request, declaration, add);
  if (!declaration.showsId || !declaration.inputs.has(ID_INPUT)) {
    const shown = `the workflow ${workflow} does not show the input "${ID_INPUT}" in its run-name`;
    const fix = `declare it, and add run-name: Rollback \${{ inputs.${ID_INPUT} }}`;
    // Up to 3.19 it answers a dispatch with 204 and names no run (its OpenAPI description).
    if (server === githubServer && isEnterpriseServer(context.apiUrl)) {
      add(
        'warning',
        `a rollback on this server cannot be proven: GitHub Enterprise Server does not say which run it has started, and ${shown}`,
        fix,
      );
    } else {
      add(
        'notice',
        shown,
        `${fix}, so that the run can be found even when ${server.system.name} does not name it`,
      );
    }
  }
}

/** Whether it is certain that there is no such branch or tag. */
async function isMissing(
  context: GithubContext,
  ref: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { owner, repo } = context;
  for (const kind of ['heads', 'tags']) {
    try {
      await context.api.read(
        `looking for ${kind}/${ref}`,
        (octokit, request) =>
          octokit.rest.git.getRef({ owner, repo, ref: `${kind}/${ref}`, request }),
        signal,
      );
      return false;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // Everything but a 404 leaves it open; reading the workflow at this ref will say more.
      if (refusalIn(error)?.status !== 404) {
        return false;
      }
    }
  }
  return true;
}

/** What speaks against the token. */
export type Doubt = Pick<Finding, 'level' | 'message' | 'fix'>;

const PROBE_TIMEOUT_MS = 10_000;

/**
 * Whether the token may start workflows; `undefined`: yes. A classic token shows its scopes. Of every other token GitHub
 * says nothing, so we try something that needs the same permission (actions: write) and can change nothing: to
 * cancel a run that is completed. That is answered with 409 to those who may, and with 403 to those who may not.
 *
 * @throws only the signal's reason.
 */
async function mayDispatch(
  context: GithubContext,
  repository: Repository,
  ownRunId: string | null,
  signal: AbortSignal,
): Promise<Doubt | undefined> {
  if (repository.scopes !== undefined) return scopesSuffice(repository, repository.scopes);
  const { owner, repo, api } = context;
  let done: RunInfo | undefined;
  try {
    done = await completedRun(context, ownRunId, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return notProven(messageOf(error));
  }
  if (done === undefined) return notProven('there is no completed run to ask about');

  const { id } = done.run;
  const sent = await api.send(
    'asking whether the token may write',
    (octokit, request) =>
      octokit.rest.actions.cancelWorkflowRun({ owner, repo, run_id: Number(id), request }),
    PROBE_TIMEOUT_MS,
    signal,
  );
  signal.throwIfAborted();
  if (!sent.ok) return notProven(sent.problem.message);
  const answer = sent.value;
  if (answer.status === 409 || answer.status < 300) return undefined;
  if (answer.status !== 401 && answer.status !== 403) return notProven(describeResponse(answer));
  const fix = hintFor(answer);
  return {
    level: 'error',
    message: `the token may not start workflows in ${owner}/${repo}: ${describeResponse(answer)}`,
    ...(fix === undefined ? {} : { fix }),
  };
}

function scopesSuffice(repository: Repository, scopes: readonly string[]): Doubt | undefined {
  if (scopes.includes('repo')) return undefined;
  if (!repository.private && scopes.includes('public_repo')) return undefined;
  return {
    level: 'error',
    message: `the token has the scopes ${scopes.join(', ') || '(none)'}, which are not enough to start a workflow`,
    fix: `use a token with the scope ${repository.private ? 'repo' : 'public_repo'}, or the GITHUB_TOKEN of the job with permissions: actions: write`,
  };
}

function notProven(why: string): Doubt {
  return {
    level: 'notice',
    message: `could not check whether the token may start workflows: ${why}`,
    fix: 'make sure the job has `permissions: actions: write`',
  };
}

/** A run that is completed, read twice: the list may be older than a re-run that somebody has just begun. */
async function completedRun(
  context: GithubContext,
  ownRunId: string | null,
  signal: AbortSignal,
): Promise<RunInfo | undefined> {
  const { owner, repo, api } = context;
  const what = 'listing completed runs';
  const list = await api.read(
    what,
    (octokit, request) =>
      octokit.rest.actions.listWorkflowRunsForRepo({
        owner,
        repo,
        status: 'completed',
        per_page: 1,
        request,
      }),
    signal,
  );
  const listed = runsOf(context, what, list)[0];
  if (listed === undefined) return undefined;
  const { id } = listed.run;
  const answer = await api.read(
    `reading run ${id}`,
    (octokit, request) =>
      octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: Number(id), request }),
    signal,
  );
  const run = runInfoOf(context, answer.data);
  return run?.run.id === id && run.status === 'completed' && id !== ownRunId ? run : undefined;
}
