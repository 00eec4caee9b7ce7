import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runChain } from '../../../src/strategies/chain.js';
import { setUpKubernetes } from '../../../src/strategies/kubernetes/strategy.js';
import type { Strategy } from '../../../src/contract/strategy.js';
import { systemClock } from '../../../src/support/clock.js';
import { run, type Exec } from '../../../src/support/exec.js';
import { dependenciesWith, never } from '../../support/strategy-dependencies.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollgate-kubectl-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A PATH on which kubectl is this script. */
function pathWith(name: string, script: string | undefined): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  if (script !== undefined) {
    writeFileSync(join(path, 'kubectl'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, 'kubectl'), 0o755);
  }
  return path;
}

function dependencies(
  path: string,
  flags: Readonly<Record<string, string>> = {},
  exec: Exec = run,
) {
  return dependenciesWith(
    { 'kubernetes-workload': 'deployment/api', ...flags },
    // The shell's own tools are asked for by their full names.
    { env: { PATH: path }, clock: systemClock, exec },
  );
}

function strategyWith(path: string, exec?: Exec): Strategy {
  const strategy = setUpKubernetes(dependencies(path, {}, exec));
  if (strategy.kind !== 'strategy') throw new Error(strategy.reason);
  return strategy;
}

/** The chain with this strategy and another one behind it, whose time is short. */
function chainOf(strategy: Strategy, timeout: number) {
  const next: Strategy = {
    kind: 'strategy',
    id: 'command',
    preflight: () => Promise.resolve([]),
    plan: () => Promise.resolve({ kind: 'plan', steps: [] }),
    execute: () => Promise.resolve({ outcome: 'verified', detail: 'done', versionConfirmed: null }),
  };
  return runChain({
    links: [
      { id: 'kubernetes', strategy },
      { id: 'command', strategy: next },
    ],
    request: { target: 'default', verdict: 'unhealthy', reason: 'bad', correlationId: 'x' },
    timeout,
    dryRun: false,
    clock: systemClock,
    signal: never,
    isRecovery: true,
    confirm: undefined,
    progress: () => undefined,
    lastOfAll: () => undefined,
  });
}

describe('kubectl as a process', () => {
  it.each([
    ['prints garbage', 'echo hello', 'failed', /printed something that is not JSON/],
    ['is killed', 'kill -9 $$', 'failed', /was ended by SIGKILL/],
    ['fails', 'echo "error: broken" >&2; exit 1', 'failed', /error: broken/],
    ['is missing', undefined, 'skipped', /kubectl is not on the PATH/],
  ])('%s: the next strategy runs', async (name, script, outcome, detail) => {
    const report = await chainOf(strategyWith(pathWith(name, script)), 600_000);
    expect(report.attempts).toMatchObject([
      { id: 'kubernetes', outcome, detail: expect.stringMatching(detail) },
      { id: 'command', outcome: 'verified' },
    ]);
  });

  it('hangs: each call ends at its timeout, and the next strategy runs', async () => {
    const limits: (number | undefined)[] = [];
    const impatient: Exec = (program, args, options) => {
      limits.push(options.timeoutMs);
      return run(program, args, { ...options, timeoutMs: 100 });
    };
    const path = pathWith('hangs-always', 'exec /bin/sleep 600');
    const report = await chainOf(strategyWith(path, impatient), 600_000);
    expect(report.attempts).toMatchObject([
      {
        id: 'kubernetes',
        outcome: 'failed',
        detail: expect.stringMatching(/kubectl get did not end within 20 s/),
      },
      { id: 'command', outcome: 'verified' },
    ]);
    // assertUnchanged and the plan; before the next strategy, assertUnchanged again; and at last whether somebody takes it back.
    expect(limits).toEqual([20_000, 20_000, 20_000, 20_000]);
  });

  it('hangs: it is ended when the time of the strategy is over', async () => {
    const path = pathWith('hangs', 'exec /bin/sleep 600');
    // A strategy has at least half of the time: here 2 s.
    const report = await chainOf(strategyWith(path), 2000);
    expect(report.attempts[0]).toMatchObject({
      id: 'kubernetes',
      outcome: 'failed',
      detail: expect.stringMatching(/kubernetes took longer than/),
    });
  });

  it('is missing: preflight reports it', async () => {
    expect(await strategyWith(pathWith('none', undefined)).preflight(never)).toEqual([
      {
        level: 'error',
        subject: 'kubernetes',
        message: 'kubectl is not on the PATH',
        fix: 'install kubectl on the runner',
      },
    ]);
  });
});

describe('the set-up of the kubernetes strategy', () => {
  it.each([[{ 'kubernetes-workload': '' }, 'not configured: `kubernetes-workload` is not set']])(
    '%j: skipped',
    (flags, reason) => {
      expect(setUpKubernetes(dependencies('', flags))).toEqual({ kind: 'skip', reason });
    },
  );

  it('passes context, kubeconfig and namespace on to kubectl', async () => {
    const calls: (readonly string[])[] = [];
    const strategy = setUpKubernetes({
      ...dependencies('', {
        'kubernetes-context': 'prod',
        'kubernetes-namespace': 'shop',
        kubeconfig: '/k/config',
      }),
      exec: (_, args) => {
        calls.push(args);
        return Promise.resolve({ code: 0, signal: null, stdout: '', stderr: '' });
      },
    });
    if (strategy.kind !== 'strategy') throw new Error(strategy.reason);
    await strategy.assertUnchanged!(never);
    expect(calls[0]).toEqual(
      expect.arrayContaining([
        '--kubeconfig',
        '/k/config',
        '--context',
        'prod',
        '--namespace',
        'shop',
      ]),
    );
  });
});
