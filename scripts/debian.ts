import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../__tests__/e2e/prometheus/components.js';
import { Lacking, run } from './program.js';

/** Programs of Debian, in a folder of the cache. */
export interface Unpacked {
  /** For people. */
  readonly name: string;
  /** Where it is, if it is there. */
  readonly find: () => string | undefined;
  readonly packages: readonly string[];
  /** `version`: that of the first package. */
  readonly folder: (version: string) => string;
}

/**
 * Unpacks packages of Debian into the cache, for the tests that need real components. Nothing is installed and nothing is started.
 * That they cannot be had is an error only with ROLLGATE_E2E=required.
 */
export function prepare(wanted: Unpacked): void {
  const { name, find } = wanted;
  const there = find();
  if (there !== undefined) {
    process.stdout.write(`${name}: in ${there}\n`);
    return;
  }
  mkdirSync(cacheFolder(), { recursive: true });
  const unfinished = mkdtempSync(join(cacheFolder(), `.unfinished-${String(process.pid)}-`));
  try {
    process.stdout.write(`${name}: now in ${unpack(wanted, unfinished)}\n`);
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    process.stderr.write(`${name}: not available: ${error.message}\n`);
    if (process.env.ROLLGATE_E2E === 'required') process.exitCode = 1;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Fills a folder aside and renames it: it is whole, or not there. */
function unpack({ packages, folder, find }: Unpacked, unfinished: string): string {
  const debs = join(unfinished, 'debs');
  const whole = join(unfinished, 'whole');
  mkdirSync(debs);
  mkdirSync(whole);
  download(packages, unfinished, debs);
  const files = readdirSync(debs).filter((name) => name.endsWith('.deb'));
  const first = files.find((name) => name.startsWith(`${packages[0] ?? ''}_`));
  if (first === undefined) throw new Lacking('apt-get downloaded nothing');
  for (const file of files) run('dpkg-deb', ['-x', join(debs, file), whole]);
  const target = folder(run('dpkg-deb', ['-f', join(debs, first), 'Version']).trim());
  try {
    renameSync(whole, target);
  } catch (error) {
    // Somebody else was faster.
    if (find() === undefined) throw error;
  }
  return target;
}

/** With the lists of this machine; where they are missing or old, with lists of its own. */
export function download(packages: readonly string[], unfinished: string, debs: string): void {
  const quiet = ['-qq', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=3'];
  try {
    run('apt-get', [...quiet, 'download', ...packages], debs);
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    const state = join(unfinished, 'apt');
    for (const name of ['lists/partial', 'cache/archives/partial'])
      mkdirSync(join(state, name), { recursive: true });
    const own = [
      ...quiet,
      ...['-o', `Dir::State::lists=${join(state, 'lists')}`],
      ...['-o', `Dir::Cache=${join(state, 'cache')}`],
    ];
    run('apt-get', [...own, 'update']);
    run('apt-get', [...own, 'download', ...packages], debs);
  }
}
