import { expect, it } from '@jest/globals';
import { sources } from '../../src/sources/registry.js';
import { resolveFrom } from '../support/resolve-inputs.js';

it('a configuration file that cannot be read is a problem, not an exception', () => {
  const from = {
    flags: new Map<string, string>(),
    env: {},
    system: 'local',
    pullRequest: false,
    checkSources: sources,
  } as const;
  const { problems, settings } = resolveFrom(from, () => {
    throw new Error('EISDIR: illegal operation on a directory');
  });
  expect(problems).toEqual([
    {
      subject: 'rollgate.yml',
      message: 'cannot be read: EISDIR: illegal operation on a directory',
      fix: 'name a readable file in `config`',
    },
  ]);
  expect(settings.command).toBe('run');
});
