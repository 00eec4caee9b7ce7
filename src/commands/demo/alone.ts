import { parseArgv } from '../../inputs/argv.js';
import { USUAL_FILE } from '../../inputs/find-config.js';
import type { EntryPoint } from '../entry-point.js';
import { pickBy } from '../../support/objects.js';

/**
 * The variables that a program needs to start. What configures a real gate (`ROLLGATE_*`, `INPUT_*`, tokens) or tells of a CI
 * system must not leak into the demo.
 */
const NEEDED =
  /^(PATH|HOME|TMPDIR|TEMP|TMP|SystemRoot|ComSpec|PATHEXT|TERM|NODE_OPTIONS|NODE_EXTRA_CA_CERTS)$/i;

/** Whether the command line asks for the demo. */
export function isDemo({ argv }: Pick<EntryPoint, 'argv'>): boolean {
  return parseArgv(argv).command === 'demo';
}

/** The same entry, in a folder that configures nothing and in no CI system. */
export function alone(entry: EntryPoint): EntryPoint {
  const { env, files } = entry;
  return {
    ...entry,
    env: pickBy(env, (_, name) => NEEDED.test(name)),
    files: {
      ...files,
      read: (path) => (path === USUAL_FILE ? undefined : files.read(path)),
    },
  };
}
