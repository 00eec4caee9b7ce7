import { messageOf } from '../../../support/errors.js';
import { fields } from '../exchange.js';
import type { StartResult } from '../types.js';
import type { Call } from './api.js';
import { sourceOf } from './credentials.js';
import { numberOf, pipelinesOf } from './site.js';
import type { PipelineInfo, Site } from './site.js';
import { ID_VARIABLE } from './variables.js';

/** What is known before the call that starts a pipeline, so that it can be told from others after it. */
export interface Before {
  /** Pipelines of the same source and ref that are there already; `undefined`: they could not be listed. */
  readonly known: ReadonlySet<string> | undefined;
  /** The server's own time, milliseconds since the epoch; ours may differ from it by minutes. */
  readonly serverTime: number | undefined;
}

/** The server's `Date` has whole seconds, and its parts need not agree to the second. */
const SLACK_MS = 5000;
const LOCATE_MS = 30_000;
const FIRST_POLL_MS = 1000;
const LONGEST_POLL_MS = 5000;

/** Reads what must be known before the call. Not being able to is no reason not to make the call. */
export async function lookBefore(site: Site, ref: string, signal: AbortSignal): Promise<Before> {
  try {
    const answer = await site.api.read('listing the pipelines', listCall(site, ref), signal);
    const date = Date.parse(answer.header('date') ?? '');
    return {
      known: new Set(pipelinesOf(site, answer).map(({ run }) => run.id)),
      serverTime: Number.isNaN(date) ? undefined : date,
    };
  } catch {
    if (signal.aborted) throw signal.reason;
    return { known: undefined, serverTime: undefined };
  }
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
 * `ROLLBACK_ID`, or in its name where the token may not read variables. The only new pipeline that there is, of which it
 * cannot be seen whose it is, seen twice, is `probable`.
 */
export async function locate(
  site: Site,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { clock } = site;
  const end = clock.monotonic() + LOCATE_MS;
  const { serverTime } = wanted.before;
  const since = serverTime === undefined ? undefined : serverTime - SLACK_MS;
  const others = new Set<string>();
  let pause = FIRST_POLL_MS;
  let seen: readonly PipelineInfo[] = [];
  let problem: string | undefined;
  try {
    for (;;) {
      try {
        const answer = await site.api.readOnce(
          'looking for the started pipeline',
          listCall(site, wanted.ref, since),
          signal,
        );
        problem = undefined;
        const open: PipelineInfo[] = [];
        for (const pipeline of candidates(site, pipelinesOf(site, answer), wanted)) {
          if (others.has(pipeline.run.id)) continue;
          const whose = await whoseIs(site, pipeline, wanted, signal);
          if (whose === 'ours') return { kind: 'started', run: pipeline.run };
          if (whose === 'others') others.add(pipeline.run.id);
          else if (isNew(pipeline, wanted.before, since)) open.push(pipeline);
        }
        const only = open.length === 1 ? open[0] : undefined;
        if (only !== undefined && seen.length === 1 && seen[0]?.run.id === only.run.id) {
          return { kind: 'unknown', reason: wanted.why, probable: only.run };
        }
        seen = open;
      } catch (error) {
        if (signal.aborted) throw error;
        problem = messageOf(error);
      }
      if (clock.monotonic() + pause > end) break;
      await clock.sleep(pause, signal);
      pause = Math.min(LONGEST_POLL_MS, pause * 2);
    }
  } catch {
    return {
      kind: 'unknown',
      reason: `${wanted.why}, and there was no time left to look for its pipeline`,
    };
  }
  const found =
    problem ??
    (seen.length > 1
      ? `${String(seen.length)} new pipelines could be it`
      : 'no new pipeline could be told to be it');
  return { kind: 'unknown', reason: `${wanted.why}, and its pipeline was not found: ${found}` };
}

/** Old servers do not filter by everything that they are asked for. */
function candidates(
  site: Site,
  pipelines: readonly PipelineInfo[],
  { ref, before }: Wanted,
): readonly PipelineInfo[] {
  const source = sourceOf[site.credentials.kind];
  return pipelines.filter(
    (one) =>
      before.known?.has(one.run.id) !== true &&
      one.ref === ref &&
      (one.source === undefined || one.source === source),
  );
}

/** Without the list and the time from before the call, an old pipeline cannot be told from a new one. */
function isNew({ createdAt }: PipelineInfo, { known }: Before, since?: number): boolean {
  return known !== undefined && since !== undefined && createdAt >= since;
}

async function whoseIs(
  site: Site,
  { run, name }: PipelineInfo,
  { correlationId, sentAs }: Wanted,
  signal: AbortSignal,
): Promise<'ours' | 'others' | 'not known'> {
  if (name.includes(correlationId)) return 'ours';
  // Only access tokens may read variables (lib/api/ci/pipelines.rb: no `job_token_allowed`).
  if (site.credentials.kind !== 'access' || sentAs === 'inputs') return 'not known';
  try {
    const { data } = await site.api.readOnce(
      `reading the variables of pipeline ${run.id}`,
      ({ Pipelines }, options) => new Pipelines(options).allVariables(site.project, numberOf(run)),
      signal,
    );
    if (!Array.isArray(data)) return 'not known';
    const isOurs = data
      .map(fields)
      .some(({ key, value }) => key === ID_VARIABLE && value === correlationId);
    return isOurs ? 'ours' : 'others';
  } catch {
    if (signal.aborted) throw signal.reason;
    return 'not known';
  }
}

function listCall(site: Site, ref: string, since?: number): Call {
  const query = {
    source: sourceOf[site.credentials.kind],
    ref,
    orderBy: 'id' as const,
    sort: 'desc' as const,
    perPage: 20,
    page: 1,
    ...(since === undefined ? {} : { createdAfter: new Date(since).toISOString() }),
  };
  return ({ Pipelines }, options) => new Pipelines(options).all(site.project, query);
}
