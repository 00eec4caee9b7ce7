import { describe, expect, it } from '@jest/globals';
import { attemptOf, buildLinks } from '../../src/commands/strategies.js';
import { openSession, targetSessions } from '../../src/commands/session.js';
import type { Environment } from '../../src/contract/system.js';
import type { Finding } from '../../src/contract/result.js';
import { detectRun } from '../../src/systems/registry.js';
import { entryWith } from '../support/entry.js';
import { githubJobIn } from '../support/github-job.js';

const azure: Environment = {
  TF_BUILD: 'True',
  AZURE_DEVOPS_ORG: 'acme',
  AZURE_DEVOPS_PROJECT: 'Shop',
  AZURE_DEVOPS_PAT: 'token-of-the-test',
  AZURE_PIPELINE_ID: '12',
};
const own: Environment = { ...azure, SYSTEM_PULLREQUEST_ISFORK: 'False' };
const forked: Environment = { ...azure, SYSTEM_PULLREQUEST_ISFORK: 'True' };

async function findings(
  env: Environment,
  rollback: string,
  isRollbackRun = false,
): Promise<readonly Finding[]> {
  const argv = ['preflight', '--rollback', rollback, '--rollback-command', 'true'];
  const session = await openSession(entryWith({ argv, env }));
  try {
    expect(session.problems).toEqual([]);
    const [target] = targetSessions(session);
    if (target === undefined) throw new Error('there is no target');
    return (await buildLinks(target, { isRollbackRun })).findings;
  } finally {
    session.close();
  }
}

const fromFork = {
  level: 'warning',
  subject: 'ci',
  message:
    'this is a run for a pull request from a fork, which usually has no token that may start a pipeline',
};

describe('the ci strategy in a run for a pull request from a fork', () => {
  it('has a warning that it is unlikely to work', async () => {
    expect(await findings(forked, 'ci,command')).toEqual([expect.objectContaining(fromFork)]);
  });

  it.each<[string, Environment, string]>([
    ['in a run for no pull request', azure, 'ci,command'],
    ['in a run for a pull request of the repository itself', own, 'ci,command'],
    ['when ci is not in the chain', forked, 'command'],
  ])('has no warning %s', async (_, env, rollback) => {
    expect(await findings(env, rollback)).not.toContainEqual(expect.objectContaining(fromFork));
  });

  it('is skipped because of the rollback run, without that warning', async () => {
    expect(await findings(forked, 'ci,command', true)).toEqual([
      expect.objectContaining({ subject: 'ci', message: expect.stringContaining('rollback run') }),
    ]);
  });
});

describe('the deploy that a gate without a snapshot rolls back', () => {
  async function occasion(env: Environment): Promise<string | undefined> {
    const info = await detectRun(env, githubJobIn(env));
    return attemptOf({ command: 'run', info, entry: { uuid: () => 'u' } }, undefined)?.occasion;
  }

  it.each<[string, Environment, Environment]>([
    [
      'GitLab, a job that is retried',
      { GITLAB_CI: 'true', CI_PIPELINE_ID: '1', CI_JOB_NAME: 'deploy', CI_JOB_ID: '10000000001' },
      { CI_JOB_ID: '10000000002' },
    ],
    [
      'Azure DevOps, a job that is retried',
      { TF_BUILD: 'True', BUILD_BUILDID: '1', SYSTEM_JOBATTEMPT: '1' },
      { SYSTEM_JOBATTEMPT: '2' },
    ],
    [
      'GitHub, a run that is run again',
      { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '1' },
      { GITHUB_RUN_ATTEMPT: '2' },
    ],
  ])('%s: another one, and the same for a step that is tried again', async (_, env, again) => {
    const first = await occasion(env);
    expect(first).toBeDefined();
    expect(await occasion(env)).toBe(first);
    expect(await occasion({ ...env, ...again })).not.toBe(first);
  });
});
