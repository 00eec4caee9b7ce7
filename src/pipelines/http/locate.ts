import { valueAt } from '../../support/json.js';
import { PermanentError } from '../../support/retry.js';
import { type Candidate, type Listing, locateRun } from '../locate.js';
import type { StartRequest, StartResult } from '../../contract/pipeline.js';
import { runIdIn, shows } from './answer.js';
import { composeFind } from './compose.js';
import { runFrom, type Site } from './site.js';

/** The runs that the system lists. @throws as `ApiClient.request` does, and PermanentError when the answer is no such list. */
export async function listRuns(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { find } = site.description;
  if (find === undefined) throw new PermanentError('http-find-path is not set');
  const answer = await site.api.request(
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
  if (site.description.find === undefined) {
    return {
      kind: 'unknown',
      reason: `${why}, and without http-find-path its run cannot be found`,
    };
  }
  return locateRun<Candidate>(
    {
      noun: 'run',
      list: (stop) => listOurs(site, request, stop),
      whose: () => 'ours',
      why,
      clock: site.clock,
    },
    signal,
  );
}

/** The runs that show our id: nothing else tells runs apart, so that each of them counts, whatever it is called. */
async function listOurs(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Listing<Candidate>> {
  const { correlationId } = request;
  const { description } = site;
  const list = await listRuns(site, request, signal);
  return {
    runs: list
      .filter((one) => shows(one, correlationId))
      .flatMap((one, index) => {
        const id = description.runId.length === 0 ? correlationId : runIdIn(one, description);
        return id === undefined ? [] : [{ run: runFrom(site, id, one), key: String(index) }];
      }),
  };
}
