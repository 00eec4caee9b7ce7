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
import {
  contextFrom,
  declarationAt,
  type DeclarationRead,
  type GithubContext,
  type GithubSettings,
  pageOf,
  parseRef,
  readRepository,
  type RunInfo,
  runOf,
  runsOf,
} from './context.js';
import { readJobs } from './jobs.js';
import { preflight } from './preflight.js';
import { githubServer } from './server.js';
import { composeInputs, type Composed, ID_INPUT, mustBeRead } from './workflow.js';

/** The GitHub client of the `ci` strategy: starts a workflow by `workflow_dispatch`, on github.com and Enterprise Server. */
export function createGithubClient(
  settings: GithubSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  return createPipelineClient(
    githubServer.system,
    contextFrom(settings, dependencies),
    (context): PipelineAdapter<Dispatch, RunInfo> => ({
      ...workflowAdapter(context, parseRef),
      preflight: (request, signal) => preflight(context, request, dependencies.ownRunId, signal),
      search: (dispatch) => ({
        noun: 'run',
        list: (signal, before) => listRuns(context, dispatch.ref, before, signal),
        owner: (run, before) => ownerOf(run, dispatch, before),
        idShown: (run) => Promise.resolve(idShown(run, dispatch)),
      }),
      jobs: (run, signal) => readJobs(context, run, signal),
    }),
    dependencies,
  );
}

/** What every server does alike that has this API, whole or in part. */
export function workflowAdapter(
  context: GithubContext,
  readRef: ReadRef,
): Omit<PipelineAdapter<Dispatch, RunInfo>, 'preflight' | 'search'> {
  return {
    hintFor: context.server.hintFor,
    address: addressOf(context),
    describe: (request, signal) => describe(context, request, readRef, signal),
    prepare: (request, signal) => prepare(context, request, readRef, signal),
    send: (dispatch, start) => start(startCall(context, dispatch)),
    state: (run, signal) => readState(context, run, signal),
    cancel: (run, signal) => cancel(context, run, signal),
  };
}

/** A branch or a tag by what `rollback-ref` names, as dispatches take it. */
type ReadRef = (text: string, signal: AbortSignal) => Result<string> | Promise<Result<string>>;

export interface Dispatch {
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
  readRef: ReadRef,
  signal: AbortSignal,
): Promise<Result<Dispatch>> {
  const target = await refOf(context, request, readRef, signal);
  if (!target.ok) return target;
  const ref = target.value;
  const read = await declarationAt(context, ref, signal);
  const declaration = read.kind === 'read' ? read.declaration : undefined;
  const { inputs, problems } = composed(context, request, read);
  if (problems.length > 0) return { ok: false, problem: mergeErrors(problems) };
  const showsId = declaration?.showsId === true && ID_INPUT in inputs;
  const { correlationId, scope } = request;
  return good({ ref, inputs, correlationId, scope, showsId });
}

/** The inputs of the dispatch. Where undeclared ones are dropped, a run could lose its marker: then nothing is sent unread. */
function composed(
  { workflow, server }: GithubContext,
  request: StartRequest,
  read: DeclarationRead,
): Composed {
  const declaration = read.kind === 'read' ? read.declaration : undefined;
  const { inputs, problems } = composeInputs(request, declaration, workflow);
  if (read.kind === 'read' || !server.dropsUndeclared) return { inputs, problems };
  return { inputs, problems: [...problems, mustBeRead(server, workflow, read.why)] };
}

async function refOf(
  context: GithubContext,
  request: StartRequest,
  readRef: ReadRef,
  signal: AbortSignal,
): Promise<Result<string>> {
  if (request.ref !== undefined) return readRef(request.ref, signal);
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
  readRef: ReadRef,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const target = await refOf(context, request, readRef, signal);
  const ref = target.ok ? target.value : '(the default branch)';
  const read = !target.ok
    ? ({ kind: 'unreadable', why: target.problem.message } as const)
    : await declarationAt(context, ref, signal);
  const { inputs, problems } = composed(context, request, read);
  const { query, body } = context.server.shown;
  return [
    `POST ${printableUrl(addressOf(context))}/dispatches${query}`,
    `with ${JSON.stringify({ ref, inputs, ...body })}`,
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
  const shown = fields(answer.data);
  if (typeof shown.status !== 'string')
    throw new TransientError(`${what}: the answer is not a run`);
  assertSameRun(what, run.id, shown.id);
  const state = context.server.stateOf(shown);
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
      const { id, url } = context.server.startedIn(fields(data), pageOf(context));
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
  const { owner, repo, workflow, server } = context;
  return context.api.send(
    'the call that starts the workflow',
    (octokit, request) =>
      server.dispatch(octokit, { owner, repo, workflow, ref, inputs }, details, {
        ...request,
        // A redirect that is followed turns the call into a read, or sends it twice.
        redirect: 'manual',
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
export function idShown(
  { event, title }: RunInfo,
  { showsId, scope }: Dispatch,
): string | undefined {
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
