import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
  StartResult,
} from '../contract/pipeline.js';
import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { hintOf } from '../support/http/api.js';
import { fields } from '../support/json.js';
import { TransientError } from '../support/retry.js';
import { createApi } from './azure/api.js';
import { hintFor } from './azure/hints.js';
import { locate, lookBefore } from './azure/locate.js';
import {
  parseCollection,
  parsePipeline,
  parseProject,
  parseRef,
  parseToken,
} from './azure/names.js';
import { ID_PARAMETER } from './azure/parameters.js';
import { pipelineIdOf } from './azure/pipeline.js';
import { preflight } from './azure/preflight.js';
import { agree, type Agreement, runCall } from './azure/preview.js';
import { buildPath, projectUrl, type Site } from './azure/site.js';
import { sendRun } from './azure/start.js';
import { needsTimeline, stateOf, timelineOf, type TimelineRecord } from './azure/state.js';
import { soonThere } from './reading.js';
import { joined, type Named, problem } from './refusal.js';
import { CANCEL_TIMEOUT_MS, refused } from './start-once.js';
import { unusable } from './unusable.js';
import { printableUrl } from '../support/text.js';

export interface AzureClientOptions {
  /** Address of the organization or collection. */
  readonly url: string | undefined;
  /** Organization of the services, where there is no `url`, or instead of the one in it. */
  readonly organization: string | undefined;
  /** Name or id. */
  readonly project: string | undefined;
  /** Id, name, or folder and name. */
  readonly pipeline: string | undefined;
  /** A personal access token, or the token of a job. */
  readonly token: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/**
 * The Azure DevOps client of the `ci` strategy, for the services and for servers from 2020 on: runs a YAML pipeline with template
 * parameters, and follows it through the Build API, which unlike the Pipelines API tells a partial success from a whole one.
 */
export function createAzureClient(options: AzureClientOptions): PipelineClient {
  const setup = siteOf(options);
  if ('problem' in setup) return unusable('azure', 'Azure DevOps', setup.problem);
  const site = setup.ok;

  return {
    id: 'azure',
    name: 'Azure DevOps',

    preflight: (request, signal) => preflight(site, request, signal),

    describe: (request, signal) => describe(site, request, signal),

    async start(request, signal, beforeSend): Promise<StartResult> {
      const ready = await prepare(site, request, signal);
      if ('problem' in ready) return refused(ready.problem);
      const { pipelineId, ref, agreement } = ready.ok;
      if (agreement.kind === 'refused') return refused(joined(agreement.problems));
      const { parameters } = agreement;
      const before = await lookBefore(site, pipelineId, signal);
      if (before.kind === 'refused') return before;

      signal.throwIfAborted();
      beforeSend();
      const sent = await sendRun(site, pipelineId, ref, parameters, signal);
      if (sent.kind !== 'unsure') return sent;
      const { correlationId } = request;
      const idSent = ID_PARAMETER in parameters;
      const why = sent.reason;
      return locate(site, { pipelineId, ref, correlationId, idSent, before, why }, signal);
    },

    state: (run, signal) => readState(site, run, signal),

    async cancel(run, signal) {
      await site.api.request(
        'cancelling the run',
        { method: 'PATCH', room: 'build', path: buildPath(run.id), json: { status: 'cancelling' } },
        signal,
        CANCEL_TIMEOUT_MS,
      );
    },
  };
}

function siteOf(options: AzureClientOptions): Named<Site> {
  const collection = parseCollection(options.url, options.organization);
  if ('problem' in collection) return collection;
  const project = parseProject(options.project);
  if ('problem' in project) return project;
  const pipeline = parsePipeline(options.pipeline);
  if ('problem' in pipeline) return pipeline;
  const token = parseToken(options.token);
  if ('problem' in token) return token;
  const { fetch, clock, random } = options;
  return {
    ok: {
      baseUrl: collection.ok,
      project: project.ok,
      pipeline: pipeline.ok,
      api: createApi({
        baseUrl: collection.ok,
        project: project.ok,
        authorization: token.ok,
        fetch,
        clock,
        random,
      }),
      clock,
      random,
    },
  };
}

interface Ready {
  readonly pipelineId: string;
  /** `undefined`: the default branch of the pipeline. */
  readonly ref: string | undefined;
  readonly agreement: Agreement;
}

/** Everything that has to be known before the call. */
async function prepare(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Named<Ready>> {
  let ref: string | undefined;
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    if ('problem' in parsed) return parsed;
    ref = parsed.ok;
  }
  let pipelineId: string;
  try {
    pipelineId = await pipelineIdOf(site, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return problem(
      messageOf(error),
      hintOf(error, hintFor) ??
        'Give the id of the pipeline as azure-pipeline, so that its name need not be looked up',
    );
  }
  return {
    ok: { pipelineId, ref, agreement: await agree(site, pipelineId, ref, request, signal) },
  };
}

async function describe(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ready = await prepare(site, request, signal);
  if ('problem' in ready) {
    const { message, fix } = ready.problem;
    return [`nothing: ${message} (${fix})`];
  }
  const { pipelineId, ref, agreement } = ready.ok;
  const { path, json } = runCall(pipelineId, ref, agreement.parameters);
  return [
    `POST ${printableUrl(projectUrl(site))}/_apis/${path}`,
    `with ${JSON.stringify(json)}`,
    ...(agreement.kind === 'unchecked'
      ? [
          `the parameters of the pipeline could not be checked (${messageOf(agreement.error)}); only these are sent`,
        ]
      : []),
    ...(agreement.kind === 'refused'
      ? agreement.problems.map(({ message, fix }) => `it would be refused: ${message} (${fix})`)
      : []),
  ];
}

async function readState(site: Site, run: StartedRun, signal: AbortSignal): Promise<RunState> {
  const what = `reading the state of run ${run.id}`;
  const answer = await soonThere(
    site.api.request(what, { method: 'GET', room: 'build', path: buildPath(run.id) }, signal),
  );
  const { status, result, startTime } = fields(answer.data);
  if (typeof status !== 'string') throw new TransientError(`${what}: the answer is no build`);
  const timeline = needsTimeline(status, result)
    ? await readTimeline(site, run, signal)
    : undefined;
  return stateOf({ status, result, startTime }, timeline);
}

/** Without a timeline the status alone counts. */
async function readTimeline(
  site: Site,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly TimelineRecord[] | undefined> {
  try {
    const answer = await site.api.request(
      `reading the timeline of run ${run.id}`,
      { method: 'GET', room: 'build', path: `${buildPath(run.id)}/timeline` },
      signal,
    );
    return timelineOf(answer.status, answer.data);
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}
