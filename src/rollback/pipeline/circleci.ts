import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { TransientError } from '../../support/retry.js';
import { hintFor, isSignInPage } from './circleci/hints.js';
import { locate, lookBefore } from './circleci/locate.js';
import { parseProject, parseRef, parseRoot, parseToken } from './circleci/names.js';
import type { Named, Ref, Refusal } from './circleci/names.js';
import { preflight } from './circleci/preflight.js';
import { callInWords, problemsOf, startCall } from './circleci/request.js';
import {
  readJobs,
  readPipeline,
  readProject,
  readWorkflows,
  runOf,
  slugOf,
} from './circleci/site.js';
import type { Site } from './circleci/site.js';
import { hasBegun, isActive, nothingSeen, notYetBegun, stateOf } from './circleci/state.js';
import type { Memory, Workflow } from './circleci/state.js';
import { ApiError, describeAnswer, isRateLimited, isSuccess, textOf } from './exchange.js';
import { createJsonApi } from './json-api.js';
import type { JsonCall } from './json-api.js';
import { START_TIMEOUT_MS, startOnce } from './start-once.js';
import type { Refused, Unsure } from './start-once.js';
import type { PipelineClient, StartRequest, StartResult } from './types.js';

export interface CircleciClientOptions {
  /** Project slug; `undefined`: the project of the workflow that we are part of. */
  readonly project: string | undefined;
  /** Id of a pipeline definition; `undefined`: the pipeline of the repository. */
  readonly definitionId: string | undefined;
  readonly token: string | undefined;
  /** `https://circleci.com`, or the address of a CircleCI Server. */
  readonly url: string;
  /** The workflow that we are part of, when we run in CircleCI. */
  readonly ownRunId: string | null;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** A cancel may be refused for a moment; the caller asks again. */
const CANCEL_TIMEOUT_MS = 5000;

/** The CircleCI client of the `ci` rung: starts a pipeline, on circleci.com and CircleCI Server. A run is a pipeline. */
export function createCircleciClient(options: CircleciClientOptions): PipelineClient {
  const setup = siteOf(options);
  const site = (): Site => {
    if ('problem' in setup) throw new Error(setup.problem.message);
    return setup.ok;
  };
  const memories = new Map<string, Memory>();
  const begun = new Set<string>();

  return {
    id: 'circleci',

    async preflight(request, signal) {
      return 'problem' in setup
        ? [{ level: 'error', subject: 'ci', ...setup.problem }]
        : preflight(setup.ok, request, signal);
    },

    async describe(request, signal) {
      return 'problem' in setup
        ? [`nothing: ${setup.problem.message}`]
        : describe(setup.ok, request, signal);
    },

    async start(request, signal, beforeSend): Promise<StartResult> {
      if ('problem' in setup) return refused(setup.problem);
      const ready = await prepare(setup.ok, request, signal);
      if ('refused' in ready) return ready.refused;
      const { slug, ref, call } = ready;
      const before = await lookBefore(setup.ok, slug, signal);

      signal.throwIfAborted();
      beforeSend();
      const sent = await send(setup.ok, slug, call, signal);
      if (sent.kind !== 'unsure') return sent;
      return locate(setup.ok, { slug, ref, before, why: sent.reason }, signal);
    },

    async state(run, signal) {
      const here = site();
      // In this order: see `stateOf`.
      const workflows = await readWorkflows(here, run, signal);
      const pipeline = await readPipeline(here, run, signal);
      const memory = memories.get(run.id) ?? nothingSeen;
      const seen = stateOf(pipeline, workflows, memory, here.clock.monotonic());
      memories.set(run.id, seen.memory);

      const { state } = seen;
      if (state.phase === 'cancelled') {
        return { ...state, mayHaveRun: (await haveBegun(here, workflows, signal)) !== false };
      }
      // A workflow is "running" from its first moment, also while its jobs wait for an executor.
      if (state.phase !== 'running' || begun.has(run.id)) return state;
      const haveJobsBegun = await haveBegun(here, workflows, signal);
      if (haveJobsBegun === true) begun.add(run.id);
      return haveJobsBegun === false ? notYetBegun(state.word) : state;
    },

    async cancel(run, signal) {
      const here = site();
      const workflows = await readWorkflows(here, run, signal);
      const active = workflows.filter(isActive);
      if (active.length === 0 && workflows.every(({ setup: isSetup }) => isSetup)) {
        throw new TransientError(
          'CircleCI cannot cancel a pipeline, only its workflows, and there is none to cancel yet',
        );
      }
      const problems: unknown[] = [];
      for (const workflow of active) {
        try {
          await cancelWorkflow(here, workflow, signal);
        } catch (error) {
          problems.push(error);
        }
      }
      if (problems.length > 0) throw problems[0];
    },
  };
}

function siteOf(options: CircleciClientOptions): Named<Site> {
  const project = options.project === undefined ? undefined : parseProject(options.project);
  if (project !== undefined && 'problem' in project) return project;
  const token = parseToken(options.token);
  if ('problem' in token) return token;
  const root = parseRoot(options.url);
  if ('problem' in root) return root;
  return {
    ok: {
      slug: project?.ok,
      definitionId: options.definitionId,
      ownWorkflowId: options.ownRunId,
      root: root.ok,
      api: createJsonApi({
        baseUrl: `${root.ok}/api/v2/`,
        // "Authorization: Bearer" is recommended by now, but not every Server knows it; this one is known everywhere.
        headers: { 'circle-token': token.ok },
        isRefusal: isSignInPage,
        fetch: options.fetch,
        clock: options.clock,
        random: options.random,
      }),
      clock: options.clock,
      random: options.random,
    },
  };
}

type Ready =
  | { readonly slug: string; readonly ref: Ref; readonly call: JsonCall }
  | { readonly refused: Refused };

/** Everything that has to be known before the call. */
async function prepare(site: Site, request: StartRequest, signal: AbortSignal): Promise<Ready> {
  try {
    const slug = await slugOf(site, signal);
    const problems = problemsOf(request, slug, site.definitionId);
    if (problems.length > 0) return { refused: refused(joined(problems)) };
    const ref = await refFor(site, slug, request, signal);
    if ('problem' in ref) return { refused: refused(ref.problem) };
    const call = startCall(slug, site.definitionId, ref.ok, request.parameters);
    return { slug, ref: ref.ok, call };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return {
      refused: refused({
        message: messageOf(error),
        fix:
          (error instanceof ApiError ? hintFor(error.answer) : undefined) ??
          'Set circleci-project and rollback-ref, so that neither need be asked for',
      }),
    };
  }
}

/** @throws as `readProject` does. */
async function refFor(
  site: Site,
  slug: string,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Named<Ref>> {
  if (request.ref !== undefined) return parseRef(request.ref);
  const { defaultBranch } = await readProject(site, slug, signal);
  return defaultBranch === undefined
    ? {
        problem: {
          message: `CircleCI does not tell the default branch of ${slug}`,
          fix: 'set rollback-ref to the branch that the rollback pipeline is to run on',
        },
      }
    : { ok: { branch: defaultBranch } };
}

async function describe(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ready = await prepare(site, request, signal);
  if ('refused' in ready) {
    const { reason, hint } = ready.refused;
    return [`it would be refused: ${reason}${hint === undefined ? '' : ` (${hint})`}`];
  }
  return callInWords(site, ready.call);
}

type Sent = Extract<StartResult, { kind: 'started' }> | Refused | Unsure;

/** Sends the call that starts the pipeline. */
function send(site: Site, slug: string, call: JsonCall, signal: AbortSignal): Promise<Sent> {
  return startOnce<Sent>(
    {
      system: 'CircleCI',
      addressInput: 'circleci-url',
      send: (stop) =>
        site.api.once('the call that starts the pipeline', call, START_TIMEOUT_MS, stop),
      accepted: (answer) => {
        const run = runOf(site, slug, answer.data);
        if (run !== undefined) return { kind: 'started', run };
        if (isSignInPage(answer)) {
          return refused({
            message: 'CircleCI answered with a page instead of a pipeline',
            fix: hintFor(answer) ?? '',
          });
        }
        // It is known to accept calls that start nothing (CircleCI-Archived/api-preview-docs#74). Without a pipeline to look
        // at, that is not certain enough to start another.
        const text = textOf(answer);
        const said = text === '' ? '' : ` (${text})`;
        return { kind: 'unsure', reason: `CircleCI accepted it without naming a pipeline${said}` };
      },
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

/** Whether a job of the workflows has begun; `undefined` when that cannot be read. */
async function haveBegun(
  site: Site,
  workflows: readonly Workflow[],
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    for (const workflow of workflows) {
      const jobs = await readJobs(site, workflow, signal);
      if (jobs.some(hasBegun)) return true;
    }
    return false;
  } catch {
    return undefined;
  }
}

async function cancelWorkflow(site: Site, { id }: Workflow, signal: AbortSignal): Promise<void> {
  const exchange = await site.api.once(
    'the call that cancels the workflow',
    { method: 'POST', path: `workflow/${encodeURIComponent(id)}/cancel` },
    CANCEL_TIMEOUT_MS,
    signal,
  );
  if (exchange.kind !== 'answer') throw new TransientError(exchange.why);
  const { answer } = exchange;
  if (isSuccess(answer) && !isSignInPage(answer)) return;
  if (answer.status >= 500 || isRateLimited(answer))
    throw new TransientError(describeAnswer(answer));
  throw new ApiError('cancelling the workflow', answer);
}

/** Several problems as one. */
function joined(problems: readonly Refusal[]): Refusal {
  return {
    message: problems.map(({ message }) => message).join('; '),
    fix: problems.map(({ fix }) => fix).join('; '),
  };
}

function refused({ message, fix }: Refusal): Refused {
  return { kind: 'refused', reason: message, hint: fix };
}
