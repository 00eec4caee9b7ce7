import { describe, expect, it } from '@jest/globals';
import { createOutput } from '../../src/systems/registry.js';
import type { SystemId } from '../../src/contract/system.js';
import { outputDeps, log } from '../support/output-deps.js';

describe('the output without a CI system', () => {
  it('has plain lines, and sets no outputs', async () => {
    const { write, text } = log();
    const host = await createOutput({ system: 'local' }, outputDeps({ write }));
    host.line('a line');
    host.group('a title', ['one', 'two\nthree']);
    host.annotate('warning', 'Rollgate', 'look here');
    host.mask('secret-text');
    await host.setOutputs({ verdict: 'healthy' });
    await host.writeSummary({ markdown: '# summary', path: '/report/summary.md' });
    expect(host).toMatchObject({ system: 'local', annotates: false, outputFiles: [] });
    expect(text()).toBe('a line\na title\n  one\n  two\n  three\nwarning: Rollgate: look here\n');
  });

  it.each<SystemId>(['jenkins', 'circleci'])('is the base of that of %s', async (system) => {
    const { write, text } = log();
    const host = await createOutput({ system }, outputDeps({ write }));
    host.line('a line');
    host.group('a title', ['one']);
    host.annotate('error', 'Rollgate', 'look here');
    host.mask('secret-text');
    await host.writeSummary({ markdown: '# summary', path: '/report/summary.md' });
    expect(host).toMatchObject({ system, annotates: false });
    expect(text()).toBe('a line\na title\n  one\nerror: Rollgate: look here\n');
  });

  it.each([
    ['notice', 36],
    ['warning', 33],
    ['error', 31],
  ] as const)('has a %s in colour on a terminal', async (level, code) => {
    const { write, text } = log();
    const host = await createOutput({ system: 'local' }, outputDeps({ write, colour: true }));
    host.annotate(level, 'Rollgate', 'look here');
    expect(text()).toBe(`\u001b[${String(code)}m${level}\u001b[0m: Rollgate: look here\n`);
  });
});
