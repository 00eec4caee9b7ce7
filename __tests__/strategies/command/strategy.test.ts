import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createCommandStrategy, setUpCommand } from '../../../src/strategies/command/strategy.js';
import type { StrategyDependencies } from '../../../src/strategies/dependencies.js';
import type { RollbackRequest, StrategyResult } from '../../../src/contract/strategy.js';
import { Cancelled } from '../../../src/support/abort.js';
import { run } from '../../../src/support/exec.js';
import type { Exec } from '../../../src/support/exec.js';
import type { StrategySettings } from '../../../src/strategies/registry.js';

const request: RollbackRequest = {
  target: 'api',
  verdict: 'unhealthy',
  reason: 'it is\u0000 bad',
  correlationId: 'x-1',
  revision: '12',
};
const never = new AbortController().signal;

function strategyOf(commandLine: string, exec: Exec = run, platform = 'linux') {
  return createCommandStrategy({
    commandLine,
    env: process.env,
    platform,
    exec,
    redact: (text) => text,
  });
}

async function execute(
  commandLine: string,
  {
    exec = run,
    signal = never,
    onLine,
  }: { exec?: Exec; signal?: AbortSignal; onLine?: (line: string) => void } = {},
): Promise<{ result: StrategyResult; lines: string[]; changes: number }> {
  const strategy = strategyOf(commandLine, exec);
  const plan = await strategy.plan(request, never);
  if (plan.kind !== 'plan') throw new Error(plan.reason);
  const lines: string[] = [];
  let changes = 0;
  const result = await strategy.execute(plan, {
    request,
    signal,
    beforeChange: () => changes++,
    progress: (line) => {
      lines.push(line);
      onLine?.(line);
    },
    started: () => undefined,
    timeLeft: () => 300_000,
    lastOfAll: () => undefined,
  });
  if ('kind' in result) throw new Error(result.reason);
  return { result, lines, changes };
}

