import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOutput } from '../../src/systems/registry.js';
import type { SystemOutput } from '../../src/contract/system.js';
import { outputTable } from '../../src/contract/outcome.js';
import { outputDeps, log } from '../support/output-deps.js';

async function open(
  env: Readonly<Record<string, string>> = {},
): Promise<{ host: SystemOutput; lines: () => readonly string[] }> {
  const { write, text } = log();
  const host = await createOutput({ system: 'azure' }, outputDeps({ write, env }));
  return {
    host,
    lines: () => {
      expect(text().endsWith('\n')).toBe(true);
      return text().slice(0, -1).split('\n');
    },
  };
}

/** The data of a command as the agent reads it (azure-pipelines-agent, Command.cs). */
function asAgentReads(line: string): string {
  return line
    .slice(line.indexOf(']') + 1)
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%AZP25', '%');
}

describe('the output of Azure DevOps', () => {
  it('has lines, groups and annotations in the form of the agent', async () => {
    const { host, lines } = await open();
    host.line('a line');
    host.group('The checks', ['one', 'two']);
    host.annotate('notice', 'Healthy', 'all is well');
    host.annotate('warning', 'Look: here', 'two\nlines');
    host.annotate('error', 'Unhealthy', '100% wrong; [x]');
    expect(host).toMatchObject({ system: 'azure', annotates: true, outputFiles: [] });
    expect(lines()).toEqual([
      'a line',
      '##[group]The checks',
      'one',
      'two',
      '##[endgroup]',
      'notice: Healthy: all is well',
      '##vso[task.logissue type=warning]Look: here: two%0Alines',
      '##vso[task.logissue type=error]Unhealthy: 100%AZP25 wrong; [x]',
    ]);
  });

  it('masks a secret line by line, without lines that are too short', async () => {
    const { host, lines } = await open();
    host.mask('-----BEGIN KEY-----\r\n  a%2Bb;c]\n}\n\n');
    expect(lines()).toEqual([
      '##vso[task.setsecret]-----BEGIN KEY-----',
      '##vso[task.setsecret]a%AZP252Bb;c]',
    ]);
  });

  it('has no mask command for a secret that is too short', async () => {
    const { host, lines } = await open();
    host.mask('abc');
    host.line('end');
    expect(lines()).toEqual(['end']);
  });

  it('sets output variables with valid names', async () => {
    const { host, lines } = await open();
    await host.setOutputs({ verdict: 'unhealthy', 'rollback-run-id': '', reason: '70 %\nof 20' });
    expect(lines()).toEqual([
      '##vso[task.setvariable variable=verdict;isOutput=true]unhealthy',
      '##vso[task.setvariable variable=rollbackRunId;isOutput=true]',
      '##vso[task.setvariable variable=reason;isOutput=true]70 %AZP25%0Aof 20',
    ]);
  });

  it('has a valid name for every output', async () => {
    const { host, lines } = await open();
    await host.setOutputs(Object.fromEntries(outputTable.map(({ id }) => [id, 'x'])));
    for (const line of lines())
      expect(line).toMatch(
        /^##vso\[task\.setvariable variable=[A-Za-z][A-Za-z0-9]*;isOutput=true\]x$/,
      );
  });

  it('passes every text on unchanged, in one line', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '%', '0', 'A', 'D', 'Z', 'P', '2', '5', '\r', '\n', ']', ';', '≥'),
    });
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { host, lines } = await open();
        await host.setOutputs({ reason: value });
        const [line, ...more] = lines();
        expect(more).toEqual([]);
        expect(asAgentReads(line!)).toBe(value);
      }),
    );
  });

  it('uploads the summary from its file', async () => {
    const { host, lines } = await open();
    await host.writeSummary({ markdown: '# x', path: '/agent/my 100% work/summary.md' });
    expect(lines()).toEqual(['##vso[task.uploadsummary]/agent/my 100%AZP25 work/summary.md']);
  });

  it('uploads no summary in a restricted task', async () => {
    const { host, lines } = await open({ ROLLGATE_RESTRICTED: 'true' });
    await host.writeSummary({ markdown: '# x', path: '/agent/_work/summary.md' });
    host.line('end');
    expect(lines()).toEqual(['end']);
  });

  it('uploads no summary without a file, which would fail the task', async () => {
    const { host, lines } = await open();
    await host.writeSummary({ markdown: '# x', path: null });
    host.line('end');
    expect(lines()).toEqual(['end']);
  });
});
