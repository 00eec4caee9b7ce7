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

const right: Confirmation = { confirmed: true, healthConfirmed: true, detail: 'all right' };
const wrong: Confirmation = { confirmed: false, healthConfirmed: false, detail: 'still 503' };

interface Script {
  readonly plan?: () => Promise<Plan | Skip | Withheld>;
  readonly execute?: (context: StrategyContext) => Promise<StrategyResult | Withheld>;
  readonly guard?: () => Promise<Withheld | undefined>;
  readonly touches?: readonly string[];
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
        ...(script.guard === undefined ? {} : { assertUnchanged: script.guard }),
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
          confirm: () => {
            confirmations += 1;
            return Promise.resolve(confirmation);
          },
          progress: (line) => lines.push(line),
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

describe('runChain, row by row', () => {
  it("somebody else's deploy, seen by the strategy that was about to act → withheld, no other strategy", async () => {
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

  it('skipped → next strategy', async () => {
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

  it('failed before anything was changed → next strategy', async () => {
    const report = await chain()
      .strategy('kubernetes', { execute: () => Promise.resolve(result('failed')) })
      .strategy('ci')
      .run();
    expect(outcomes(report)).toEqual(['kubernetes failed', 'ci verified']);
    expect(report.status).toBe('verified');
  });

  it('changed, proven and confirmed → verified, and the chain ends', async () => {
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
    ['and confirmed after all → verified', right, 'verified'],
    ['and not confirmed → unverified', wrong, 'unverified'],
  ])('triggered → stop, %s', async (_, confirmation, status) => {
    const c = chain(confirmation)
      .strategy('kubernetes', { execute: () => Promise.resolve(result('triggered')) })
      .strategy('ci');
    const report = await c.run();
    expect(report.status).toBe(status);
    expect(c.executed).toEqual(['kubernetes']);
  });

  it('proven, but what was wrong is still wrong → still-unhealthy', async () => {
    const c = chain(wrong).strategy('kubernetes').strategy('ci');
    const report = await c.run();
    expect(report).toMatchObject({ status: 'still-unhealthy', detail: 'still 503' });
    expect(outcomes(report)).toEqual(['kubernetes verified']);
    expect(c.executed).toEqual(['kubernetes']);
  });

  it('the live version is not the one that was judged → the whole chain ends, withheld', async () => {
    const c = chain()
      .strategy('kubernetes', {
        guard: () =>
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

  it('asks for the live version before every strategy, of every strategy that can see it', async () => {
    let calls = 0;
    const c = chain()
      .strategy('kubernetes', {
        execute: () => Promise.resolve(result('failed')),
        guard: () => {
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

  it('a plan that sees another version withholds too', async () => {
    const c = chain()
      .strategy('kubernetes', {
        plan: () => Promise.resolve({ kind: 'withheld', reason: 'replaced' }),
      })
      .strategy('ci');
    expect(await c.run()).toMatchObject({ status: 'withheld', detail: 'replaced' });
    expect(c.executed).toEqual([]);
  });
});

describe('runChain, after a stop', () => {
  it('lets only scale-down run', async () => {
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
      'is not kept from it by a strategy that sees what the one before has done',
      'kubernetes',
      ['ci', 'scale-down'],
    ],
    ['asks the strategy itself', 'scale-down', ['ci']],
  ])('%s', async (_, objecting, executed) => {
    const acted = { by: '' };
    const objectLater = {
      guard: () =>
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

  it('does not scale down what an earlier strategy touched', async () => {
    const c = chain(wrong)
      .strategy('kubernetes', { touches: ['deployment/api'] })
      .strategy('scale-down', { touches: ['deployment/api'] });
    const report = await c.run();
    expect(c.executed).toEqual(['kubernetes']);
    expect(outcomes(report)).toEqual(['kubernetes verified', 'scale-down skipped']);
  });

  it('is verified when scaling down was what helped', async () => {
    const answers = [wrong, right];
    const c = chain(right, { confirm: () => Promise.resolve(answers.shift() ?? wrong) })
      .strategy('ci', { execute: () => Promise.resolve(result('triggered')) })
      .strategy('scale-down', { touches: ['deployment/api-canary'] });
    expect((await c.run()).status).toBe('verified');
  });
});

describe('runChain, isolation', () => {
  it('an exception while planning is a failure, and the next strategy is tried', async () => {
    const report = await chain()
      .strategy('kubernetes', {
        plan: () => Promise.reject(new Error('the cluster does not answer')),
      })
      .strategy('ci')
      .run();
    expect(outcomes(report)).toEqual(['kubernetes failed', 'ci verified']);
    expect(report.attempts[0]?.detail).toBe('the cluster does not answer');
  });

  it('an exception before the first change is a failure, and the next strategy is tried', async () => {
    const report = await chain()
      .strategy('kubernetes', { execute: () => Promise.reject(new Error('ENOENT kubectl')) })
      .strategy('ci')
      .run();
    expect(outcomes(report)).toEqual(['kubernetes failed', 'ci verified']);
  });

  it('an exception after the first change stops the chain', async () => {
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

  it('hands on what is to be done when the report is written', async () => {
    const c = chain().strategy('ci', {
      execute: (context) => {
        context.lastOfAll(() => Promise.resolve('our own pipeline was cancelled'));
        return Promise.resolve(result('verified'));
      },
    });
    await c.run();
    expect(c.acts).toHaveLength(1);
  });

  it('keeps the link of a started run even when the strategy dies', async () => {
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

  it('a guard that cannot tell does not keep the other strategies from acting', async () => {
    const report = await chain()
      .strategy('kubernetes', {
        guard: () => Promise.reject(new Error('no cluster')),
        plan: () => Promise.reject(new Error('no cluster')),
      })
      .strategy('ci')
      .run();
    expect(report.status).toBe('verified');
  });

  it('fails when no strategy could act, and says of each why', async () => {
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
  const hang = (context: StrategyContext): Promise<StrategyResult> =>
    new Promise((_, reject) => {
      context.signal.addEventListener('abort', () => {
        reject(context.signal.reason as Error);
      });
    });

  it('gives a strategy half of what is left, and the last one all of it', async () => {
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

  it('gives a strategy at least a minute', async () => {
    const c = chain(right, { timeout: 100_000 })
      .strategy('kubernetes', { execute: hang })
      .strategy('ci', { execute: hang });
    await c.run();
    expect(c.budgets).toEqual({ kubernetes: 60_000, ci: 40_000 });
  });

  it('says when there is no time left for a strategy', async () => {
    const c = chain(right, { timeout: 30_000 })
      .strategy('kubernetes', { execute: hang })
      .strategy('ci', { execute: hang });
    const report = await c.run();
    expect(outcomes(report)).toEqual(['kubernetes failed', 'ci skipped']);
    expect(report.attempts[1]?.detail).toMatch(/no time left of the 30s/);
  });

  it('does not wait for ever for a strategy that ignores its deadline', async () => {
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
  it('a dry run plans, prints the steps and does nothing', async () => {
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

  it('without a check the proof of the strategy decides, and the report says so', async () => {
    const verified = await chain(right, { confirm: undefined }).strategy('ci').run();
    expect(verified).toMatchObject({ status: 'verified', healthConfirmed: null });
    expect(verified.detail).toMatch(/no check is configured/);
    const triggered = await chain(right, { confirm: undefined })
      .strategy('ci', { execute: () => Promise.resolve(result('triggered')) })
      .run();
    expect(triggered.status).toBe('unverified');
  });

  it('a confirmation that breaks is no confirmation', async () => {
    const report = await chain(right, {
      confirm: () => Promise.reject(new Error('the prober broke')),
    })
      .strategy('ci')
      .run();
    expect(report).toMatchObject({ status: 'still-unhealthy', detail: 'the prober broke' });
  });

  it('when cancelled begins no strategy', async () => {
    const c = chain(right, { signal: AbortSignal.abort(new Cancelled('SIGTERM')) }).strategy('ci');
    const report = await c.run();
    expect(report).toMatchObject({
      status: 'unverified',
      detail: 'cancelled by SIGTERM before anything was rolled back',
    });
    expect(c.executed).toEqual([]);
  });

  it('when cancelled during a strategy leaves within seconds, with the link', async () => {
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
