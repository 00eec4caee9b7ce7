import { good, type Result } from '../../contract/result.js';
import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
  StartResult,
} from '../../contract/pipeline.js';
import { refusalIn, type SendResult } from '../../support/http/api.js';
import { type ApiResponse, serverMessage } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import { printableUrl } from '../../support/text.js';
import {
  type ClientDependencies,
  createPipelineClient,
  type PipelineAdapter,
  refusals,
  type SystemCall,
  unreadable,
} from '../client.js';
import { type Before, isNew, type Listing, type Owner } from '../find-run.js';
import { assertSameRun } from '../jobs.js';
import { soonThere } from '../reading.js';
import { mergeErrors } from '../settings.js';
import { CANCEL_TIMEOUT_MS, START_TIMEOUT_MS } from '../start-once.js';
import { hintFor } from './hints.js';
import {
  contextFrom,
  declarationAt,
  type GithubContext,
  type GithubSettings,
  parseRef,
  readRepository,
  type RunInfo,
  runOf,
  runsOf,
} from './context.js';
import { readJobs } from './jobs.js';
import { preflight } from './preflight.js';
import { stateOf } from './state.js';
import { composeInputs, ID_INPUT } from './workflow.js';

const system = { id: 'github', name: 'GitHub', addressInput: 'github-api-url' };

/** The GitHub client of the `ci` strategy: starts a workflow by `workflow_dispatch`, on github.com and Enterprise Server. */
export function createGithubClient(
  settings: GithubSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  return createPipelineClient(
    system,
    contextFrom(settings, dependencies),
    (context): PipelineAdapter<Dispatch, RunInfo> => ({
      hintFor,
      address: addressOf(context),
      preflight: (request, signal) => preflight(context, request, dependencies.ownRunId, signal),
      describe: (request, signal) => describe(context, request, signal),
      prepare: (request, signal) => prepare(context, request, signal),
      send: (dispatch, start) => start(startCall(context, dispatch)),
      search: (dispatch) => ({
        noun: 'run',
        list: (signal, before) => listRuns(context, dispatch.ref, before, signal),
        owner: (run, before) => ownerOf(run, dispatch, before),
        idShown: (run) => Promise.resolve(idShown(run, dispatch)),
      }),
      state: (run, signal) => readState(context, run, signal),
      jobs: (run, signal) => readJobs(context, run, signal),
      cancel: (run, signal) => cancel(context, run, signal),
    }),
    dependencies,
  );
}

interface Dispatch {
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly correlationId: string;
  readonly scope: string | undefined;
  /** Whether the id is sent, and the workflow shows it in the names of its runs: then a run without it is not ours. */
  readonly showsId: boolean;
}

