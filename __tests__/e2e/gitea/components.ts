import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../kubernetes/binaries.js';

/** The module that Gitea is built from, and its checksum in the database of Go (sum.golang.org). */
export const source = {
  module: 'code.gitea.io/gitea',
  version: 'v1.26.0',
  sum: 'h1:fJP9dqLbzKrKWUVnCVTfVersZdVDuyJQLEDzCAOmKKA=',
} as const;

/** What the server reads at run time besides its binary. */
export const assets = ['options', 'public', 'templates'] as const;

/** Where the binary and its files are put. Another version has another folder. */
export function giteaFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `gitea-${source.version.slice(1)}`);
}

export function giteaBinary(env: NodeJS.ProcessEnv = process.env): string {
  return join(giteaFolder(env), 'gitea');
}

/** A sentence for people when Gitea cannot be started. */
export function lacking(): string | undefined {
  const files = ['gitea', ...assets].map((name) => join(giteaFolder(), name));
  return files.every((file) => existsSync(file))
    ? undefined
    : `Gitea ${source.version} not found: run "npm run e2e:gitea", which builds it (Go 1.26 or newer and a C compiler are needed).`;
}
