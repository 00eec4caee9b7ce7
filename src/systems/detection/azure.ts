import { changeWith } from './change.js';
import { numberOf, valueOf, type Detection } from './types.js';
import type { Change, Environment } from '../../contract/system.js';

// https://learn.microsoft.com/azure/devops/pipelines/build/variables
export const azure: Detection = {
  system: 'azure',
  sign: (env) => (env.TF_BUILD === 'True' || env.TF_BUILD === 'true' ? 'TF_BUILD' : undefined),
  info: (env) => ({
    runUrl: runUrl(env),
    runId: valueOf(env, 'BUILD_BUILDID'),
    attempt: numberOf(env, 'SYSTEM_JOBATTEMPT'),
    project: projectOf(env),
    change: changeOf(env),
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

function projectOf(env: Environment): string | null {
  const parts = ['SYSTEM_TEAMPROJECT', 'BUILD_DEFINITIONNAME'].map((name) => valueOf(env, name));
  return parts.filter((part) => part !== null).join('/') || null;
}

/** The id of a request is its number only in a repository of Azure itself; one of GitHub has both. */
function changeOf(env: Environment): Change | null {
  const name = valueOf(env, 'BUILD_REPOSITORY_NAME');
  if (env.BUILD_REPOSITORY_PROVIDER === 'GitHub' && name !== null)
    return changeWith(
      { system: 'github', server: 'https://github.com', project: name },
      valueOf(env, 'SYSTEM_PULLREQUEST_PULLREQUESTNUMBER'),
    );
  const server =
    valueOf(env, 'SYSTEM_COLLECTIONURI') ?? valueOf(env, 'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI');
  const project = valueOf(env, 'SYSTEM_TEAMPROJECT');
  const repository = valueOf(env, 'BUILD_REPOSITORY_ID');
  if (server === null || project === null || repository === null) return null;
  if (env.BUILD_REPOSITORY_PROVIDER !== 'TfsGit') return null;
  return changeWith(
    {
      system: 'azure',
      server: server.replace(/\/$/, ''),
      project: `${encodeURIComponent(project)}/${encodeURIComponent(repository)}`,
    },
    valueOf(env, 'SYSTEM_PULLREQUEST_PULLREQUESTID'),
  );
}