/** Everything that must be known before the call. */
async function prepare(
  context: GithubContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Result<Dispatch>> {
  const target = await refOf(context, request, signal);
  if (!target.ok) return target;
  const ref = target.value;
  const read = await declarationAt(context, ref, signal);
  const declaration = read.kind === 'read' ? read.declaration : undefined;
  const { inputs, problems } = composeInputs(request, declaration, context.workflow);
  if (problems.length > 0) return { ok: false, problem: mergeErrors(problems) };
  const showsId = declaration?.showsId === true && ID_INPUT in inputs;
  const { correlationId, scope } = request;
  return good({ ref, inputs, correlationId, scope, showsId });
}

async function refOf(
  context: GithubContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Result<string>> {
  if (request.ref !== undefined) return parseRef(request.ref);
  try {
    return good((await readRepository(context, signal)).defaultBranch);
  } catch (error) {
    const otherwise = 'Set rollback-ref, so that the default branch need not be asked for';
    return unreadable(error, otherwise, signal);
  }
}

function addressOf({ owner, repo, workflow, apiUrl }: GithubContext): string {
  return `${apiUrl}/repos/${owner}/${repo}/actions/workflows/${workflow}`;
}

async function describe(
  context: GithubContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const target = await refOf(context, request, signal);
  const ref = target.ok ? target.value : '(the default branch)';
  const read = !target.ok
    ? ({ kind: 'unreadable', why: target.problem.message } as const)
    : await declarationAt(context, ref, signal);
  const { inputs, problems } = composeInputs(
    request,
    read.kind === 'read' ? read.declaration : undefined,
    context.workflow,
  );
  return [
    `POST ${printableUrl(addressOf(context))}/dispatches`,
    `with ${JSON.stringify({ ref, inputs, return_run_details: true })}`,
    ...(read.kind === 'read'
      ? []
      : [`the inputs of the workflow could not be read (${read.why}); only these are sent`]),
    ...refusals(problems),
  ];
}

async function readState(
  context: GithubContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<RunState> {
  const { owner, repo, api } = context;
  const what = `reading the state of run ${run.id}`;
  const answer = await soonThere(
    api.request(
      what,
      (octokit, request) =>
        octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: numberOf(run), request }),
      signal,
    ),
  );
  const { id, status, conclusion } = fields(answer.data);
  if (typeof status !== 'string') throw new TransientError(`${what}: the answer is no run`);
  assertSameRun(what, run.id, id);
  const state = stateOf(status, conclusion);
  return state.phase === 'cancelled' || state.phase === 'failed'
    ? { ...state, mayHaveRun: await mayHaveRun(context, run, signal) }
    : state;
}

/**
 * Whether a job of the run may have begun: it was given to a runner, or has steps (OpenAPI description of `job`: `runner_id`
 * is null while no runner has been assigned). What cannot be read may have run.
 */
async function mayHaveRun(
  context: GithubContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<boolean> {
  const { owner, repo, api } = context;
  try {
    const answer = await api.request(
      `reading the jobs of run ${run.id}`,
      (octokit, request) =>
        octokit.rest.actions.listJobsForWorkflowRun({
          owner,
          repo,
          run_id: numberOf(run),
          per_page: 100,
          request,
        }),
      signal,
    );
    const { jobs, total_count: total } = fields(answer.data);
    if (!Array.isArray(jobs) || (typeof total === 'number' && total > jobs.length)) return true;
    return jobs.map(fields).some((job) => {
      const hasSteps = Array.isArray(job.steps) && job.steps.length > 0;
      return hasSteps || (typeof job.runner_id === 'number' && job.runner_id !== 0);
    });
  } catch {
    return true;
  }
}

async function cancel(context: GithubContext, run: StartedRun, signal: AbortSignal): Promise<void> {
  const { owner, repo, api } = context;
  try {
    await api.request(
      'cancelling the run',
      (octokit, request) =>
        octokit.rest.actions.cancelWorkflowRun({ owner, repo, run_id: numberOf(run), request }),
      signal,
      CANCEL_TIMEOUT_MS,
    );
  } catch (error) {
    // There is nothing left to cancel.
    if (refusalIn(error)?.status !== 409) throw error;
  }
}

/** Octokit's types want a number; run numbers are far below 2^53. */
function numberOf(run: StartedRun): number {
  return Number(run.id);
}

/** The dispatch; once more without `return_run_details` to an old server that does not know it. */
function startCall(
  context: GithubContext,
  dispatch: Dispatch,
): SystemCall<Extract<StartResult, { kind: 'started' }>> {
  // GitHub.com answers with the run's number when `return_run_details` is set (github.blog/changelog/2026-02-19-workflow-dispatch-api-
  // now-returns-run-ids); Enterprise Server up to 3.19 does not know that parameter.
  let details = true;
  return {
    send: (signal) => sendDispatch(context, dispatch, details, signal),
    runIn: ({ data }) => {
      const { workflow_run_id: id, html_url: url } = fields(data);
      const run = runOf(context, id, url);
      return run === undefined ? undefined : { kind: 'started', run };
    },
    noun: 'its run',
    mend: (answer) => {
      if (!details || !refusesDetails(answer)) return undefined;
      details = false;
      return 'again';
    },
  };
}

function sendDispatch(
  context: GithubContext,
  { ref, inputs }: Dispatch,
  details: boolean,
  signal: AbortSignal,
): Promise<SendResult> {
  const { owner, repo, workflow } = context;
  return context.api.send(
    'the call that starts the workflow',
    (octokit, request) =>
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

/** Only a run whose title holds the correlation id is certain to be ours. */
function ownerOf(info: RunInfo, { ref, correlationId, showsId }: Dispatch, before: Before): Owner {
  if (info.event !== 'workflow_dispatch') return 'others';
  if (info.title.includes(correlationId)) return 'ours';
  if (showsId || info.branch !== ref) return 'others';
  return isNew(before, info, info.createdAt) ? 'could be' : 'others';
}

/** The title of a run, which shows the id where the workflow's `run-name` has it. */
function idShown({ event, title }: RunInfo, { showsId, scope }: Dispatch): string | undefined {
  if (event !== 'workflow_dispatch') return '';
  return showsId || (scope !== undefined && title.includes(scope)) ? title : undefined;
}

/** The dispatched runs on the same branch. */
async function listRuns(
  context: GithubContext,
  ref: string,
  before: Before | undefined,
  signal: AbortSignal,
): Promise<Listing<RunInfo>> {
  const { owner, repo, workflow, api } = context;
  const what = 'listing the runs of the workflow';
  const answer = await api[before === undefined ? 'read' : 'request'](
    what,
    (octokit, request) =>
      octokit.rest.actions.listWorkflowRuns({
        owner,
        repo,
        workflow_id: workflow,
        event: 'workflow_dispatch',
        branch: ref,
        per_page: 100,
        ...(before?.since === undefined
          ? {}
          : { created: `>=${new Date(before.since).toISOString().slice(0, 19)}Z` }),
        request,
      }),
    signal,
  );
  return { runs: runsOf(context, what, answer), answer };
}
