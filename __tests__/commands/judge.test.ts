import { describe, expect, it } from '@jest/globals';
import { judgeAll } from '../../src/commands/judge.js';
import { openSession, targetSessions } from '../../src/commands/session.js';
import { proveAll } from '../../src/commands/prepare.js';
import type { ChainLink, Strategy } from '../../src/contract/strategy.js';
import { entryWith } from '../support/entry.js';
import { good, healthCheck } from '../support/stand-in-checks.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** A target whose checks are right, and whose platform is asked by this strategy. */
async function judged(argv: readonly string[], parts: Partial<Strategy>) {
  let output = '';
  const clock = new VirtualClock();
  const session = await openSession(
    entryWith({
      ...{ clock, argv: ['run', '--warm-up', '0s', '--duration', '30s', ...argv] },
      write: (text) => {
        output += text;
      },
    }),
  );
  const link: ChainLink = {
    id: 'ecs',
    strategy: {
      ...{ kind: 'strategy', id: 'ecs' },
      preflight: () => Promise.resolve([]),
      plan: () => Promise.resolve({ kind: 'withheld', reason: 'of the test' }),
      execute: () => Promise.reject(new Error('never called')),
      ...parts,
    },
  };
  const links: readonly ChainLink[] = [link, { ...link, id: 'kubernetes' }];
  const built = { links, findings: [], configured: 1 };
  const wantsRollback = session.settings['on-unhealthy'] === 'rollback';
  try {
    const proven = await clock.runUntil(
      proveAll(
        targetSessions(session).map((target) => ({
          ...{ session: target, snapshot: undefined, wantsRollback, links: built.links },
          checks: [healthCheck(clock, () => ({ result: good }))],
          built: wantsRollback ? built : { links: [], findings: [], configured: 0 },
        })),
      ),
    );
    const [outcome] = await clock.runUntil(judgeAll(session, proven));
    return { outcome, output };
  } finally {
    session.close();
  }
}

const url = ['--url', 'http://127.0.0.1:9', '--rollback', 'ecs', '--ecs-service', 'shop/api'];

describe('a version that its platform has given up while every check was right', () => {
  const goneBack = () => Promise.resolve('shop/api went back to api:7 without this run');

  it('is unhealthy where it is only to be reported, too', async () => {
    let captures = 0;
    const { outcome } = await judged([...url, '--on-unhealthy', 'report'], {
      goneBack,
      capture: () => {
        captures += 1;
        return Promise.resolve({ findings: [{ level: 'notice', subject: 'ecs', message: 'x' }] });
      },
    });
    expect(outcome).toMatchObject({
      exitCode: 5,
      findings: [],
      report: {
        verdict: 'unhealthy',
        reason: 'shop/api went back to api:7 without this run.',
        rollback: { status: 'withheld', attempts: [] },
      },
    });
    expect(captures).toBe(2);
  });

  it('a strategy that cannot tell is not asked what runs where it is only to be reported', async () => {
    const { outcome } = await judged([...url, '--on-unhealthy', 'report'], {
      capture: () => Promise.resolve({ alreadyRolledBack: 'It was.' }),
    });
    expect(outcome).toMatchObject({ exitCode: 0, report: { verdict: 'healthy' } });
  });

  it('a platform that does not answer leaves the verdict as it is, and the log is not silent', async () => {
    const { outcome, output } = await judged(url, {
      goneBack: () => new Promise(() => undefined),
    });
    expect(outcome).toMatchObject({ exitCode: 0, report: { verdict: 'healthy' } });
    expect(output).not.toContain('unhealthy');
    expect(output).toBe(
      '  01:00/00:30  waiting  health ok\nstill asking what still runs (1m 25s)\n',
    );
  });
});
