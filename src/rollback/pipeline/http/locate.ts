import { messageOf } from '../../../support/errors.js';
import { valueAt } from '../../../support/json-pointer.js';
import { PermanentError } from '../../../support/retry.js';
import type { StartedRun, StartRequest, StartResult } from '../types.js';
import { runIdIn, shows } from './answer.js';
import { composeFind } from './compose.js';
import { runFrom } from './site.js';
import type { Site } from './site.js';

const LOCATE_MS = 30_000;
const FIRST_POLL_MS = 1000;
const LONGEST_POLL_MS = 5000;

/** The runs that the system lists. @throws as `api.readOnce` does, and PermanentError when the answer is no such list. */
export async function listRuns(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { find } = site.description;
  if (find === undefined) throw new PermanentError('http-find-path is not set');
  const answer = await site.api.readOnce(
    'listing the runs',
    composeFind(find.path, request),
    signal,
  );
  const list = find.runs === undefined ? answer.data : valueAt(answer.data, find.runs);
  if (Array.isArray(list)) return list as readonly unknown[];
  throw new PermanentError(
    find.runs === undefined
      ? 'listing the runs: the answer is no list; say by http-find-runs where the list stands in it'
      : `listing the runs: there is no list at ${find.runs}; correct http-find-runs`,
  );
}

/**
 * Looks for the run that a call may have started. It is ours when it shows the id that we sent; there is no other sign by
 * which runs of an unknown system could be told apart.
 */
export async function locate(
  site: Site,
  request: StartRequest,
  why: string,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { clock, description } = site;
  if (description.find === undefined) {
    return {
      kind: 'unknown',
      reason: `${why}, and without http-find-path its run cannot be found`,
    };
  }
  const end = clock.monotonic() + LOCATE_MS;
  let pause = FIRST_POLL_MS;
  let found = 'no run shows the id that was sent';
  try {
    for (;;) {
      try {
        const runs = oursAmong(site, await listRuns(site, request, signal), request);
        if (runs.length === 1 && runs[0] !== undefined) return { kind: 'started', run: runs[0] };
        if (runs.length > 1) found = `${String(runs.length)} runs show the id that was sent`;
      } catch (error) {
        if (signal.aborted) throw error;
        found = messageOf(error);
        if (error instanceof PermanentError) break;
      }
      if (clock.monotonic() + pause > end) break;
      await clock.sleep(pause, signal);
      pause = Math.min(LONGEST_POLL_MS, pause * 2);
    }
  } catch {
    return { kind: 'unknown', reason: `${why}, and there was no time left to look for its run` };
  }
  return { kind: 'unknown', reason: `${why}, and its run was not found: ${found}` };
}

function oursAmong(
  site: Site,
  list: readonly unknown[],
  { correlationId }: StartRequest,
): readonly StartedRun[] {
  const { description } = site;
  return list
    .filter((one) => shows(one, correlationId))
    .map((one) => {
      const id = description.runId.length === 0 ? correlationId : runIdIn(one, description);
      return id === undefined ? undefined : runFrom(site, id, one);
    })
    .filter((run) => run !== undefined);
}
