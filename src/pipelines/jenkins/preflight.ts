import type { Finding } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import { printableUrl } from '../../support/text.js';
import { collectFindings } from '../findings.js';
import type { JenkinsContext } from './context.js';
import { composeParameters, ID_PARAMETER, type Job, readJob } from './job.js';

/**
 * Proves, as far as it can be proven, that `start` would work. Changes nothing. @throws only the signal's reason.
 *
 * @param ownRunId BUILD_TAG of the build that we are part of; `null`: we run elsewhere.
 */
export async function preflight(
  context: JenkinsContext,
  request: StartRequest,
  ownRunId: string | null,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(signal);
  if (context.root.startsWith('http:')) {
    add(
      'warning',
      `${printableUrl(context.root)} is not encrypted: the token goes over the network as it is`,
      'set jenkins-url to an https address',
    );
  }
  if (request.ref !== undefined) {
    add(
      'warning',
      `rollback-ref "${request.ref}" is not used: a Jenkins job knows itself what it runs on`,
      'leave it out; for a multibranch project name the branch in jenkins-job, such as project/main',
    );
  }
  const { full } = context.job;
  let job: Job;
  try {
    job = await readJob(context, signal);
  } catch (error) {
    addFailure(error);
    return all;
  }

  const { parameters, problems } = composeParameters(request, job, full);
  addProblems(problems);
  if (problems.length > 0) return all;
  if (!(ID_PARAMETER in parameters)) {
    add(
      'notice',
      `the job ${full} does not declare the parameter ${ID_PARAMETER}: Jenkins would join a rollback with an equal one that is queued already, and its run cannot be found when Jenkins does not name it`,
      `declare ${ID_PARAMETER} as a string parameter`,
    );
  }
  if (ownRunId === null) return all;
  if (job.concurrent === false && (await isOwnJob(context, ownRunId, signal))) {
    add(
      'warning',
      `the job ${full} is the one that Rollgate runs in, and allows no concurrent builds: the rollback would wait for this build, which waits for the rollback`,
      'give the rollback a job of its own, allow concurrent builds, or set rollback-wait to false',
    );
  }
  if ((await executors(context, signal)) === 1) {
    add(
      'notice',
      'Jenkins has one executor: if Rollgate holds it, the rollback waits for it, and Rollgate waits for the rollback',
      'add an executor, unless a cloud brings agents when they are needed',
    );
  }
  return all;
}

/**
 * BUILD_TAG is `jenkins-JOB_NAME-NUMBER` with the slashes of the name turned into hyphens (core, CoreEnvironmentContributor),
 * so that two jobs may share it; that the build of this number runs right now settles it.
 */
async function isOwnJob(
  context: JenkinsContext,
  ownRunId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const prefix = `jenkins-${context.job.full.replaceAll('/', '-')}-`;
  const number = ownRunId.startsWith(prefix) ? ownRunId.slice(prefix.length) : '';
  if (!/^\d+$/.test(number)) return false;
  const build = await readFields(
    context,
    `${context.job.path}/${number}/api/json`,
    'building',
    signal,
  );
  return build.building === true;
}

async function executors(context: JenkinsContext, signal: AbortSignal): Promise<unknown> {
  return (await readFields(context, 'computer/api/json', 'totalExecutors', signal)).totalExecutors;
}

/** What cannot be read has no fields. @throws only the signal's reason. */
async function readFields(
  context: JenkinsContext,
  path: string,
  tree: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const answer = await context.api.read(
      `reading ${path}`,
      { method: 'GET', path, query: { tree } },
      signal,
    );
    return fields(answer.data);
  } catch {
    if (signal.aborted) throw signal.reason;
    return {};
  }
}
