import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';

/** Why something cannot be had, in words. */
export class Lacking extends Error {}

/** Standard output. @throws Lacking with what the program said. */
export function run(
  program: string,
  args: readonly string[],
  cwd?: string,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw new Lacking(`${program}: ${error.message}`);
  if (status === 0) return stdout;
  const last = stderr.trim().split('\n').slice(-5).join('; ');
  throw new Lacking(`${basename(program)} ended with ${String(status)}: ${last}`);
}
