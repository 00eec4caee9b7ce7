import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../src/contract/system.js';
import { openPipelineClient } from '../../src/pipelines/registry.js';
import { detectRun } from '../../src/systems/registry.js';
import { githubJobIn } from '../support/github-job.js';
import { resolveWith } from '../support/resolve-inputs.js';
import { VirtualClock } from '../support/virtual-clock.js';

const never = new AbortController().signal;

/** The servers that a preflight and a start of the rollback pipeline would talk to, none of which answers. */
async function asked(system: string, env: Environment): Promise<readonly string[]> {
  const clock = new VirtualClock();
  const info = await detectRun(env, githubJobIn(env), { system: env.CI_SYSTEM });
  const { settings } = resolveWith({ env, system: info.system });
  const seen = new Set<string>();
  const client = await openPipelineClient(system, settings, {
    ownRunId: info.system === system ? info.runId : null,
    records: {
      find: () => undefined,
      begin: () => 'begun',
      note: () => Promise.resolve(),
    } as never,
    fetch: (input) => {
      const url = input instanceof Request ? input.url : String(input);
      seen.add(new URL(url).origin);
      return Promise.resolve(new Response('{}', { status: 401 }));
    },
    clock,
    random: () => 0.5,
  });
  if (!client.ok) throw new Error(client.problem.message);
  const request = { ref: 'main', optional: {}, parameters: {}, correlationId: 'x' };
  const work = Promise.allSettled([client.value.preflight(request, never)]);
  await clock.runUntil(work);
  return [...seen].sort();
}

