import { messageOf } from '../../../support/errors.js';
import { fields } from '../exchange.js';
import type { Answer } from '../exchange.js';
import type { StartResult } from '../types.js';
import type { Call } from './api.js';
import { ID_PARAMETER, MARKER } from './parameters.js';
import { buildInfoOf, buildPath } from './site.js';
import type { BuildInfo, Site } from './site.js';

/** What is known before the call that starts a run, so that the run can be told from others after it. */
export interface Before {
  /** Builds of the pipeline that are there already; `undefined`: they could not be listed. */
  readonly known: ReadonlySet<string> | undefined;
  /** The server's own time, milliseconds since the epoch; ours may differ from it by minutes. */
  readonly serverTime: number | undefined;
}

/** The server's `Date` has whole seconds, and its parts need not agree to the second. */
const SLACK_MS = 5000;
const LOCATE_MS = 30_000;
const FIRST_POLL_MS = 1000;
const LONGEST_POLL_MS = 5000;
/** So many builds are looked at, the newest first: ours is seconds old. */
const MAX_NEW = 20;

/** Reads what must be known before the call. Not being able to is no reason not to make the call. */
export async function lookBefore(
  site: Site,
  pipelineId: string,
  signal: AbortSignal,
): Promise<Before> {
  try {
    const answer = await site.api.read(
      'listing the builds of the pipeline',
      listCall(pipelineId),
      signal,
    );
    const date = Date.parse(answer.header('date') ?? '');
    return {
      known: new Set(buildsOf(site, answer).map(({ run }) => run.id)),
      serverTime: Number.isNaN(date) ? undefined : date,
    };
  } catch {
    if (signal.aborted) throw signal.reason;
    return { known: undefined, serverTime: undefined };
  }
}

export interface Wanted {
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

/**
 * Looks for the run that a call may have started. Certain is only a build whose template parameters hold the correlation id; the
 * only new build that it could be, seen twice, is `probable`.
 */
export async function locate(
  site: Site,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { clock } = site;
  const end = clock.monotonic() + LOCATE_MS;
  const since =
    wanted.before.serverTime === undefined ? undefined : wanted.before.serverTime - SLACK_MS;
  const details = new Map<string, BuildInfo>();
  let pause = FIRST_POLL_MS;
  let seen: readonly BuildInfo[] = [];
  let problem: string | undefined;
  try {
    for (;;) {
      try {
        const answer = await site.api.readOnce(
          'looking for the started run',
          listCall(wanted.pipelineId, since),
          signal,
        );
        const builds: BuildInfo[] = [];
        const unknown = buildsOf(site, answer).filter(
          ({ run }) => wanted.before.known?.has(run.id) !== true,
        );
        for (const build of unknown.slice(0, MAX_NEW)) {
          builds.push(await withParameters(site, build, details, signal));
        }
        problem = undefined;
        const exact = builds.find(
          ({ parameters }) => parameters?.get(ID_PARAMETER) === wanted.correlationId,
        );
        if (exact !== undefined) return { kind: 'started', run: exact.run };

        const fresh = builds.filter((build) => couldBe(build, wanted, since));
        const only = fresh.length === 1 ? fresh[0] : undefined;
        if (only !== undefined && seen.length === 1 && seen[0]?.run.id === only.run.id) {
          return { kind: 'unknown', reason: wanted.why, probable: only.run };
        }
        seen = fresh;
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
      reason: `${wanted.why}, and there was no time left to look for its run`,
    };
  }
  const found =
    problem ??
    (seen.length > 1
      ? `${String(seen.length)} new runs could be it`
      : 'no new run could be told to be it');
  return { kind: 'unknown', reason: `${wanted.why}, and its run was not found: ${found}` };
}

/** Without the list and the time from before the call, an old build cannot be told from a new one. */
function couldBe(build: BuildInfo, wanted: Wanted, since: number | undefined): boolean {
  if (wanted.before.known === undefined || since === undefined) return false;
  const { parameters, reason, branch, queuedAt } = build;
  if (!(queuedAt >= since) || (wanted.ref !== undefined && branch !== wanted.ref)) return false;
  // `BuildReason`: what is asked for by a call is manual; pushes, schedules and others are not ours.
  if (reason !== 'manual') return false;
  return (
    parameters === undefined || (!wanted.idSent && parameters.get(MARKER)?.toLowerCase() === 'true')
  );
}

/** Lists may leave the parameters out (MicrosoftDocs/vsts-rest-api-specs#579); the build itself shows them. */
async function withParameters(
  site: Site,
  build: BuildInfo,
  details: Map<string, BuildInfo>,
  signal: AbortSignal,
): Promise<BuildInfo> {
  if (build.parameters !== undefined) return build;
  const { id } = build.run;
  const read = details.get(id);
  if (read !== undefined) return read;
  const answer = await site.api.readOnce(
    `reading the build ${id}`,
    { method: 'GET', room: 'build', path: buildPath(id) },
    signal,
  );
  const detail = buildInfoOf(site, answer.data) ?? build;
  details.set(id, detail);
  return detail;
}

function buildsOf(site: Site, answer: Answer): readonly BuildInfo[] {
  const { value } = fields(answer.data);
  return Array.isArray(value)
    ? value.map((one) => buildInfoOf(site, one)).filter((one) => one !== undefined)
    : [];
}

function listCall(pipelineId: string, since?: number): Call {
  return {
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
  };
}
