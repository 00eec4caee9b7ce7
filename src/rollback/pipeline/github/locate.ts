import type { StartResult } from '../types.js';
import { runsOf } from './site.js';
import type { RunInfo, Site } from './site.js';

/** What is known before the call that starts a run, so that the run can be told from others after it. */
export interface Before {
  /** Dispatched runs on the same branch that are there already; `undefined`: they could not be listed. */
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
    const answer = await site.api.read(
      'listing the runs of the workflow',
      listCall(site, ref),
      signal,
    );
    const date = Date.parse(answer.header('date') ?? '');
    return {
      known: new Set(runsOf(site, answer).map(({ run }) => run.id)),
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
  /** Whether the id was sent, and the workflow shows it in the names of its runs: then a run without it is not ours. */
  readonly showsId: boolean;
  readonly before: Before;
  /** Why the run has to be looked for. */
  readonly why: string;
}

/**
 * Looks for the run that a call may have started. Certain is only a run whose title holds the correlation id; the only new
 * run that there is, seen twice, is `probable`.
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
  let pause = FIRST_POLL_MS;
  let seen: readonly RunInfo[] = [];
  let problem: string | undefined;
  try {
    for (;;) {
      try {
        const answer = await site.api.readOnce(
          'looking for the started run',
          listCall(site, wanted.ref, since),
          signal,
        );
        problem = undefined;
        const runs = runsOf(site, answer).filter(({ event }) => event === 'workflow_dispatch');
        const exact = runs.find(({ title }) => title.includes(wanted.correlationId));
        if (exact !== undefined) return { kind: 'started', run: exact.run };

        const fresh = wanted.showsId ? [] : runs.filter((run) => isNew(run, wanted, since));
        const only = fresh.length === 1 ? fresh[0] : undefined;
        if (only !== undefined && seen.length === 1 && seen[0]?.run.id === only.run.id) {
          return { kind: 'unknown', reason: wanted.why, probable: only.run };
        }
        seen = fresh;
      } catch (error) {
        if (signal.aborted) throw error;
        problem = error instanceof Error ? error.message : String(error);
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

/** Without the list and the time from before the call, an old run cannot be told from a new one. */
function isNew(
  { run, branch, createdAt }: RunInfo,
  { before, ref }: Wanted,
  since?: number,
): boolean {
  if (before.known === undefined || since === undefined) return false;
  return !before.known.has(run.id) && createdAt >= since && branch === ref;
}

function listCall(site: Site, ref: string, since?: number) {
  const { owner, repo, workflow } = site;
  return ((octokit, request) =>
    octokit.rest.actions.listWorkflowRuns({
      owner,
      repo,
      workflow_id: workflow,
      event: 'workflow_dispatch',
      branch: ref,
      per_page: 100,
      ...(since === undefined
        ? {}
        : { created: `>=${new Date(since).toISOString().slice(0, 19)}Z` }),
      request,
    })) satisfies Parameters<Site['api']['read']>[1];
}
