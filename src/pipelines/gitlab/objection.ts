import { clip, neutralise } from '../../support/text.js';
import type { StartedRun } from '../../contract/pipeline.js';
import { configuredName, numberOf, readJobs, readTriggerJobs, type Site } from './site.js';

/**
 * Why the pipeline must not go on: it has jobs that no rollback has. Nothing in GitLab makes sure that a configuration looks
 * at the marker; one that does not would deploy the bad version once more.
 *
 * @param allowed names of the jobs that it may have.
 * @throws as reads do.
 */
export async function objectionTo(
  site: Site,
  run: StartedRun,
  allowed: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const id = numberOf(run);
  const jobs = await readJobs(site, id, signal);
  const triggers = await readTriggerJobs(site, id, signal);
  const names = new Set([...jobs, ...triggers].map(({ name }) => name));
  const others = [...names].filter(
    (name) => !allowed.has(name) && !allowed.has(configuredName(name)),
  );
  return others.length === 0
    ? undefined
    : `it has jobs that gitlab-rollback-jobs does not name: ${clip(neutralise(others.sort().join(', ')))}`;
}
