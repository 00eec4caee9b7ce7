import { bad, good, type Result } from '../../contract/result.js';
import type {
  PipelineClient,
  StartedRun,
  StartRequest,
  StartResult,
} from '../../contract/pipeline.js';
import type { ApiRequest } from '../../support/http/api.js';
import { fields } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import {
  type ClientDependencies,
  createPipelineClient,
  type PipelineAdapter,
  refusals,
  type SystemCall,
  unreadable,
} from '../client.js';
import { type Before, type Candidate, isNew, type Listing } from '../find-run.js';
import { listIn, timeOf } from '../reading.js';
import { mergeErrors } from '../settings.js';
import { CANCEL_TIMEOUT_MS, START_TIMEOUT_MS } from '../start-once.js';
import { callInWords, problemsOf, startCall } from './configuration.js';
import {
  type CircleciContext,
  type CircleciSettings,
  contextFrom,
  encodedSlug,
  parseRef,
  readJobs,
  readPipeline,
  readProject,
  readWorkflows,
  type Ref,
  runOf,
  slugOf,
} from './context.js';
import { hintFor } from './hints.js';
import { readRunJobs } from './jobs.js';
import { preflight } from './preflight.js';
import {
  hasBegun,
  isActive,
  type Memory,
  nothingSeen,
  notYetBegun,
  stateOf,
  type Workflow,
} from './state.js';

const system = { id: 'circleci', name: 'CircleCI', addressInput: 'circleci-url' };

/** The CircleCI client of the `ci` strategy: starts a pipeline, on circleci.com and CircleCI Server. A run is a pipeline. */
export function createCircleciClient(
  settings: CircleciSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  return createPipelineClient(
    system,
    contextFrom(settings, dependencies),
    (context): PipelineAdapter<Ready, Mine> => {
      const memories = new Map<string, Memory>();
      return {
        hintFor,
        address: `${context.root}/project/${context.slug ?? ''}/${context.definitionId ?? ''}`,
        preflight: (request, signal) => preflight(context, request, signal),
        describe: (request, signal) => describe(context, request, signal),
        prepare: (request, signal) => prepare(context, request, signal),
        send: (ready, start) => start(sendCall(context, ready)),
        // CircleCI shows nothing of what was sent, so that no pipeline is certain to be ours.
        search: ({ slug, ref }) => ({
          noun: 'pipeline',
          list: (signal, before) => listMine(context, slug, before, signal),
          owner: (mine, before) => (couldBe(mine, ref, before) ? 'could be' : 'others'),
        }),
        state: createStateReader(context, memories),
        jobs: (run, signal) => {
          const setupIds = memories.get(run.id)?.setupIds;
          const isSetup = ({ id, setup }: Workflow): boolean => setup || setupIds?.has(id) === true;
          return readRunJobs(context, run, isSetup, signal);
        },
        cancel: (run, signal) => cancel(context, run, signal),
      };
    },
    dependencies,
  );
}

/** Reads the state of runs, and remembers what it has seen of them. */
function createStateReader(
  context: CircleciContext,
  memories: Map<string, Memory>,
): PipelineClient['state'] {
  const begun = new Set<string>();
  return async (run, signal) => {
    // In this order: see `stateOf`.
    const workflows = await readWorkflows(context, run, signal);
    const pipeline = await readPipeline(context, run, signal);
    const memory = memories.get(run.id) ?? nothingSeen;
    const seen = stateOf(pipeline, workflows, memory, context.clock.monotonic());
    memories.set(run.id, seen.memory);

    const { state } = seen;
    if (state.phase === 'cancelled') {
      return { ...state, mayHaveRun: (await haveBegun(context, workflows, signal)) !== false };
    }
    // A workflow is "running" from its first moment, also while its jobs wait for an executor.
    if (state.phase !== 'running' || begun.has(run.id)) return state;
    const haveJobsBegun = await haveBegun(context, workflows, signal);
    if (haveJobsBegun === true) begun.add(run.id);
    return haveJobsBegun === false ? notYetBegun(state.word) : state;
  };
}

