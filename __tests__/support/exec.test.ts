import { describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type ExecOptions } from '../../src/support/exec.js';

const never = new AbortController().signal;
const options = (more: Partial<ExecOptions> = {}): ExecOptions => ({
  env: process.env,
  signal: never,
  maxOutput: 1000,
  ...more,
});
const node = (script: string, more: Partial<ExecOptions> = {}) =>
  run(process.execPath, ['-e', script], options(more));

describe('run', () => {
  it('gives exit code and both outputs', async () => {
    const result = await node('console.log("out"); console.error("err"); process.exitCode = 3');
    expect(result).toEqual({ code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments and input unchanged', async () => {
    const result = await run(
      process.execPath,
      [
        '-e',
        'process.stdin.on("data", (d) => process.stdout.write(process.argv[1] + d))',
        '$(x) "y" *',
      ],
      options({ input: ' and input' }),
    );
    expect(result.stdout).toBe('$(x) "y" * and input');
  });

  it('a program that does not read its input is no failure', async () => {
    const result = await node('process.exit(0)', { input: 'x'.repeat(1_000_000) });
    expect(result.code).toBe(0);
  });

  it('gives the program the given environment and no other variable', async () => {
    const result = await node('console.log(Object.keys(process.env).sort().join())', {
      env: { PATH: process.env.PATH, ONLY: '1', NOT: undefined },
    });
    expect(result.stdout.trim()).toMatch(/^(.*,)?ONLY,PATH(,.*)?$/);
    expect(result.stdout).not.toMatch(/HOME|NOT/);
  });

  it('keeps the end of a long output, in whole characters', async () => {
    const result = await node('process.stdout.write("é".repeat(100000) + "end")', {
      maxOutput: 10,
    });
    expect(result.stdout).toBe('…éééééééend');
  });

  it('shows where a line of an output is cut', async () => {
    const lines: string[] = [];
    await node('process.stdout.write("x".repeat(4097) + "\\n" + "y".repeat(100000))', {
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual([`${'x'.repeat(4096)}…`, `${'y'.repeat(4096)}…`]);
  });

  it('reports every line, also a last one without its end', async () => {
    const lines: string[] = [];
    await node('process.stdout.write("a\\r\\nb\\n\\nc"); process.stderr.write("d")', {
      onLine: (line, from) => lines.push(`${from}: ${line}`),
    });
    expect(lines.sort()).toEqual(['stderr: d', 'stdout: ', 'stdout: a', 'stdout: b', 'stdout: c']);
  });

  it.each([
    ['a program that does not exist', '/no/such/program', {}, 'ENOENT'],
    ['a directory that does not exist', process.execPath, { cwd: '/no/such/directory' }, 'ENOENT'],
    ['a file that is not executable', '/dev/null', {}, 'EACCES'],
  ])('%s: a spawn error, nothing has run', async (_, command, more, code) => {
    const result = await run(command, [], options(more));
    expect(result).toMatchObject({ code: null, spawnError: { code } });
  });

  it('arguments longer than the system allows: a spawn error, nothing has run', async () => {
    const result = await run(process.execPath, ['x'.repeat(4_000_000)], options());
    expect(result.spawnError?.code).toBe('E2BIG');
  });

  it.each([
    ['maxOutput', () => run('x', [], options({ maxOutput: 0 }))],
    ['a NUL character', () => run('x', ['a\0b'], options())],
  ])('invalid options reject: %s', async (_, misuse) => {
    await expect(misuse()).rejects.toThrow();
  });

  it('an aborted signal: nothing is started', async () => {
    const result = await run('/no/such/program', [], options({ signal: AbortSignal.abort() }));
    expect(result).toMatchObject({ stopped: 'aborted', spawnError: { code: 'ABORTED' } });
  });

  it('ends the whole process group, with a child of the shell', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'exec-'));
    const file = join(directory, 'pid');
    const stop = new AbortController();
    const result = await run(
      'sh',
      ['-c', 'sleep 600 & echo $! >"$FILE"; echo ready; wait'],
      options({
        env: { ...process.env, FILE: file },
        signal: stop.signal,
        onLine: () => {
          stop.abort();
        },
      }),
    );
    expect(result).toMatchObject({ code: null, signal: 'SIGTERM', stopped: 'aborted' });
    const child = Number(readFileSync(file, 'utf8'));
    await until(() => !isRunning(child));
    rmSync(directory, { recursive: true });
  });

  it('kills a program that ignores SIGTERM', async () => {
    const stop = new AbortController();
    const result = await node(
      'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)',
      {
        signal: stop.signal,
        graceMs: 50,
        onLine: () => {
          stop.abort();
        },
      },
    );
    expect(result).toMatchObject({ code: null, signal: 'SIGKILL', stopped: 'aborted' });
  });

  it('ends a program at its timeout', async () => {
    const result = await node('setInterval(() => {}, 1000)', { timeoutMs: 50 });
    expect(result).toMatchObject({ code: null, stopped: 'timeout' });
  });

  it('does not wait for a child that the program leaves running', async () => {
    const result = await run('sh', ['-c', 'sleep 600 & echo $!; exit 0'], options());
    expect(result.code).toBe(0);
    const child = Number(result.stdout);
    expect(isRunning(child)).toBe(true);
    process.kill(child, 'SIGKILL');
  });
});

/** Whether the process does something; one that has ended and was not yet collected does not. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${String(pid)}/stat`;
  if (existsSync('/proc/self/stat')) {
    return existsSync(stat) && !/\) [ZX]/.test(readFileSync(stat, 'utf8'));
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  expect(condition()).toBe(true);
}
