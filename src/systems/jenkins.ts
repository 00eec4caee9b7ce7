import { join } from 'node:path';
import type { SystemOutput } from '../contract/system.js';
import { plainOutput } from './local.js';
import { camelName, changeAt, type CiSystem, jobOf, type OutputDeps, valueOf } from './system.js';

/** Only a build has these: JENKINS_URL is also set in jobs of other systems that call Jenkins. */
const builds = ['BUILD_NUMBER', 'BUILD_TAG'];

// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
export const jenkins: CiSystem = {
  id: 'jenkins',
  name: 'Jenkins',
  sign(env) {
    if (!builds.some((name) => valueOf(env, name) !== null)) return undefined;
    // JENKINS_URL is missing where the root address is not configured.
    return ['JENKINS_URL', 'JENKINS_HOME'].find((name) => valueOf(env, name) !== null);
  },
  run: (env) => ({
    runUrl: valueOf(env, 'BUILD_URL'),
    // A build number alone is not unique: every job counts from 1. The tag holds the name of the job too.
    runId: valueOf(env, 'BUILD_TAG') ?? valueOf(env, 'BUILD_NUMBER'),
    // The stage is set inside of `stage` (plugin pipeline-stage-step, StageStepExecution.java); branches of `parallel` have no name.
    job: jobOf(env, 'JOB_NAME', 'STAGE_NAME'),
    project: valueOf(env, 'JOB_NAME'),
    // Set by a multibranch project: plugin branch-api, ChangeRequestSCMHead2 and ObjectMetadataAction.
    change: changeAt(valueOf(env, 'CHANGE_URL')),
    pullRequest: valueOf(env, 'CHANGE_ID') !== null,
    // Set by a multibranch project for a change from a fork: plugin branch-api, BranchNameContributor.java.
    forkPullRequest: valueOf(env, 'CHANGE_FORK') !== null,
  }),
  output: jenkinsOutput,
};

/**
 * Jenkins: plain lines, as its console knows no commands. A step of a pipeline cannot be handed a map by a program, so the
 * outputs are a file of JSON, which Groovy reads by itself (`groovy.json.JsonSlurperClassic`).
 */
function jenkinsOutput(
  deps: Pick<OutputDeps, 'write' | 'colour' | 'writeFile' | 'reportDir'>,
): SystemOutput {
  const file = join(deps.reportDir, 'outputs.json');
  return {
    ...plainOutput('jenkins', deps),
    outputFiles: [file],
    async setOutputs(outputs) {
      const values = Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [camelName(name), typed(value)]),
      );
      await deps.writeFile(file, `${JSON.stringify(values, null, 2)}\n`);
    },
  };
}

/** In a condition of Groovy the text `"false"` counts as true. */
function typed(value: string): string | boolean {
  return value === 'true' || value === 'false' ? value === 'true' : value;
}
