import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  assets,
  giteaBinary,
  giteaFolder,
  lacking,
  source,
} from '../__tests__/e2e/gitea/components.js';
import { download, go, makeFolder, ready } from './go.js';

// Makes sure that a Gitea for the e2e tests is in the cache: node --import tsx scripts/build-gitea.ts

/** SQLite is the only database that needs no server; its driver is written in C. */
const TAGS = 'sqlite sqlite_unlock_notify';

function build(): void {
  makeFolder(giteaFolder(), (temporary) => {
    const folder = download(source);
    console.log(`Building Gitea ${source.version}`);
    const version = `-s -w -X main.Version=${source.version.slice(1)}`;
    // The versions that its own go.mod replaces count in its own folder only.
    const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false'];
    const output = join(temporary, basename(giteaBinary()));
    go(['build', ...flags, '-tags', TAGS, '-ldflags', version, '-o', output, '.'], folder, true);
    for (const name of assets)
      cpSync(join(folder, name), join(temporary, name), { recursive: true });
  });
}

ready(`Gitea ${source.version}`, giteaFolder(), () => {
  if (lacking() !== undefined) build();
});
