import type { RunState } from '../../contract/pipeline.js';
import { type CallOptions, type Client, githubWebRoot } from '../../support/http/octokit.js';
import type { ApiResponse } from '../../support/http/response.js';
import { hintFor } from './hints.js';
import { stateOf } from './state.js';

/** The call that starts a workflow. */
export interface DispatchCall {
  readonly owner: string;
  readonly repo: string;
  /** File name or number. */
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** What differs between GitHub and the systems that have copied its API. */
export interface GithubServer {
  readonly system: { readonly id: string; readonly name: string; readonly addressInput: string };
  /** Where workflow files lie; the first folder that has the file counts. */
  readonly folders: readonly string[];
  /** What a person can do about a refusal. */
  readonly hintFor: (answer: ApiResponse) => string | undefined;
  /** Whether inputs that the workflow does not declare are dropped, and not refused. */
  readonly dropsUndeclared: boolean;
  /** Sends the dispatch. @param details whether to ask for the run that it starts. */
  readonly dispatch: (
    octokit: Client,
    call: DispatchCall,
    details: boolean,
    request: CallOptions,
  ) => Promise<unknown>;
  /** The dispatch, as the body and the query show it to people. */
  readonly shown: { readonly query: string; readonly body: Fields };
  /** The run that an answer to the dispatch names. @param page the address of the repository for people. */
  readonly startedIn: (
    answer: Fields,
    page: string,
  ) => { readonly id: unknown; readonly url: unknown };
  /** The address of the server for people, from that of its API; without a slash at its end. */
  readonly webRoot: (apiUrl: string) => string;
  /** The branch or tag of a run in a list, as dispatches name it. */
  readonly branchOf: (run: Fields) => unknown;
  readonly stateOf: (run: Fields) => RunState;
}

/** github.com and Enterprise Server. */
export const githubServer: GithubServer = {
  system: { id: 'github', name: 'GitHub', addressInput: 'github-api-url' },
  folders: ['.github/workflows'],
  hintFor,
  dropsUndeclared: false,
  dispatch: (octokit, { workflow, ...call }, details, request) =>
    octokit.rest.actions.createWorkflowDispatch({
      ...call,
      workflow_id: workflow,
      ...(details ? { return_run_details: true } : {}),
      request,
    }),
  shown: { query: '', body: { return_run_details: true } },
  startedIn: ({ workflow_run_id: id, html_url: url }) => ({ id, url }),
  webRoot: githubWebRoot,
  branchOf: ({ head_branch: branch }) => branch,
  stateOf: ({ status, conclusion }) => stateOf(status, conclusion),
};
