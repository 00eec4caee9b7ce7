import { fields } from '../../support/json.js';
import {
  type Before,
  isNew,
  type Listing,
  locateRun,
  lookBefore as look,
  type Whose,
} from '../locate.js';
import type { Refused } from '../start-once.js';
import type { StartResult } from '../../contract/pipeline.js';
import { sourceOf } from './credentials.js';
import { hintFor } from './hints.js';
import { numberOf, type PipelineInfo, pipelinesOf, type Site } from './site.js';
import { ID_VARIABLE } from './variables.js';

/** The pipelines of the same source and ref that are there already. @throws only the signal's reason. */
export function lookBefore(
  site: Site,
  ref: string,
  signal: AbortSignal,
): Promise<Before | Refused> {
  return look((stop) => listPipelines(site, 'read', ref, undefined, stop), hintFor, signal);
}

export interface Wanted {
  readonly ref: string;
  readonly correlationId: string;
  /** Only one that was started with variables shows the id in them. */
  readonly sentAs: 'variables' | 'inputs';
  readonly before: Before;
  /** Why the pipeline has to be looked for. */
  readonly why: string;
}

/**
 * Looks for the pipeline that a call may have started. Certain is only one that carries the correlation id: in its variable
 * `ROLLBACK_ID`, or in its name where the token may not read variables.
 */
export function locate(
  site: Site,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { ref, before, why } = wanted;
  // The variables of a pipeline do not change.
  const others = new Set<string>();
  return locateRun<PipelineInfo>(
    {
      noun: 'pipeline',
      list: (stop) => listPipelines(site, 'request', ref, before.since, stop),
      whose: async (pipeline, stop) => {
        if (others.has(pipeline.run.id)) return 'others';
        const whose = await whoseIs(site, pipeline, wanted, stop);
        if (whose === 'others') others.add(pipeline.run.id);
        return whose;
      },
      why,
      clock: site.clock,
    },
    signal,
  );
}

async function whoseIs(
  site: Site,
  pipeline: PipelineInfo,
  { ref, correlationId, sentAs, before }: Wanted,
  signal: AbortSignal,
): Promise<Whose> {
  const { run, name, source } = pipeline;
  const { kind } = site.credentials;
  // Old servers do not filter by everything that they are asked for.
  if (before.known?.has(run.id) === true || pipeline.ref !== ref) return 'others';
  if (source !== undefined && source !== sourceOf[kind]) return 'others';
  if (name.includes(correlationId)) return 'ours';
  // Only access tokens may read variables (lib/api/ci/pipelines.rb: no `job_token_allowed`).
  if (kind === 'access' && sentAs === 'variables') {
    const id = await idOf(site, pipeline, signal);
    if (id !== undefined) return id === correlationId ? 'ours' : 'others';
  }
  return isNew(before, pipeline, pipeline.createdAt) ? 'could be' : 'others';
}

/** The correlation id that a pipeline was started with; `null`: none; `undefined`: it cannot be seen. */
async function idOf(site: Site, { run }: PipelineInfo, signal: AbortSignal): Promise<unknown> {
  try {
    const { data } = await site.api.request(
      `reading the variables of pipeline ${run.id}`,
      ({ Pipelines }, options) => new Pipelines(options).allVariables(site.project, numberOf(run)),
      signal,
    );
    if (!Array.isArray(data)) return undefined;
    return data.map(fields).find(({ key }) => key === ID_VARIABLE)?.value ?? null;
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}

async function listPipelines(
  site: Site,
  how: 'read' | 'request',
  ref: string,
  since: number | undefined,
  signal: AbortSignal,
): Promise<Listing<PipelineInfo>> {
  const query = {
    source: sourceOf[site.credentials.kind],
    ref,
    orderBy: 'id' as const,
    sort: 'desc' as const,
    perPage: 20,
    page: 1,
    ...(since === undefined ? {} : { createdAfter: new Date(since).toISOString() }),
  };
  const what = 'listing the pipelines';
  const answer = await site.api[how](
    what,
    ({ Pipelines }, options) => new Pipelines(options).all(site.project, query),
    signal,
  );
  return { runs: pipelinesOf(site, what, answer), answer };
}
