import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  cacheFolder,
  prometheusBinary,
  prometheusFolder,
} from '../__tests__/e2e/prometheus/components.js';

/**
 * Unpacks Debian's Prometheus into the cache, for the tests that need a real one. Nothing is installed and nothing is started.
 * That it cannot be had is an error only with ROLLGATE_E2E=required.
 */

class Lacking extends Error {}

function main(): void {
  const there = prometheusBinary();
  if (there !== undefined) {
    process.stdout.write(`Prometheus: in ${there}\n`);
    return;
  }
  mkdirSync(cacheFolder(), { recursive: true });
  const unfinished = mkdtempSync(join(cacheFolder(), `.unfinished-${String(process.pid)}-`));
  try {
    process.stdout.write(`Prometheus: now in ${unpack(unfinished)}\n`);
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    process.stderr.write(`Prometheus: not available: ${error.message}\n`);
    if (process.env.ROLLGATE_E2E === 'required') process.exitCode = 1;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Fills a folder aside and renames it: it is whole, or not there. */
function unpack(unfinished: string): string {
  const debs = join(unfinished, 'debs');
  const whole = join(unfinished, 'whole');
  mkdirSync(debs);
  mkdirSync(whole);
  download(unfinished, debs);
  const deb = readdirSync(debs).find((name) => name.endsWith('.deb'));
  if (deb === undefined) throw new Lacking('apt-get downloaded nothing');
  run('dpkg-deb', ['-x', join(debs, deb), whole]);
  const version = run('dpkg-deb', ['-f', join(debs, deb), 'Version']).trim();
  const folder = prometheusFolder(version);
  try {
    renameSync(whole, folder);
  } catch (error) {
    // Somebody else was faster.
    if (prometheusBinary() === undefined) throw error;
  }
  return folder;
}

/** With the lists of this machine; where they are missing or old, with lists of its own. */
function download(unfinished: string, debs: string): void {
  const quiet = ['-qq', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=3'];
  try {
    run('apt-get', [...quiet, 'download', 'prometheus'], debs);
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
    run('apt-get', [...own, 'download', 'prometheus'], debs);
  }
}

/** Standard output. @throws Lacking with what the program said. */
function run(program: string, args: readonly string[], cwd?: string): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Lacking(`${program}: ${error.message}`);
  if (status === 0) return stdout;
  const last = stderr.trim().split('\n').slice(-5).join('; ');
  throw new Lacking(`${basename(program)} ended with ${String(status)}: ${last}`);
}

main();
