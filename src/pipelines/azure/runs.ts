import type { StartResult } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import {
  type Before,
  findRun,
  isNew,
  type Listing,
  listRunsBefore as look,
  type Owner,
} from '../find-run.js';
import { listIn, soonThere } from '../reading.js';
import { type Refused, type Sent, START_TIMEOUT_MS, startOnce } from '../start-once.js';
import { hintFor } from './api.js';
import { type AzureContext, type BuildInfo, buildInfoOf, buildPath, runOf } from './context.js';
import { ID_PARAMETER, MARKER, type Parameters, runCall } from './pipeline.js';

/** Sends the call that runs the pipeline. */
export function sendRun(
  site: AzureContext,
  pipelineId: string,
  ref: string | undefined,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<Sent> {
  return startOnce<Sent>(
    {
      system: 'Azure DevOps',
      addressInput: 'azure-url',
      send: (within) =>
        site.api.send(
          'the call that starts the pipeline',
          runCall(pipelineId, ref, parameters),
          START_TIMEOUT_MS,
          within,
        ),
      named: ({ data }) => {
        const run = runOf(site, data);
        return run === undefined ? undefined : { kind: 'started', run };
      },
      noun: 'its run',
      // So it says that it does not accept the token (MicrosoftDocs/vsts-rest-api-specs#97, #574).
      isRefusal: ({ status }) => status === 203,
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

/** So many builds are looked at, the newest first: ours is seconds old. */
const MAX_NEW = 20;

/** The builds of the pipeline that are there already. @throws only the signal's reason. */
export function listRunsBefore(
  site: AzureContext,
  pipelineId: string,
  signal: AbortSignal,
): Promise<Before | Refused> {
  return look((stop) => listBuilds(site, 'read', pipelineId, undefined, stop), hintFor, signal);
}

export interface WantedRun {
  readonly pipelineId: string;
  /** As it was sent. */
  readonly ref: string | undefined;
  readonly correlationId: string;
  /** Whether the id was sent: then a build that shows other parameters is not ours. */
  readonly idSent: boolean;
  readonly before: Before;
  /** Why the run has to be looked for. */
  readonly why: string;
}

/** Looks for the run that a call may have started. Certain is only a build whose template parameters hold the correlation id. */
export function searchFor(
  site: AzureContext,
  wanted: WantedRun,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { pipelineId, before, why } = wanted;
  const details = new Map<string, BuildInfo>();
  return findRun<BuildInfo>(
    {
      noun: 'run',
      async list(stop) {
        const listing = await listBuilds(site, 'request', pipelineId, before.since, stop);
        const fresh = listing.runs.filter(({ run }) => before.known?.has(run.id) !== true);
        return { ...listing, runs: fresh.slice(0, MAX_NEW) };
      },
      whose: async (build, stop) =>
        whoseIs(await withParameters(site, build, details, stop), wanted),
      why,
      clock: site.clock,
    },
    signal,
  );
}

function whoseIs(build: BuildInfo, wanted: WantedRun): Owner {
  const { parameters, reason, branch, queuedAt } = build;
  if (parameters?.get(ID_PARAMETER) === wanted.correlationId) return 'ours';
  // What a build was started with does not change.
  if (parameters !== undefined && (wanted.idSent || !isMarked(parameters))) return 'others';
  if (wanted.ref !== undefined && branch !== wanted.ref) return 'others';
  // `BuildReason`: what is asked for by a call is manual; pushes, schedules and others are not ours.
  if (reason !== 'manual') return 'others';
  return isNew(wanted.before, build, queuedAt) ? 'could be' : 'others';
}

function isMarked(parameters: ReadonlyMap<string, string>): boolean {
  return parameters.get(MARKER)?.toLowerCase() === 'true';
}

/** Lists may leave the parameters out (MicrosoftDocs/vsts-rest-api-specs#579); the build itself shows them. */
async function withParameters(
  site: AzureContext,
  build: BuildInfo,
  details: Map<string, BuildInfo>,
  signal: AbortSignal,
): Promise<BuildInfo> {
  if (build.parameters !== undefined) return build;
  const { id } = build.run;
  const read = details.get(id);
  if (read !== undefined) return read;
  const answer = await soonThere(
    site.api.request(
      `reading the build ${id}`,
      { method: 'GET', room: 'build', path: buildPath(id) },
      signal,
    ),
  );
  const detail = buildInfoOf(site, answer.data) ?? build;
  details.set(id, detail);
  return detail;
}

async function listBuilds(
  site: AzureContext,
  how: 'read' | 'request',
  pipelineId: string,
  since: number | undefined,
  signal: AbortSignal,
): Promise<Listing<BuildInfo>> {
  const what = 'listing the builds of the pipeline';
  const answer = await site.api[how](
    what,
    {
      method: 'GET',
      room: 'build',
      path: 'build/builds',
      query: {
        definitions: pipelineId,
        queryOrder: 'queueTimeDescending',
        // With that order the time is that of queueing.
        minTime: since === undefined ? undefined : new Date(since).toISOString(),
        $top: 100,
      },
    },
    signal,
  );
  return {
    runs: listIn(what, fields(answer.data).value)
      .map((one) => buildInfoOf(site, one))
      .filter((one) => one !== undefined),
    answer,
  };
}
