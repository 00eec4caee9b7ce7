import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Lacking } from './program.js';

/** A module whose own `go.mod` is built, and its checksum in the database of Go (sum.golang.org). */
export interface GoSource {
  readonly module: string;
  readonly version: string;
  readonly sum: string;
}

/** Runs Go, and gives what it printed. @param cgo whether there is a driver written in C */
export function go(args: readonly string[], cwd: string, cgo = false): string {
  const { status, error, stdout } = spawnSync('go', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CGO_ENABLED: cgo ? '1' : '0', GOWORK: 'off' },
  });
  if (error) throw new Lacking(`"go" could not be started (${error.message}); install it first.`);
  if (status !== 0) throw new Lacking(`"go ${args.slice(0, 2).join(' ')}" failed.`);
  return stdout;
}

/** Fetches the source of a module, and makes sure that it is the one that we mean. Gives its folder, which is read-only. */
export function download({ module, version, sum: wanted }: GoSource): string {
  const nowhere = mkdtempSync(join(tmpdir(), 'rollgate-go-'));
  try {
    const text = go(['mod', 'download', '-json', `${module}@${version}`], nowhere);
    const { Dir: folder, Sum: sum } = JSON.parse(text) as { Dir: string; Sum: string };
    if (sum !== wanted)
      throw new Lacking(`${module}@${version} has the checksum ${sum}, not ${wanted}.`);
    return folder;
  } finally {
    rmSync(nowhere, { recursive: true, force: true });
  }
}

/** A folder that is whole or not there: it is made beside its place, and then moved there. */
export function makeFolder(target: string, work: (temporary: string) => void): void {
  mkdirSync(dirname(target), { recursive: true });
  const temporary = mkdtempSync(join(dirname(target), `making-${basename(target)}-`));
  try {
    work(temporary);
    // The cache of Go is read-only, and so is what was copied from it.
    spawnSync('chmod', ['-R', 'u+w', temporary]);
    // Half a folder may be left of a build that was killed.
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Builds what is missing, and says how long that took. Where it cannot: a sentence, and exit code 1. */
export function ready(name: string, folder: string, work: () => void): void {
  const began = Date.now();
  try {
    work();
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    console.log(`${name} is ready in ${folder} (${seconds} s)`);
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    console.error(`${name} could not be made ready: ${error.message}`);
    process.exitCode = 1;
  }
}
