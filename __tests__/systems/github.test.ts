import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs/promises';
import { EOL, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createOutput } from '../../src/systems/registry.js';
import type { SystemOutput } from '../../src/contract/system.js';
import { outputDeps } from '../support/output-deps.js';

// `@actions/core` writes to the process and reads its environment by itself.
const names = ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'] as const;
const before = names.map((name) => [name, process.env[name]] as const);
const realWrite = process.stdout.write.bind(process.stdout);

function set(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

const summary = { markdown: '## ✅ Healthy\n', path: null };

describe('the output of GitHub', () => {
  let directory = '';
  let log = '';

  const open = (): Promise<SystemOutput> =>
    createOutput(
      { system: 'github' },
      outputDeps({
        env: process.env,
        write: (text) => {
          log += text;
        },
      }),
    );

  beforeEach(async () => {
    directory = await fs.mkdtemp(join(tmpdir(), 'rollgate-github-'));
    log = '';
    for (const name of names) set(name, undefined);
    process.stdout.write = (chunk: string | Uint8Array): boolean => {
      log += String(chunk);
      return true;
    };
  });
  afterEach(async () => {
    process.stdout.write = realWrite;
    for (const [name, value] of before) set(name, value);
    await fs.rm(directory, { recursive: true });
  });

  it('has lines, groups and annotations in the form of the runner', async () => {
    const host = await open();
    host.line('a line');
    host.group('The checks', ['one', 'two']);
    host.annotate('notice', 'Healthy', 'all is well');
    host.annotate('warning', 'Look: here, now', 'two\nlines');
    host.annotate('error', 'Unhealthy', '100% wrong');
    expect(host.system).toBe('github');
    expect(log.split(/\r?\n/)).toEqual([
      'a line',
      '::group::The checks',
      'one',
      'two',
      '::endgroup::',
      '::notice title=Healthy::all is well',
      '::warning title=Look%3A here%2C now::two%0Alines',
      '::error title=Unhealthy::100%25 wrong',
      '',
    ]);
  });

  it('masks a secret line by line, without lines that are too short', async () => {
    const host = await open();
    host.mask('-----BEGIN KEY-----\r\n  MIIEvQIBADANBg\n}\n\n');
    expect(log.split(/\r?\n/)).toEqual([
      '::add-mask::-----BEGIN KEY-----',
      '::add-mask::MIIEvQIBADANBg',
      '',
    ]);
  });

  it('writes outputs to the file of the step, and not to the log', async () => {
    const file = join(directory, 'output');
    await fs.writeFile(file, '');
    set('GITHUB_OUTPUT', file);
    await (await open()).setOutputs({ verdict: 'unhealthy', reason: 'a\nb', 'rollback-url': '' });
    const text = await fs.readFile(file, 'utf8');
    const read = [...text.matchAll(/^(.+)<<(ghadelimiter_.+)\r?\n([^]*?)\r?\n\2\r?\n/gm)];
    expect(read.map(([, name, , value]) => [name, value])).toEqual([
      ['verdict', 'unhealthy'],
      ['reason', 'a\nb'],
      ['rollback-url', ''],
    ]);
    expect(text.endsWith(EOL)).toBe(true);
    expect(log).toBe('');
  });

  it.each([undefined, ''])('has no outputs when GITHUB_OUTPUT is %j', async (value) => {
    set('GITHUB_OUTPUT', value);
    await (await open()).setOutputs({ verdict: 'healthy' });
    expect(log).toBe('');
  });

  it('rejects when the outputs cannot be written', async () => {
    set('GITHUB_OUTPUT', join(directory, 'gone'));
    await expect((await open()).setOutputs({ verdict: 'healthy' })).rejects.toThrow('Missing file');
  });

  it('appends to the summary of the step', async () => {
    const file = join(directory, 'summary');
    await fs.writeFile(file, '# of another step\n');
    set('GITHUB_STEP_SUMMARY', file);
    await (await open()).writeSummary(summary);
    expect(await fs.readFile(file, 'utf8')).toBe('# of another step\n## ✅ Healthy\n');
  });

  it.each([undefined, ''])('has no summary when GITHUB_STEP_SUMMARY is %j', async (value) => {
    set('GITHUB_STEP_SUMMARY', value);
    await expect((await open()).writeSummary(summary)).resolves.toBeUndefined();
    expect(log).toBe('');
  });
});
