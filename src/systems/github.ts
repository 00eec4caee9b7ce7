import * as core from '@actions/core';
import type { HostDeps } from './deps.js';
import { maskableLines } from './masking.js';
import type { Host } from '../contract/system.js';

/**
 * GitHub Actions: workflow commands, output and summary file. The only place that knows `@actions/core`: elsewhere its
 * `setSecret` would print the secret, and its summary would throw.
 */
export function createGithubHost(deps: Pick<HostDeps, 'env' | 'write'>): Host {
  const line = (text: string): void => {
    deps.write(`${text}\n`);
  };
  return {
    system: 'github',
    annotates: true,
    line,
    group(title, body) {
      core.startGroup(title);
      for (const text of body) line(text);
      core.endGroup();
    },
    annotate(level, title, message) {
      core[level](message, { title });
    },
    mask(secret) {
      // The runner looks for masks line by line; source: google-github-actions/get-secretmanager-secrets#9.
      for (const part of maskableLines(secret)) core.setSecret(part);
    },
    outputFiles: [],
    // Rejects instead of throwing when the file cannot be written.
    // eslint-disable-next-line @typescript-eslint/require-await
    async setOutputs(outputs) {
      // Without the file core would print `::set-output`, which is deprecated and shows in the log.
      if (!isSet(deps.env.GITHUB_OUTPUT)) return;
      for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
    },
    async writeSummary({ markdown }) {
      if (!isSet(deps.env.GITHUB_STEP_SUMMARY)) return;
      await core.summary.emptyBuffer().addRaw(markdown).write();
    },
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
