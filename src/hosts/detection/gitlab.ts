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
    rollbackMarker: null,
    notices: [],
  }),
};
