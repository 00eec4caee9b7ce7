import type { RunJob, StartedRun } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { fields } from '../../support/json.js';
import { PermanentError } from '../../support/retry.js';
import { oneLine } from '../../support/text.js';
import { assertSameRun, phaseIn } from '../jobs.js';
import { isLink, listIn } from '../reading.js';
import type { Call } from './api.js';
import { configuredName, type GitlabContext, numberOf } from './context.js';

const PAGE = 100;
const MAX_PAGES = 20;
/** Child pipelines have children of their own, and no more (documentation, "Downstream pipelines", nested child pipelines). */
const DEEPEST = 3;

/**
 * The status of a job (app/models/concerns/ci/has_status.rb, AVAILABLE_STATUSES). One that failed and may fail
 * (`allow_failure`) is `failed` all the same.
 */
const phases: Readonly<Record<string, RunJob['phase']>> = {
  success: 'succeeded',
  skipped: 'skipped',
  manual: 'waiting',
  failed: 'failed',
  canceled: 'cancelled',
  canceling: 'running',
  created: 'running',
  waiting_for_resource: 'running',
  preparing: 'running',
  waiting_for_callback: 'running',
  pending: 'running',
  running: 'running',
  scheduled: 'running',
};

/** A pipeline of our project, or one below it in whatever project. */
interface Place {
  readonly project: string | number;
  readonly id: number;
}

/**
 * Every job of a pipeline without those that were retried, and in the place of one that starts another pipeline the jobs of that.
 * @throws as `ApiClient.read` does.
 */
export function readRunJobs(
  context: GitlabContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly RunJob[]> {
  return jobsIn(context, { project: context.project, id: numberOf(run) }, 1, signal);
}

async function jobsIn(
  context: GitlabContext,
  place: Place,
  depth: number,
  signal: AbortSignal,
): Promise<readonly RunJob[]> {
  const { project, id } = place;
  const jobs = await readList(context, 'jobs', place, signal, (page) => {
    const query = { pipelineId: id, perPage: PAGE, page };
    return ({ Jobs }, options) => new Jobs(options).all(project, query);
  });
  const bridges = await readList(context, 'trigger jobs', place, signal, (page) => {
    const query = { showExpanded: false as const, perPage: PAGE, page };
    return ({ Jobs }, options) => new Jobs(options).allPipelineBridges(project, id, query);
  });
  const all = jobs.map(jobOf);
  for (const bridge of bridges) all.push(...(await below(context, bridge, depth, signal)));
  return all;
}

/**
 * What a job that starts another pipeline stands for. Without `strategy: depend` it is a success as soon as the other pipeline exists
 * (documentation, "CI/CD YAML syntax reference", `trigger:strategy`), so that only the jobs of that one tell.
 */
async function below(
  context: GitlabContext,
  bridge: Readonly<Record<string, unknown>>,
  depth: number,
  signal: AbortSignal,
): Promise<readonly RunJob[]> {
  const job = jobOf(bridge);
  const { id, project_id: project, web_url: url } = fields(bridge.downstream_pipeline);
  if (job.phase !== 'succeeded') return [job];
  const link = isLink(url) ? { url } : {};
  const unclear = (why: string): readonly RunJob[] => [
    { ...job, ...link, phase: 'unknown', word: `${job.word}, ${why}` },
  ];
  if (typeof id !== 'number') return unclear('the pipeline that it started is not shown');
  if (depth >= DEEPEST) return unclear('the pipelines below it are not looked at');
  try {
    const place = { project: typeof project === 'number' ? project : context.project, id };
    const jobs = await jobsIn(context, place, depth + 1, signal);
    if (jobs.length === 0) return unclear('the pipeline that it started has no job');
    const called = [job.name, ...(job.aliases ?? [])];
    return jobs.map((one) => ({ ...one, aliases: [...(one.aliases ?? []), ...called] }));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return unclear(`the jobs of its pipeline could not be read: ${oneLine(messageOf(error))}`);
  }
}

async function readList(
  context: GitlabContext,
  noun: string,
  { id }: Place,
  signal: AbortSignal,
  call: (page: number) => Call,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const what = `reading the ${noun} of pipeline ${String(id)}`;
  const all: Readonly<Record<string, unknown>>[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await context.api.read(what, call(page), signal);
    const list = listIn(what, data).map(fields);
    for (const { pipeline } of list) {
      // Not every kind of job shows it.
      if (pipeline !== undefined) assertSameRun(what, id, fields(pipeline).id);
    }
    all.push(...list);
    if (list.length < PAGE) return all;
  }
  throw new PermanentError(`${what}: there are more than ${String(MAX_PAGES * PAGE)}`);
}

function jobOf(data: Readonly<Record<string, unknown>>): RunJob {
  const { name, status, web_url: url } = data;
  const called = typeof name === 'string' && name !== '' ? name : 'a job without a name';
  const word = typeof status === 'string' ? status : 'no status';
  return {
    name: called,
    aliases: [configuredName(called)],
    ...(isLink(url) ? { url } : {}),
    phase: phaseIn(phases, word),
    word,
  };
}
