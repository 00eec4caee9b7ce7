import type { Finding } from '../../contract/finding.js';
import { type Add, collectFindings } from '../findings.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { refusalIn } from '../../support/http/api.js';
import { composeInputs, ID_INPUT } from './declaration.js';
import { hintFor } from './hints.js';
import { parseRef } from './names.js';
import { mayDispatch } from './permission.js';
import {
  declarationAt,
  isEnterpriseServer,
  readRepository,
  readWorkflow,
  type Site,
} from './site.js';

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
  site: Site,
  request: StartRequest,
  ownRunId: string | null,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(hintFor, signal);

  let ref: string | undefined;
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    if ('problem' in parsed) addProblems([parsed.problem]);
    else ref = parsed.ok;
  }

  let repository;
  try {
    repository = await readRepository(site, signal);
  } catch (error) {
    addFailure(error);
    return all;
  }
  const { owner, repo, workflow } = site;
  if (repository.archived) {
    add('error', `the repository ${owner}/${repo} is archived: nothing runs in it`, 'unarchive it');
  }

  try {
    const { state } = await readWorkflow(site, signal);
    if (state !== 'active') {
      add('error', `the workflow ${workflow} is not active (${state})`, inactive[state]);
    }
  } catch (error) {
    addFailure(error);
    return all;
  }

  if (request.ref === undefined) ref = repository.defaultBranch;
  else if (ref !== undefined && (await isMissing(site, ref, signal))) {
    add(
      'error',
      `rollback-ref "${ref}" is neither a branch nor a tag of ${owner}/${repo}`,
      `create it, or leave rollback-ref out: the default branch is ${repository.defaultBranch}`,
    );
    ref = undefined;
  }
  if (ref !== undefined) await checkInputs(site, request, ref, signal, add);

  const may = await mayDispatch(site, repository, ownRunId, signal);
  if (may !== undefined) add(may.level, may.message, may.fix);
  return all;
}

async function checkInputs(
  site: Site,
  request: StartRequest,
  ref: string,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  const { workflow } = site;
  const read = await declarationAt(site, ref, signal);
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
  if (declaration.inputs.size > ENTERPRISE_INPUTS && isEnterpriseServer(site.apiUrl)) {
    add(
      'error',
      `the workflow ${workflow} declares ${String(declaration.inputs.size)} inputs; GitHub Enterprise Server takes ${String(ENTERPRISE_INPUTS)}`,
      'declare fewer',
    );
  }
  if (!declaration.showsId || !declaration.inputs.has(ID_INPUT)) {
    add(
      'notice',
      `the workflow ${workflow} does not show the input "${ID_INPUT}" in its run-name`,
      `declare it, and add run-name: Rollback \${{ inputs.${ID_INPUT} }}, so that the run can be found even when GitHub does not name it`,
    );
  }
}

/** Whether it is certain that there is no such branch or tag. */
async function isMissing(site: Site, ref: string, signal: AbortSignal): Promise<boolean> {
  const { owner, repo } = site;
  for (const kind of ['heads', 'tags']) {
    try {
      await site.api.read(
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