const github = { GITHUB_TOKEN: 't', GITHUB_REPOSITORY: 'acme/shop' };
const gitlab = { GITLAB_TOKEN: 't', CI_PROJECT_ID: '7' };
const circleci = { CIRCLE_TOKEN: 't', CIRCLE_PROJECT_SLUG: 'gh/acme/shop' };
const azure = {
  AZURE_DEVOPS_PAT: 't',
  AZURE_DEVOPS_PROJECT: 'shop',
  AZURE_PIPELINE_ID: '3',
};
const jenkins = { JENKINS_USER: 'u', JENKINS_TOKEN: 't', JENKINS_JOB_NAME: 'undo' };
const inGithub = { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1', ...github };
const inGitlab = { GITLAB_CI: 'true', CI_PIPELINE_ID: '1', ...gitlab };
const inCircleci = { CIRCLECI: 'true', CIRCLE_WORKFLOW_ID: 'w', ...circleci };
const inAzure = { TF_BUILD: 'True', BUILD_BUILDID: '1', ...azure };
const gitea = { GITEA_TOKEN: 't', ROLLGATE_GITEA_REPOSITORY: 'acme/shop' };

describe('the server that a token goes to', () => {
  it.each<[string, string, Environment, string]>([
    // GitHub
    ['github', 'in a job of github.com', inGithub, 'https://api.github.com'],
    [
      'github',
      'in a job of an Enterprise Server',
      {
        ...inGithub,
        GITHUB_API_URL: 'https://ghe.test/api/v3',
        GITHUB_SERVER_URL: 'https://ghe.test',
      },
      'https://ghe.test',
    ],
    [
      'github',
      'named elsewhere, by GITHUB_API_URL',
      { ...github, CI_SYSTEM: 'github', GITHUB_API_URL: 'https://ghe.test/api/v3' },
      'https://ghe.test',
    ],
    [
      'github',
      'named elsewhere, by GITHUB_SERVER_URL alone',
      { ...github, CI_SYSTEM: 'github', GITHUB_SERVER_URL: 'https://ghe.test' },
      'https://ghe.test',
    ],
    [
      'github',
      'named in a job of GitLab, by GITHUB_SERVER_URL alone',
      { ...inGitlab, ...github, CI_SYSTEM: 'github', GITHUB_SERVER_URL: 'https://ghe.test/' },
      'https://ghe.test',
    ],
    [
      'github',
      'with data residency',
      { ...github, CI_SYSTEM: 'github', GITHUB_SERVER_URL: 'https://acme.ghe.com' },
      'https://api.acme.ghe.com',
    ],
    [
      'github',
      'named elsewhere, of github.com',
      { ...github, CI_SYSTEM: 'github', GITHUB_SERVER_URL: 'https://github.com' },
      'https://api.github.com',
    ],
    [
      'github',
      'not named, outside of every CI system',
      { ...github, GITHUB_SERVER_URL: 'https://ghe.test' },
      'https://ghe.test',
    ],
    [
      'github',
      'not named, in a system without pipelines of its own',
      { ...github, BITBUCKET_BUILD_NUMBER: '1', GITHUB_SERVER_URL: 'https://ghe.test' },
      'https://ghe.test',
    ],
    // GitLab
    ['gitlab', 'in a job of gitlab.com', inGitlab, 'https://gitlab.com'],
    [
      'gitlab',
      'in a job of a server of its own',
      { ...inGitlab, CI_SERVER_URL: 'https://gitlab.test' },
      'https://gitlab.test',
    ],
    [
      'gitlab',
      'in a job, by CI_API_V4_URL alone',
      { ...inGitlab, CI_API_V4_URL: 'https://gitlab.test/api/v4' },
      'https://gitlab.test',
    ],
    [
      'gitlab',
      'named elsewhere, by CI_API_V4_URL alone',
      { ...gitlab, CI_SYSTEM: 'gitlab', CI_API_V4_URL: 'https://gitlab.test/api/v4' },
      'https://gitlab.test',
    ],
    [
      'gitlab',
      'not named, in a system without pipelines of its own',
      { ...gitlab, BUILDKITE: 'true', CI_SERVER_URL: 'https://gitlab.test' },
      'https://gitlab.test',
    ],
    // CircleCI
    [
      'circleci',
      'in a job of circleci.com',
      { ...inCircleci, CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/shop/5' },
      'https://circleci.com',
    ],
    [
      'circleci',
      'in a job of circleci.com with a project of its app',
      { ...inCircleci, CIRCLE_BUILD_URL: 'https://app.circleci.com/jobs/circleci/a/b/5' },
      'https://circleci.com',
    ],
    [
      'circleci',
      'in a job of CircleCI Server',
      { ...inCircleci, CIRCLE_BUILD_URL: 'https://circle.test/gh/acme/shop/5' },
      'https://circle.test',
    ],
    ['circleci', 'named elsewhere', { ...circleci, CI_SYSTEM: 'circleci' }, 'https://circleci.com'],
    [
      'circleci',
      'named elsewhere, by the page of a build',
      { ...circleci, CI_SYSTEM: 'circleci', CIRCLE_BUILD_URL: 'https://circle.test/gh/a/b/5' },
      'https://circle.test',
    ],
    // Azure DevOps
    [
      'azure',
      'named elsewhere, by its organization',
      { ...azure, CI_SYSTEM: 'azure', AZURE_DEVOPS_ORG: 'acme' },
      'https://dev.azure.com',
    ],
    [
      'azure',
      'in a job of a server of its own',
      { ...inAzure, SYSTEM_COLLECTIONURI: 'https://tfs.test/acme/' },
      'https://tfs.test',
    ],
    [
      'azure',
      'in a job of an older server, whose organization is named too',
      {
        ...inAzure,
        SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: 'https://tfs.test/acme/',
        AZURE_DEVOPS_ORG: 'acme',
      },
      'https://tfs.test',
    ],
    [
      'azure',
      'named elsewhere, by SYSTEM_COLLECTIONURI',
      {
        ...azure,
        CI_SYSTEM: 'azure',
        SYSTEM_COLLECTIONURI: 'https://tfs.test/acme/',
        AZURE_DEVOPS_ORG: 'acme',
      },
      'https://tfs.test',
    ],
    // Those that have no public server
    [
      'jenkins',
      'named elsewhere',
      { ...jenkins, CI_SYSTEM: 'jenkins', JENKINS_URL: 'https://jenkins.test/' },
      'https://jenkins.test',
    ],
    [
      'gitea',
      'in its own job',
      {
        ...{ ...github, GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true', GITHUB_RUN_ID: '1' },
        ...{ GITHUB_SERVER_URL: 'https://gitea.test', GITHUB_API_URL: 'https://gitea.test/api/v1' },
      },
      'https://gitea.test',
    ],
    [
      'forgejo',
      'named elsewhere',
      { ...gitea, CI_SYSTEM: 'forgejo', FORGEJO_SERVER_URL: 'https://forgejo.test' },
      'https://forgejo.test',
    ],
  ])('%s, %s', async (system, _, env, server) => {
    expect(await asked(system, env)).toEqual([server]);
  });

  it.each<[string, Environment]>([
    ['jenkins', { ...jenkins, CI_SYSTEM: 'jenkins' }],
    ['gitea', { ...gitea, CI_SYSTEM: 'gitea' }],
    ['azure', { ...azure, CI_SYSTEM: 'azure' }],
  ])('%s without an address: none', async (system, env) => {
    expect(await asked(system, env)).toEqual([]);
  });

  it('the job token of a Gitea job: none of GitHub, even when GitHub is named', async () => {
    const env = {
      ...{ GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true', 'INPUT_HOST-TOKEN': 't', ...github },
      ...{ GITHUB_SERVER_URL: 'https://gitea.test', CI_SYSTEM: 'github' },
    };
    expect(await asked('github', env)).toEqual([]);
  });
});
