import type { RunJob, StartedRun } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import type { GithubContext } from '../github/context.js';
import { readJobs as readGithubJobs } from '../github/jobs.js';
import { assertSameRun, phaseIn } from '../jobs.js';
import { listIn } from '../reading.js';
import { forgejoServer } from './server.js';

/** Forgejo's words for a job (models/actions/status.go). */
const statuses: Readonly<Record<string, RunJob['phase']>> = {
  waiting: 'running',
  blocked: 'running',
  running: 'running',
  success: 'succeeded',
  failure: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
};

/**
 * The jobs of a run. Forgejo before 16 does not show them: there the run proves nothing by itself.
 * @throws as `ApiClient.read` does.
 */
export async function readJobs(
  context: GithubContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly RunJob[]> {
  if (context.server === forgejoServer) return readForgejoJobs(context, run, signal);
  const jobs = await readGithubJobs(context, run, signal);
  // It waits for another job or run, and for no person.
  return jobs.map((job) => (job.word === 'waiting' ? { ...job, phase: 'running' } : job));
}

/** All at once, each with one word for status and conclusion. */
async function readForgejoJobs(
  { owner, repo, api }: GithubContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly RunJob[]> {
  const what = `reading the jobs of run ${run.id}`;
  const { data } = await api.read(
    what,
    (octokit, request) =>
      octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', {
        owner,
        repo,
        run_id: Number(run.id),
        request,
      }),
    signal,
  );
  return listIn(what, data).map((one) => {
    const { name, status, run_id: id } = fields(one);
    assertSameRun(what, run.id, id);
    const word = typeof status === 'string' ? status : 'no status';
    const called = typeof name === 'string' && name !== '' ? name : 'a job without a name';
    return { name: called, phase: phaseIn(statuses, word), word };
  });
}
