import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { TransientError } from '../../support/retry.js';
import { printableUrl } from '../../support/url.js';
import { createApi } from './github/api.js';
import { ApiError, describeAnswer, fields } from './exchange.js';
import { composeInputs, ID_INPUT } from './github/declaration.js';
import type { Declaration } from './github/declaration.js';
import { dispatch } from './github/dispatch.js';
import { hintFor } from './github/hints.js';
import { locate, lookBefore } from './github/locate.js';
import { parseRef, parseRepository, parseToken, parseWorkflow } from './github/names.js';
import type { Named, Refusal } from './github/names.js';
import { preflight } from './github/preflight.js';
import { declarationAt, readRepository } from './github/site.js';
import type { Site } from './github/site.js';
import { stateOf } from './github/state.js';
import type { PipelineClient, RunState, StartedRun, StartRequest, StartResult } from './types.js';

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

/** A cancel may be refused for a moment; the caller asks again. */
const CANCEL_TIMEOUT_MS = 5000;

/** The GitHub client of the `ci` rung: starts a workflow by `workflow_dispatch`, on github.com and Enterprise Server. */
export function createGithubClient(options: GithubClientOptions): PipelineClient {
  const setup = siteOf(options);
  const site = (): Site => {
    if ('problem' in setup) throw new Error(setup.problem.message);
    return setup.ok;
  };

  return {
    id: 'github',

    async preflight(request, signal) {
      return 'problem' in setup
        ? [{ level: 'error', subject: 'ci', ...setup.problem }]
        : preflight(setup.ok, request, options.ownRunId, signal);
    },

    async describe(request, signal) {
      if ('problem' in setup) return [`nothing: ${setup.problem.message}`];
      return describe(setup.ok, request, signal);
    },

    async start(request, signal, beforeSend): Promise<StartResult> {
      if ('problem' in setup) return refused(setup.problem);
      const ready = await prepare(setup.ok, request, signal);
      if ('refused' in ready) return ready.refused;
      const { ref, inputs, declaration } = ready;
      const before = await lookBefore(setup.ok, ref, signal);

      signal.throwIfAborted();
      beforeSend();
      const sent = await dispatch(setup.ok, ref, inputs, signal);
      if (sent.kind !== 'unsure') return sent;
      return locate(
        setup.ok,
        {
          ref,
          correlationId: request.correlationId,
          showsId: declaration?.showsId === true && ID_INPUT in inputs,
          before,
          why: sent.reason,
        },
        signal,
      );
    },

    state: (run, signal) => readState(site(), run, signal),

    async cancel(run, signal) {
      const { owner, repo, api } = site();
      const exchange = await api.once(
        'the call that cancels the run',
        (octokit, request) =>
          octokit.rest.actions.cancelWorkflowRun({ owner, repo, run_id: numberOf(run), request }),
        CANCEL_TIMEOUT_MS,
        signal,
      );
      if (exchange.kind !== 'answer') throw new TransientError(exchange.why);
      const { answer } = exchange;
      // 409: there is nothing left to cancel.
      if (answer.status < 300 || answer.status === 409) return;
      if (answer.status >= 500) throw new TransientError(describeAnswer(answer));
      throw new ApiError('cancelling the run', answer);
    },
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
    return {
      problem: {
        message: 'github-api-url is not a URL',
        fix: 'use https://api.github.com, or https://HOST/api/v3 of an Enterprise Server',
      },
    };
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

type Ready =
  | {
      readonly ref: string;
      readonly inputs: Readonly<Record<string, string>>;
      readonly declaration: Declaration | undefined;
    }
  | { readonly refused: Extract<StartResult, { kind: 'refused' }> };

/** Everything that has to be known before the call. */
async function prepare(site: Site, request: StartRequest, signal: AbortSignal): Promise<Ready> {
  const target = await refOf(site, request, signal);
  if ('refused' in target) return target;
  const { ref } = target;
  const read = await declarationAt(site, ref, signal);
  const declaration = read.kind === 'read' ? read.declaration : undefined;
  const { inputs, problems } = composeInputs(request, declaration, site.workflow);
  return problems.length === 0
    ? { ref, inputs, declaration }
    : {
        refused: refused({
          message: problems.map(({ message }) => message).join('; '),
          fix: problems.map(({ fix }) => fix).join('; '),
        }),
      };
}

async function refOf(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<{ readonly ref: string } | Extract<Ready, { refused: unknown }>> {
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    return 'problem' in parsed ? { refused: refused(parsed.problem) } : { ref: parsed.ok };
  }
  try {
    return { ref: (await readRepository(site, signal)).defaultBranch };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return {
      refused: refused({
        message: messageOf(error),
        fix:
          (error instanceof ApiError ? hintFor(error.answer) : undefined) ??
          'Set rollback-ref, so that the default branch need not be asked for',
      }),
    };
  }
}

async function describe(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const target = await refOf(site, request, signal);
  const ref = 'refused' in target ? '(the default branch)' : target.ref;
  const read =
    'refused' in target
      ? ({ kind: 'unreadable', why: target.refused.reason } as const)
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
  let answer;
  try {
    answer = await api.readOnce(
      what,
      (octokit, request) =>
        octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: numberOf(run), request }),
      signal,
    );
  } catch (error) {
    // A run that has just been started is not yet to be seen everywhere.
    if (error instanceof ApiError && error.status === 404) throw new TransientError(error.message);
    throw error;
  }
  const { status, conclusion } = fields(answer.data);
  if (typeof status !== 'string') throw new TransientError(`${what}: the answer is no run`);
  const state = stateOf(status, conclusion);
  return state.phase === 'cancelled'
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
    const answer = await api.readOnce(
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
    const { jobs } = fields(answer.data);
    if (!Array.isArray(jobs)) return true;
    return jobs.map(fields).some((job) => {
      const hasSteps = Array.isArray(job.steps) && job.steps.length > 0;
      return hasSteps || (typeof job.runner_id === 'number' && job.runner_id !== 0);
    });
  } catch {
    return true;
  }
}

/** Octokit's types want a number; run numbers are far below 2^53. */
function numberOf(run: StartedRun): number {
  return Number(run.id);
}

function refused({ message, fix }: Refusal): Extract<StartResult, { kind: 'refused' }> {
  return { kind: 'refused', reason: message, hint: fix };
}
