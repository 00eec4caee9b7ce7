import { describe, expect, it } from '@jest/globals';
import { createHost } from '../../src/hosts/registry.js';
import { hostSystems, type Host, type HostInfo, type HostSystem } from '../../src/hosts/types.js';

async function open(
  system: HostSystem,
  terminal = false,
): Promise<{ host: Host; written: () => string }> {
  const info: HostInfo = {
    system,
    runUrl: null,
    runId: null,
    attempt: null,
    pullRequest: false,
    rollbackMarker: null,
    notices: [],
  };
  let text = '';
  const host = await createHost(info, {
    env: {},
    write: (more) => {
      text += more;
    },
    appendFile: () => Promise.reject(new Error('nothing is to be appended')),
    terminal,
  });
  return { host, written: () => text };
}

describe('the plain host', () => {
  it.each(hostSystems.filter((system) => system !== 'github'))(
    'prints plain lines in %s, and keeps its name',
    async (system) => {
      const { host, written } = await open(system);
      host.line('a line');
      host.group('a title', ['one', 'two\nthree']);
      host.annotate('warning', 'Rollgate', 'look here');
      host.mask('secret-text');
      await host.setOutputs({ verdict: 'healthy' });
      await host.writeSummary('# summary');
      expect(host.system).toBe(system);
      expect(written()).toBe(
        'a line\na title\n  one\n  two\n  three\nwarning: Rollgate: look here\n',
      );
    },
  );

  it.each([
    ['notice', 36],
    ['warning', 33],
    ['error', 31],
  ] as const)('colours a %s on a terminal', async (level, code) => {
    const { host, written } = await open('local', true);
    host.annotate(level, 'Rollgate', 'look here');
    expect(written()).toBe(`\u001b[${String(code)}m${level}\u001b[0m: Rollgate: look here\n`);
  });
});
