import { describe, expect, it } from '@jest/globals';
import { runChain, type ChainOptions } from '../../src/strategies/chain.js';
import type {
  ChainLink,
  Confirmation,
  Plan,
  RollbackReport,
  Strategy,
  StrategyContext,
  StrategyId,
  StrategyResult,
  Skip,
  Withheld,
} from '../../src/contract/strategy.js';
import { Cancelled } from '../../src/support/abort.js';
import { VirtualClock } from '../support/virtual-clock.js';

const right: Confirmation = {
  confirmed: true,
  healthConfirmed: true,
  detail: 'all right',
};
const wrong: Confirmation = {
  confirmed: false,
  healthConfirmed: false,
  detail: 'still 503',
};

interface Script {
  readonly plan?: () => Promise<Plan | Skip | Withheld>;
  readonly execute?: (context: StrategyContext) => Promise<StrategyResult | Withheld>;
  readonly assertUnchanged?: () => Promise<Withheld | undefined>;
  readonly touches?: readonly string[];
  readonly goneBack?: () => Promise<string | undefined>;
  readonly changesSource?: true;
}

function result(
  outcome: StrategyResult['outcome'],
  more: Partial<StrategyResult> = {},
): StrategyResult {
  return { outcome, detail: `it ${outcome}`, versionConfirmed: null, ...more };
}

function chain(confirmation: Confirmation = right, more: Partial<ChainOptions> = {}) {
  const clock = new VirtualClock();
  const links: ChainLink[] = [];
  const executed: string[] = [];
  const budgets: Record<string, number> = {};
  const promised: Record<string, number> = {};
  const lines: string[] = [];
  const acts: ((signal: AbortSignal) => Promise<string>)[] = [];
  let confirmations = 0;
  const built = {
    clock,
    executed,
    budgets,
    promised,
    lines,
    acts,
    confirmations: () => confirmations,
    skip(id: StrategyId, reason = 'not configured') {
      links.push({ id, strategy: { kind: 'skip', reason } });
      return built;
    },
    strategy(id: StrategyId, script: Script = {}) {
      const strategy: Strategy = {
        kind: 'strategy',
        id,
        preflight: () => Promise.resolve([]),
        plan:
          script.plan ??
          (() =>
            Promise.resolve({
              kind: 'plan',
              steps: [`do ${id}`],
              ...(script.touches === undefined ? {} : { touches: script.touches }),
            })),
        execute: async (_, context) => {
          executed.push(id);
          const began = clock.monotonic();
          promised[id] = context.timeLeft();
          context.signal.addEventListener('abort', () => {
            budgets[id] = clock.monotonic() - began;
          });
          return script.execute === undefined ? result('verified') : script.execute(context);
        },
        ...(script.goneBack === undefined ? {} : { goneBack: script.goneBack }),
        ...(script.changesSource === undefined ? {} : { changesSource: script.changesSource }),
        ...(script.assertUnchanged === undefined
          ? {}
          : { assertUnchanged: script.assertUnchanged }),
      };
      links.push({ id, strategy });
      return built;
    },
    run(): Promise<RollbackReport> {
      return clock.runUntil(
        runChain({
          links,
          request: {
            target: 'default',
            verdict: 'unhealthy',
            reason: '41 of 300 requests failed',
            correlationId: 'rg-1',
          },
          timeout: 600_000,
          dryRun: false,
          clock,
          signal: new AbortController().signal,
          isRecovery: true,
          confirm: () => {
            confirmations += 1;
            return Promise.resolve(confirmation);
          },
          progress: (line) =>
            lines.push(typeof line === 'string' ? line : line.render((text) => text)),
          lastOfAll: (act) => acts.push(act),
          ...more,
        }),
      );
    },
  };
  return built;
}

function outcomes(report: RollbackReport): string[] {
  return report.attempts.map(({ id, outcome }) => `${id} ${outcome}`);
}

/** What somebody else's API may have said. */
const nasty = `no\u2028✅ healthy\u0085::error::x${'x'.repeat(600_000)}`;

