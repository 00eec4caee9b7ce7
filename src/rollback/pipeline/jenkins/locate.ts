import { messageOf } from '../../../support/errors.js';
import type { StartResult } from '../types.js';
import { ID_PARAMETER } from './parameters.js';
import { lastBuilds, queuedRuns } from './queue.js';
import type { Candidate } from './queue.js';
import { runAt } from './run.js';
import type { Site } from './site.js';

/** What is known before the call that starts a run, so that the run can be told from others after it. */
export interface Before {
  /** Items of the job that wait already. */
  readonly queued: ReadonlySet<number>;
  /** Builds from this number on are new. */
  readonly next: number;
}

const LOCATE_MS = 30_000;
const FIRST_POLL_MS = 1000;
const LONGEST_POLL_MS = 5000;

/**
 * `undefined`: it cannot be known, which is no reason not to make the call. @throws only the signal's reason.
 *
 * @param next number of the build that comes next, where the job shows it.
 */
export async function lookBefore(
  site: Site,
  next: number | undefined,
  signal: AbortSignal,
): Promise<Before | undefined> {
  if (next === undefined) return undefined;
  try {
    return {
      queued: new Set((await queuedRuns(site, signal)).map(({ queueId }) => queueId)),
      next,
    };
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}

export interface Wanted {
  /** What was sent. With {@link ID_PARAMETER} in it a run without that id is not ours. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly before: Before | undefined;
  /** Why the run has to be looked for. */
  readonly why: string;
}

/**
 * Looks for the run that a call may have started, in the queue and among the builds. Certain is only a run that has the
 * correlation id as a parameter; the only new run that there is, seen twice, is `probable`.
 */
export async function locate(
  site: Site,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { clock } = site;
  const id = wanted.parameters[ID_PARAMETER];
  const end = clock.monotonic() + LOCATE_MS;
  let pause = FIRST_POLL_MS;
  let seen: readonly Candidate[] = [];
  let problem: string | undefined;
  try {
    for (;;) {
      try {
        // In this order a run that leaves the queue in between is seen twice rather than never.
        const queued = await queuedRuns(site, signal);
        const built = await lastBuilds(site, signal);
        problem = undefined;
        const runs = [
          ...built,
          ...queued.filter((item) => !built.some(({ queueId }) => queueId === item.queueId)),
        ];
        if (id !== undefined) {
          const exact = runs.find(({ parameters }) => parameters[ID_PARAMETER] === id);
          if (exact !== undefined) return { kind: 'started', run: runAt(site, exact) };
        } else {
          const fresh = runs.filter((run) => isNew(run, wanted));
          const only = fresh.length === 1 ? fresh[0] : undefined;
          if (only !== undefined && seen.length === 1 && seen[0]?.queueId === only.queueId) {
            return { kind: 'unknown', reason: wanted.why, probable: runAt(site, only) };
          }
          seen = fresh;
        }
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

/** Without knowing what was there before the call, an old run cannot be told from a new one. */
function isNew(
  { queueId, build, parameters }: Candidate,
  { parameters: sent, before }: Wanted,
): boolean {
  if (before === undefined) return false;
  if (before.queued.has(queueId) || (build !== undefined && build < before.next)) return false;
  return Object.entries(sent).every(([name, value]) => (parameters[name] ?? value) === value);
}