/** CircleCI cannot cancel a pipeline, only its workflows. */
async function cancel(
  context: CircleciContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<void> {
  const workflows = await readWorkflows(context, run, signal);
  const active = workflows.filter(isActive);
  if (active.length === 0 && workflows.every(({ setup: isSetup }) => isSetup)) {
    throw new TransientError(
      'CircleCI cannot cancel a pipeline, only its workflows, and there is none to cancel yet',
    );
  }
  const problems: unknown[] = [];
  for (const workflow of active) {
    try {
      await cancelWorkflow(context, workflow, signal);
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw problems[0];
}

interface Ready {
  readonly slug: string;
  readonly ref: Ref;
  readonly call: ApiRequest;
}

/** Everything that must be known before the call. */
async function prepare(
  context: CircleciContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Result<Ready>> {
  try {
    const slug = await slugOf(context, signal);
    const problems = problemsOf(request, slug, context.definitionId);
    if (problems.length > 0) return { ok: false, problem: mergeErrors(problems) };
    const ref = await refFor(context, slug, request, signal);
    if (!ref.ok) return ref;
    const call = startCall(slug, context.definitionId, ref.value, request.parameters);
    return good({ slug, ref: ref.value, call });
  } catch (error) {
    const otherwise = 'Set circleci-project and rollback-ref, so that neither need be asked for';
    return unreadable(error, otherwise, signal);
  }
}

/** @throws as `readProject` does. */
async function refFor(
  context: CircleciContext,
  slug: string,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Result<Ref>> {
  if (request.ref !== undefined) return parseRef(request.ref);
  const { defaultBranch } = await readProject(context, slug, signal);
  return defaultBranch === undefined
    ? bad(
        `CircleCI does not tell the default branch of ${slug}`,
        'set rollback-ref to the branch that the rollback pipeline is to run on',
      )
    : good({ branch: defaultBranch });
}

async function describe(
  context: CircleciContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ready = await prepare(context, request, signal);
  return ready.ok ? callInWords(context, ready.value.call) : refusals([ready.problem]);
}

function sendCall(
  context: CircleciContext,
  { slug, call }: Ready,
): SystemCall<Extract<StartResult, { kind: 'started' }>> {
  return {
    send: (signal) =>
      context.api.send('the call that starts the pipeline', call, START_TIMEOUT_MS, signal),
    // It is known to accept calls that start nothing (CircleCI-Archived/api-preview-docs#74). Without a pipeline to look at,
    // that is not certain enough to start another.
    runIn: ({ data }) => {
      const run = runOf(context, slug, data);
      return run === undefined ? undefined : { kind: 'started', run };
    },
    noun: 'its pipeline',
  };
}

/** Whether a job of the workflows has begun; `undefined` when that cannot be read. */
async function haveBegun(
  context: CircleciContext,
  workflows: readonly Workflow[],
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    for (const workflow of workflows) {
      const jobs = await readJobs(context, workflow, signal);
      if (jobs.some(hasBegun)) return true;
    }
    return false;
  } catch {
    return undefined;
  }
}

async function cancelWorkflow(
  context: CircleciContext,
  { id }: Workflow,
  signal: AbortSignal,
): Promise<void> {
  await context.api.request(
    'cancelling the workflow',
    { method: 'POST', path: `workflow/${encodeURIComponent(id)}/cancel` },
    signal,
    CANCEL_TIMEOUT_MS,
  );
}

/** `trigger.type` of pipelines that were not started through the API (API v2, "Get your pipelines"). */
const othersTriggers = new Set(['webhook', 'scheduled_pipeline']);

interface Mine extends Candidate {
  readonly item: Readonly<Record<string, unknown>>;
}

function couldBe(mine: Mine, ref: Ref, before: Before): boolean {
  const { created_at: created, trigger, vcs } = mine.item;
  const { type } = fields(trigger);
  if (typeof type === 'string' && othersTriggers.has(type)) return false;
  const { branch, tag } = fields(vcs);
  // Pipelines of the GitHub App have no such field.
  const on =
    'tag' in ref
      ? { requested: tag, other: branch, name: ref.tag }
      : { requested: branch, other: tag, name: ref.branch };
  if (typeof on.requested === 'string' ? on.requested !== on.name : typeof on.other === 'string')
    return false;
  return isNew(before, mine, timeOf(created));
}

/** The pipelines of the token's user. The newest come first; one page of them reaches further back than a call that starts one takes. */
async function listMine(
  context: CircleciContext,
  slug: string,
  before: Before | undefined,
  signal: AbortSignal,
): Promise<Listing<Mine>> {
  const what = 'listing the pipelines of our user';
  const answer = await context.api[before === undefined ? 'read' : 'request'](
    what,
    { method: 'GET', path: `project/${encodedSlug(slug)}/pipeline/mine` },
    signal,
  );
  return {
    runs: listIn(what, fields(answer.data).items)
      .map(fields)
      .flatMap((item) => {
        const run = runOf(context, slug, item);
        return run === undefined ? [] : [{ run, item }];
      }),
    answer,
  };
}
