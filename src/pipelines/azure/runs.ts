import type { StartResult } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import type { RunSearch, SystemCall } from '../client.js';
import { type Before, isNew, type Listing, type Owner } from '../find-run.js';
import { listIn, soonThere } from '../reading.js';
import { START_TIMEOUT_MS } from '../start-once.js';
import { type AzureContext, type BuildInfo, buildInfoOf, buildPath, runOf } from './context.js';
import { ID_PARAMETER, MARKER, type Parameters, runCall } from './pipeline.js';

/** A run of the pipeline that is to be started. */
export interface PipelineRun {
  readonly pipelineId: string;
  /** `undefined`: the default branch of the pipeline. */
  readonly ref: string | undefined;
  readonly parameters: Parameters;
  readonly correlationId: string;
}

/** The call that runs the pipeline. */
export function startCall(
  context: AzureContext,
  { pipelineId, ref, parameters }: PipelineRun,
): SystemCall<Extract<StartResult, { kind: 'started' }>> {
  return {
    send: (signal) =>
      context.api.send(
        'the call that starts the pipeline',
        runCall(pipelineId, ref, parameters),
        START_TIMEOUT_MS,
        signal,
      ),
    runIn: ({ data }) => {
      const run = runOf(context, data);
      return run === undefined ? undefined : { kind: 'started', run };
    },
    noun: 'its run',
    // So it says that it does not accept the token (MicrosoftDocs/vsts-rest-api-specs#97, #574).
    isRefusal: ({ status }) => status === 203,
  };
}

/** How many builds are searched, the newest first: ours is seconds old. */
const MAX_NEW = 20;

/** How the run is found. Only a build whose template parameters hold the correlation id is certain to be ours. */
export function searchFor(context: AzureContext, requested: PipelineRun): RunSearch<BuildInfo> {
  const details = new Map<string, BuildInfo>();
  return {
    noun: 'run',
    async list(signal, before) {
      const listing = await listBuilds(context, requested.pipelineId, before, signal);
      if (before === undefined) return listing;
      const fresh = listing.runs.filter(({ run }) => before.known?.has(run.id) !== true);
      return { ...listing, runs: fresh.slice(0, MAX_NEW) };
    },
    owner: async (build, before, signal) =>
      ownerOf(await withParameters(context, build, details, signal), requested, before),
    ...(ID_PARAMETER in requested.parameters && {
      idShown: (build, signal) => idShown(context, build, details, signal),
    }),
  };
}

function ownerOf(build: BuildInfo, requested: PipelineRun, before: Before): Owner {
  const { parameters, reason, branch, queuedAt } = build;
  if (parameters?.get(ID_PARAMETER) === requested.correlationId) return 'ours';
  // What a build was started with does not change.
  if (parameters !== undefined && (ID_PARAMETER in requested.parameters || !isMarked(parameters)))
    return 'others';
  if (requested.ref !== undefined && branch !== requested.ref) return 'others';
  // `BuildReason`: what is asked for by a call is manual; pushes, schedules and others are not ours.
  if (reason !== 'manual') return 'others';
  return isNew(before, build, queuedAt) ? 'could be' : 'others';
}

async function idShown(
  context: AzureContext,
  build: BuildInfo,
  details: Map<string, BuildInfo>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { parameters } = await withParameters(context, build, details, signal);
    return parameters === undefined ? undefined : (parameters.get(ID_PARAMETER) ?? '');
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}

function isMarked(parameters: ReadonlyMap<string, string>): boolean {
  return parameters.get(MARKER)?.toLowerCase() === 'true';
}

/** Lists may leave the parameters out (MicrosoftDocs/vsts-rest-api-specs#579); the build itself shows them. */
async function withParameters(
  context: AzureContext,
  build: BuildInfo,
  details: Map<string, BuildInfo>,
  signal: AbortSignal,
): Promise<BuildInfo> {
  if (build.parameters !== undefined) return build;
  const { id } = build.run;
  const read = details.get(id);
  if (read !== undefined) return read;
  const answer = await soonThere(
    context.api.request(
      `reading the build ${id}`,
      { method: 'GET', area: 'build', path: buildPath(id) },
      signal,
    ),
  );
  const detail = buildInfoOf(context, answer.data) ?? build;
  details.set(id, detail);
  return detail;
}

async function listBuilds(
  context: AzureContext,
  pipelineId: string,
  before: Before | undefined,
  signal: AbortSignal,
): Promise<Listing<BuildInfo>> {
  const what = 'listing the builds of the pipeline';
  const answer = await context.api[before === undefined ? 'read' : 'request'](
    what,
    {
      method: 'GET',
      area: 'build',
      path: 'build/builds',
      query: {
        definitions: pipelineId,
        queryOrder: 'queueTimeDescending',
        // With that order the time is that of queueing.
        minTime: before?.since === undefined ? undefined : new Date(before.since).toISOString(),
        $top: 100,
      },
    },
    signal,
  );
  return {
    runs: listIn(what, fields(answer.data).value)
      .map((one) => buildInfoOf(context, one))
      .filter((one) => one !== undefined),
    answer,
  };
}
