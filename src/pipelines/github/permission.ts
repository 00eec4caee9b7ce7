import { messageOf } from '../../support/errors.js';
import type { Finding } from '../../contract/finding.js';
import { describeResponse } from '../../support/http/response.js';
import { hintFor } from './hints.js';
import { type Repository, type RunInfo, runInfoOf, runsOf, type Site } from './site.js';

type Doubt = Pick<Finding, 'level' | 'message' | 'fix'>;

const PROBE_TIMEOUT_MS = 10_000;

/**
 * Whether the token may start workflows; `undefined`: yes. A classic token tells its scopes. Of every other token GitHub
 * tells nothing, so it is asked for something that needs the same permission (actions: write) and can change nothing: to
 * cancel a run that is completed. That is answered with 409 to those who may, and with 403 to those who may not.
 *
 * @throws only the signal's reason.
 */
export async function mayDispatch(
  site: Site,
  repository: Repository,
  ownRunId: string | null,
  signal: AbortSignal,
): Promise<Doubt | undefined> {
  if (repository.scopes !== undefined) return scopesSuffice(repository, repository.scopes);
  const { owner, repo, api } = site;
  let done: RunInfo | undefined;
  try {
    done = await completedRun(site, ownRunId, signal);
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
    message: `that the token may start workflows could not be proven: ${why}`,
    fix: 'make sure that it has actions: write',
  };
}

/** A run that is completed, read twice: the list may be older than a re-run that somebody has just begun. */
async function completedRun(
  site: Site,
  ownRunId: string | null,
  signal: AbortSignal,
): Promise<RunInfo | undefined> {
  const { owner, repo, api } = site;
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
  const listed = runsOf(site, what, list)[0];
  if (listed === undefined) return undefined;
  const { id } = listed.run;
  const answer = await api.read(
    `reading run ${id}`,
    (octokit, request) =>
      octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: Number(id), request }),
    signal,
  );
  const run = runInfoOf(site, answer.data);
  return run?.run.id === id && run.status === 'completed' && id !== ownRunId ? run : undefined;
}
