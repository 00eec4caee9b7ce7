import { expect, it } from '@jest/globals';
import { sources } from '../../src/sources/registry.js';
import { resolveInputs } from '../../src/inputs/resolve.js';

it('a configuration file that cannot be read is a problem, not an exception', () => {
  const { problems, settings } = resolveInputs({
    flags: new Map(),
    env: {},
    system: 'local',
    pullRequest: false,
    checkSources: sources,
    readFile: () => {
      throw new Error('EISDIR: illegal operation on a directory');
    },
  });
  expect(problems).toEqual([
    {
      subject: 'rollgate.yml',
      message: 'cannot be read: EISDIR: illegal operation on a directory',
    },
  ]);
  expect(settings.command).toBe('run');
});
