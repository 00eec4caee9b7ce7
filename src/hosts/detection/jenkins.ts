import { valueOf, type Detection } from './types.js';

// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
export const jenkins: Detection = {
  system: 'jenkins',
  // JENKINS_URL is missing where the root address is not configured.
  sign: (env) =>
    valueOf(env, 'JENKINS_URL') !== null
      ? 'JENKINS_URL'
      : valueOf(env, 'JENKINS_HOME') !== null && valueOf(env, 'BUILD_TAG') !== null
        ? 'JENKINS_HOME'
        : undefined,
  info: (env) => ({
    runUrl: valueOf(env, 'BUILD_URL'),
    // A build number alone is not unique: every job counts from 1. The tag holds the name of the job too.
    runId: valueOf(env, 'BUILD_TAG') ?? valueOf(env, 'BUILD_NUMBER'),
    attempt: null,
    pullRequest: valueOf(env, 'CHANGE_ID') !== null,
    rollbackMarker: null,
    notices: [],
  }),
};
