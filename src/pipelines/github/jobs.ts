import type { RunJob, StartedRun } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import { PermanentError, TransientError } from '../../support/retry.js';
import { assertSameRun, phaseIn } from '../jobs.js';
import { isLink, listIn } from '../reading.js';
import type { GithubContext } from './context.js';

const PAGE = 100;
/** A matrix has up to 256 jobs ("Usage limits"); a rollback with more than a thousand is beyond what anybody reads. */
const MAX_PAGES = 20;

/** `conclusion` of a job (OpenAPI description of `job`). */
const conclusions: Readonly<Record<string, RunJob['phase']>> = {
  success: 'succeeded',
  skipped: 'skipped',
  cancelled: 'cancelled',
  failure: 'failed',
  timed_out: 'failed',
  neutral: 'failed',
  stale: 'failed',
  startup_failure: 'failed',
  action_required: 'waiting',
};

/** `status` of a job that has no conclusion. */
const statuses: Readonly<Record<string, RunJob['phase']>> = {
  queued: 'running',
  requested: 'running',
  pending: 'running',
  in_progress: 'running',
  waiting: 'waiting',
};

/** The jobs of the last attempt of a run. @throws as `ApiClient.read` does. */
export async function readJobs(
  context: GithubContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly RunJob[]> {
  const { owner, repo, api } = context;
  const what = `reading the jobs of run ${run.id}`;
  const all: Readonly<Record<string, unknown>>[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await api.read(
      what,
      (octokit, request) =>
        octokit.rest.actions.listJobsForWorkflowRun({
          owner,
          repo,
          run_id: Number(run.id),
          filter: 'latest',
          per_page: PAGE,
          page,
          request,
        }),
      signal,
    );
    const { jobs, total_count: total } = fields(data);
    const list = listIn(what, jobs).map(fields);
    for (const { run_id: id } of list) assertSameRun(what, run.id, id);
    all.push(...list);
    if (typeof total === 'number' ? all.length >= total : list.length < PAGE) {
      return lastAttempts(all).map(jobOf);
    }
    if (list.length === 0) throw new TransientError(`${what}: the list is not complete`);
  }
  throw new PermanentError(`${what}: there are more than ${String(MAX_PAGES * PAGE)}`);
}

/** A job that was tried again counts by its last attempt. Jobs of one attempt may have the same name. */
function lastAttempts(
  jobs: readonly Readonly<Record<string, unknown>>[],
): readonly Readonly<Record<string, unknown>>[] {
  const attemptOf = ({ run_attempt: attempt }: Readonly<Record<string, unknown>>): number =>
    typeof attempt === 'number' ? attempt : 1;
  const last = new Map<unknown, number>();
  for (const job of jobs) last.set(job.name, Math.max(last.get(job.name) ?? 1, attemptOf(job)));
  return jobs.filter((job) => attemptOf(job) === last.get(job.name));
}

function jobOf(data: Readonly<Record<string, unknown>>): RunJob {
  const { name, status, conclusion, html_url: url } = data;
  const isOver = typeof conclusion === 'string';
  const word = isOver ? conclusion : typeof status === 'string' ? status : 'no status';
  const called = typeof name === 'string' && name !== '' ? name : 'a job without a name';
  return {
    name: called,
    aliases: callersOf(called),
    ...(isLink(url) ? { url } : {}),
    phase: phaseIn(isOver ? conclusions : statuses, word),
    word,
  };
}

/**
 * A job of a reusable workflow is shown as `caller / job`, and one of a nested one as `caller / caller / job` (GitHub documentation,
 * "Reusing workflow configurations"). Whoever names the caller means all of its jobs.
 */
function callersOf(name: string): readonly string[] {
  const parts = name.split(' / ').map((part) => part.split(' (', 1)[0] ?? part);
  return parts.map((_, index) => parts.slice(0, index + 1).join(' / '));
}
