import type { Finding } from '../../contract/finding.js';
import { fields } from '../../support/json.js';
import { collectFindings } from '../findings.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { hintFor } from './hints.js';
import { type Job, readJob } from './job.js';
import { composeParameters, ID_PARAMETER } from './parameters.js';
import type { Site } from './site.js';
import { printableUrl } from '../../support/text.js';

/**
 * Proves, as far as it can be proven, that `start` would work. Changes nothing. @throws only the signal's reason.
 *
 * @param ownRunId BUILD_TAG of the build that we are part of; `null`: we run elsewhere.
 */
export async function preflight(
  site: Site,
  request: StartRequest,
  ownRunId: string | null,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(
    (answer) => hintFor(site, answer),
    signal,
  );
  if (site.root.startsWith('http:')) {
    add(
      'warning',
      `${printableUrl(site.root)} is not encrypted: the token goes over the network as it is`,
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
  const { full } = site.job;
  let job: Job;
  try {
    job = await readJob(site, signal);
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
  if (job.concurrent === false && (await isOwnJob(site, ownRunId, signal))) {
    add(
      'warning',
      `the job ${full} is the one that Rollgate runs in, and allows no concurrent builds: the rollback would wait for this build, which waits for the rollback`,
      'give the rollback a job of its own, allow concurrent builds, or set rollback-wait to false',
    );
  }
  if ((await executors(site, signal)) === 1) {
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
async function isOwnJob(site: Site, ownRunId: string, signal: AbortSignal): Promise<boolean> {
  const prefix = `jenkins-${site.job.full.replaceAll('/', '-')}-`;
  const number = ownRunId.startsWith(prefix) ? ownRunId.slice(prefix.length) : '';
  if (!/^\d+$/.test(number)) return false;
  const build = await readFields(site, `${site.job.path}/${number}/api/json`, 'building', signal);
  return build.building === true;
}

async function executors(site: Site, signal: AbortSignal): Promise<unknown> {
  return (await readFields(site, 'computer/api/json', 'totalExecutors', signal)).totalExecutors;
}

/** What cannot be read has no fields. @throws only the signal's reason. */
async function readFields(
  site: Site,
  path: string,
  tree: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const answer = await site.api.read(
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
