import type { RunJob, StartedRun } from '../../contract/pipeline.js';
import { phaseIn } from '../jobs.js';
import { isLink } from '../reading.js';
import { type CircleciContext, readJobs, readWorkflows } from './context.js';
import type { Workflow } from './state.js';

/** `status` of a job (API v2, "Get a workflow's jobs"). */
const phases: Readonly<Record<string, RunJob['phase']>> = {
  success: 'succeeded',
  not_run: 'skipped',
  on_hold: 'waiting',
  running: 'running',
  queued: 'running',
  not_running: 'running',
  blocked: 'running',
  failed: 'failed',
  infrastructure_fail: 'failed',
  timedout: 'failed',
  'terminated-unknown': 'failed',
  unauthorized: 'failed',
  canceled: 'cancelled',
};

/** `type` of jobs that run nothing: their success proves nothing ("Configuration reference", job `type`). */
const idle = new Set(['approval', 'no-op', 'lock', 'unlock']);

/**
 * The jobs of all workflows of a pipeline but those that only make its configuration.
 *
 * @param isSetup what was seen of the pipeline while it was in its setup.
 * @throws as `readAll` does.
 */
export async function readRunJobs(
  context: CircleciContext,
  run: StartedRun,
  isSetup: (workflow: Workflow) => boolean,
  signal: AbortSignal,
): Promise<readonly RunJob[]> {
  const workflows = await readWorkflows(context, run, signal);
  const jobs: RunJob[] = [];
  for (const workflow of workflows.filter((one) => !isSetup(one))) {
    const given = await readJobs(context, workflow, signal);
    const names = given.map(({ name }) => name);
    const last = given.filter(
      // One that was tried again is listed beside the job that took its place.
      ({ name, status }) => status !== 'retried' || names.indexOf(name) === names.lastIndexOf(name),
    );
    jobs.push(...last.flatMap((job) => jobOf(run, workflow, job)));
  }
  return jobs;
}

function jobOf(
  run: StartedRun,
  workflow: Workflow,
  data: Readonly<Record<string, unknown>>,
): readonly RunJob[] {
  const { name, type, status, job_number: number } = data;
  const word = typeof status === 'string' ? status : 'no status';
  const phase = phaseIn(phases, word);
  if (phase === 'succeeded' && typeof type === 'string' && idle.has(type)) return [];
  const page = `${run.url}/workflows/${encodeURIComponent(workflow.id)}`;
  const url = Number.isSafeInteger(number) ? `${page}/jobs/${String(number)}` : page;
  return [
    {
      name: typeof name === 'string' && name !== '' ? name : 'a job without a name',
      aliases: [workflow.name],
      // The page of a pipeline ends with its number; where that is not known, there are no pages below it.
      ...(isLink(url) && /\/\d+$/.test(run.url) ? { url } : {}),
      phase,
      word,
    },
  ];
}
