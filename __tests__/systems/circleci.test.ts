import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutput } from '../../src/systems/registry.js';
import type { Environment, SystemOutput } from '../../src/contract/system.js';
import { outputDeps } from '../support/output-deps.js';

describe('the output of CircleCI', () => {
  let directory = '';
  let file = '';

  const open = (env: Environment): Promise<SystemOutput> =>
    createOutput(
      { system: 'circleci' },
      outputDeps({ env, appendFile: (path, text) => appendFile(path, text) }),
    );

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollgate-circleci-'));
    file = join(directory, 'bash_env');
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('adds the outputs to BASH_ENV for later steps', async () => {
    await writeFile(file, 'export MINE=1');
    const host = await open({ BASH_ENV: file });
    await host.setOutputs({ verdict: 'unhealthy', 'rollback-url': '' });
    expect(await readFile(file, 'utf8')).toBe(
      "export MINE=1\nexport ROLLGATE_VERDICT='unhealthy'\nexport ROLLGATE_ROLLBACK_URL=''\n",
    );
    expect(host.outputFiles).toEqual([]);
  });

  it('passes every text through the shell unchanged, without running it', async () => {
    const values = [
      "it's 70 % of 20 ≥ 5",
      '$(touch broken) `touch broken` $HOME ${HOME} "$HOME"',
      "'; touch broken; '",
      "back\\slash \\' # no comment",
      'two\nlines',
      '',
    ];
    const host = await open({ BASH_ENV: file });
    await host.setOutputs(
      Object.fromEntries(values.map((value, index) => [`n${String(index)}`, value])),
    );
    const names = values.map((_, index) => `"$ROLLGATE_N${String(index)}"`).join(' ');
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', `. "$1"; printf '%s\\0' ${names}`, 'sh', file],
      {
        cwd: directory,
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    expect(stdout.split('\0')).toEqual([...values, '']);
    await expect(readFile(join(directory, 'broken'))).rejects.toThrow('ENOENT');
  });

  it.each([undefined, ''])('has no outputs when BASH_ENV is %j', async (BASH_ENV) => {
    await (await open({ BASH_ENV })).setOutputs({ verdict: 'healthy' });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('rejects when the outputs cannot be written', async () => {
    const host = await open({ BASH_ENV: join(directory, 'gone', 'bash_env') });
    await expect(host.setOutputs({ verdict: 'healthy' })).rejects.toThrow('ENOENT');
  });
});
