import { good, type Result } from '../../contract/result.js';
import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
} from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { fields } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import { printableUrl } from '../../support/text.js';
import {
  type ClientDependencies,
  createPipelineClient,
  type PipelineAdapter,
  refusals,
  unreadable,
} from '../client.js';
import { assertSameRun } from '../jobs.js';
import { soonThere } from '../reading.js';
import { mergeErrors } from '../settings.js';
import { CANCEL_TIMEOUT_MS } from '../start-once.js';
import { hintFor } from './api.js';
import {
  type AzureContext,
  type AzureSettings,
  type BuildInfo,
  buildPath,
  contextFrom,
  parseRef,
  projectUrl,
} from './context.js';
import { readJobs } from './jobs.js';
import { agree, type Agreement, pipelineIdOf, runCall } from './pipeline.js';
import { preflight } from './preflight.js';
import { type PipelineRun, searchFor, startCall } from './runs.js';
import { needsTimeline, stateOf, timelineOf, type TimelineRecord } from './state.js';

const system = { id: 'azure', name: 'Azure DevOps', addressInput: 'azure-url' };

/**
 * The Azure DevOps client of the `ci` strategy, for the services and for servers from 2020 on: runs a YAML pipeline with template
 * parameters, and follows it through the Build API, which unlike the Pipelines API tells a partial success from a whole one.
 */
export function createAzureClient(
  settings: AzureSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  return createPipelineClient(
    system,
    contextFrom(settings, dependencies),
    (context): PipelineAdapter<PipelineRun, BuildInfo> => ({
      hintFor,
      address: `${projectUrl(context)}/pipelines/${JSON.stringify(context.pipeline)}`,
      preflight: (request, signal) => preflight(context, request, signal),
      describe: (request, signal) => describe(context, request, signal),
      async prepare(request, signal) {
        const ready = await prepare(context, request, signal);
        if (!ready.ok) return ready;
        const { agreement, ...run } = ready.value;
        if (agreement.kind === 'refused')
          return { ok: false, problem: mergeErrors(agreement.problems) };
        const { parameters } = agreement;
        return good({ ...run, parameters, correlationId: request.correlationId });
      },
      send: (run, start) => start(startCall(context, run)),
      search: (run) => searchFor(context, run),
      state: (run, signal) => readState(context, run, signal),
      jobs: (run, signal) => readJobs(context, run, signal),
      async cancel({ id }, signal) {
        await context.api.request(
          'cancelling the run',
          { method: 'PATCH', area: 'build', path: buildPath(id), json: { status: 'cancelling' } },
          signal,
          CANCEL_TIMEOUT_MS,
        );
      },
    }),
    dependencies,
  );
}

interface Ready {
  readonly pipelineId: string;
  /** `undefined`: the default branch of the pipeline. */
  readonly ref: string | undefined;
  readonly agreement: Agreement;
}

/** Everything that must be known before the call. */
async function prepare(
  context: AzureContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Result<Ready>> {
  let ref: string | undefined;
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    if (!parsed.ok) return parsed;
    ref = parsed.value;
  }
  let pipelineId: string;
  try {
    pipelineId = await pipelineIdOf(context, signal);
  } catch (error) {
    const otherwise =
      'Give the id of the pipeline as azure-pipeline, so that its name need not be looked up';
    return unreadable(error, otherwise, signal);
  }
  return good({
    pipelineId,
    ref,
    agreement: await agree(context, pipelineId, ref, request, signal),
  });
}

async function describe(
  context: AzureContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ready = await prepare(context, request, signal);
  if (!ready.ok) {
    const { message, fix } = ready.problem;
    return [`nothing: ${message}${fix === undefined ? '' : ` (${fix})`}`];
  }
  const { pipelineId, ref, agreement } = ready.value;
  const { path, json } = runCall(pipelineId, ref, agreement.parameters);
  return [
    `POST ${printableUrl(projectUrl(context))}/_apis/${path}`,
    `with ${JSON.stringify(json)}`,
    ...(agreement.kind === 'unchecked'
      ? [
          `the parameters of the pipeline could not be checked (${messageOf(agreement.error)}); only these are sent`,
        ]
      : []),
    ...(agreement.kind === 'refused' ? refusals(agreement.problems) : []),
  ];
}

async function readState(
  context: AzureContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<RunState> {
  const what = `reading the state of run ${run.id}`;
  const answer = await soonThere(
    context.api.request(what, { method: 'GET', area: 'build', path: buildPath(run.id) }, signal),
  );
  const { id, status, result, startTime } = fields(answer.data);
  if (typeof status !== 'string') throw new TransientError(`${what}: the answer is not a build`);
  assertSameRun(what, run.id, id);
  const timeline = needsTimeline(status, result)
    ? await readTimeline(context, run, signal)
    : undefined;
  return stateOf({ status, result, startTime }, timeline);
}

/** Without a timeline the status alone counts. */
async function readTimeline(
  context: AzureContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly TimelineRecord[] | undefined> {
  try {
    const answer = await context.api.request(
      `reading the timeline of run ${run.id}`,
      { method: 'GET', area: 'build', path: `${buildPath(run.id)}/timeline` },
      signal,
    );
    return timelineOf(answer.status, answer.data);
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}
