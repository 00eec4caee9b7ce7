import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Buffer } from 'node:buffer';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutput } from '../../src/systems/registry.js';
import type { SystemOutput } from '../../src/contract/system.js';
import { ownVariable } from '../../src/inputs/variables.js';
import { outputTable } from '../../src/contract/outcome.js';
import { outputDeps, log } from '../support/output-deps.js';

describe('the output of GitLab', () => {
  let directory = '';
  const printed = log();

  const open = (given: { readonly write?: (text: string) => void } = {}): Promise<SystemOutput> =>
    createOutput(
      { system: 'gitlab' },
      outputDeps({
        ...given,
        reportDir: directory,
        writeFile: (path, text) => writeFile(path, text),
      }),
    );
  const left = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollgate-gitlab-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('has plain lines and folding sections, and no mask command', async () => {
    const host = await open({ write: printed.write });
    host.line('a line');
    host.group('The checks', ['one', 'two']);
    host.group('More', []);
    host.annotate('error', 'Rollgate', 'look here');
    host.mask('secret-text');
    await host.writeSummary({ markdown: '# summary', path: '/report/summary.md' });
    expect(host).toMatchObject({ system: 'gitlab', annotates: false });
    const erase = '\u001b[0K';
    expect(printed.text().split('\n')).toEqual([
      'a line',
      `${erase}section_start:1767225600:rollgate_1767225600000_1[collapsed=true]\r${erase}The checks`,
      'one',
      'two',
      `${erase}section_end:1767225600:rollgate_1767225600000_1\r${erase}`,
      `${erase}section_start:1767225600:rollgate_1767225600000_2[collapsed=true]\r${erase}More`,
      `${erase}section_end:1767225600:rollgate_1767225600000_2\r${erase}`,
      'error: Rollgate: look here',
      '',
    ]);
  });

  it('writes the outputs as a dotenv report, and names its files', async () => {
    const host = await open();
    await host.setOutputs({
      verdict: 'unhealthy',
      reason: '18 of 60 requests\nfailed (70 %, \'bad\' = "x" # no comment)',
      'rollback-url': '',
    });
    expect(await left('rollgate.env')).toBe(
      [
        'ROLLGATE_VERDICT=unhealthy',
        'ROLLGATE_REASON=18 of 60 requests failed (70 %, \'bad\' = "x" # no comment)',
        'ROLLGATE_ROLLBACK_URL=',
        '',
      ].join('\n'),
    );
    expect(host.outputFiles).toEqual([
      join(directory, 'rollgate.env'),
      join(directory, 'annotations.json'),
    ]);
  });

  it('names every output ROLLGATE_*', async () => {
    const host = await open();
    await host.setOutputs(Object.fromEntries(outputTable.map(({ id }) => [id, id])));
    expect(await left('rollgate.env')).toBe(
      outputTable.map(({ id }) => `${ownVariable(id)}=${id}\n`).join(''),
    );
  });

  it('escapes variables in an output', async () => {
    const host = await open();
    await host.setOutputs({ reason: 'the API said $GITLAB_TOKEN and ${X} for $5' });
    expect(await left('rollgate.env')).toBe(
      'ROLLGATE_REASON=the API said $$GITLAB_TOKEN and $${X} for $$5\n',
    );
  });

  it('stays below the size limit: the longest output is cut', async () => {
    const value = fc.string({ unit: fc.constantFrom('a', '≥', '$', '🛹', ' '), maxLength: 4000 });
    await fc.assert(
      fc.asyncProperty(value, async (reason) => {
        const host = await open();
        await host.setOutputs({ verdict: 'unhealthy', reason, report: 'r/report.json' });
        const text = await left('rollgate.env');
        const [verdict, cut, report, ...more] = text.split('\n');
        expect(Buffer.byteLength(text)).toBeLessThan(5 * 1024);
        expect([verdict, report, ...more]).toEqual([
          'ROLLGATE_VERDICT=unhealthy',
          'ROLLGATE_REPORT=r/report.json',
          '',
        ]);
        const shown = cut!.replace('ROLLGATE_REASON=', '').replaceAll('$$', '$');
        expect(cut).not.toContain('\ufffd');
        if (shown === reason) return;
        expect(shown.endsWith('…')).toBe(true);
        expect(reason.startsWith(shown.slice(0, -1))).toBe(true);
        expect(Buffer.byteLength(text)).toBeGreaterThan(5 * 1024 - 8);
      }),
      { numRuns: 50 },
    );
  });

  it('stays below the size limit: several outputs are cut when one is not enough', async () => {
    const host = await open();
    await host.setOutputs({
      reason: 'r'.repeat(6000),
      report: 'p'.repeat(6000),
      verdict: 'healthy',
    });
    const text = await left('rollgate.env');
    expect(Buffer.byteLength(text)).toBeLessThan(5 * 1024);
    expect(text).toMatch(/^ROLLGATE_REASON=\nROLLGATE_REPORT=p+…\nROLLGATE_VERDICT=healthy\n$/);
  });

  it.each([
    [
      'https://gitlab.example/acme/shop/-/pipelines/9',
      {
        rollgate: [
          {
            external_link: {
              label: 'Rollback run',
              url: 'https://gitlab.example/acme/shop/-/pipelines/9',
            },
          },
        ],
      },
    ],
    ['', {}],
    ['javascript:alert(1)', {}],
  ])('links the rollback in the page of the job: %j', async (url, expected) => {
    await (await open()).setOutputs({ 'rollback-url': url });
    expect(JSON.parse(await left('annotations.json'))).toEqual(expected);
  });

  it('rejects when the outputs cannot be written', async () => {
    const host = await createOutput({ system: 'gitlab' }, outputDeps());
    await expect(host.setOutputs({})).rejects.toThrow('is not to be written');
  });
});
