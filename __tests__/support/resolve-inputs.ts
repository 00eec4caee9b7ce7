import { sources } from '../../src/sources/registry.js';
import type { InputSources } from '../../src/inputs/lookup.js';
import { readConfigFile } from '../../src/inputs/config-file.js';
import { findConfigFile } from '../../src/inputs/find-config.js';
import { resolveInputs, type Resolution } from '../../src/inputs/resolve.js';

/** Resolves inputs with nothing set but what the test gives; `files` by path. */
export function resolveWith(
  given: Partial<Omit<InputSources, 'flags' | 'checkSources'>> & {
    flags?: Readonly<Record<string, string>>;
    files?: Readonly<Record<string, string>>;
  } = {},
): Resolution {
  const { flags = {}, files = {}, ...rest } = given;
  return resolveFrom(
    {
      env: {},
      system: 'local',
      pullRequest: false,
      ...rest,
      flags: new Map(Object.entries(flags)),
      checkSources: sources,
    },
    (path) => files[path],
  );
}

/** Finds the file, reads it, and resolves, as a session does. */
export function resolveFrom(
  from: InputSources,
  readFile: (path: string) => string | undefined,
): Resolution {
  const found = findConfigFile(from, readFile);
  const { name, content } = found;
  const read = content === undefined ? undefined : readConfigFile(name, content);
  return resolveInputs(from, found, read);
}
