import type { Environment } from '../../contract/system.js';
import { changeAt } from './change.js';
import { valueOf, type Detection } from './types.js';

// https://circleci.com/docs/reference/variables/#built-in-environment-variables
export const circleci: Detection = {
  system: 'circleci',
  sign: (env) => (env.CIRCLECI === 'true' ? 'CIRCLECI' : undefined),
  info: (env) => ({
    runUrl: valueOf(env, 'CIRCLE_BUILD_URL'),
    // All jobs of a workflow share it, and a re-run has another.
    runId: valueOf(env, 'CIRCLE_WORKFLOW_ID'),
    attempt: null,
    project: projectOf(env),
    change: changeAt(valueOf(env, 'CIRCLE_PULL_REQUEST')),
    pullRequest: ['CIRCLE_PULL_REQUEST', 'CIRCLE_PULL_REQUESTS', 'CIRCLE_PR_NUMBER'].some(
      (name) => valueOf(env, name) !== null,
    ),
    // Set for pull requests from forks only.
    forkPullRequest: valueOf(env, 'CIRCLE_PR_REPONAME') !== null,
    rollbackMarker: null,
    notices: [],
  }),
};

function projectOf(env: Environment): string | null {
  const owner = valueOf(env, 'CIRCLE_PROJECT_USERNAME');
  const name = valueOf(env, 'CIRCLE_PROJECT_REPONAME');
  return owner === null || name === null ? name : `${owner}/${name}`;
}
