import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { SystemOutput } from '../../src/contract/system.js';
import { createOutput } from '../../src/systems/registry.js';
import { outputDeps } from '../support/output-deps.js';

// `@actions/core` writes to the process and reads its environment by itself.
const OUTPUT = 'GITHUB_OUTPUT';
const before = process.env[OUTPUT];
const realWrite = process.stdout.write.bind(process.stdout);

describe.each(['gitea', 'forgejo'])('the output of %s', (system) => {
  let directory = '';
  let log = '';

  const open = (): Promise<SystemOutput> =>
    createOutput(
      { system },
      outputDeps({
        env: process.env,
        write: (text) => {
          log += text;
        },
      }),
    );

  beforeEach(async () => {
    directory = await fs.mkdtemp(join(tmpdir(), 'rollgate-gitea-'));
    log = '';
    process.stdout.write = (chunk: string | Uint8Array): boolean => {
      log += String(chunk);
      return true;
    };
  });
  afterEach(async () => {
    process.stdout.write = realWrite;
    if (before === undefined) Reflect.deleteProperty(process.env, OUTPUT);
    else process.env[OUTPUT] = before;
    await fs.rm(directory, { recursive: true });
  });

  it('folds groups and masks as GitHub does, and writes annotations as plain lines', async () => {
    const host = await open();
    host.group('The checks', ['one']);
    host.annotate('error', 'Unhealthy', 'all wrong');
    host.mask('s3cret-token');
    expect([host.system, host.annotates]).toEqual([system, false]);
    expect(log.split(/\r?\n/)).toEqual([
      '::group::The checks',
      'one',
      '::endgroup::',
      'error: Unhealthy: all wrong',
      '::add-mask::s3cret-token',
      '',
    ]);
  });

  it('hands outputs over in the file of the step', async () => {
    const file = join(directory, 'output');
    await fs.writeFile(file, '');
    process.env[OUTPUT] = file;
    await (await open()).setOutputs({ verdict: 'unhealthy', reason: 'two\nlines' });
    const text = await fs.readFile(file, 'utf8');
    expect(text).toMatch(/^verdict<<(ghadelimiter_.+)\r?\nunhealthy\r?\n\1\r?\n/);
  });

  it('has no page for a summary', async () => {
    await (await open()).writeSummary({ markdown: '## Healthy\n', path: null });
    expect(log).toBe('');
  });
});
