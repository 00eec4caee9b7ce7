import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Environment, RunInfo } from '../../src/contract/system.js';
import { otherSystems } from '../../src/systems/others.js';
import { createOutput, detectRun, nameOf } from '../../src/systems/registry.js';
import { githubJobIn } from '../support/github-job.js';
import { log, outputDeps } from '../support/output-deps.js';

const detect = (env: Environment, runId?: string): Promise<RunInfo> =>
  detectRun(env, githubJobIn(env), { runId });

/** What a job of the system has in its environment, and what is known by that. */
const jobs: Readonly<
  Record<
    string,
    { readonly env: Record<string, string>; readonly info: Partial<RunInfo>; pr?: Environment }
  >
> = {
  bitbucket: {
    env: {
      BITBUCKET_BUILD_NUMBER: '42',
      BITBUCKET_STEP_RUN_NUMBER: '2',
      BITBUCKET_REPO_FULL_NAME: 'acme/shop',
      BITBUCKET_DEPLOYMENT_ENVIRONMENT: 'production',
      BITBUCKET_PARALLEL_STEP: '0',
    },
    info: {
      runId: '42',
      attempt: 2,
      runUrl: 'https://bitbucket.org/acme/shop/pipelines/results/42',
      job: 'production/0',
      project: 'acme/shop',
    },
    pr: { BITBUCKET_PR_ID: '7' },
  },
  buildkite: {
    env: {
      BUILDKITE: 'true',
      BUILDKITE_BUILD_ID: '0191-b',
      BUILDKITE_RETRY_COUNT: '0',
      BUILDKITE_BUILD_URL: 'https://buildkite.com/acme/shop/builds/5',
      BUILDKITE_STEP_ID: '0191-s',
      BUILDKITE_LABEL: 'Deploy eu',
      BUILDKITE_PARALLEL_JOB: '1',
      BUILDKITE_ORGANIZATION_SLUG: 'acme',
      BUILDKITE_PIPELINE_SLUG: 'shop',
      BUILDKITE_PULL_REQUEST: 'false',
    },
    info: {
      runId: '0191-b',
      attempt: 1,
      runUrl: 'https://buildkite.com/acme/shop/builds/5',
      job: '0191-s/Deploy eu/1',
      project: 'acme/shop',
    },
    pr: { BUILDKITE_PULL_REQUEST: '7' },
  },
  teamcity: {
    env: {
      TEAMCITY_VERSION: '2025.11',
      BUILD_NUMBER: '12',
      BUILD_URL: 'https://teamcity.example/build/900',
      TEAMCITY_PROJECT_NAME: 'Shop',
      TEAMCITY_BUILDCONF_NAME: 'Deploy it',
    },
    info: {
      runId: 'Shop/Deploy it/12',
      runUrl: 'https://teamcity.example/build/900',
      project: 'Shop/Deploy it',
    },
  },
  woodpecker: {
    env: {
      CI: 'woodpecker',
      CI_PIPELINE_NUMBER: '8',
      CI_PIPELINE_URL: 'https://ci.example/repos/7/pipeline/8',
      CI_WORKFLOW_NAME: 'release',
      CI_WORKFLOW_NUMBER: '2',
      CI_STEP_NAME: 'gate',
      CI_REPO: 'acme/shop',
    },
    info: {
      runId: '8',
      runUrl: 'https://ci.example/repos/7/pipeline/8',
      job: 'release/2/gate',
      project: 'acme/shop',
    },
    pr: { CI_COMMIT_PULL_REQUEST: '1' },
  },
  drone: {
    env: {
      DRONE: 'true',
      DRONE_BUILD_NUMBER: '42',
      DRONE_BUILD_LINK: 'https://drone.example/acme/shop/42',
      DRONE_STAGE_NAME: 'default',
      DRONE_STEP_NAME: 'gate',
      DRONE_REPO: 'acme/shop',
    },
    info: {
      runId: '42',
      runUrl: 'https://drone.example/acme/shop/42',
      job: 'default/gate',
      project: 'acme/shop',
    },
    pr: { DRONE_PULL_REQUEST: '14' },
  },
  travis: {
    env: {
      TRAVIS: 'true',
      TRAVIS_BUILD_ID: '468',
      TRAVIS_BUILD_WEB_URL: 'https://app.travis-ci.com/acme/shop/builds/468',
      TRAVIS_JOB_NUMBER: '60.1',
      TRAVIS_REPO_SLUG: 'acme/shop',
      TRAVIS_PULL_REQUEST: 'false',
    },
    info: {
      runId: '468',
      runUrl: 'https://app.travis-ci.com/acme/shop/builds/468',
      job: '60.1',
      project: 'acme/shop',
    },
    pr: { TRAVIS_PULL_REQUEST: '7' },
  },
  semaphore: {
    env: {
      SEMAPHORE: 'true',
      SEMAPHORE_WORKFLOW_ID: 'w-1',
      SEMAPHORE_ORGANIZATION_URL: 'https://acme.semaphoreci.com',
      SEMAPHORE_PIPELINE_NAME: 'Production',
      SEMAPHORE_BLOCK_NAME: 'Deploy',
      SEMAPHORE_JOB_NAME: 'gate',
      SEMAPHORE_PROJECT_NAME: 'shop',
    },
    info: {
      runId: 'w-1',
      runUrl: 'https://acme.semaphoreci.com/workflows/w-1',
      job: 'Production/Deploy/gate',
      project: 'shop',
    },
    pr: { SEMAPHORE_GIT_PR_NUMBER: '7' },
  },
  codebuild: {
    env: {
      CODEBUILD_BUILD_ARN: 'arn:aws:codebuild:eu-west-1:1:build/shop:b1',
      CODEBUILD_BUILD_ID: 'shop:b1',
      CODEBUILD_PROJECT_ARN: 'arn:aws:codebuild:eu-west-1:1:project/shop',
      CODEBUILD_BATCH_BUILD_IDENTIFIER: 'deploy',
      CODEBUILD_WEBHOOK_EVENT: 'PUSH',
      AWS_REGION: 'eu-west-1',
    },
    info: {
      runId: 'shop:b1',
      runUrl:
        'https://console.aws.amazon.com/codebuild/home?region=eu-west-1#/builds/shop:b1/view/new',
      job: 'deploy',
      project: 'arn:aws:codebuild:eu-west-1:1:project/shop',
    },
    pr: { CODEBUILD_WEBHOOK_EVENT: 'PULL_REQUEST_CREATED' },
  },
  cloudbuild: {
    env: {
      BUILDER_OUTPUT: '/builder/outputs',
      BUILD_ID: 'b-1',
      PROJECT_ID: 'acme',
      LOCATION: 'europe-west1',
    },
    info: {
      runId: 'b-1',
      runUrl:
        'https://console.cloud.google.com/cloud-build/builds;region=europe-west1/b-1?project=acme',
      project: 'acme',
    },
    pr: { _PR_NUMBER: '7' },
  },
  bamboo: {
    env: {
      bamboo_agentId: '1',
      bamboo_planKey: 'ACME-SHOP',
      bamboo_buildNumber: '8',
      bamboo_buildResultsUrl: 'https://bamboo.example/browse/ACME-SHOP-JOB1-8',
      bamboo_shortJobKey: 'JOB1',
      bamboo_planName: 'Acme - Shop',
    },
    info: {
      runId: 'ACME-SHOP-8',
      runUrl: 'https://bamboo.example/browse/ACME-SHOP-JOB1-8',
      job: 'JOB1',
      project: 'Acme - Shop',
    },
    pr: { bamboo_repository_pr_key: '7' },
  },
  appveyor: {
    env: {
      APPVEYOR: 'True',
      APPVEYOR_BUILD_ID: '164',
      APPVEYOR_URL: 'https://ci.appveyor.com',
      APPVEYOR_ACCOUNT_NAME: 'acme',
      APPVEYOR_PROJECT_SLUG: 'shop',
      APPVEYOR_JOB_NUMBER: '2',
      APPVEYOR_JOB_NAME: 'Environment: region=eu',
    },
    info: {
      runId: '164',
      runUrl: 'https://ci.appveyor.com/project/acme/shop/builds/164',
      job: '2/Environment: region=eu',
      project: 'acme/shop',
    },
    pr: { APPVEYOR_PULL_REQUEST_NUMBER: '7' },
  },
};