describe('runChain, row by row', () => {
  it.each<[string, Script]>([
    ['does', { execute: () => Promise.resolve(result('triggered', { detail: nasty })) }],
    ['leaves', { execute: () => Promise.resolve({ kind: 'withheld', reason: nasty }) }],
    ['will not do', { plan: () => Promise.resolve({ kind: 'skip', reason: nasty }) }],
  ])('what a strategy %s is told in one line of bounded length', async (_name, script) => {
    const report = await chain(wrong).strategy('ci', script).run();
    for (const { detail } of [report, ...report.attempts]) {
      expect(detail).not.toMatch(/[\p{Cc}\p{Zl}]/u);
      expect(detail.length).toBeLessThan(4100);
    }
  });

  it("a strategy that finds somebody else's deploy while it acts → withheld, no other strategy", async () => {
    const c = chain()
      .strategy('kubernetes', {
        execute: () => Promise.resolve({ kind: 'withheld', reason: 'revision 15 replaced ours' }),
      })
      .strategy('ci');
    const report = await c.run();
    expect(report).toMatchObject({ status: 'withheld', detail: 'revision 15 replaced ours' });
    expect(report.attempts).toMatchObject([
      { id: 'kubernetes', outcome: 'failed', detail: 'withheld: revision 15 replaced ours' },
    ]);
    expect(c.executed).toEqual(['kubernetes']);
    expect(c.confirmations()).toBe(0);
  });

  it.each<[string, Script, Script, readonly string[]]>([
    ['goes first', {}, { goneBack: () => Promise.resolve('it was given up') }, ['ecs']],
    [
      'is behind what changes the source',
      { changesSource: true },
      { goneBack: () => Promise.resolve('it was given up') },
      ['ci'],
    ],
    ['has not: the order stays', {}, { goneBack: () => Promise.resolve(undefined) }, ['ci']],
    [
      'cannot tell: the order stays',
      {},
      { goneBack: () => Promise.reject(new Error('no')) },
      ['ci'],
    ],
  ])('what has gone back by itself %s', async (_, first, second, executed) => {
    const c = chain().strategy('ci', first).strategy('ecs', second);
    await c.run();
    expect(c.executed).toEqual(executed);
  });

  it('what has gone back goes first, though another one cannot tell', async () => {
    const c = chain()
      .strategy('ci')
      .strategy('kubernetes', { goneBack: () => Promise.reject(new Error('no')) })
      .strategy('ecs', { goneBack: () => Promise.resolve('it was given up') });
    await c.run();
    expect(c.executed).toEqual(['ecs']);
  });

  it('skipped → the next strategy runs', async () => {
    const c = chain()
      .skip('kubernetes', 'kubernetes-workload is not set')
      .strategy('compose', {
        plan: () => Promise.resolve({ kind: 'skip', reason: 'docker is not on the PATH' }),
      })
      .strategy('ci');
    const report = await c.run();
    expect(report.status).toBe('verified');
    expect(outcomes(report)).toEqual(['kubernetes skipped', 'compose skipped', 'ci verified']);
    expect(report.attempts[1]?.detail).toBe('docker is not on the PATH');
    expect(c.executed).toEqual(['ci']);
  });

  it('failed before any change → the next strategy runs', async () => {
    const report = await chain()
      .strategy('kubernetes', { execute: () => Promise.resolve(result('failed')) })
      .strategy('ci')
      .run();
    expect(outcomes(report)).toEqual(['kubernetes failed', 'ci verified']);
    expect(report.status).toBe('verified');
  });

  it('changed, proven and confirmed → verified, no other strategy', async () => {
    const c = chain().strategy('kubernetes').strategy('ci').strategy('scale-down');
    const report = await c.run();
    expect(report).toMatchObject({
      status: 'verified',
      healthConfirmed: true,
      detail: 'all right',
    });
    expect(c.executed).toEqual(['kubernetes']);
    expect(c.confirmations()).toBe(1);
  });

  it.each([
    ['and confirmed → verified', right, 'verified'],
    ['and not confirmed → unverified', wrong, 'unverified'],
  ])('triggered → no other strategy, %s', async (_, confirmation, status) => {
    const c = chain(confirmation)
      .strategy('kubernetes', { execute: () => Promise.resolve(result('triggered')) })
      .strategy('ci');
    const report = await c.run();
    expect(report.status).toBe(status);
    expect(c.executed).toEqual(['kubernetes']);
  });

  it('triggered, and checks pass of which none had failed: that proves nothing', async () => {
    const passing = { isRecovery: false };
    const triggered = await chain(right, passing)
      .strategy('command', { execute: () => Promise.resolve(result('triggered')) })
      .run();
    expect(triggered).toMatchObject({
      status: 'unverified',
      healthConfirmed: true,
      detail: 'all right, but none was seen to fail before: that does not prove the rollback',
    });
    const proven = await chain(right, passing).strategy('command').run();
    expect(proven.status).toBe('verified');
  });

  it.each<[StrategyResult['outcome'], Confirmation, string]>([
    ['verified', right, 'all right, but v9 runs now, not v1'],
    ['triggered', right, 'all right, but v9 runs now, not v1'],
    ['triggered', wrong, 'v9 runs now, not v1; still 503'],
  ])(
    'another version is seen to run: unverified, whatever is confirmed (%s, %j)',
    async (outcome, confirmation, detail) => {
      const more = { notBack: 'v9 runs now, not v1', versionConfirmed: false };
      const report = await chain(confirmation)
        .strategy('command', { execute: () => Promise.resolve(result(outcome, more)) })
        .run();
      expect(report).toMatchObject({ status: 'unverified', versionConfirmed: false, detail });
      expect(outcomes(report)).toEqual(['command triggered']);
    },
  );

  it('proven, not confirmed → still-unhealthy, no other strategy', async () => {
    const c = chain(wrong).strategy('kubernetes').strategy('ci');
    const report = await c.run();
    expect(report).toMatchObject({ status: 'still-unhealthy', detail: 'still 503' });
    expect(outcomes(report)).toEqual(['kubernetes verified']);
    expect(c.executed).toEqual(['kubernetes']);
  });

  it('another live version than the evaluated one → withheld, no strategy runs', async () => {
    const c = chain()
      .strategy('kubernetes', {
        assertUnchanged: () =>
          Promise.resolve({ kind: 'withheld', reason: 'revision 14 replaced ours (13) at 12:03' }),
      })
      .strategy('ci');
    const report = await c.run();
    expect(report).toMatchObject({
      status: 'withheld',
      detail: 'revision 14 replaced ours (13) at 12:03',
    });
    expect(c.executed).toEqual([]);
  });

  it('checks for another live version before every strategy, by every strategy that can see it', async () => {
    let calls = 0;
    const c = chain()
      .strategy('kubernetes', {
        execute: () => Promise.resolve(result('failed')),
        assertUnchanged: () => {
          calls += 1;
          return Promise.resolve(
            calls === 2 ? { kind: 'withheld', reason: 'somebody deployed' } : undefined,
          );
        },
      })
      .strategy('ci');
    const report = await c.run();
    expect(report.status).toBe('withheld');
    expect(outcomes(report)).toEqual(['kubernetes failed']);
    expect(c.executed).toEqual(['kubernetes']);
  });

  it('a plan that finds another live version → withheld', async () => {
    const c = chain()
      .strategy('kubernetes', {
        plan: () => Promise.resolve({ kind: 'withheld', reason: 'replaced' }),
      })
      .strategy('ci');
    expect(await c.run()).toMatchObject({ status: 'withheld', detail: 'replaced' });
    expect(c.executed).toEqual([]);
  });
});

