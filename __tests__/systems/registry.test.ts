import { describe, expect, it } from '@jest/globals';
import { eventProblemOf } from '../../src/systems/github.js';
import { detectRun } from '../../src/systems/registry.js';
import { githubJobIn } from '../support/github-job.js';
import type { Environment, RunInfo } from '../../src/contract/system.js';

interface DetectOptions {
  /** The payload of the event, where the job is one of GitHub. */
  readonly event?: unknown;
  readonly eventProblem?: string;
  readonly named?: string | undefined;
  readonly matrix?: string | undefined;
}

const detect = (
  env: Environment,
  { named, matrix, ...github }: DetectOptions = {},
): Promise<RunInfo> => detectRun(env, githubJobIn(env, github), { system: named, matrix });

const github: Environment = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_RUN_ID: '4700',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_EVENT_NAME: 'push',
};
const gitlab: Environment = {
  GITLAB_CI: 'true',
  CI_PIPELINE_ID: '99',
  CI_PIPELINE_URL: 'https://gitlab.example/acme/shop/-/pipelines/99',
  CI_PIPELINE_SOURCE: 'push',
};
const circleci: Environment = {
  CIRCLECI: 'true',
  CIRCLE_WORKFLOW_ID: 'w-1',
  CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/shop/5',
};
const azure: Environment = {
  TF_BUILD: 'True',
  BUILD_BUILDID: '77',
  BUILD_REASON: 'IndividualCI',
  SYSTEM_JOBATTEMPT: '1',
  SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
  SYSTEM_TEAMPROJECT: 'My Shop',
};
const jenkins: Environment = {
  JENKINS_URL: 'https://jenkins.example/',
  BUILD_URL: 'https://jenkins.example/job/shop/5/',
  BUILD_TAG: 'jenkins-shop-5',
};

const quiet = {
  attempt: null,
  job: null,
  project: null,
  change: null,
  pullRequest: false,
  forkPullRequest: false,
  rollbackMarker: null,
  notices: [],
};
const nothing = { ...quiet, runUrl: null, runId: null };

