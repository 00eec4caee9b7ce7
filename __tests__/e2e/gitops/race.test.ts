import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setUpGit } from '../../../src/strategies/git/strategy.js';
import { systemClock } from '../../../src/support/clock.js';
import { GitServer, hasGit } from '../../support/git-server.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';

const lacking = hasGit ? undefined : 'git, with its http-backend, was not found: install it.';

describeWith('a rollback in Git while others push', lacking, () => {
  let server: GitServer;
  beforeAll(async () => {
    server = await GitServer.start({ 'shop/image': 'v1\n', 'cart/image': 'v0\n' });
  });
  afterAll(() => server.close());

  const strategyWith = (
    recorded?: unknown,
  ): Exclude<ReturnType<typeof setUpGit>, { kind: 'skip' }> => {
    const made = setUpGit(
      dependenciesWith(
        { 'git-repository': server.url, 'git-path': 'shop' },
        { recorded, clock: systemClock, env: { PATH: process.env.PATH } },
      ),
    );
    if (made.kind === 'skip') throw new Error(made.reason);
    return made;
  };

  it('20 commits elsewhere, one before each push: it is on top of the last of them, and nothing is lost', async () => {
    const recorded: unknown = await strategyWith().snapshot!(never);
    server.commit('deploy', { 'shop/image': 'v2\n' });
    const strategy = strategyWith(recorded);
    await strategy.capture!(never);
    let races = 0;
    server.beforePush = () => {
      if (races === 20) return;
      races += 1;
      server.commit(`cart ${String(races)}`, { 'cart/image': `v${String(races)}\n` });
    };
    const plan = await strategy.plan(request, never);
    if (plan.kind !== 'plan') throw new Error(plan.reason);
    expect(await strategy.execute(plan, contextWith())).toMatchObject({ outcome: 'triggered' });
    expect(server.show('shop/image')).toBe('v1');
    expect(server.show('cart/image')).toBe('v20');
    // The first, the deploy, the others, and ours.
    expect(server.log()).toHaveLength(2 + 20 + 1);
  });
});