describe('runChain, after a strategy that changed something', () => {
  it('only scale-down still runs', async () => {
    const c = chain(wrong)
      .strategy('kubernetes', { touches: ['deployment/api'] })
      .strategy('compose')
      .strategy('scale-down', { touches: ['deployment/api-canary'] });
    const report = await c.run();
    expect(c.executed).toEqual(['kubernetes', 'scale-down']);
    expect(report.status).toBe('still-unhealthy');
  });

  it.each<[string, 'kubernetes' | 'scale-down', string[]]>([
    [
      'scale-down runs although another strategy finds its version changed',
      'kubernetes',
      ['ci', 'scale-down'],
    ],
    ['scale-down does not run when it finds its own workload changed', 'scale-down', ['ci']],
  ])('%s', async (_, objecting, executed) => {
    const acted = { by: '' };
    const objectLater = {
      assertUnchanged: () =>
        Promise.resolve(
          acted.by === '' ? undefined : ({ kind: 'withheld', reason: 'replaced' } as const),
        ),
    };
    const c = chain(wrong)
      .strategy('ci', {
        execute: () => {
          acted.by = 'ci';
          return Promise.resolve(result('triggered'));
        },
      })
      .strategy('kubernetes', objecting === 'kubernetes' ? objectLater : {})
      .strategy('scale-down', objecting === 'scale-down' ? objectLater : {});
    expect((await c.run()).status).toBe('unverified');
    expect(c.executed).toEqual(executed);
  });

  it('scale-down skips a workload that an earlier strategy changed', async () => {
    const c = chain(wrong)
      .strategy('kubernetes', { touches: ['deployment/api'] })
      .strategy('scale-down', { touches: ['deployment/api'] });
    const report = await c.run();
    expect(c.executed).toEqual(['kubernetes']);
    expect(outcomes(report)).toEqual(['kubernetes verified', 'scale-down skipped']);
  });

  it('is verified when the confirmation succeeds after scale-down', async () => {
    const answers = [wrong, right];
    const c = chain(right, { confirm: () => Promise.resolve(answers.shift() ?? wrong) })
      .strategy('ci', { execute: () => Promise.resolve(result('triggered')) })
      .strategy('scale-down', { touches: ['deployment/api-canary'] });
    expect((await c.run()).status).toBe('verified');
  });
});

