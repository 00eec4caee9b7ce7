import { bad, good, type Result } from '../../contract/result.js';
import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
} from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { fixIn, refusalIn } from '../../support/http/api.js';
import { PermanentError, TransientError } from '../../support/retry.js';
import { printableUrl } from '../../support/text.js';
import {
  type ClientDependencies,
  createPipelineClient,
  type PipelineAdapter,
  refusals,
  unreadable,
} from '../client.js';
import { mergeErrors } from '../settings.js';
import { CANCEL_TIMEOUT_MS } from '../start-once.js';
import { hintFor } from './api.js';
import { overridden, variablesOf } from './configuration.js';
import {
  contextFrom,
  type GitlabContext,
  numberOf,
  type PipelineInfo,
  readJobs,
  readPipeline,
  readProject,
  readTriggerJobs,
} from './context.js';
import { readRunJobs } from './jobs.js';
import { cancelCall, cancelPipeline, cancelSiblings, objectionTo } from './own-pipeline.js';
import { preflight } from './preflight.js';
import { callFor, type Prepared, searchFor, startPipeline } from './runs.js';
import {
  type GitlabSettings,
  type OwnPipeline,
  ownPipelineIn,
  parseRef,
  wordFor,
} from './settings.js';
import { stateOf } from './state.js';

const system = { id: 'gitlab', name: 'GitLab', addressInput: 'gitlab-url' };

/** The GitLab client of the `ci` strategy: creates a pipeline with the variable ROLLBACK=true, on gitlab.com and any server. */
export function createGitlabClient(
  settings: GitlabSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  const rollbackJobs = settings['gitlab-rollback-jobs'] ?? [];
  const named = {
    'gitlab-rollback-jobs': rollbackJobs,
    'rollback-job': settings['rollback-job'] ?? [],
  };
  const own = ownPipelineIn(settings);
  return createPipelineClient(
    system,
    contextFrom(settings, dependencies),
    (context): PipelineAdapter<Prepared, PipelineInfo> => {
      const end = endOf(context, own);
      return {
        hintFor,
        address: `${context.url}/projects/${encodeURIComponent(context.project)}`,
        preflight: (request, signal) => preflight(context, request, own, named, signal),
        describe: (request, signal) => describe(context, own, request, signal),
        prepare: (request, signal) => prepare(context, request, signal),
        send: (prepared, start, _, signal) => startPipeline(context, prepared, start, signal),
        search: (prepared) => searchFor(context, prepared),
        state: (run, signal) => readState(context, run, signal),
        jobs: (run, signal) => readRunJobs(context, run, signal),
        cancel: (run, signal) => cancel(context, run, signal),
        ...(rollbackJobs.length > 0 && {
          objection: (run, signal) => objectionTo(context, run, new Set(rollbackJobs), signal),
        }),
        ...(end !== undefined && { endOwnPipeline: end }),
      };
    },
    dependencies,
  );
}

/** Everything that must be known before the call. */
async function prepare(
  context: GitlabContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Result<Prepared>> {
  const problems = overridden(request);
  if (problems.length > 0) return { ok: false, problem: mergeErrors(problems) };
  const ref = await refOf(context, request, signal);
  return ref.ok ? good({ ref: ref.value, request, sentAs: 'variables' }) : ref;
}

/**
 * How our own pipeline is ended. Only an access token may (lib/api/ci/pipelines.rb); and what the token of a job has started
 * in the same project would be cancelled with it (CancelPipelineService cascades to all descendants).
 */
function endOf(
  context: GitlabContext,
  { cancel: what, pipeline, job }: OwnPipeline,
): ((signal: AbortSignal) => Promise<string>) | undefined {
  if (context.credentials.kind !== 'access' || pipeline === undefined) return undefined;
  switch (what) {
    case 'none':
      return undefined;
    case 'pipeline':
      return (signal) => cancelPipeline(context, pipeline, signal);
    case 'siblings':
      return job === undefined
        ? undefined
        : (signal) => cancelSiblings(context, pipeline, job, signal);
  }
}

async function refOf(
  context: GitlabContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Result<string>> {
  if (request.ref !== undefined) return parseRef(request.ref);
  const { credentials, defaultBranch } = context;
  // Other tokens may not read the project.
  if (credentials.kind !== 'access' && defaultBranch !== undefined) return good(defaultBranch);
  try {
    const branch = (await readProject(context, signal)).defaultBranch;
    if (branch !== '') return good(branch);
    return bad(`the project ${context.project} has no default branch`, 'set rollback-ref');
  } catch (error) {
    const otherwise = 'set rollback-ref, so that the default branch need not be asked for';
    const unread = unreadable(error, otherwise, signal);
    return defaultBranch === undefined ? unread : good(defaultBranch);
  }
}

async function describe(
  context: GitlabContext,
  own: OwnPipeline,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const target = await refOf(context, request, signal);
  const ref = target.ok ? target.value : '(the default branch)';
  const problems = [...overridden(request), ...(target.ok ? [] : [target.problem])];
  const variables = variablesOf(request);
  const { path } = callFor(context, ref, { variables });
  const ends = endOf(context, own) !== undefined;
  const which = String(own.pipeline);
  return [
    `POST ${printableUrl(context.url)}/api/v4/${path}, with ${wordFor[context.credentials.kind]}`,
    `with ${JSON.stringify({ ref, variables })}`,
    'where the project does not let the token set variables: with the input rollback=true instead',
    ...refusals(problems),
    ...(ends && own.cancel === 'pipeline'
      ? [`last of all cancel the running pipeline ${which} (gitlab-cancel: pipeline)`]
      : []),
    ...(ends && own.cancel === 'siblings'
      ? [
          `last of all cancel the other jobs of the running pipeline ${which} (gitlab-cancel: siblings)`,
        ]
      : []),
  ];
}

async function readState(
  context: GitlabContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<RunState> {
  let pipeline;
  try {
    pipeline = await readPipeline(context, numberOf(run), signal);
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === undefined) throw error;
    const { kind } = context.credentials;
    if (kind !== 'access' && [401, 403, 404].includes(refusal.status)) {
      throw new PermanentError(
        `${messageOf(error)}. It was started; ${wordFor[kind]} may not follow it here: set gitlab-token`,
      );
    }
    // A pipeline that has just been created is not yet to be seen everywhere.
    if (refusal.status === 404) throw new TransientError(messageOf(error));
    const hint = fixIn(error);
    throw hint === undefined ? error : new PermanentError(`${messageOf(error)}. ${hint}`);
  }
  const state = stateOf(pipeline.status);
  return state.phase === 'cancelled' || state.phase === 'failed'
    ? { ...state, mayHaveRun: pipeline.begun || (await mayHaveRun(context, run, signal)) }
    : state;
}

/** Whether a job of the pipeline may have begun. What cannot be read may have run. */
async function mayHaveRun(
  context: GitlabContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const id = numberOf(run);
    const jobs = await readJobs(context, id, signal);
    return [...jobs, ...(await readTriggerJobs(context, id, signal))].some(({ begun }) => begun);
  } catch {
    return true;
  }
}

async function cancel(context: GitlabContext, run: StartedRun, signal: AbortSignal): Promise<void> {
  const { kind } = context.credentials;
  if (kind !== 'access') {
    throw new PermanentError(`${wordFor[kind]} may not cancel a pipeline`);
  }
  // Answered with 200 in any case; what became of it is read back.
  await context.api.request(
    'cancelling the pipeline',
    cancelCall(context, numberOf(run)),
    signal,
    CANCEL_TIMEOUT_MS,
  );
}