describe('the CI system of a run', () => {
  it.each<[string, Environment, RunInfo]>([
    ['no variable', {}, { ...nothing, system: 'local' }],
    [
      'github',
      github,
      {
        ...quiet,
        system: 'github',
        runUrl: 'https://github.com/acme/shop/actions/runs/4700',
        runId: '4700',
        attempt: 2,
        project: 'acme/shop',
      },
    ],
    ['github without a run id', { GITHUB_ACTIONS: 'true' }, { ...nothing, system: 'github' }],
    [
      'gitlab',
      gitlab,
      { ...quiet, system: 'gitlab', runUrl: gitlab.CI_PIPELINE_URL!, runId: '99' },
    ],
    [
      'circleci',
      circleci,
      { ...quiet, system: 'circleci', runUrl: circleci.CIRCLE_BUILD_URL!, runId: 'w-1' },
    ],
    [
      'azure',
      azure,
      {
        ...quiet,
        system: 'azure',
        runUrl: 'https://dev.azure.com/acme/My%20Shop/_build/results?buildId=77',
        runId: '77',
        attempt: 1,
        project: 'My Shop',
      },
    ],
    ['azure, bare', { TF_BUILD: 'True' }, { ...nothing, system: 'azure' }],
    [
      'jenkins',
      jenkins,
      { ...quiet, system: 'jenkins', runUrl: jenkins.BUILD_URL!, runId: 'jenkins-shop-5' },
    ],
    [
      'jenkins without a root address',
      { JENKINS_HOME: '/var/lib/jenkins', BUILD_TAG: 'jenkins-shop-5' },
      { ...nothing, system: 'jenkins', runId: 'jenkins-shop-5' },
    ],
    [
      'jenkins, bare',
      { JENKINS_URL: 'https://jenkins.example/', BUILD_NUMBER: '5' },
      { ...nothing, system: 'jenkins', runId: '5' },
    ],
  ])('is found for %s', async (_name, env, info) => {
    expect(await detect(env)).toEqual(info);
  });

  it.each<[Environment]>([
    [{ GITHUB_ACTIONS: '' }],
    [{ GITHUB_ACTIONS: 'false' }],
    [{ GITHUB_ACTIONS: '1' }],
    [{ GITLAB_CI: 'yes' }],
    [{ CIRCLECI: 'TRUE' }],
    [{ TF_BUILD: '1' }],
    [{ JENKINS_URL: '' }],
    [{ JENKINS_HOME: '/var/lib/jenkins' }],
    [{ BUILD_TAG: 'jenkins-shop-5' }],
    [{ JENKINS_URL: 'https://jenkins.example/' }],
    [{ CI: 'true' }],
  ])('is local for %j', async (env) => {
    expect(await detect(env)).toEqual({ ...nothing, system: 'local' });
  });

  it.each<[string, string, Environment]>([
    ['github', 'gitlab', { ...gitlab, ...github }],
    ['github', 'jenkins', { ...jenkins, ...github }],
    ['gitlab', 'circleci', { ...circleci, ...gitlab }],
    ['circleci', 'azure', { ...azure, ...circleci }],
    ['azure', 'jenkins', { ...jenkins, ...azure }],
  ])('is %s before %s, with a notice', async (first, second, env) => {
    const info = await detect(env);
    expect(info.system).toBe(first);
    expect(info.notices).toEqual([expect.stringContaining(`${second} (`)]);
    expect(info.notices[0]).toContain('set `ci-system`');
  });

  it('ignores JENKINS_URL in a job of another system', async () => {
    const info = await detect({ ...github, JENKINS_URL: 'https://jenkins.example/' });
    expect(info).toMatchObject({ system: 'github', notices: [] });
  });

  it.each<[string, Environment]>([
    ['gitlab', { ...gitlab, ...github }],
    [' Jenkins ', { ...jenkins, ...github }],
    ['azure', { ...azure, ...circleci, ...github }],
    ['github', { ...gitlab, ...github }],
  ])('is %j when ci-system names it, among several signs', async (named, env) => {
    expect(await detect(env, { named })).toMatchObject({
      system: named.trim().toLowerCase(),
      notices: [],
    });
  });

  it.each(['none', 'http', 'circleci', '', undefined])(
    'is that of the first sign when ci-system names %j without a sign',
    async (named) => {
      const info = await detect({ ...gitlab, ...github }, { named });
      expect(info).toMatchObject({ system: 'github', notices: [expect.any(String)] });
    },
  );

  it('is not one that ci-system names without any sign', async () => {
    expect((await detect({}, { named: 'github' })).system).toBe('local');
    expect((await detect(gitlab, { named: 'github' })).system).toBe('gitlab');
  });

  // The runner of Forgejo sets all three signs, and its pages are found by the number of the run.
  it.each<[string, Environment, string]>([
    ['gitea', { GITEA_ACTIONS: 'true' }, '4700'],
    ['forgejo', { GITEA_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }, '31'],
    ['forgejo', { FORGEJO_ACTIONS: 'true' }, '31'],
  ])('is %s, and not github, with %j', async (system, signs, page) => {
    const env = {
      ...github,
      ...signs,
      GITHUB_SERVER_URL: 'https://git.example/sub/',
      GITHUB_RUN_NUMBER: '31',
      GITHUB_HEAD_REF: 'fork',
    };
    expect(await detect(env)).toEqual({
      system,
      runUrl: `https://git.example/sub/acme/shop/actions/runs/${page}`,
      change: null,
      project: 'acme/shop',
      runId: '4700',
      attempt: 2,
      job: null,
      pullRequest: true,
      forkPullRequest: false,
      rollbackMarker: null,
      notices: [],
    });
  });

  it('is gitea without a link when the server is not known: it is never github.com', async () => {
    const env = { ...github, GITEA_ACTIONS: 'true', GITHUB_SERVER_URL: '' };
    expect(await detect(env)).toMatchObject({ system: 'gitea', runUrl: null });
  });

  it('is a rollback run in Gitea by the input of the event', async () => {
    const env = { ...github, GITEA_ACTIONS: 'true', GITHUB_EVENT_NAME: 'workflow_dispatch' };
    const info = await detect(env, { event: { inputs: { rollback: 'true' } } });
    expect(info.rollbackMarker).toContain('`rollback` of the workflow_dispatch event');
  });
});

