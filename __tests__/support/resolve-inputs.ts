import { sources } from '../../src/sources/registry.js';
import type { InputSources } from '../../src/inputs/lookup.js';
import { resolveInputs, type Resolution } from '../../src/inputs/resolve.js';

/** Resolves inputs with nothing set but what the test gives; `files` by path. */
export function resolveWith(
  given: Partial<Omit<InputSources, 'flags' | 'readFile' | 'checkSources'>> & {
    flags?: Readonly<Record<string, string>>;
    files?: Readonly<Record<string, string>>;
  } = {},
): Resolution {
  const { flags = {}, files = {}, ...rest } = given;
  return resolveInputs({
    env: {},
    system: 'local',
    pullRequest: false,
    ...rest,
    flags: new Map(Object.entries(flags)),
    readFile: (path) => files[path],
    checkSources: sources,
  });
}
