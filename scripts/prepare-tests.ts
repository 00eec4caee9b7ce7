import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium, k6Binary, k6Source } from '../__tests__/e2e/own-tests/components.js';
import { download, go, makeFolder, ready } from './go.js';
import { Lacking, run } from './program.js';

// Makes sure that what the tests of the user are tried with is there: node --import tsx scripts/prepare-tests.ts

function makeK6(): void {
  if (existsSync(k6Binary())) return;
  makeFolder(dirname(k6Binary()), (temporary) => {
    const folder = download(k6Source);
    console.log(`Building k6 ${k6Source.version}`);
    const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];
    go(['build', ...flags, '-o', join(temporary, 'k6'), '.'], folder);
  });
}

/**
 * Installs Chromium of Debian, for the tests that need a real browser: what it is linked with is too much to be unpacked beside
 * the system. That it cannot be had is an error only with ROLLGATE_E2E=required.
 */
function installChromium(): void {
  try {
    process.stdout.write(`Chromium: ${chromium() ?? `now ${installed()}`}\n`);
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    process.stderr.write(`Chromium: not available: ${error.message}\n`);
    if (process.env.ROLLGATE_E2E === 'required') process.exitCode = 1;
  }
}

function installed(): string {
  const apt = (...args: readonly string[]): string =>
    run('apt-get', ['-qq', '-o', 'Acquire::Retries=3', ...args], undefined, {
      ...process.env,
      DEBIAN_FRONTEND: 'noninteractive',
    });
  apt('update');
  apt('install', '--yes', '--no-install-recommends', 'chromium');
  const found = chromium();
  if (found === undefined) throw new Lacking('it was installed elsewhere');
  return found;
}

installChromium();
ready(`k6 ${k6Source.version}`, dirname(k6Binary()), makeK6);
