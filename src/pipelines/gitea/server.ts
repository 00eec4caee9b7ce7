import type { GithubServer } from '../github/server.js';
import { hintFor } from './hints.js';
import { forgejoState, giteaState } from './state.js';

const DISPATCH = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
const ASK_FOR_RUN = '?return_run_details=true';

const common = {
  hintFor,
  // Gitea 1.26, routers/api/v1/repo/action.go, `ActionsDispatchWorkflow`: it takes the declared inputs out of what was sent.
  dropsUndeclared: true,
  webRoot: (apiUrl: string) => apiUrl.replace(/\/api\/v1$/, ''),
};

/** Gitea, whose API is GitHub's in part: https://docs.gitea.com/api/1.26/ and its source. */
export const giteaServer: GithubServer = {
  ...common,
  system: { id: 'gitea', name: 'Gitea', addressInput: 'gitea-url' },
  // `WORKFLOW_DIRS` of its configuration; Forgejo's folder is there for repositories that are moving from one to the other.
  folders: ['.gitea/workflows', '.forgejo/workflows', '.github/workflows'],
  // It reads `return_run_details` from the query, and nowhere else.
  dispatch: (octokit, { owner, repo, workflow, ref, inputs }, details, request) =>
    octokit.request(`${DISPATCH}${details ? ASK_FOR_RUN : ''}`, {
      owner,
      repo,
      workflow_id: workflow,
      ref,
      inputs,
      request,
    }),
  shown: { query: ASK_FOR_RUN, body: {} },
  startedIn: ({ workflow_run_id: id, html_url: url }) => ({ id, url }),
  // `rollback.yml@refs/heads/main`; `head_branch` is empty for a tag.
  branchOf: ({ path }) => (typeof path === 'string' ? shortRef(path.replace(/^[^@]*@/, '')) : path),
  stateOf: ({ status, conclusion }) => giteaState(status, conclusion),
};

/** Forgejo, which has gone its own way since: https://codeberg.org/forgejo/forgejo, routers/api/v1/repo/action.go. */
export const forgejoServer: GithubServer = {
  ...common,
  system: { id: 'forgejo', name: 'Forgejo', addressInput: 'gitea-url' },
  folders: ['.forgejo/workflows', '.gitea/workflows', '.github/workflows'],
  dispatch: (octokit, { owner, repo, workflow, ref, inputs }, details, request) =>
    octokit.request(DISPATCH, {
      owner,
      repo,
      workflow_id: workflow,
      ref,
      inputs,
      ...(details ? { return_run_info: true } : {}),
      request,
    }),
  shown: { query: '', body: { return_run_info: true } },
  // Its page is found by the number of the run in the repository.
  startedIn: ({ id, run_number: number }, page) => ({
    id,
    url: typeof number === 'number' ? `${page}/actions/runs/${String(number)}` : undefined,
  }),
  branchOf: ({ prettyref: ref }) => (typeof ref === 'string' ? shortRef(ref) : ref),
  stateOf: ({ status, need_approval: needsApproval }) => forgejoState(status, needsApproval),
};

/** `refs/heads/main` → `main`; a tag keeps its kind, without which a dispatch would take it for a branch. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}
