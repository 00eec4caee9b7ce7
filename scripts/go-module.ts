import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Fails with a sentence, and no stack trace. */
export class BuildError extends Error {}

/** A Go module, and its checksum in the database of Go (sum.golang.org). */
export interface GoModule {
  readonly module: string;
  readonly version: string;
  readonly sum: string;
}

/** Runs go. Gives what it printed. @throws BuildError */
export function go(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): string {
  const { status, error, stdout } = spawnSync('go', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, GOWORK: 'off', ...env },
  });
  if (error)
    throw new BuildError(`"go" could not be started (${error.message}); install it first.`);
  if (status !== 0) throw new BuildError(`"go ${args.slice(0, 2).join(' ')}" failed.`);
  return stdout;
}

/** Fetches the source of a module, and makes sure that it is the one that we mean. Gives its folder. @throws BuildError */
export function download({ module, version, sum }: GoModule): string {
  const nowhere = mkdtempSync(join(tmpdir(), 'rollgate-module-'));
  try {
    const text = go(['mod', 'download', '-json', `${module}@${version}`], nowhere);
    const found = JSON.parse(text) as { Dir: string; Sum: string };
    if (found.Sum !== sum)
      throw new BuildError(`${module}@${version} has the checksum ${found.Sum}, not ${sum}.`);
    return found.Dir;
  } finally {
    rmSync(nowhere, { recursive: true, force: true });
  }
}
