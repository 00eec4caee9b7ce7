import type { Environment, SystemOutput } from '../contract/system.js';
import { plainOutput } from './local.js';
import { changeAt, type CiSystem, jobOf, type OutputDeps, shellName, valueOf } from './system.js';

// https://circleci.com/docs/reference/variables/#built-in-environment-variables
export const circleci: CiSystem = {
  id: 'circleci',
  name: 'CircleCI',
  sign: (env) => (env.CIRCLECI === 'true' ? 'CIRCLECI' : undefined),
  run: (env) => ({
    runUrl: valueOf(env, 'CIRCLE_BUILD_URL'),
    // All jobs of a workflow share it, and a re-run has another.
    runId: valueOf(env, 'CIRCLE_WORKFLOW_ID'),
    // The index tells the parallel runs of one job apart; without `parallelism` it is 0.
    job: jobOf(env, 'CIRCLE_JOB', 'CIRCLE_NODE_INDEX'),
    project: projectOf(env),
    change: changeAt(valueOf(env, 'CIRCLE_PULL_REQUEST')),
    pullRequest: ['CIRCLE_PULL_REQUEST', 'CIRCLE_PULL_REQUESTS', 'CIRCLE_PR_NUMBER'].some(
      (name) => valueOf(env, name) !== null,
    ),
    // Set for pull requests from forks only.
    forkPullRequest: valueOf(env, 'CIRCLE_PR_REPONAME') !== null,
  }),
  output: circleciOutput,
};

function projectOf(env: Environment): string | null {
  const owner = valueOf(env, 'CIRCLE_PROJECT_USERNAME');
  const name = valueOf(env, 'CIRCLE_PROJECT_REPONAME');
  return owner === null || name === null ? name : `${owner}/${name}`;
}

/**
 * CircleCI: plain lines, as its log knows no commands. Outputs are variables of the later steps of the job.
 * https://circleci.com/docs/guides/security/set-environment-variable/
 */
function circleciOutput(
  deps: Pick<OutputDeps, 'env' | 'write' | 'colour' | 'appendFile'>,
): SystemOutput {
  return {
    ...plainOutput('circleci', deps),
    async setOutputs(outputs) {
      const file = deps.env.BASH_ENV;
      if (file === undefined || file === '') return;
      const lines = Object.entries(outputs).map(
        ([name, value]) => `export ${shellName(name)}=${quoted(value)}\n`,
      );
      // The last line that another step wrote may lack its end.
      await deps.appendFile(file, `\n${lines.join('')}`);
    },
  };
}

/** One word for a POSIX shell: nothing between single quotes means anything to it. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