describe('runChain, errors of a strategy', () => {
  it('an exception in plan: failed, and the next strategy runs', async () => {
    const report = await chain()
      .strategy('kubernetes', {
        plan: () => Promise.reject(new Error('the cluster does not answer')),
      })
      .strategy('ci')
      .run();
    expect(outcomes(report)).toEqual(['kubernetes failed', 'ci verified']);
    expect(report.attempts[0]?.detail).toBe('the cluster does not answer');
  });

  it('an exception before the first change: failed, and the next strategy runs', async () => {
    const report = await chain()
      .strategy('kubernetes', { execute: () => Promise.reject(new Error('ENOENT kubectl')) })
      .strategy('ci')
      .run();
    expect(outcomes(report)).toEqual(['kubernetes failed', 'ci verified']);
  });

  it('an exception after the first change: triggered, and no other strategy runs', async () => {
    const c = chain(wrong)
      .strategy('kubernetes', {
        execute: (context) => {
          context.beforeChange();
          return Promise.reject(new Error('connection reset'));
        },
      })
      .strategy('ci');
    const report = await c.run();
    expect(outcomes(report)).toEqual(['kubernetes triggered']);
    expect(report.status).toBe('unverified');
    expect(c.executed).toEqual(['kubernetes']);
  });

  it('returns what a strategy wants done after the report is written', async () => {
    const c = chain().strategy('ci', {
      execute: (context) => {
        context.lastOfAll(() => Promise.resolve('our own pipeline was cancelled'));
        return Promise.resolve(result('verified'));
      },
    });
    await c.run();
    expect(c.acts).toHaveLength(1);
  });

  it('an exception after a run was started: the report keeps its link', async () => {
    const report = await chain(wrong)
      .strategy('ci', {
        execute: (context) => {
          context.beforeChange();
          context.started({ url: 'https://ci.test/runs/7', runId: '7' });
          return Promise.reject(new Error('lost'));
        },
      })
      .run();
    expect(report.attempts[0]).toMatchObject({ url: 'https://ci.test/runs/7', runId: '7' });
  });

  it('an exception in assertUnchanged: the next strategy runs', async () => {
    const report = await chain()
      .strategy('kubernetes', {
        assertUnchanged: () => Promise.reject(new Error('no cluster')),
        plan: () => Promise.reject(new Error('no cluster')),
      })
      .strategy('ci')
      .run();
    expect(report.status).toBe('verified');
  });

  it('no strategy could act: failed, with the reason of each', async () => {
    const report = await chain()
      .skip('kubernetes')
      .strategy('ci', {
        execute: () => Promise.resolve(result('failed', { detail: 'token refused' })),
      })
      .run();
    expect(report.status).toBe('failed');
    expect(report.detail).toBe(
      'no strategy could act (kubernetes: not configured; ci: token refused)',
    );
  });
});

describe('runChain, time', () => {
  it('asking what has gone back counts as time of the chain', async () => {
    const c = chain().strategy('ecs', { goneBack: () => new Promise(() => undefined) });
    await c.run();
    expect(c.promised.ecs).toBe(555_000);
  });

  const hang = (context: StrategyContext): Promise<StrategyResult> =>
    new Promise((_, reject) => {
      context.signal.addEventListener('abort', () => {
        reject(context.signal.reason as Error);
      });
    });

  it('a strategy gets half of the time that is left, the last one all of it', async () => {
    const c = chain()
      .strategy('kubernetes', { execute: hang })
      .strategy('compose', { execute: hang })
      .strategy('ci', { execute: hang })
      .skip('scale-down');
    const report = await c.run();
    expect(c.budgets).toEqual({ kubernetes: 300_000, compose: 150_000, ci: 150_000 });
    expect(c.promised).toEqual(c.budgets);
    expect(report.status).toBe('failed');
    expect(report.seconds).toBe(600);
  });

  it('a strategy gets at least a minute', async () => {
    const c = chain(right, { timeout: 100_000 })
      .strategy('kubernetes', { execute: hang })
      .strategy('ci', { execute: hang });
    await c.run();
    expect(c.budgets).toEqual({ kubernetes: 60_000, ci: 40_000 });
  });

  it('no time left for a strategy: skipped, and the reason says so', async () => {
    const c = chain(right, { timeout: 30_000 })
      .strategy('kubernetes', { execute: hang })
      .strategy('ci', { execute: hang });
    const report = await c.run();
    expect(outcomes(report)).toEqual(['kubernetes failed', 'ci skipped']);
    expect(report.attempts[1]?.detail).toMatch(/no time left of the 30s/);
  });

  it('a strategy that ignores its deadline is left 15 s after it: triggered', async () => {
    const c = chain(wrong, { timeout: 60_000 }).strategy('command', {
      execute: (context) => {
        context.beforeChange();
        return new Promise(() => undefined);
      },
    });
    const report = await c.run();
    expect(outcomes(report)).toEqual(['command triggered']);
    expect(report.attempts[0]?.seconds).toBe(75);
  });
});

