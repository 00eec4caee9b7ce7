import type { StartResult } from '../../contract/pipeline.js';
import type { Before, Listing, Whose } from '../locate.js';
import { isNew, locateRun, lookBefore as look } from '../locate.js';
import type { Refused } from '../start-once.js';
import { hintFor } from './hints.js';
import type { RunInfo, Site } from './site.js';
import { runsOf } from './site.js';

/** The dispatched runs on the same branch that are there already. @throws only the signal's reason. */
export function lookBefore(
  site: Site,
  ref: string,
  signal: AbortSignal,
): Promise<Before | Refused> {
  return look((stop) => listRuns(site, 'read', ref, undefined, stop), hintFor, signal);
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

/** Looks for the run that a call may have started. Certain is only a run whose title holds the correlation id. */
export function locate(
  site: Site,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { ref, before, why } = wanted;
  return locateRun<RunInfo>(
    {
      noun: 'run',
      list: (stop) => listRuns(site, 'request', ref, before.since, stop),
      whose: (run) => whoseIs(run, wanted),
      why,
      clock: site.clock,
    },
    signal,
  );
}

function whoseIs(info: RunInfo, { ref, correlationId, showsId, before }: Wanted): Whose {
  if (info.event !== 'workflow_dispatch') return 'others';
  if (info.title.includes(correlationId)) return 'ours';
  if (showsId || info.branch !== ref) return 'others';
  return isNew(before, info, info.createdAt) ? 'could be' : 'others';
}

async function listRuns(
  site: Site,
  how: 'read' | 'request',
  ref: string,
  since: number | undefined,
  signal: AbortSignal,
): Promise<Listing<RunInfo>> {
  const { owner, repo, workflow, api } = site;
  const what = 'listing the runs of the workflow';
  const answer = await api[how](
    what,
    (octokit, request) =>
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
      }),
    signal,
  );
  return { runs: runsOf(site, what, answer), answer };
}
