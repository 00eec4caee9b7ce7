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
 * Installs Chromium of Debian, for the tests that need a real browser, and the shells that commands are completed in: what they are
 * linked with is too much to be unpacked beside the system. That they cannot be had is an error only with ROLLGATE_E2E=required.
 */
function installPackages(): void {
  try {
    const missing = packages.filter(({ at }) => at() === undefined).map(({ name }) => name);
    if (missing.length > 0) {
      apt('update');
      apt('install', '--yes', '--no-install-recommends', ...missing);
    }
    for (const { name, at } of packages) {
      const found = at();
      if (found === undefined) throw new Lacking(`${name} was installed elsewhere`);
      process.stdout.write(`${name}: ${found}\n`);
    }
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    process.stderr.write(`Chromium, zsh or fish is not available: ${error.message}\n`);
    if (process.env.ROLLGATE_E2E === 'required') process.exitCode = 1;
  }
}

const packages = [
  { name: 'chromium', at: chromium },
  { name: 'zsh', at: () => first('/usr/bin/zsh', '/bin/zsh') },
  { name: 'fish', at: () => first('/usr/bin/fish', '/bin/fish') },
  // A summary has marks that no other font of a bare machine draws.
  {
    name: 'fonts-noto-color-emoji',
    at: () => first('/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf'),
  },
];

function first(...paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path));
}

function apt(...args: readonly string[]): void {
  run('apt-get', ['-qq', '-o', 'Acquire::Retries=3', ...args], undefined, {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

installPackages();
ready(`k6 ${k6Source.version}`, dirname(k6Binary()), makeK6);
