import { describe, expect, it } from '@jest/globals';
import { captureAll, pinAll } from '../../src/commands/strategies.js';
import { openSession, type Session } from '../../src/commands/session.js';
import type { ChainLink, Strategy, StrategyId } from '../../src/contract/strategy.js';
import { Cancelled } from '../../src/support/abort.js';
import { entryWith } from '../support/entry.js';
import { VirtualClock } from '../support/virtual-clock.js';

function link(id: StrategyId, parts: Partial<Strategy>): ChainLink {
  return {
    id,
    strategy: {
      kind: 'strategy',
      id,
      preflight: () => Promise.resolve([]),
      plan: () => Promise.resolve({ kind: 'skip', reason: 'of the test' }),
      execute: () => Promise.reject(new Error('never called')),
      ...parts,
    },
  };
}

const skipped: ChainLink = { id: 'helm', strategy: { kind: 'skip', reason: 'not configured' } };

async function withSession<T>(
  act: (session: Session, clock: VirtualClock) => Promise<T>,
  signal = new AbortController().signal,
): Promise<{ readonly result: T; readonly output: string }> {
  let output = '';
  const clock = new VirtualClock();
  const session = await openSession(
    entryWith({
      clock,
      signal,
      write: (text) => {
        output += text;
      },
    }),
  );
  try {
    return { result: await clock.runUntil(act(session, clock)), output };
  } finally {
    session.close();
  }
}

describe('before the watch, the strategies', () => {
  it('report every finding and a deploy that was rolled back already', async () => {
    const notice = {
      level: 'notice',
      subject: 'kubernetes',
      message: 'nothing was deployed',
    } as const;
    const { result } = await withSession((session) =>
      captureAll(session, [
        skipped,
        link('kubernetes', { capture: () => Promise.resolve({ findings: [notice] }) }),
        link('compose', {
          capture: () => Promise.resolve({ alreadyRolledBack: 'v2 was rolled back.' }),
        }),
        link('ci', {}),
      ]),
    );
    expect(result).toEqual({ findings: [notice], alreadyRolledBack: 'v2 was rolled back.' });
  });

  it('that fail or take too long become warnings, and the others are still read', async () => {
    const { result } = await withSession((session, clock) =>
      captureAll(session, [
        link('kubernetes', { capture: () => Promise.reject(new Error('the cluster is away')) }),
        link('helm', {
          capture: async (signal) => {
            await clock.sleep(3_600_000, signal);
            return {};
          },
        }),
        link('compose', { capture: () => Promise.resolve({}) }),
      ]),
    );
    expect(result.alreadyRolledBack).toBeUndefined();
    expect(result.findings).toEqual([
      {
        level: 'warning',
        subject: 'kubernetes',
        message: 'capturing what kubernetes sees failed: the cluster is away',
      },
      {
        level: 'warning',
        subject: 'helm',
        message: expect.stringContaining('took longer than 45 s'),
      },
    ]);
  });

  it('stop when the run is cancelled', async () => {
    const cancel = new AbortController();
    await expect(
      withSession(
        (session) =>
          captureAll(session, [
            link('kubernetes', {
              capture: (signal) => {
                cancel.abort(new Cancelled('SIGTERM'));
                return Promise.reject(signal.reason as Error);
              },
            }),
          ]),
        cancel.signal,
      ),
    ).rejects.toThrow('cancelled by SIGTERM');
  });
});

describe('after a healthy verdict, the strategies', () => {
  it('report what they recorded, and what failed', async () => {
    const { output } = await withSession((session) =>
      pinAll(session, [
        skipped,
        link('ci', {}),
        link('kubernetes', { pin: () => Promise.reject(new Error('no rights')) }),
        link('compose', { pin: () => Promise.resolve('v2 of api is the state to return to') }),
      ]),
    );
    expect(output).toContain('kubernetes: keeping what kubernetes sees failed: no rights');
    expect(output).toContain('compose: v2 of api is the state to return to');
  });
});
