import type { Environment } from '../types.js';
import { valueOf, type Detection } from './types.js';

// https://docs.gitlab.com/ci/variables/predefined_variables/
export const gitlab: Detection = {
  system: 'gitlab',
  sign: (env) => (env.GITLAB_CI === 'true' ? 'GITLAB_CI' : undefined),
  info: (env) => ({
    runUrl: valueOf(env, 'CI_PIPELINE_URL'),
    runId: valueOf(env, 'CI_PIPELINE_ID'),
    attempt: null,
    pullRequest:
      ['merge_request_event', 'external_pull_request_event'].includes(
        env.CI_PIPELINE_SOURCE ?? '',
      ) ||
      valueOf(env, 'CI_MERGE_REQUEST_IID') !== null ||
      valueOf(env, 'CI_EXTERNAL_PULL_REQUEST_IID') !== null,
    forkPullRequest: isFromFork(env),
    rollbackMarker: null,
    notices: [],
  }),
};

/** The pipeline itself may run in either project: https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/#use-with-forked-projects */
function isFromFork(env: Environment): boolean {
  const source = valueOf(env, 'CI_MERGE_REQUEST_SOURCE_PROJECT_ID');
  const target = valueOf(env, 'CI_MERGE_REQUEST_PROJECT_ID') ?? valueOf(env, 'CI_PROJECT_ID');
  return source !== null && source !== target;
}