describe('the command strategy', () => {
  it('exit code 0: verified, and its output is printed', async () => {
    const { result, lines, changes } = await execute('echo one; echo "two  2"');
    expect(result).toEqual({
      outcome: 'verified',
      detail: 'rollback-command exited with code 0: two 2',
      versionConfirmed: null,
    });
    expect(lines).toEqual(['  one', '  two 2']);
    expect(changes).toBe(1);
  });

  it('the command gets target, verdict, reason and revision in its environment', async () => {
    const { lines } = await execute(
      'echo "$ROLLGATE_TARGET|$ROLLGATE_VERDICT|$ROLLGATE_REASON|$ROLLGATE_REVISION|${ROLLGATE_IMAGE-unset}"',
    );
    expect(lines).toEqual(['  api|unhealthy|it is bad|12|unset']);
  });

  it.each([
    ['exit 3', /exited with code 3; what it changed/],
    ['echo before >&2; exit 1', /exited with code 1;.*: before$/],
    ['/no/such/thing || exit 127', /exited with code 127/],
    ['kill -9 $$', /was ended by SIGKILL/],
  ])('%s: triggered, something may have changed', async (line, says) => {
    const { result } = await execute(line);
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toMatch(says);
  });

  it('ended by a signal of ours: triggered, even with exit code 0', async () => {
    const stop = new AbortController();
    const { result } = await execute(
      'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done',
      {
        signal: stop.signal,
        onLine: () => {
          stop.abort(new Cancelled('SIGTERM'));
        },
      },
    );
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toMatch(/ended before it was done \(cancelled by SIGTERM\)/);
  });

  it('no shell: failed, nothing was changed', async () => {
    const { result } = await execute('true; true', {
      exec: (_, args, options) => run('/no/such/shell', args, options),
    });
    expect(result.outcome).toBe('failed');
    expect(result.detail).toMatch(/was not run: .*ENOENT/);
  });

  it('runner commands in its output are disarmed, and the output is cut after 200 lines', async () => {
    const { lines, result } = await execute(
      'echo "::error::x"; echo "##vso[task.x]"; for i in $(seq 500); do echo "$i"; done; echo "::warning::end"',
    );
    expect(lines.filter((line) => /^\s*::|##vso\[/.test(line))).toEqual([]);
    expect(lines).toHaveLength(201);
    expect(lines.at(-1)).toMatch(/more than 200 lines/);
    expect(result.detail).toMatch(/: \u2060::warning::end$/);
  });

  it.each([
    ['no-such-program-x --to 3', 'no-such-program-x'],
    ['/no/such/program', '/no/such/program'],
    ['./no-such-program-x "$VERSION" --to \'v 1\'', './no-such-program-x'],
  ])('%s: preflight finds that the program is missing', async (line, word) => {
    const strategy = strategyOf(line);
    expect(await strategy.preflight(never)).toEqual([
      expect.objectContaining({
        level: 'error',
        message: `rollback-command: ${word}: not found`,
      }),
    ]);
    expect(await strategy.plan(request, never)).toEqual({
      kind: 'skip',
      reason: `${word}: not found`,
    });
  });

  const onUnix = process.platform === 'win32' ? it.skip : it;
  onUnix.each([
    ['sh', [], ''],
    ['sh', [], ' "$VERSION"'],
    // In many distributions that is sh.
    ['bash', ['--posix'], ''],
  ] as const)(
    'a file that may not be executed: preflight says so (%s %j, with%s)',
    async (shell, flags, more) => {
      const folder = mkdtempSync(join(tmpdir(), 'rollgate-test-'));
      const script = join(folder, 'undo.sh');
      writeFileSync(script, '#!/bin/sh\n', { mode: 0o644 });
      const strategy = strategyOf(`${script}${more}`, (_, args, options) =>
        run(shell, [...flags, ...args], options),
      );
      expect(await strategy.preflight(never)).toMatchObject([
        {
          level: 'error',
          message: `rollback-command: ${script}: not executable`,
          fix: `run "chmod +x ${script}", or run it with its interpreter`,
        },
      ]);
      expect(await strategy.plan(request, never)).toEqual({
        kind: 'skip',
        reason: `${script}: not executable`,
      });
      chmodSync(script, 0o755);
      expect(await strategy.preflight(never)).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  );

  it.each([
    ['sh --version'],
    ['true'],
    ['cd . && no-such-program-x'],
    ['no-such-program-x || true'],
    ['X=1 no-such-program-x'],
    ['"$TOOL" rollback'],
    ['if true; then no-such-program-x; fi'],
  ])('%s: preflight finds nothing, since only the shell can tell', async (line) => {
    const strategy = strategyOf(line);
    expect(await strategy.preflight(never)).toEqual([]);
    expect(await strategy.plan(request, never)).toMatchObject({ kind: 'plan' });
  });

  it('a syntax error: preflight reports it, and runs nothing', async () => {
    const findings = await strategyOf('touch /no/such/file; if').preflight(never);
    expect(findings).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(/not understood by sh: .*[Ss]yntax/),
      }),
    ]);
  });

  it('no shell: preflight reports it', async () => {
    const strategy = strategyOf('true', (_, args, options) => run('/no/such/shell', args, options));
    expect(await strategy.preflight(never)).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringMatching(/cannot be run/) }),
    ]);
  });

  it('the plan names the command line and its environment', async () => {
    expect(await strategyOf('make undo').plan(request, never)).toMatchObject({
      steps: [
        'run: sh -c make undo',
        'with ROLLGATE_TARGET, ROLLGATE_VERDICT, ROLLGATE_REASON, ROLLGATE_REVISION in its environment',
      ],
    });
  });

  it('on Windows cmd gets the line unchanged', async () => {
    const calls: unknown[] = [];
    const exec: Exec = (command, args, { verbatimArguments }) => {
      calls.push([command, args, verbatimArguments]);
      return Promise.resolve({ code: 0, signal: null, stdout: '', stderr: '' });
    };
    const strategy = strategyOf('"C:\\my tools\\undo.cmd" & echo %X%', exec, 'win32');
    expect(await strategy.preflight(never)).toEqual([]);
    const plan = await strategy.plan(request, never);
    if (plan.kind !== 'plan') throw new Error(plan.reason);
    await strategy.execute(plan, {
      request,
      signal: never,
      beforeChange: () => undefined,
      progress: () => undefined,
      started: () => undefined,
      timeLeft: () => 300_000,
      lastOfAll: () => undefined,
    });
    expect(calls).toEqual([
      ['cmd', ['/d', '/s', '/c', '"exit 0"'], true],
      ['cmd', ['/d', '/s', '/c', '""C:\\my tools\\undo.cmd" & echo %X%"'], true],
    ]);
  });

  it('is skipped without a command line', () => {
    const dependencies = { settings: {}, env: {}, platform: 'linux', exec: run };
    expect(setUpCommand(dependencies as unknown as StrategyDependencies<StrategySettings>)).toEqual(
      {
        kind: 'skip',
        reason: expect.stringMatching(/rollback-command/),
      },
    );
  });
});
