import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
  StartResult,
} from '../contract/pipeline.js';
import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { hintOf, refusalIn } from '../support/http/api.js';
import { fields } from '../support/json.js';
import { TransientError } from '../support/retry.js';
import { createApi } from './github/api.js';
import { composeInputs, type Declaration, ID_INPUT } from './github/declaration.js';
import { dispatch } from './github/dispatch.js';
import { hintFor } from './github/hints.js';
import { locate, lookBefore } from './github/locate.js';
import { parseRef, parseRepository, parseToken, parseWorkflow } from './github/names.js';
import { preflight } from './github/preflight.js';
import { declarationAt, readRepository, type Site } from './github/site.js';
import { stateOf } from './github/state.js';
import { soonThere } from './reading.js';
import { joined, type Named, problem } from './refusal.js';
import { CANCEL_TIMEOUT_MS, refused } from './start-once.js';
import { unusable } from './unusable.js';
import { printableUrl } from '../support/text.js';

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
      const before = await lookBefore(site, ref, signal);
      if (before.kind === 'refused') return before;

      signal.throwIfAborted();
      beforeSend();
      const sent = await dispatch(site, ref, inputs, signal);
      if (sent.kind !== 'unsure') return sent;
      const showsId = declaration?.showsId === true && ID_INPUT in inputs;
      const { correlationId } = request;
      return locate(site, { ref, correlationId, showsId, before, why: sent.reason }, signal);
    },

    state: (run, signal) => readState(site, run, signal),

    cancel: (run, signal) => cancel(site, run, signal),
  };
}

function siteOf(options: GithubClientOptions): Named<Site> {
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
  site: Site,
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
    : { problem: joined(problems) };
}

async function refOf(
  site: Site,
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
  site: Site,
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

async function readState(site: Site, run: StartedRun, signal: AbortSignal): Promise<RunState> {
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
async function mayHaveRun(site: Site, run: StartedRun, signal: AbortSignal): Promise<boolean> {
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

async function cancel(site: Site, run: StartedRun, signal: AbortSignal): Promise<void> {
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
