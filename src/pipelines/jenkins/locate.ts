import { locateRun, lookBefore as look } from '../locate.js';
import type { Before, Candidate, Listing, Whose } from '../locate.js';
import type { Refused } from '../start-once.js';
import type { StartResult } from '../../contract/pipeline.js';
import { hintFor } from './hints.js';
import { ID_PARAMETER } from './parameters.js';
import { lastBuilds, queuedRuns } from './queue.js';
import type { JobRun } from './queue.js';
import { runAt } from './run.js';
import type { Site } from './site.js';

/** The items of the job that wait already. @throws only the signal's reason. */
export function lookBefore(site: Site, signal: AbortSignal): Promise<Before | Refused> {
  return look(
    async (stop) => listing(site, await queuedRuns(site, stop)),
    (answer) => hintFor(site, answer),
    signal,
  );
}

/** Whether an item waited already. */
export function wasQueued({ known }: Before, queueId: number): boolean {
  return known?.has(String(queueId)) === true;
}

export interface Wanted {
  /** What was sent. With {@link ID_PARAMETER} in it a run without that id is not ours. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly before: Before;
  /** Builds from this number on are new; `undefined`: the job does not tell which comes next. */
  readonly next: number | undefined;
  /** Why the run has to be looked for. */
  readonly why: string;
}

/**
 * Looks for the run that a call may have started, in the queue and among the builds. Certain is only a run that has the
 * correlation id as a parameter.
 */
export function locate(
  site: Site,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  return locateRun<Run>(
    {
      noun: 'run',
      async list(stop) {
        // In this order a run that leaves the queue in between is seen twice rather than never. It has one key, and the build,
        // which says more, comes last.
        const queued = await queuedRuns(site, stop);
        return listing(site, [...queued, ...(await lastBuilds(site, stop))]);
      },
      whose: (run) => whoseIs(run, wanted),
      why: wanted.why,
      clock: site.clock,
    },
    signal,
  );
}

interface Run extends Candidate, JobRun {}

function listing(site: Site, runs: readonly JobRun[]): Listing<Run> {
  return {
    runs: runs.map((one) => ({ ...one, key: String(one.queueId), run: runAt(site, one) })),
  };
}

function whoseIs(run: Run, { parameters: sent, before, next }: Wanted): Whose {
  const id = sent[ID_PARAMETER];
  if (id !== undefined) return run.parameters[ID_PARAMETER] === id ? 'ours' : 'others';
  const { queueId, build, parameters } = run;
  // Without knowing what was there before the call, an old run cannot be told from a new one.
  if (before.known === undefined || next === undefined || wasQueued(before, queueId))
    return 'others';
  if (build !== undefined && build < next) return 'others';
  return Object.entries(sent).every(([name, value]) => (parameters[name] ?? value) === value)
    ? 'could be'
    : 'others';
}