describe('the job of a run', () => {
  it.each<[Environment, string]>([
    [{ ...github, GITHUB_JOB: 'deploy' }, 'deploy'],
    [{ ...github, GITEA_ACTIONS: 'true', GITHUB_JOB: 'deploy' }, 'deploy'],
    [{ ...gitlab, CI_JOB_NAME: 'deploy: [eu]', CI_NODE_INDEX: '2' }, 'deploy: [eu]/2'],
    [{ ...gitlab, CI_JOB_NAME: 'deploy' }, 'deploy'],
    [{ ...circleci, CIRCLE_JOB: 'deploy-eu', CIRCLE_NODE_INDEX: '0' }, 'deploy-eu/0'],
    [
      { ...azure, SYSTEM_STAGENAME: 'prod', SYSTEM_PHASENAME: 'deploy', SYSTEM_JOBNAME: 'eu' },
      'prod/deploy/eu',
    ],
    [{ ...azure, SYSTEM_STAGENAME: '', SYSTEM_JOBNAME: 'eu' }, 'eu'],
    [{ ...jenkins, JOB_NAME: 'ops/shop', STAGE_NAME: 'Deploy' }, 'ops/shop/Deploy'],
  ])('is told by the variables in %j: %j', async (env, job) => {
    expect((await detect(env)).job).toBe(job);
  });

  it.each<[string | undefined, string | null]>([
    [
      '{\n  "region": "eu",\n  "size": 2,\n  "on": {"os": "linux"}\n}',
      'deploy (eu, 2, {"os":"linux"})',
    ],
    ['{"region": "us"}', 'deploy (us)'],
    ['["a", true, null]', 'deploy (a, true, null)'],
    ['shard 2', 'deploy (shard 2)'],
    ['null', 'deploy'],
    ['{}', 'deploy'],
    ['0', 'deploy'],
    ['', 'deploy'],
    [undefined, 'deploy'],
  ])('has the values of its matrix %j: %j', async (matrix, job) => {
    expect((await detect({ ...github, GITHUB_JOB: 'deploy' }, { matrix })).job).toBe(job);
  });

  it('is the values of the matrix alone where the job has no name', async () => {
    expect((await detect({}, { matrix: '{"region":"eu"}' })).job).toBe('(eu)');
    expect((await detect({}, { matrix: 'null' })).job).toBeNull();
  });
});

describe('a run for a pull request', () => {
  const event = (payload: unknown): Parameters<typeof detect> => [github, { event: payload }];
  it.each<[string, Parameters<typeof detect>]>([
    ['github', [{ ...github, GITHUB_EVENT_NAME: 'pull_request' }]],
    ['github', [{ ...github, GITHUB_EVENT_NAME: 'pull_request_target' }]],
    ['github', [{ ...github, GITHUB_HEAD_REF: 'patch-1' }]],
    ['github', event({ pull_request: { number: 1 } })],
    ['github', event({ issue: { pull_request: { url: 'u' } } })],
    ['github', event({ workflow_run: { event: 'pull_request' } })],
    ['gitlab', [{ ...gitlab, CI_PIPELINE_SOURCE: 'merge_request_event' }]],
    ['gitlab', [{ ...gitlab, CI_MERGE_REQUEST_IID: '7' }]],
    ['gitlab', [{ ...gitlab, CI_EXTERNAL_PULL_REQUEST_IID: '7' }]],
    ['circleci', [{ ...circleci, CIRCLE_PULL_REQUEST: 'https://g/pull/1' }]],
    ['circleci', [{ ...circleci, CIRCLE_PR_NUMBER: '1' }]],
    ['azure', [{ ...azure, BUILD_REASON: 'PullRequest' }]],
    ['azure', [{ ...azure, SYSTEM_PULLREQUEST_PULLREQUESTID: '1' }]],
    ['jenkins', [{ ...jenkins, CHANGE_ID: '1' }]],
  ])('is recognised in %s %#', async (system, args) => {
    expect(await detect(...args)).toMatchObject({ system, pullRequest: true });
  });

  it('is not recognised in other events', async () => {
    const payload = { issue: { number: 1 }, workflow_run: { event: 'push' }, ref: 'refs/heads/x' };
    expect((await detect(...event(payload))).pullRequest).toBe(false);
  });
});

