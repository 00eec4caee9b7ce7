import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium, k6Binary, k6Source } from '../__tests__/e2e/own-tests/components.js';
import { download, go, makeFolder, ready } from './go.js';

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
  const there = chromium();
  if (there !== undefined) {
    process.stdout.write(`Chromium: ${there}\n`);
    return;
  }
  const patient = ['-qq', '-o', 'Acquire::Retries=3'];
  const wanted = ['install', '--yes', '--no-install-recommends', 'chromium'];
  const problem = call([...patient, 'update']) ?? call([...patient, ...wanted]);
  const found = chromium();
  if (found !== undefined) {
    process.stdout.write(`Chromium: now ${found}\n`);
    return;
  }
  process.stderr.write(`Chromium: not available: ${problem ?? 'it was installed elsewhere'}\n`);
  if (process.env.ROLLGATE_E2E === 'required') process.exitCode = 1;
}

/** Why apt-get failed, if it did. */
function call(args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : stderr.trim().split('\n').slice(-5).join('; ');
}

installChromium();
ready(`k6 ${k6Source.version}`, dirname(k6Binary()), makeK6);
