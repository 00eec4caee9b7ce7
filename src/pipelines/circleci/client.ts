import type { PipelineClient, StartRequest, StartResult } from '../../contract/pipeline.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { type ApiRequest, createJsonApi, hintOf } from '../../support/http/api.js';
import { fields } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import {
  type Before,
  type Candidate,
  findRun,
  isNew,
  type Listing,
  listRunsBefore as look,
} from '../find-run.js';
import { listIn, timeOf } from '../reading.js';
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
import { callInWords, problemsOf, startCall } from './configuration.js';
import {
  type CircleciContext,
  encodedSlug,
  parseProject,
  parseRef,
  parseRoot,
  parseToken,
  readJobs,
  readPipeline,
  readProject,
  readWorkflows,
  type Ref,
  runOf,
  slugOf,
} from './context.js';
import { hintFor } from './hints.js';
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

/** The CircleCI client of the `ci` strategy: starts a pipeline, on circleci.com and CircleCI Server. A run is a pipeline. */
export function createCircleciClient(options: CircleciClientOptions): PipelineClient {
  const setup = siteOf(options);
  if ('problem' in setup) return unusable('circleci', 'CircleCI', setup.problem);
  const site = setup.ok;
  const memories = new Map<string, Memory>();
  const begun = new Set<string>();

  return {
    id: 'circleci',
    name: 'CircleCI',

    preflight: (request, signal) => preflight(site, request, signal),

    describe: (request, signal) => describe(site, request, signal),

    async start(request, signal, beforeSend): Promise<StartResult> {
      const ready = await prepare(site, request, signal);
      if ('problem' in ready) return refused(ready.problem);
      const { slug, ref, call } = ready.ok;
      const before = await listRunsBefore(site, slug, signal);
      if (before.kind === 'refused') return before;

      signal.throwIfAborted();
      beforeSend();
      const sent = await send(site, slug, call, signal);
      if (sent.kind !== 'unsure') return sent;
      return searchFor(site, { slug, ref, before, why: sent.reason }, signal);
    },

    async state(run, signal) {
      // In this order: see `stateOf`.
      const workflows = await readWorkflows(site, run, signal);
      const pipeline = await readPipeline(site, run, signal);
      const memory = memories.get(run.id) ?? nothingSeen;
      const seen = stateOf(pipeline, workflows, memory, site.clock.monotonic());
      memories.set(run.id, seen.memory);

      const { state } = seen;
      if (state.phase === 'cancelled') {
        return { ...state, mayHaveRun: (await haveBegun(site, workflows, signal)) !== false };
      }
      // A workflow is "running" from its first moment, also while its jobs wait for an executor.
      if (state.phase !== 'running' || begun.has(run.id)) return state;
      const haveJobsBegun = await haveBegun(site, workflows, signal);
      if (haveJobsBegun === true) begun.add(run.id);
      return haveJobsBegun === false ? notYetBegun(state.word) : state;
    },

    async cancel(run, signal) {
      const workflows = await readWorkflows(site, run, signal);
      const active = workflows.filter(isActive);
      if (active.length === 0 && workflows.every(({ setup: isSetup }) => isSetup)) {
        throw new TransientError(
          'CircleCI cannot cancel a pipeline, only its workflows, and there is none to cancel yet',
        );
      }
      const problems: unknown[] = [];
      for (const workflow of active) {
        try {
          await cancelWorkflow(site, workflow, signal);
        } catch (error) {
          problems.push(error);
        }
      }
      if (problems.length > 0) throw problems[0];
    },
  };
}

function siteOf(options: CircleciClientOptions): Named<CircleciContext> {
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
        fetch: options.fetch,
        clock: options.clock,
        random: options.random,
      }),
      clock: options.clock,
      random: options.random,
    },
  };
}

interface Ready {
  readonly slug: string;
  readonly ref: Ref;
  readonly call: ApiRequest;
}

