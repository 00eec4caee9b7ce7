import { describe, expect, it } from '@jest/globals';
import { detectRun } from '../../src/systems/registry.js';
import { githubJobIn } from '../support/github-job.js';
import type { Change, Environment } from '../../src/contract/system.js';

const github = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/shop',
};
const gitlab = {
  GITLAB_CI: 'true',
  CI_SERVER_URL: 'https://gitlab.example/sub',
  CI_PROJECT_ID: '12',
  CI_MERGE_REQUEST_IID: '7',
};
const azure = {
  TF_BUILD: 'True',
  SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
  SYSTEM_TEAMPROJECT: 'My Shop',
  BUILD_REPOSITORY_ID: '0a1b',
  BUILD_REPOSITORY_PROVIDER: 'TfsGit',
  SYSTEM_PULLREQUEST_PULLREQUESTID: '7',
};
const ofGithub: Change = {
  system: 'github',
  server: 'https://github.com',
  project: 'acme/shop',
  number: 7,
};
const ofGitlab: Change = {
  system: 'gitlab',
  server: 'https://gitlab.example/sub',
  project: '12',
  number: 7,
};

const changeOf = async (env: Environment, event: unknown): Promise<Change | null> =>
  (await detectRun(env, githubJobIn(env, { event }))).change;

describe('the pull or merge request of a run', () => {
  it.each<[string, Environment, unknown, Change | null]>([
    ['GitHub, by its event', github, { pull_request: { number: 7 } }, ofGithub],
    [
      'GitHub, a comment on it',
      github,
      { issue: { number: 7, pull_request: { url: 'x' } } },
      ofGithub,
    ],
    ['GitHub, a comment on an issue', github, { issue: { number: 7 } }, null],
    [
      'GitHub, by the reference',
      { ...github, GITHUB_REF: 'refs/pull/7/merge' },
      undefined,
      ofGithub,
    ],
    ['GitHub, a push', { ...github, GITHUB_REF: 'refs/heads/main' }, { after: 'abc' }, null],
    ['GitHub, no number', github, { pull_request: { number: '7; rm' } }, null],
    ['GitLab', gitlab, undefined, ofGitlab],
    [
      'GitLab, from a fork: that of the target',
      { ...gitlab, CI_MERGE_REQUEST_PROJECT_ID: '3' },
      undefined,
      { ...ofGitlab, project: '3' },
    ],
    ['GitLab, a branch', { ...gitlab, CI_MERGE_REQUEST_IID: '' }, undefined, null],
    [
      'Azure Repos',
      azure,
      undefined,
      {
        system: 'azure',
        server: 'https://dev.azure.com/acme',
        project: 'My%20Shop/0a1b',
        number: 7,
      },
    ],
    [
      'Azure with a repository of GitHub',
      {
        ...azure,
        BUILD_REPOSITORY_PROVIDER: 'GitHub',
        BUILD_REPOSITORY_NAME: 'acme/shop',
        SYSTEM_PULLREQUEST_PULLREQUESTID: '99887766',
        SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: '7',
      },
      undefined,
      ofGithub,
    ],
    [
      'Azure with a repository of somebody else',
      { ...azure, BUILD_REPOSITORY_PROVIDER: 'Bitbucket' },
      undefined,
      null,
    ],
    [
      'CircleCI',
      { CIRCLECI: 'true', CIRCLE_PULL_REQUEST: 'https://github.com/acme/shop/pull/7' },
      undefined,
      ofGithub,
    ],
    [
      'Jenkins, of GitHub',
      { JENKINS_URL: 'x', BUILD_TAG: 'y', CHANGE_URL: 'https://github.com/acme/shop/pull/7' },
      undefined,
      ofGithub,
    ],
    [
      'Jenkins, of GitLab',
      {
        JENKINS_URL: 'x',
        BUILD_TAG: 'y',
        CHANGE_URL: 'https://gitlab.example/a/b/shop/-/merge_requests/7',
      },
      undefined,
      { system: 'gitlab', server: 'https://gitlab.example', project: 'a/b/shop', number: 7 },
    ],
    [
      'Jenkins, of Bitbucket',
      { JENKINS_URL: 'x', BUILD_TAG: 'y', CHANGE_URL: 'https://bitbucket.org/a/b/pull-requests/7' },
      undefined,
      null,
    ],
    ['Jenkins, no address', { JENKINS_URL: 'x', BUILD_TAG: 'y', CHANGE_URL: '7' }, undefined, null],
    ['Gitea, another event', { ...github, GITEA_ACTIONS: 'true' }, {}, null],
    [
      'Gitea, whose server is below a path',
      { ...github, GITEA_ACTIONS: 'true', GITHUB_SERVER_URL: 'https://gitea.example/git/' },
      { pull_request: { number: 7 } },
      { system: 'gitea', server: 'https://gitea.example/git', project: 'acme/shop', number: 7 },
    ],
    [
      'Gitea that does not name its server',
      { ...github, GITEA_ACTIONS: 'true', GITHUB_SERVER_URL: '' },
      { pull_request: { number: 7 } },
      null,
    ],
  ])('%s', async (_name, env, event, change) => {
    expect(await changeOf(env, event)).toEqual(change);
  });
});

describe('the project of a run', () => {
  it.each<[Environment, string | null]>([
    [github, 'acme/shop'],
    [{ ...gitlab, CI_PROJECT_PATH: 'acme/shop' }, 'acme/shop'],
    [{ ...azure, BUILD_DEFINITIONNAME: 'deploy' }, 'My Shop/deploy'],
    [{ TF_BUILD: 'True' }, null],
    [
      { CIRCLECI: 'true', CIRCLE_PROJECT_USERNAME: 'acme', CIRCLE_PROJECT_REPONAME: 'shop' },
      'acme/shop',
    ],
    [{ CIRCLECI: 'true', CIRCLE_PROJECT_REPONAME: 'shop' }, 'shop'],
    [{ JENKINS_URL: 'x', BUILD_TAG: 'y', JOB_NAME: 'folder/shop' }, 'folder/shop'],
    [{}, null],
  ])('%j: %s', async (env, project) => {
    expect((await detectRun(env, githubJobIn(env))).project).toBe(project);
  });
});