describe('a run for a pull request from a fork', () => {
  const ends = (head: unknown, base: unknown): unknown => ({
    pull_request: { head: { repo: head }, base: { repo: base } },
  });
  const shop = { full_name: 'acme/shop', fork: false };
  const fork = { full_name: 'eve/shop', fork: true };
  const onGithub = async (name: string, payload: unknown): Promise<boolean> =>
    (await detect({ ...github, GITHUB_EVENT_NAME: name }, { event: payload })).forkPullRequest;

  it.each<[string, unknown, boolean]>([
    ['pull_request', ends(fork, shop), true],
    ['pull_request_review', ends(fork, shop), true],
    ['pull_request', ends(null, shop), true],
    ['pull_request', ends(shop, shop), false],
    ['pull_request', ends(fork, fork), false],
    ['pull_request', { pull_request: { number: 1 } }, false],
    ['pull_request_target', ends(fork, shop), false],
    ['push', { repository: fork }, false],
  ])('is recognised in GitHub by the repositories of %s: %j', async (name, payload, expected) => {
    expect(await onGithub(name, payload)).toBe(expected);
  });

  it.each<[Environment, boolean]>([
    [{ ...gitlab, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '7', CI_PROJECT_ID: '5' }, true],
    [{ ...gitlab, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '5', CI_PROJECT_ID: '5' }, false],
    [
      {
        ...gitlab,
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '7',
        CI_MERGE_REQUEST_PROJECT_ID: '5',
        CI_PROJECT_ID: '7',
      },
      true,
    ],
    [{ ...gitlab, CI_PROJECT_ID: '5' }, false],
    [{ ...circleci, CIRCLE_PR_REPONAME: 'shop' }, true],
    [{ ...circleci, CIRCLE_PULL_REQUEST: 'https://g/pull/1' }, false],
    [{ ...azure, SYSTEM_PULLREQUEST_ISFORK: 'True' }, true],
    [{ ...azure, SYSTEM_PULLREQUEST_ISFORK: 'False' }, false],
    [{ ...jenkins, CHANGE_ID: '1', CHANGE_FORK: 'eve' }, true],
    [{ ...jenkins, CHANGE_ID: '1' }, false],
  ])('%j: %j', async (env, expected) => {
    expect((await detect(env)).forkPullRequest).toBe(expected);
  });
});

describe('the rollback marker in an event of GitHub', () => {
  const marked = (event: unknown): Promise<RunInfo> =>
    detect({ ...github, GITHUB_EVENT_NAME: 'workflow_dispatch' }, { event });

  it.each(['true', 'TRUE', 'yes', '1', ' True ', true])('is set with %j', async (rollback) => {
    expect((await marked({ inputs: { rollback } })).rollbackMarker).toBe(
      'the input `rollback` of the workflow_dispatch event',
    );
  });

  it.each(['false', '', 'no', '0', 'truely', false, null, 1, {}])(
    'is not set with %j',
    async (rollback) => {
      expect((await marked({ inputs: { rollback } })).rollbackMarker).toBeNull();
    },
  );

  it.each(['{}', 'null', '[]', '{"inputs":null}', '{"inputs":"rollback"}'])(
    'is not set in %s',
    async (text) => {
      expect(await marked(JSON.parse(text))).toMatchObject({ rollbackMarker: null, notices: [] });
    },
  );

  it('is unknown when the event cannot be read, with a notice', async () => {
    expect(await detect(github, { eventProblem: 'it is not JSON' })).toMatchObject({
      rollbackMarker: null,
      notices: [
        'The event file of GITHUB_EVENT_PATH could not be read (it is not JSON): its input `rollback` is not known.',
      ],
    });
  });
});

describe('the event file of GitHub', () => {
  it.each(['{}', 'null', '{"inputs":null}'])('%s has no problem', (text) => {
    expect(eventProblemOf('/event.json', () => text)).toBeUndefined();
  });

  it.each([undefined, ''])('without a path (%j) is not read', (path) => {
    expect(
      eventProblemOf(path, () => {
        throw new Error('read');
      }),
    ).toBeUndefined();
  });

  it.each(['secret-text {', ''])(
    'with the content %j is not JSON, and nothing of it is shown',
    (text) => {
      expect(eventProblemOf('/event.json', () => text)).toBe('it is not JSON');
    },
  );

  it('that cannot be read has the reason', () => {
    const gone = (path: string): string => {
      throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    };
    expect(eventProblemOf('/gone', gone)).toContain('no such file');
  });
});
