import type { Environment, GithubJob, SystemId, SystemOutput } from '../contract/system.js';
import { githubOutput, runOf } from './github.js';
import { plainOutput } from './local.js';
import { type CiSystem, type KnownOfRun, type OutputDeps, valueOf } from './system.js';

// Its runner sets all variables of GitHub's (gitea.com/gitea/act, pkg/runner/run_context.go, `withGithubEnv`).
export const gitea: CiSystem = {
  id: 'gitea',
  name: 'Gitea Actions',
  sign: (env) =>
    env.GITEA_ACTIONS === 'true' && forgejo.sign(env) === undefined ? 'GITEA_ACTIONS' : undefined,
  run: async (env, githubJob) => known(env, await githubJob(), 'GITHUB_RUN_ID'),
  output: (deps) => output('gitea', deps),
};

// Its runner sets those of Gitea's too: https://forgejo.org/docs/latest/user/actions/reference/
export const forgejo: CiSystem = {
  id: 'forgejo',
  name: 'Forgejo Actions',
  sign: (env) => (env.FORGEJO_ACTIONS === 'true' ? 'FORGEJO_ACTIONS' : undefined),
  // The page of a run is found by its number in the repository, the API finds it by its id.
  run: async (env, githubJob) => known(env, await githubJob(), 'GITHUB_RUN_NUMBER'),
  output: (deps) => output('forgejo', deps),
};

/** As GitHub's job says it, but for the server: that is never github.com. */
function known(env: Environment, job: GithubJob, numberOfPage: string): KnownOfRun {
  const ofGithub = runOf(env, job);
  const { project = null, change = null } = ofGithub;
  const server = valueOf(env, 'GITHUB_SERVER_URL')?.replace(/\/+$/, '') ?? null;
  const page = valueOf(env, numberOfPage);
  return {
    ...ofGithub,
    runUrl:
      server === null || project === null || page === null
        ? null
        : `${server}/${project}/actions/runs/${page}`,
    change: server === null || change === null ? null : { ...change, system: 'gitea', server },
  };
}

/**
 * The log folds groups and hides what is masked, outputs are read from a file; annotations it would show as they are written
 * (gitea.com/gitea/act, pkg/runner/command.go; gitea.com/gitea/act_runner, internal/pkg/report/reporter.go). There is no page
 * for a summary.
 */
async function output(system: SystemId, deps: OutputDeps): Promise<SystemOutput> {
  const plain = plainOutput(system, deps);
  return {
    ...(await githubOutput(deps)),
    system,
    annotates: false,
    annotate: (...annotation) => {
      plain.annotate(...annotation);
    },
    writeSummary: (summary) => plain.writeSummary(summary),
  };
}
