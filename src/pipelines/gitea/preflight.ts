import type { StartRequest } from '../../contract/pipeline.js';
import type { Finding } from '../../contract/result.js';
import { describeResponse, serverMessage } from '../../support/http/response.js';
import { collectFindings } from '../findings.js';
import { type GithubContext, readRepository, readWorkflow } from '../github/context.js';
import { checkInputs, type Doubt } from '../github/preflight.js';
import { isThere, resolveRef } from './context.js';
import { forgejoServer } from './server.js';

const PROBE_TIMEOUT_MS = 10_000;
/** No workflow is called that. */
const NOWHERE = 'rollgate-asks-whether-it-may-write.yml';

/** Proves, as far as it can be proven, that `start` would work. Changes nothing. @throws only the signal's reason. */
export async function preflight(
  context: GithubContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(signal);
  const { owner, repo, workflow, server } = context;
  let repository;
  try {
    repository = await readRepository(context, signal);
  } catch (error) {
    addFailure(error);
    return all;
  }
  if (repository.archived) {
    add('error', `the repository ${owner}/${repo} is archived: nothing runs in it`, 'unarchive it');
  }

  // Forgejo has no call that reads a workflow; its file is read below.
  if (server !== forgejoServer) {
    try {
      const { state } = await readWorkflow(context, signal);
      if (state !== 'active') {
        const fix = 'enable it in the Actions tab of the repository';
        add('error', `the workflow ${workflow} is not active (${state})`, fix);
      }
    } catch (error) {
      addFailure(error);
      return all;
    }
  }

  const { defaultBranch } = repository;
  const target =
    request.ref === undefined ? undefined : await resolveRef(context, request.ref, signal);
  if (target?.ok === false) addProblems([target.problem]);
  else {
    const ref = target?.value ?? defaultBranch;
    if (target !== undefined && (await isThere(context, ref, signal)) === false) {
      add(
        'error',
        `rollback-ref "${ref}" is neither a branch nor a tag of ${owner}/${repo}`,
        `create it, or leave rollback-ref out: the default branch is ${defaultBranch}`,
      );
    } else await checkInputs(context, request, ref, signal, add);
  }

  const doubt = await mayDispatch(context, signal);
  if (doubt !== undefined) add(doubt.level, doubt.message, doubt.fix);
  return all;
}

/**
 * Whether the token may start workflows; `undefined`: yes. The server does not tell, so we try something that needs the same
 * right and can change nothing: to enable a workflow that does not exist. Those who may are told that it does not exist (404),
 * the others get 403 (Gitea 1.26, routers/api/v1/api.go). Forgejo has no such call.
 *
 * @throws only the signal's reason.
 */
async function mayDispatch(
  context: GithubContext,
  signal: AbortSignal,
): Promise<Doubt | undefined> {
  const { owner, repo, api, server } = context;
  if (server === forgejoServer) return notProven('Forgejo has no call that would show it');
  const sent = await api.send(
    'asking whether the token may write',
    (octokit, request) =>
      octokit.rest.actions.enableWorkflow({ owner, repo, workflow_id: NOWHERE, request }),
    PROBE_TIMEOUT_MS,
    signal,
  );
  signal.throwIfAborted();
  if (!sent.ok) return notProven(sent.problem.message);
  const answer = sent.value;
  if (answer.status === 404 && serverMessage(answer).includes(NOWHERE)) return undefined;
  if (answer.status !== 401 && answer.status !== 403) return notProven(describeResponse(answer));
  const fix = server.hintFor(answer);
  return {
    level: 'error',
    message: `the token may not start workflows in ${owner}/${repo}: ${describeResponse(answer)}`,
    ...(fix === undefined ? {} : { fix }),
  };
}

function notProven(why: string): Doubt {
  return {
    level: 'notice',
    message: `could not check whether the token may start workflows: ${why}`,
    fix: 'make sure that the job has `permissions: actions: write`, or that the access token has the scope write:repository',
  };
}
