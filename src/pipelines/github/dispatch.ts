import type { SendResult } from '../../support/http/api.js';
import { type ApiResponse, serverMessage } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { type Sent, START_TIMEOUT_MS, startOnce } from '../start-once.js';
import type { CallOptions } from './api.js';
import { hintFor } from './hints.js';
import { runOf, type Site } from './site.js';

/** Sends the dispatch; once more without `return_run_details` to an old server that does not know it. */
export function dispatch(
  site: Site,
  ref: string,
  inputs: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Sent> {
  // GitHub.com answers with the number of the run when asked to (github.blog/changelog/2026-02-19-workflow-dispatch-api-
  // now-returns-run-ids); Enterprise Server up to 3.19 does not know the question.
  let details = true;
  return startOnce<Sent>(
    {
      system: 'GitHub',
      addressInput: 'github-api-url',
      send: (within) => send(site, ref, inputs, details, within),
      named: ({ data }) => {
        const { workflow_run_id: id, html_url: url } = fields(data);
        const run = runOf(site, id, url);
        return run === undefined ? undefined : { kind: 'started', run };
      },
      noun: 'its run',
      mend: (answer) => {
        if (!details || !refusesDetails(answer)) return undefined;
        details = false;
        return 'again';
      },
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

function send(
  site: Site,
  ref: string,
  inputs: Readonly<Record<string, string>>,
  details: boolean,
  signal: AbortSignal,
): Promise<SendResult> {
  const { owner, repo, workflow } = site;
  return site.api.send(
    'the call that starts the workflow',
    (octokit, request: CallOptions) =>
      octokit.rest.actions.createWorkflowDispatch({
        owner,
        repo,
        workflow_id: workflow,
        ref,
        inputs,
        ...(details ? { return_run_details: true } : {}),
        // A redirect that is followed turns the call into a read, or sends it twice.
        request: { ...request, redirect: 'manual' },
      }),
    START_TIMEOUT_MS,
    signal,
  );
}

function refusesDetails(answer: ApiResponse): boolean {
  return (
    (answer.status === 400 || answer.status === 422) &&
    /return_run_details/i.test(serverMessage(answer))
  );
}