describe('the other CI systems', () => {
  it('are all here', () => {
    expect(otherSystems.map(({ id }) => id).sort()).toEqual(Object.keys(jobs).sort());
  });

  it.each(Object.entries(jobs))('%s: run, link and job', async (system, { env, info }) => {
    expect(await detect(env)).toEqual({
      ...{ runUrl: null, runId: null, attempt: null, job: null, project: null, change: null },
      ...{ pullRequest: false, forkPullRequest: false, rollbackMarker: null, notices: [] },
      ...info,
      system,
    });
    expect(nameOf(system)).not.toBe(system);
  });

  it.each(Object.entries(jobs).filter(([, { pr }]) => pr !== undefined))(
    '%s: a run for a pull request',
    async (_, { env, pr }) => {
      expect((await detect({ ...env, ...pr })).pullRequest).toBe(true);
    },
  );

  it.each(Object.entries(jobs))('%s: another run has another id', async (_, { env, info }) => {
    const other = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        /NUMBER$|_ID$|ARN$/i.test(name) && !name.includes('STEP') ? `${value}9` : value,
      ]),
    );
    expect((await detect(other)).runId).not.toBe(info.runId);
  });

  it.each(otherSystems.map((system) => [system.id, system] as const))(
    '%s without its id: said, unless run-id is set',
    async (id, system) => {
      const env = jobs[id]?.env ?? {};
      const [sign = ''] = [system.sign(env)].flatMap((name) => name ?? []);
      const bare = { [sign]: env[sign] };
      const { runId, notices } = await detect(bare);
      if (runId === null) expect(notices).toEqual([expect.stringContaining('set `run-id`')]);
      expect(await detect(bare, 'mine')).toMatchObject({ system: id, runId: 'mine', notices: [] });
    },
  );

  it.each(Object.entries(jobs))('%s has a plain log', async (system) => {
    const { write, text } = log();
    const host = await createOutput({ system }, outputDeps({ write }));
    host.group('The checks', ['one']);
    host.mask('secret');
    await host.setOutputs({ verdict: 'healthy' });
    expect([host.system, text()]).toEqual([system, 'The checks\n  one\n']);
  });
});

