import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProgram, type ProgramOptions } from '../../../src/sources/command/program.js';
import { systemClock } from '../../../src/support/clock.js';
import { run } from '../../../src/support/exec.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollgate-command-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;

function program(line: string, more: Partial<ProgramOptions> = {}) {
  return createProgram({
    line,
    timeout: 30_000,
    unhealthyCodes: [{ from: 1, to: 125 }],
    logLines: 0,
    clock: systemClock,
    platform: process.platform,
    exec: run,
    env: { PATH: process.env.PATH },
    redact: (text) => text.replaceAll('hunter2hunter2', '***'),
    ...more,
  });
}

describe('how a test ends', () => {
  it.each([
    ['true', 'passed', undefined],
    ['exit 1', 'failed', 'exited with code 1'],
    ['exit 99', 'failed', 'exited with code 99'],
    ['exit 125', 'failed', 'exited with code 125'],
    ['exit 126', 'otherwise', 'could not be started (the shell says 126)'],
    ['/no/such/program', 'otherwise', 'could not be started (the shell says 127)'],
    ['exit 128', 'otherwise', 'exited with code 128'],
    ['kill -9 $$', 'otherwise', 'was ended by SIGKILL'],
    ['sh -c "kill -9 \\$\\$"; exit $?', 'otherwise', 'exited with code 137'],
  ])('%s: %s', async (line, ended, detail) => {
    expect(await program(line).run(never)).toMatchObject({
      ended,
      ...(detail === undefined ? {} : { detail }),
    });
  });

  it('by other codes, where these are said to be unhealthy', async () => {
    const codes = {
      unhealthyCodes: [
        { from: 3, to: 3 },
        { from: 120, to: 255 },
      ],
    };
    const endings = await Promise.all(
      [3, 4, 127, 255].map(
        async (code) => (await program(`exit ${String(code)}`, codes).run(never)).ended,
      ),
    );
    expect(endings).toEqual(['failed', 'otherwise', 'otherwise', 'failed']);
  });

  it('without a shell tells nothing', async () => {
    expect(await program('true', { env: { PATH: '/nowhere' } }).run(never)).toMatchObject({
      ended: 'otherwise',
      detail: 'could not be started: sh: ENOENT',
    });
  });

  it('by its timeout tells nothing, and leaves none of its children behind', async () => {
    const pid = join(folder, 'pid');
    const line = `(trap '' TERM; exec sleep 600) & echo $! > "${pid}"; wait`;
    expect(await program(line, { timeout: 1000 }).run(never)).toMatchObject({
      ended: 'otherwise',
      detail: 'took longer than 1s (`timeout`), and was ended',
    });
    expectGone(pid);
  });

  it('by an abort is over when its children are', async () => {
    const pid = join(folder, 'pid');
    const abort = new AbortController();
    const running = program(
      `(trap '' TERM; exec sleep 600) & echo $! > "${pid}.new"; mv "${pid}.new" "${pid}"; wait`,
    ).run(abort.signal);
    while (!existsSync(pid)) await systemClock.sleep(10);
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expectGone(pid);
  });
});

/** Nobody may wait for it: a zombie counts as ended. */
function expectGone(file: string): void {
  const pid = readFileSync(file, 'utf8').trim();
  const status = `/proc/${pid}/stat`;
  if (process.platform === 'linux' && existsSync(status))
    expect(readFileSync(status, 'utf8')).toMatch(/^\d+ \(.*\) Z/);
  else if (process.platform !== 'linux') expect(() => process.kill(Number(pid), 0)).toThrow();
}

describe('the number that a program prints', () => {
  it.each([
    ['echo 12', { ok: true, value: 12 }],
    ['echo first; echo " 0.25 "; echo', { ok: true, value: 0.25 }],
    ['echo 1e3', { ok: true, value: 1000 }],
    ['echo 7; echo 8 >&2', { ok: true, value: 7 }],
    ['echo -1', { ok: false, why: 'the value is -1, and a value must not be negative' }],
    ['echo 12 ms', { ok: false, why: 'its last line is not a number' }],
    ['echo NaN', { ok: false, why: 'its last line is not a number' }],
    ['true', { ok: false, why: 'its last line is not a number' }],
  ])('of `%s`', async (line, value) => {
    expect(await program(line).run(never)).toMatchObject({ ended: 'passed', value });
  });
});

describe('what a failed test prints', () => {
  it('is not shown unless asked for', async () => {
    expect(await program('echo why; exit 1').run(never)).toMatchObject({
      detail: 'exited with code 1',
    });
  });

  it('is shown by its last lines, of both outputs, without secrets and without commands to a runner', async () => {
    const line = 'echo one; echo "two hunter2hunter2"; echo "::error::three" >&2; exit 1';
    const ended = await program(line, { logLines: 2 }).run(never);
    // The outputs are two pipes: their order is the order in which they are read.
    expect(ended).toMatchObject({
      detail: expect.stringMatching(/^exited with code 1 \[.+ \| .+\]$/),
    });
    expect(ended).toMatchObject({ detail: expect.not.stringContaining('hunter2') });
    expect(ended).toMatchObject({ detail: expect.not.stringMatching(/(^|\| |\[)::error/) });
  });

  it('is the end of it, however much it is', async () => {
    const ended = await program(
      'i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done; exit 1',
      {
        logLines: 2,
      },
    ).run(never);
    expect(ended).toMatchObject({ detail: 'exited with code 1 [line 2998 | line 2999]' });
  });

  it('is not shown when it passes', async () => {
    expect(await program('echo fine', { logLines: 5 }).run(never)).not.toHaveProperty('detail');
  });
});
