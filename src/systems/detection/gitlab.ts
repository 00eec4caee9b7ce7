import type { Change, Environment } from '../../contract/system.js';
import { changeWith } from './change.js';
import { valueOf, type Detection } from './types.js';

// https://docs.gitlab.com/ci/variables/predefined_variables/
export const gitlab: Detection = {
  system: 'gitlab',
  sign: (env) => (env.GITLAB_CI === 'true' ? 'GITLAB_CI' : undefined),
  info: (env) => ({
    runUrl: valueOf(env, 'CI_PIPELINE_URL'),
    runId: valueOf(env, 'CI_PIPELINE_ID'),
    attempt: null,
    project: valueOf(env, 'CI_PROJECT_PATH'),
    change: changeOf(env),
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

/** It belongs to the project that it is to be merged into. */
function changeOf(env: Environment): Change | null {
  const server = valueOf(env, 'CI_SERVER_URL');
  const project = valueOf(env, 'CI_MERGE_REQUEST_PROJECT_ID') ?? valueOf(env, 'CI_PROJECT_ID');
  return server === null || project === null
    ? null
    : changeWith({ system: 'gitlab', server, project }, valueOf(env, 'CI_MERGE_REQUEST_IID'));
}

/** The pipeline itself may run in either project: https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/#use-with-forked-projects */
function isFromFork(env: Environment): boolean {
  const source = valueOf(env, 'CI_MERGE_REQUEST_SOURCE_PROJECT_ID');
  const target = valueOf(env, 'CI_MERGE_REQUEST_PROJECT_ID') ?? valueOf(env, 'CI_PROJECT_ID');
  return source !== null && source !== target;
}