describe('the page of the CI systems', () => {
  const page = readFileSync('docs/ci-systems.md', 'utf8');

  it.each(otherSystems.map((system) => [system.name, system] as const))(
    'says how %s is found',
    (name, system) => {
      const row = page.split('\n').find((line) => line.startsWith(`| ${name} |`));
      expect(row).toContain(`\`${system.sign(jobs[system.id]?.env ?? {}) ?? '?'}`);
    },
  );
});

describe('the signs of other CI systems', () => {
  it.each<[Environment]>([
    [{ BUILDKITE: 'false' }],
    [{ CI: 'true' }],
    [{ BITBUCKET_BUILD_NUMBER: '' }],
    [{ APPVEYOR: 'False' }],
  ])('%j: none', async (env) => {
    expect((await detect(env)).system).toBe('local');
  });

  it('win over those of Jenkins, whose variables others have too', async () => {
    const env = { ...jobs.teamcity?.env, JENKINS_URL: 'https://jenkins.example/' };
    expect((await detect(env)).system).toBe('teamcity');
  });

  it('lose to those of the systems that are known better', async () => {
    const env = { ...jobs.codebuild?.env, GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1' };
    expect(await detect(env)).toMatchObject({ system: 'github', runId: '1' });
  });

  it('do not matter for an id that is given', async () => {
    expect(await detect({}, ' 17 ')).toMatchObject({ system: 'local', runId: '17', notices: [] });
    const github = { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1' };
    expect(await detect(github, '17')).toMatchObject({ system: 'github', runId: '17' });
  });
});
