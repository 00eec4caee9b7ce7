import { deadline } from '../../support/abort.js';
import type { ApiResponse } from '../../support/http/response.js';
import { type Refused, START_TIMEOUT_MS, startOnce, type Unsure } from '../start-once.js';
import type { StartedRun } from '../../contract/pipeline.js';
import { createPoster } from './crumb.js';
import { hintFor, startedNothing } from './hints.js';
import { runAt, type Runs } from './run.js';
import type { Site } from './site.js';

/** What became of the call that starts a build. */
export type Queued = { readonly kind: 'queued'; readonly queueId: number } | Refused | Unsure;

/** With the least delay: the quiet period of the job is for commits that come in numbers. */
export const START_QUERY = { delay: '0sec' };

export function startPath({ job }: Site): string {
  return `${job.path}/buildWithParameters`;
}

/** Asks for a build; once more with a crumb when that is all that was missing. */
export function queueBuild(
  site: Site,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Queued> {
  const poster = createPoster(site);
  return startOnce<Queued>(
    {
      system: 'Jenkins',
      addressInput: 'jenkins-url',
      send: (withSignal) =>
        poster.post(
          'the call that starts the build',
          { path: startPath(site), query: START_QUERY, form: parameters },
          START_TIMEOUT_MS,
          withSignal,
        ),
      named: (answer) => {
        const queueId = queueIdIn(answer);
        return queueId === undefined ? undefined : { kind: 'queued', queueId };
      },
      noun: 'its queue item',
      mend: (answer) => poster.mend(answer),
      startedNothing,
      hint: (answer) => hintFor(site, answer),
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

/**
 * Only the number of `Location` counts: behind a proxy its scheme, host and path may be those that Jenkins believes to have
 * (ParametersDefinitionProperty.buildWithParameters builds it from the context path).
 */
function queueIdIn(answer: ApiResponse): number | undefined {
  const found = /\/queue\/item\/(\d+)\/?$/.exec(answer.headers.location ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

const BUILD_MS = 5000;
const BUILD_POLL_MS = 500;

/**
 * Waits a moment for the item to become a build, because the page of a build says more than that of a job. Never rejects:
 * the run exists, whatever can be read of it.
 */
export async function awaitBuild(
  site: Site,
  runs: Runs,
  queueId: number,
  signal: AbortSignal,
): Promise<StartedRun> {
  const time = deadline(site.clock, BUILD_MS, 'leaving the queue', signal);
  try {
    for (;;) {
      const build = await runs.buildOf(queueId, time.signal);
      if (build !== undefined) return runAt(site, { queueId, build });
      await site.clock.sleep(BUILD_POLL_MS, time.signal);
    }
  } catch {
    return runAt(site, { queueId, build: undefined });
  } finally {
    time.clear();
  }
}
