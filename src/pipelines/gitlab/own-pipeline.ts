import type { StartedRun } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import type { SendResult } from '../../support/http/api.js';
import { describeResponse, isPage, isSuccess } from '../../support/http/response.js';
import { oneLine } from '../../support/text.js';
import { type Call, hintFor } from './api.js';
import { mergedAt } from './configuration.js';
import {
  configuredName,
  type GitlabContext,
  type Job,
  numberOf,
  readJobs,
  readPipeline,
  readTriggerJobs,
} from './context.js';
import { jobPhaseOf } from './state.js';

const CANCEL_TIMEOUT_MS = 5000;
const READ_BACKS = 5;
const READ_BACK_MS = 1000;

/**
 * Cancels the pipeline that we are part of, and reads it back: the call is answered with 200 whether anything was cancelled
 * or not (lib/api/ci/pipelines.rb; gitlab-org/gitlab issue 519143). It may end this process.
 *
 * @returns what was done, in one line. Never rejects.
 */
export async function cancelPipeline(
  context: GitlabContext,
  id: number,
  signal: AbortSignal,
): Promise<string> {
  const name = `the running pipeline ${String(id)}`;
  const refusal = refusalOf(await sendCancel(context, cancelCall(context, id), signal));
  if (refusal !== undefined) return `${name} could not be cancelled: ${refusal}`;
  let last = 'its state could not be read';
  for (let reads = 1; reads <= READ_BACKS; reads++) {
    try {
      const { status } = await readPipeline(context, id, signal);
      if (status === 'canceled' || status === 'canceling') return `${name} was cancelled`;
      last = `it is still "${oneLine(status, 40)}"`;
      await context.clock.sleep(READ_BACK_MS, signal);
    } catch (error) {
      if (signal.aborted) break;
      last = `its state could not be read: ${oneLine(messageOf(error))}`;
      break;
    }
  }
  return `${name} was asked to end, and ${last}; look whether it deploys on (who may cancel: Settings > CI/CD > General pipelines)`;
}

/**
 * Cancels the other jobs of our pipeline, one by one, so that we can report in peace. A job that runs is spared when it is
 * `interruptible: false`, and when it cannot be seen whether it is: the API does not show that of a job, only the
 * configuration does. One that has not begun is interrupted by nothing.
 *
 * @param own our own job.
 * @returns what was done, in one line. Never rejects.
 */
export async function cancelSiblings(
  context: GitlabContext,
  id: number,
  own: number,
  signal: AbortSignal,
): Promise<string> {
  const name = `the running pipeline ${String(id)}`;
  try {
    const jobs = (await readJobs(context, id, signal)).filter((job) => job.id !== own);
    const open = jobs.filter(({ status }) => jobPhaseOf(status) !== 'over');
    const spared = await mayNotBeInterrupted(context, id, open, signal);
    const cancelled: string[] = [];
    const failed: string[] = [];
    for (const job of open.filter((one) => !spared.jobs.includes(one))) {
      const call: Call = ({ Jobs }, options) => new Jobs(options).cancel(context.project, job.id);
      const refusal = refusalOf(await sendCancel(context, call, signal));
      if (refusal === undefined) cancelled.push(job.name);
      else failed.push(`${job.name} (${refusal})`);
    }
    const parts = [
      cancelled.length === 0
        ? `no other job of ${name} was cancelled`
        : `other jobs of ${name} were cancelled: ${cancelled.join(', ')}`,
      ...(spared.jobs.length === 0
        ? []
        : [`left running, ${spared.why}: ${spared.jobs.map((job) => job.name).join(', ')}`]),
      ...(failed.length === 0 ? [] : [`could not be cancelled: ${failed.join(', ')}`]),
    ];
    return oneLine(parts.join('; '), 1000);
  } catch (error) {
    return `the other jobs of ${name} could not be cancelled: ${oneLine(messageOf(error))}`;
  }
}

interface SparedJobs {
  readonly jobs: readonly Job[];
  readonly why: string;
}

async function mayNotBeInterrupted(
  context: GitlabContext,
  id: number,
  open: readonly Job[],
  signal: AbortSignal,
): Promise<SparedJobs> {
  const running = open.filter(({ status }) => jobPhaseOf(status) === 'running');
  if (running.length === 0) return { jobs: [], why: '' };
  const { sha } = await readPipeline(context, id, signal);
  const read = await mergedAt(context, sha, signal);
  if (read.kind === 'unreadable') {
    return {
      jobs: running,
      why: `because it could not be seen whether they are interruptible (${read.why})`,
    };
  }
  return {
    jobs: running.filter(({ name }) => read.value.uninterruptible.has(configuredName(name))),
    why: 'because they are interruptible: false',
  };
}

/** The call that cancels a pipeline, ours or a started one. */
export function cancelCall(context: GitlabContext, id: number): Call {
  return ({ Pipelines }, options) => new Pipelines(options).cancel(context.project, id);
}

function sendCancel(context: GitlabContext, call: Call, signal: AbortSignal): Promise<SendResult> {
  return context.api.send('the call that cancels', call, CANCEL_TIMEOUT_MS, signal);
}

/** Why a call to cancel was not accepted, and what to do; `undefined`: it was. */
function refusalOf(sent: SendResult): string | undefined {
  if (!sent.ok) return sent.problem.message;
  const answer = sent.value;
  if (isSuccess(answer) && !isPage(answer)) return undefined;
  const hint = hintFor(answer);
  return hint === undefined ? describeResponse(answer) : `${describeResponse(answer)}. ${hint}`;
}

/**
 * Why the pipeline must not go on: it has jobs that no rollback has. Nothing in GitLab makes sure that a configuration looks
 * at the marker; one that does not would deploy the bad version once more.
 *
 * @param allowed names of the jobs that it may have.
 * @throws as reads do.
 */
export async function objectionTo(
  context: GitlabContext,
  run: StartedRun,
  allowed: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const id = numberOf(run);
  const jobs = await readJobs(context, id, signal);
  const triggers = await readTriggerJobs(context, id, signal);
  const names = new Set([...jobs, ...triggers].map(({ name }) => name));
  const others = [...names].filter(
    (name) => !allowed.has(name) && !allowed.has(configuredName(name)),
  );
  return others.length === 0
    ? undefined
    : `it has jobs that gitlab-rollback-jobs does not name: ${oneLine(others.sort().join(', '))}`;
}
