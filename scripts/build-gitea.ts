import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  assets,
  giteaBinary,
  giteaFolder,
  lacking,
  source,
} from '../__tests__/e2e/gitea/components.js';
import { BuildError, download, go } from './go-module.js';

// Makes sure that a Gitea for the e2e tests is in the cache: node --import tsx scripts/build-gitea.ts

/** SQLite is the only database that needs no server; its driver is written in C. */
const TAGS = 'sqlite sqlite_unlock_notify';

/** A folder that is whole or not there: it is made beside its place, and then moved there. */
function build(): void {
  const target = giteaFolder();
  mkdirSync(dirname(target), { recursive: true });
  const temporary = mkdtempSync(join(dirname(target), `making-${basename(target)}-`));
  try {
    const folder = download(source);
    console.log(`Building Gitea ${source.version}`);
    const version = `-s -w -X main.Version=${source.version.slice(1)}`;
    // The versions that its own go.mod replaces count in its own folder only.
    const flags = [
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      '-tags',
      TAGS,
      '-ldflags',
      version,
    ];
    go(['build', ...flags, '-o', join(temporary, basename(giteaBinary())), '.'], folder, {
      CGO_ENABLED: '1',
    });
    for (const name of assets)
      cpSync(join(folder, name), join(temporary, name), { recursive: true });
    // The cache of Go is read-only, and so is what was copied from it.
    spawnSync('chmod', ['-R', 'u+w', temporary]);
    // Half a folder may be left of a build that was killed.
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const began = Date.now();
try {
  if (lacking() !== undefined) build();
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  console.log(`Gitea ${source.version} is ready in ${giteaFolder()} (${seconds} s)`);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`Gitea could not be made ready: ${error.message}`);
  process.exitCode = 1;
}
