import type { HostDeps } from './deps.js';
import { createLocalHost } from './local.js';
import { shellName } from './names.js';
import type { Host } from '../contract/system.js';

/**
 * CircleCI: plain lines, as its log knows no commands. Outputs are variables of the later steps of the job.
 * https://circleci.com/docs/guides/security/set-environment-variable/
 */
export function createCircleciHost(
  deps: Pick<HostDeps, 'env' | 'write' | 'terminal' | 'appendFile'>,
): Host {
  return {
    ...createLocalHost('circleci', deps),
    async setOutputs(outputs) {
      const file = deps.env.BASH_ENV;
      if (file === undefined || file === '') return;
      const lines = Object.entries(outputs).map(
        ([name, value]) => `export ${shellName(name)}=${quoted(value)}\n`,
      );
      // The last line that another step wrote may lack its end.
      await deps.appendFile(file, `\n${lines.join('')}`);
    },
  };
}

/** One word for a POSIX shell: nothing between single quotes means anything to it. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