describe('runChain, other endings', () => {
  it('a dry run prints the steps of the first strategy and executes none: withheld', async () => {
    const c = chain(right, { dryRun: true })
      .skip('kubernetes')
      .strategy('ci')
      .strategy('scale-down');
    const report = await c.run();
    expect(report.status).toBe('withheld');
    expect(outcomes(report)).toEqual(['kubernetes skipped', 'ci skipped']);
    expect(report.attempts[1]?.detail).toBe('dry run; it would have done this: do ci');
    expect(c.lines.at(-1)).toContain('do ci');
    expect(c.executed).toEqual([]);
  });

  it('without a check the proof of the strategy decides, and the reason says so', async () => {
    const verified = await chain(right, { confirm: undefined }).strategy('ci').run();
    expect(verified).toMatchObject({ status: 'verified', healthConfirmed: null });
    expect(verified.detail).toMatch(/no check is configured/);
    const triggered = await chain(right, { confirm: undefined })
      .strategy('ci', { execute: () => Promise.resolve(result('triggered')) })
      .run();
    expect(triggered.status).toBe('unverified');
  });

  it('an exception in the confirmation: still-unhealthy', async () => {
    const report = await chain(right, {
      confirm: () => Promise.reject(new Error('the prober broke')),
    })
      .strategy('ci')
      .run();
    expect(report).toMatchObject({ status: 'still-unhealthy', detail: 'the prober broke' });
  });

  it('cancelled before: no strategy starts, unverified', async () => {
    const c = chain(right, { signal: AbortSignal.abort(new Cancelled('SIGTERM')) }).strategy('ci');
    const report = await c.run();
    expect(report).toMatchObject({
      status: 'unverified',
      detail: 'cancelled by SIGTERM before anything was rolled back',
    });
    expect(c.executed).toEqual([]);
  });

  it('cancelled during a strategy: ends within seconds, with the link of the run', async () => {
    const controller = new AbortController();
    const c = chain(right, { signal: controller.signal })
      .strategy('ci', {
        execute: (context) => {
          context.beforeChange();
          context.started({ url: 'https://ci.test/runs/7' });
          controller.abort(new Cancelled('SIGTERM'));
          return new Promise(() => undefined);
        },
      })
      .strategy('scale-down');
    const report = await c.run();
    expect(report.status).toBe('unverified');
    expect(report.attempts[0]).toMatchObject({
      outcome: 'triggered',
      url: 'https://ci.test/runs/7',
      seconds: 2,
    });
    expect(c.confirmations()).toBe(0);
    expect(c.executed).toEqual(['ci']);
    expect(c.clock.sleeping).toBe(0);
  });
});

describe('what is going to be done', () => {
  it.each<[string, Script, readonly string[]]>([
    [
      'once, right before the first change',
      {
        execute: (context) => {
          context.progress('nothing so far');
          context.beforeChange();
          context.beforeChange();
          context.progress('done');
          return Promise.resolve(result('verified'));
        },
      },
      ['nothing so far', 'ci: do ci', 'done', 'ci: verified: it verified'],
    ],
    [
      'never, where nothing was begun',
      { execute: () => Promise.resolve(result('failed', { detail: 'there is no such pipeline' })) },
      ['ci: failed: there is no such pipeline'],
    ],
  ])('is said %s', async (_, script, lines) => {
    const c = chain().strategy('ci', script);
    await c.run();
    expect(c.lines).toEqual(lines);
  });
});
