import { describe, expect, it } from '@jest/globals';
import { buildLinks } from '../../src/commands/strategies.js';
import { openSession, targetSessions } from '../../src/commands/session.js';
import type { Environment } from '../../src/contract/system.js';
import type { Finding } from '../../src/contract/result.js';
import { entryWith } from '../support/entry.js';

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
