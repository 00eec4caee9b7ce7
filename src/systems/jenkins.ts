import { join } from 'node:path';
import type { HostDeps } from './deps.js';
import { createLocalHost } from './local.js';
import { camelName } from './names.js';
import type { Host } from '../contract/system.js';

/**
 * Jenkins: plain lines, as its console knows no commands. A step of a pipeline cannot be handed a map by a program, so the
 * outputs are a file of JSON, which Groovy reads by itself (`groovy.json.JsonSlurperClassic`).
 */
export function createJenkinsHost(
  deps: Pick<HostDeps, 'write' | 'terminal' | 'writeFile' | 'reportDir'>,
): Host {
  const file = join(deps.reportDir, 'outputs.json');
  return {
    ...createLocalHost('jenkins', deps),
    outputFiles: [file],
    async setOutputs(outputs) {
      const values = Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [camelName(name), typed(value)]),
      );
      await deps.writeFile(file, `${JSON.stringify(values, null, 2)}\n`);
    },
  };
}

/** In a condition of Groovy the text `"false"` counts as true. */
function typed(value: string): string | boolean {
  return value === 'true' || value === 'false' ? value === 'true' : value;
}