/** Everything that has to be known before the call. */
async function prepare(
  site: CircleciContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Named<Ready>> {
  try {
    const slug = await slugOf(site, signal);
    const problems = problemsOf(request, slug, site.definitionId);
    if (problems.length > 0) return { problem: mergeErrors(problems) };
    const ref = await refFor(site, slug, request, signal);
    if ('problem' in ref) return ref;
    const call = startCall(slug, site.definitionId, ref.ok, request.parameters);
    return { ok: { slug, ref: ref.ok, call } };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return problem(
      messageOf(error),
      hintOf(error, hintFor) ??
        'Set circleci-project and rollback-ref, so that neither need be asked for',
    );
  }
}

/** @throws as `readProject` does. */
async function refFor(
  site: CircleciContext,
  slug: string,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Named<Ref>> {
  if (request.ref !== undefined) return parseRef(request.ref);
  const { defaultBranch } = await readProject(site, slug, signal);
  return defaultBranch === undefined
    ? problem(
        `CircleCI does not tell the default branch of ${slug}`,
        'set rollback-ref to the branch that the rollback pipeline is to run on',
      )
    : { ok: { branch: defaultBranch } };
}

async function describe(
  site: CircleciContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ready = await prepare(site, request, signal);
  if ('problem' in ready) {
    return [`it would be refused: ${ready.problem.message} (${ready.problem.fix})`];
  }
  return callInWords(site, ready.ok.call);
}

/** Sends the call that starts the pipeline. */
function send(
  site: CircleciContext,
  slug: string,
  call: ApiRequest,
  signal: AbortSignal,
): Promise<Sent> {
  return startOnce<Sent>(
    {
      system: 'CircleCI',
      addressInput: 'circleci-url',
      send: (stop) =>
        site.api.send('the call that starts the pipeline', call, START_TIMEOUT_MS, stop),
      // It is known to accept calls that start nothing (CircleCI-Archived/api-preview-docs#74). Without a pipeline to look at,
      // that is not certain enough to start another.
      named: ({ data }) => {
        const run = runOf(site, slug, data);
        return run === undefined ? undefined : { kind: 'started', run };
      },
      noun: 'its pipeline',
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

/** Whether a job of the workflows has begun; `undefined` when that cannot be read. */
async function haveBegun(
  site: CircleciContext,
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

async function cancelWorkflow(
  site: CircleciContext,
  { id }: Workflow,
  signal: AbortSignal,
): Promise<void> {
  await site.api.request(
    'cancelling the workflow',
    { method: 'POST', path: `workflow/${encodeURIComponent(id)}/cancel` },
    signal,
    CANCEL_TIMEOUT_MS,
  );
}

/** `trigger.type` of pipelines that were not started through the API (API v2, "Get your pipelines"). */
const othersTriggers = new Set(['webhook', 'scheduled_pipeline']);

/** The newest pipelines of the token's user that are there already. @throws only the signal's reason. */
export function listRunsBefore(
  site: CircleciContext,
  slug: string,
  signal: AbortSignal,
): Promise<Before | Refused> {
  return look((stop) => listMine(site, 'read', slug, stop), hintFor, signal);
}

export interface WantedRun {
  readonly slug: string;
  readonly ref: Ref;
  readonly before: Before;
  /** Why the pipeline has to be looked for. */
  readonly why: string;
}

/**
 * Looks for the pipeline that a call may have started. CircleCI shows nothing of what was sent by which it could be told for
 * certain.
 */
export function searchFor(
  site: CircleciContext,
  { slug, ref, before, why }: WantedRun,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  return findRun<Mine>(
    {
      noun: 'pipeline',
      list: (stop) => listMine(site, 'request', slug, stop),
      whose: (mine) => (couldBe(mine, ref, before) ? 'could be' : 'others'),
      why,
      clock: site.clock,
    },
    signal,
  );
}

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
      ? { said: tag, other: branch, name: ref.tag }
      : { said: branch, other: tag, name: ref.branch };
  if (typeof on.said === 'string' ? on.said !== on.name : typeof on.other === 'string')
    return false;
  return isNew(before, mine, timeOf(created));
}

/** The newest come first; one page of them reaches further back than a call that starts one takes. */
async function listMine(
  site: CircleciContext,
  how: 'read' | 'request',
  slug: string,
  signal: AbortSignal,
): Promise<Listing<Mine>> {
  const what = 'listing the pipelines of our user';
  const answer = await site.api[how](
    what,
    { method: 'GET', path: `project/${encodedSlug(slug)}/pipeline/mine` },
    signal,
  );
  return {
    runs: listIn(what, fields(answer.data).items)
      .map(fields)
      .flatMap((item) => {
        const run = runOf(site, slug, item);
        return run === undefined ? [] : [{ run, item }];
      }),
    answer,
  };
}
