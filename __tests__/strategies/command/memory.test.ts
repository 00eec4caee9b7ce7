import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCommandStrategy } from '../../../src/strategies/command/strategy.js';
import type { RollbackRequest, Strategy } from '../../../src/contract/strategy.js';
import { Cancelled } from '../../../src/support/abort.js';
import { run } from '../../../src/support/exec.js';

const never = new AbortController().signal;
const request: RollbackRequest = {
  target: 'api',
  verdict: 'unhealthy',
  reason: 'bad',
  correlationId: 'x-1',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollgate-memory-'));
  deploy('r1');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function deploy(revision: string): void {
  writeFileSync(join(folder, 'live'), `${revision}\n`);
}
const live = (): string => readFileSync(join(folder, 'live'), 'utf8').trim();

const back = 'printf "%s" "$ROLLGATE_REVISION" > live; echo "was $ROLLGATE_REJECTED_REVISION"';

interface Options {
  readonly recorded?: unknown;
  readonly rollback?: string;
  readonly snapshotCommand?: string;
}

function strategyOf({
  recorded,
  rollback = back,
  snapshotCommand = 'cat live',
}: Options): Strategy {
  return createCommandStrategy({
    ...{ commandLine: rollback, snapshotCommand, recorded, env: process.env, platform: 'linux' },
    exec: (program, args, options) => run(program, args, { ...options, cwd: folder }),
    redact: (text) => text.replaceAll('s3cret', '***'),
  });
}

/** What the rollback says, when it is asked for right away. */
async function rolledBack(
  strategy: Strategy,
  {
    between,
    signal = never,
    progress = () => undefined,
  }: { between?: () => void; signal?: AbortSignal; progress?: () => void } = {},
): Promise<unknown> {
  const plan = await strategy.plan(request, never);
  if (plan.kind !== 'plan') return plan;
  between?.();
  return strategy.execute(plan, {
    ...{ request, signal, timeLeft: () => 300_000 },
    ...{ beforeChange: () => undefined, progress },
    ...{ started: () => undefined, lastOfAll: () => undefined },
  });
}

/** A strategy with `r1` recorded and `r2` judged. */
async function afterDeploy(options: Options = {}): Promise<Strategy> {
  const strategy = strategyOf({ recorded: { revision: 'r1' }, ...options });
  deploy('r2');
  await strategy.capture?.(never);
  return strategy;
}

describe('a command with a memory', () => {
  it('the snapshot records what the command prints', async () => {
    expect(await strategyOf({}).snapshot?.(never)).toEqual({ revision: 'r1' });
  });

  it.each([
    ['exit 3', 'rollback-snapshot-command exited with code 3'],
    ['echo no such release >&2; exit 1', 'exited with code 1: no such release'],
    ['kill -9 $$', 'was ended by SIGKILL'],
    ['true', 'printed nothing'],
    ['echo; echo " "', 'printed nothing'],
    ['echo a; echo b', 'printed 2 lines'],
    ['printf "a\\tb"', 'printed control characters'],
    ['echo key=s3cret', 'printed a secret'],
    ['head -c 1001 /dev/zero | tr "\\0" x', 'more than 1000 characters'],
  ])('%s: nothing is recorded', async (snapshotCommand, says) => {
    await expect(strategyOf({ snapshotCommand }).snapshot?.(never)).rejects.toThrow(says);
    const findings = await strategyOf({ snapshotCommand }).preflight(never, true);
    expect(findings).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringContaining(says) }),
    ]);
  });

  it('what is printed on standard error is no answer', async () => {
    const strategy = strategyOf({ snapshotCommand: 'echo looking >&2; echo " r7 "' });
    expect(await strategy.snapshot?.(never)).toEqual({ revision: 'r7' });
  });

  it('it goes back to what was recorded, and is proven by what runs then', async () => {
    const strategy = await afterDeploy();
    expect(await strategy.plan(request, never)).toMatchObject({
      from: { revision: 'r2' },
      to: { revision: 'r1' },
      steps: [
        expect.stringContaining('to go from r2 to r1'),
        'with ROLLGATE_TARGET, ROLLGATE_VERDICT, ROLLGATE_REASON, ROLLGATE_REVISION, ROLLGATE_REJECTED_REVISION in its environment',
      ],
    });
    expect(await rolledBack(strategy)).toEqual({
      outcome: 'verified',
      detail: 'rollback-command exited with code 0: was r2. r1 runs now.',
      versionConfirmed: true,
    });
    expect(live()).toBe('r1');
    expect(await strategy.assertUnchanged?.(never)).toBeUndefined();
  });

  it('a name with what logs would take for commands arrives as it is', async () => {
    const strategy = await afterDeploy({ recorded: { revision: '::r##[1' } });
    await rolledBack(strategy);
    expect(live()).toBe('::r##[1');
  });

  it('it passes on to other strategies what was recorded', async () => {
    expect((await afterDeploy()).recordedVersion?.()).toEqual({ revision: 'r1' });
  });

  const replaced = { kind: 'withheld', reason: 'r3 runs, which is not what this run judged (r2)' };

  it('somebody has deployed since the watch began: withheld', async () => {
    const strategy = await afterDeploy();
    deploy('r3');
    expect(await strategy.assertUnchanged?.(never)).toEqual(replaced);
    expect(await rolledBack(strategy)).toEqual(replaced);
    expect(live()).toBe('r3');
  });

  it('somebody deploys between plan and change: withheld, nothing is run', async () => {
    const strategy = await afterDeploy();
    const between = (): void => {
      deploy('r3');
    };
    expect(await rolledBack(strategy, { between })).toEqual(replaced);
    expect(live()).toBe('r3');
  });

  it('somebody has gone back already: nothing is run, and it is verified', async () => {
    const strategy = await afterDeploy();
    deploy('r1');
    expect(await strategy.assertUnchanged?.(never)).toBeUndefined();
    expect(await rolledBack(strategy)).toEqual({
      outcome: 'verified',
      detail: 'r1 ran again already, so rollback-command was not run.',
      versionConfirmed: true,
    });
  });

  it('somebody has gone back: told, also before anything is rolled back', async () => {
    const strategy = await afterDeploy();
    expect(await strategy.goneBack?.(never)).toBeUndefined();
    deploy('r3');
    expect(await strategy.goneBack?.(never)).toBeUndefined();
    deploy('r1');
    expect(await strategy.goneBack?.(never)).toBe('r1 runs again, and r2 is not what answers');
    rmSync(join(folder, 'live'));
    expect(await strategy.goneBack?.(never)).toBeUndefined();
  });

  it('nothing was deployed, or nothing was judged: nothing has gone back', async () => {
    const strategy = strategyOf({ recorded: { revision: 'r1' } });
    expect(await strategy.goneBack?.(never)).toBeUndefined();
    await strategy.capture?.(never);
    expect(await strategy.goneBack?.(never)).toBeUndefined();
  });

  it('nothing was deployed: said when the watch begins, and withheld', async () => {
    const strategy = strategyOf({ recorded: { revision: 'r1' } });
    const captured = await strategy.capture?.(never);
    expect(captured?.findings).toEqual([
      expect.objectContaining({
        level: 'notice',
        message: expect.stringContaining('nothing was deployed since the snapshot: r1'),
      }),
    ]);
    expect(await rolledBack(strategy)).toMatchObject({
      kind: 'withheld',
      reason: 'r1 ran before the deploy too, so there is nothing of ours to roll back',
    });
  });

  it.each([undefined, {}, { revision: '' }, { revision: 'a\nb' }, { revision: 7 }, 'r1'])(
    'recorded is %j: skipped, and an error in preflight after the deploy',
    async (recorded) => {
      const strategy = strategyOf({ recorded });
      expect(await rolledBack(strategy)).toMatchObject({
        kind: 'skip',
        reason: expect.stringContaining('no snapshot tells'),
      });
      expect(await strategy.preflight(never, true)).toEqual([]);
      expect(await strategy.preflight(never)).toMatchObject([{ level: 'error' }]);
    },
  );

  it('by hand, what runs is what goes', async () => {
    deploy('r2');
    const strategy = strategyOf({ recorded: { revision: 'r1' } });
    expect(await rolledBack(strategy)).toMatchObject({ outcome: 'verified' });
    expect(live()).toBe('r1');
  });

  it('no answer when the watch begins: it fails before anything is run', async () => {
    const strategy = strategyOf({ recorded: { revision: 'r1' }, snapshotCommand: 'cat gone' });
    await expect(strategy.capture?.(never)).rejects.toThrow('exited with code 1');
    expect(await rolledBack(strategy)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^what ran when the watch began is not known: /),
    });
  });

  it('no answer before the rollback: it fails before anything is run', async () => {
    const strategy = await afterDeploy();
    rmSync(join(folder, 'live'));
    expect(await rolledBack(strategy)).toMatchObject({ kind: 'failed' });
    deploy('r2');
    const between = (): void => {
      rmSync(join(folder, 'live'));
    };
    expect(await rolledBack(strategy, { between })).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/^rollback-command was not run: .*code 1/),
    });
  });

  it.each([
    ['true', { outcome: 'triggered', versionConfirmed: false, detail: 'r2 runs now, not r1.' }],
    [
      'rm live',
      { outcome: 'triggered', versionConfirmed: null, detail: 'What runs now is not known' },
    ],
    [`${back}; exit 5`, { outcome: 'triggered', versionConfirmed: true, detail: 'r1 runs now.' }],
    ['exit 5', { outcome: 'triggered', versionConfirmed: false, detail: 'r2 runs now, not r1.' }],
  ])('%s: not verified', async (rollback, { detail, ...expected }) => {
    expect(await rolledBack(await afterDeploy({ rollback }))).toEqual({
      ...expected,
      ...(expected.versionConfirmed === false ? { notBack: 'r2 runs now, not r1' } : {}),
      detail: expect.stringContaining(detail),
    });
  });

  it('somebody deploys while the command runs, and it leaves that alone: withheld', async () => {
    const rollback = 'echo r3 > live; echo "the link is at r3: nothing was changed" >&2; exit 3';
    expect(await rolledBack(await afterDeploy({ rollback }))).toEqual({
      kind: 'withheld',
      reason: expect.stringMatching(
        /^r3 runs, which is not what this run judged \(r2\); rollback-command exited with code 3; .*nothing was changed$/,
      ),
    });
  });

  it('somebody deploys right after the command has succeeded: triggered, with what runs now', async () => {
    const rollback = 'echo r3 > live';
    expect(await rolledBack(await afterDeploy({ rollback }))).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringContaining('r3 runs now, not r1.'),
    });
  });

  it('ended by a signal: nothing more is asked', async () => {
    const stop = new AbortController();
    const rollback = 'echo ready; while :; do sleep 0.05; done';
    const result = await rolledBack(await afterDeploy({ rollback }), {
      signal: stop.signal,
      progress: () => {
        stop.abort(new Cancelled('SIGTERM'));
      },
    });
    expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: null });
  });
});
