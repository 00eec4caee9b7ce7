import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
  StartResult,
} from '../../contract/pipeline.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { hintOf, refusalIn, type SendResult } from '../../support/http/api.js';
import { type ApiResponse, serverMessage } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import { printableUrl } from '../../support/url.js';
import {
  type Before,
  findRun,
  isNew,
  type Listing,
  listRunsBefore as look,
  type Owner,
} from '../find-run.js';
import { soonThere } from '../reading.js';
import { mergeErrors, type Named, problem } from '../settings.js';
import {
  CANCEL_TIMEOUT_MS,
  refused,
  type Refused,
  type Sent,
  START_TIMEOUT_MS,
  startOnce,
} from '../start-once.js';
import { unusable } from '../unusable.js';
import { type CallOptions, createApi, hintFor } from './api.js';
import {
  declarationAt,
  type GithubContext,
  parseRef,
  parseRepository,
  parseToken,
  parseWorkflow,
  readRepository,
  type RunInfo,
  runOf,
  runsOf,
} from './context.js';
import { preflight } from './preflight.js';
import { stateOf } from './state.js';
import { composeInputs, type Declaration, ID_INPUT } from './workflow.js';

export interface GithubClientOptions {
  /** `owner/name`. */
  readonly repository: string;
  /** File name, path under `.github/workflows/`, or number. */
  readonly workflow: string;
  readonly token: string | undefined;
  /** `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server. */
  readonly apiUrl: string;
  /** The run that we are part of; preflight asks nothing of it. */
  readonly ownRunId: string | null;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** The GitHub client of the `ci` strategy: starts a workflow by `workflow_dispatch`, on github.com and Enterprise Server. */
export function createGithubClient(options: GithubClientOptions): PipelineClient {
  const setup = siteOf(options);
  if ('problem' in setup) return unusable('github', 'GitHub', setup.problem);
  const site = setup.ok;

  return {
    id: 'github',
    name: 'GitHub',

    preflight: (request, signal) => preflight(site, request, options.ownRunId, signal),

    describe: (request, signal) => describe(site, request, signal),

    async start(request, signal, beforeSend): Promise<StartResult> {
      const ready = await prepare(site, request, signal);
      if ('problem' in ready) return refused(ready.problem);
      const { ref, inputs, declaration } = ready.ok;
      const before = await listRunsBefore(site, ref, signal);
      if (before.kind === 'refused') return before;

      signal.throwIfAborted();
      beforeSend();
      const sent = await dispatch(site, ref, inputs, signal);
      if (sent.kind !== 'unsure') return sent;
      const showsId = declaration?.showsId === true && ID_INPUT in inputs;
      const { correlationId } = request;
      return searchFor(site, { ref, correlationId, showsId, before, why: sent.reason }, signal);
    },

    state: (run, signal) => readState(site, run, signal),

    cancel: (run, signal) => cancel(site, run, signal),
  };
}

function siteOf(options: GithubClientOptions): Named<GithubContext> {
  const repository = parseRepository(options.repository);
  if ('problem' in repository) return repository;
  const workflow = parseWorkflow(options.workflow);
  if ('problem' in workflow) return workflow;
  const token = parseToken(options.token);
  if ('problem' in token) return token;
  if (!URL.canParse(options.apiUrl)) {
    return problem(
      'github-api-url is not a URL',
      'use https://api.github.com, or https://HOST/api/v3 of an Enterprise Server',
    );
  }
  const apiUrl = options.apiUrl.replace(/\/+$/, '');
  return {
    ok: {
      ...repository.ok,
      workflow: workflow.ok,
      apiUrl,
      api: createApi({ ...options, baseUrl: apiUrl, token: token.ok }),
      clock: options.clock,
      random: options.random,
    },
  };
}

interface Ready {
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly declaration: Declaration | undefined;
}

/** Everything that has to be known before the call. */
async function prepare(
  site: GithubContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Named<Ready>> {
  const target = await refOf(site, request, signal);
  if ('problem' in target) return target;
  const ref = target.ok;
  const read = await declarationAt(site, ref, signal);
  const declaration = read.kind === 'read' ? read.declaration : undefined;
  const { inputs, problems } = composeInputs(request, declaration, site.workflow);
  return problems.length === 0
    ? { ok: { ref, inputs, declaration } }
    : { problem: mergeErrors(problems) };
}

async function refOf(
  site: GithubContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Named<string>> {
  if (request.ref !== undefined) return parseRef(request.ref);
  try {
    return { ok: (await readRepository(site, signal)).defaultBranch };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return problem(
      messageOf(error),
      hintOf(error, hintFor) ??
        'Set rollback-ref, so that the default branch need not be asked for',
    );
  }
}

async function describe(
  site: GithubContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const target = await refOf(site, request, signal);
  const ref = 'problem' in target ? '(the default branch)' : target.ok;
  const read =
    'problem' in target
      ? ({ kind: 'unreadable', why: target.problem.message } as const)
      : await declarationAt(site, ref, signal);
  const { inputs, problems } = composeInputs(
    request,
    read.kind === 'read' ? read.declaration : undefined,
    site.workflow,
  );
  const { owner, repo, workflow, apiUrl } = site;
  return [
    `POST ${printableUrl(apiUrl)}/repos/${owner}/${repo}/actions/workflows/${workflow}/dispatches`,
    `with ${JSON.stringify({ ref, inputs, return_run_details: true })}`,
    ...(read.kind === 'read'
      ? []
      : [`the inputs of the workflow could not be read (${read.why}); only these are sent`]),
    ...problems.map(({ message, fix }) => `it would be refused: ${message} (${fix})`),
  ];
}

async function readState(
  site: GithubContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<RunState> {
  const { owner, repo, api } = site;
  const what = `reading the state of run ${run.id}`;
  const answer = await soonThere(
    api.request(
      what,
      (octokit, request) =>
        octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: numberOf(run), request }),
      signal,
    ),
  );
  const { status, conclusion } = fields(answer.data);
  if (typeof status !== 'string') throw new TransientError(`${what}: the answer is no run`);
  const state = stateOf(status, conclusion);
  return state.phase === 'cancelled' || state.phase === 'failed'
    ? { ...state, mayHaveRun: await mayHaveRun(site, run, signal) }
    : state;
}

/**
 * Whether a job of the run may have begun: it was given to a runner, or has steps (OpenAPI description of `job`: `runner_id`
 * is null while no runner has been assigned). What cannot be read may have run.
 */
async function mayHaveRun(
  site: GithubContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<boolean> {
  const { owner, repo, api } = site;
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

async function cancel(site: GithubContext, run: StartedRun, signal: AbortSignal): Promise<void> {
  const { owner, repo, api } = site;
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

/** Sends the dispatch; once more without `return_run_details` to an old server that does not know it. */
export function dispatch(
  site: GithubContext,
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
  site: GithubContext,
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

/** The dispatched runs on the same branch that are there already. @throws only the signal's reason. */
export function listRunsBefore(
  site: GithubContext,
  ref: string,
  signal: AbortSignal,
): Promise<Before | Refused> {
  return look((stop) => listRuns(site, 'read', ref, undefined, stop), hintFor, signal);
}

export interface WantedRun {
  readonly ref: string;
  readonly correlationId: string;
  /** Whether the id was sent, and the workflow shows it in the names of its runs: then a run without it is not ours. */
  readonly showsId: boolean;
  readonly before: Before;
  /** Why the run has to be looked for. */
  readonly why: string;
}

/** Looks for the run that a call may have started. Certain is only a run whose title holds the correlation id. */
export function searchFor(
  site: GithubContext,
  wanted: WantedRun,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { ref, before, why } = wanted;
  return findRun<RunInfo>(
    {
      noun: 'run',
      list: (stop) => listRuns(site, 'request', ref, before.since, stop),
      whose: (run) => whoseIs(run, wanted),
      why,
      clock: site.clock,
    },
    signal,
  );
}

function whoseIs(info: RunInfo, { ref, correlationId, showsId, before }: WantedRun): Owner {
  if (info.event !== 'workflow_dispatch') return 'others';
  if (info.title.includes(correlationId)) return 'ours';
  if (showsId || info.branch !== ref) return 'others';
  return isNew(before, info, info.createdAt) ? 'could be' : 'others';
}

async function listRuns(
  site: GithubContext,
  how: 'read' | 'request',
  ref: string,
  since: number | undefined,
  signal: AbortSignal,
): Promise<Listing<RunInfo>> {
  const { owner, repo, workflow, api } = site;
  const what = 'listing the runs of the workflow';
  const answer = await api[how](
    what,
    (octokit, request) =>
      octokit.rest.actions.listWorkflowRuns({
        owner,
        repo,
        workflow_id: workflow,
        event: 'workflow_dispatch',
        branch: ref,
        per_page: 100,
        ...(since === undefined
          ? {}
          : { created: `>=${new Date(since).toISOString().slice(0, 19)}Z` }),
        request,
      }),
    signal,
  );
  return { runs: runsOf(site, what, answer), answer };
}
