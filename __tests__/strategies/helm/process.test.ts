import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHelm } from '../../../src/strategies/helm/client.js';
import { Cancelled } from '../../../src/support/abort.js';
import { systemClock } from '../../../src/support/clock.js';
import { type Exec, run } from '../../../src/support/exec.js';

/** A helm that is a real program, and behaves as badly as one can. */
describe('helm as a process', () => {
  let folder: string;
  const never = new AbortController().signal;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollgate-helm-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function helmThat(script: string, exec: Exec = run) {
    const file = join(folder, 'helm');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return createHelm({
      release: 'api',
      namespace: undefined,
      kubeconfig: undefined,
      context: undefined,
      env: { PATH: `${folder}:/usr/bin:/bin` },
      exec,
      redact: (text) => text,
      clock: systemClock,
      random: () => 0,
    });
  }

  it('prints a history: it is read', async () => {
    const helm = helmThat('echo \'[{"revision":1,"status":"deployed"}]\'');
    expect(await helm.history(never)).toMatchObject([{ revision: 1, status: 'deployed' }]);
  });

  it('is missing: reason missing, and the rollback never ran', async () => {
    const exec: Exec = (_, args, options) => run(join(folder, 'no-helm'), args, options);
    const helm = helmThat('', exec);
    await expect(helm.history(never)).rejects.toMatchObject({
      reason: 'missing',
      message: 'helm is not on the PATH',
    });
    expect(await helm.rollback(1, 1000, never)).toMatchObject({ ok: false, neverRan: true });
  });

  it('prints no JSON: reason garbage', async () => {
    await expect(helmThat('echo "Happy Helming!"').history(never)).rejects.toMatchObject({
      reason: 'garbage',
    });
  });

  it('fails with many lines: the error keeps those after `Error:`', async () => {
    const helm = helmThat('echo "WARNING: x" >&2; echo "Error: a" >&2; echo "b" >&2; exit 1');
    await expect(helm.history(never)).rejects.toThrow('helm history: a b');
    expect(await helm.rollback(1, 1000, never)).toEqual({
      ok: false,
      neverRan: false,
      message: 'a b',
    });
  });

  it('hangs in history: it is ended by its timeout, and not retried', async () => {
    let times = 0;
    const exec: Exec = (command, args, options) => {
      times++;
      return run(command, args, { ...options, timeoutMs: 100 });
    };
    await expect(helmThat('exec sleep 600', exec).history(never)).rejects.toMatchObject({
      reason: 'timeout',
    });
    expect(times).toBe(1);
  });

  it('hangs in rollback: it is ended when the signal is aborted', async () => {
    const stop = new AbortController();
    const exec: Exec = (command, args, options) => {
      const result = run(command, args, options);
      setImmediate(() => {
        stop.abort(new Cancelled('SIGTERM'));
      });
      return result;
    };
    const helm = helmThat('exec sleep 600', exec);
    expect(await helm.rollback(1, 1000, stop.signal)).toEqual({
      ok: false,
      neverRan: false,
      message: 'helm was ended before it was done',
    });
  });

  it('is killed: the error names the signal', async () => {
    expect(await helmThat('kill -9 $$').rollback(1, 1000, never)).toMatchObject({
      ok: false,
      message: 'ended by SIGKILL',
    });
  });
});
