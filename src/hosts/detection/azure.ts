import { numberOf, valueOf, type Detection } from './types.js';
import type { Environment } from '../types.js';

// https://learn.microsoft.com/azure/devops/pipelines/build/variables
export const azure: Detection = {
  system: 'azure',
  sign: (env) => (env.TF_BUILD === 'True' || env.TF_BUILD === 'true' ? 'TF_BUILD' : undefined),
  info: (env) => ({
    runUrl: runUrl(env),
    runId: valueOf(env, 'BUILD_BUILDID'),
    attempt: numberOf(env, 'SYSTEM_JOBATTEMPT'),
    pullRequest:
      env.BUILD_REASON === 'PullRequest' ||
      valueOf(env, 'SYSTEM_PULLREQUEST_PULLREQUESTID') !== null,
    // https://learn.microsoft.com/azure/devops/pipelines/repos/github#contributions-from-forks
    forkPullRequest: /^true$/i.test(env.SYSTEM_PULLREQUEST_ISFORK ?? ''),
    rollbackMarker: null,
    notices: [],
  }),
};

/** There is no variable with the address of the run; this is the one that the agent's own links have. */
function runUrl(env: Environment): string | null {
  const collection =
    valueOf(env, 'SYSTEM_COLLECTIONURI') ?? valueOf(env, 'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI');
  const project = valueOf(env, 'SYSTEM_TEAMPROJECT');
  const build = valueOf(env, 'BUILD_BUILDID');
  if (collection === null || project === null || build === null) return null;
  return `${collection.replace(/\/$/, '')}/${encodeURIComponent(project)}/_build/results?buildId=${encodeURIComponent(build)}`;
}
