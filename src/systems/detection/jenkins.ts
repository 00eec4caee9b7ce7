import { changeAt } from './change.js';
import { valueOf, type Detection } from './types.js';

/** Only a build has these: JENKINS_URL is also what a job of another system is told, so that it can call Jenkins. */
const builds = ['BUILD_NUMBER', 'BUILD_TAG'];

// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
export const jenkins: Detection = {
  system: 'jenkins',
  sign(env) {
    if (!builds.some((name) => valueOf(env, name) !== null)) return undefined;
    // JENKINS_URL is missing where the root address is not configured.
    return ['JENKINS_URL', 'JENKINS_HOME'].find((name) => valueOf(env, name) !== null);
  },
  info: (env) => ({
    runUrl: valueOf(env, 'BUILD_URL'),
    // A build number alone is not unique: every job counts from 1. The tag holds the name of the job too.
    runId: valueOf(env, 'BUILD_TAG') ?? valueOf(env, 'BUILD_NUMBER'),
    attempt: null,
    project: valueOf(env, 'JOB_NAME'),
    // Set by a multibranch project: plugin branch-api, ChangeRequestSCMHead2 and ObjectMetadataAction.
    change: changeAt(valueOf(env, 'CHANGE_URL')),
    pullRequest: valueOf(env, 'CHANGE_ID') !== null,
    // Set by a multibranch project for a change from a fork: plugin branch-api, BranchNameContributor.java.
    forkPullRequest: valueOf(env, 'CHANGE_FORK') !== null,
    rollbackMarker: null,
    notices: [],
  }),
};
