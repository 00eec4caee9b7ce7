import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../kubernetes/binaries.js';

/** The module that k6 is built from, and its checksum in the database of Go (sum.golang.org). */
export const k6Source = {
  module: 'go.k6.io/k6',
  version: 'v1.8.1',
  sum: 'h1:orZsbZ2Od0CVZICs9YpTgkKcxfPghJW8VZtwg0cj8H8=',
} as const;

export function k6Binary(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `k6-${k6Source.version.slice(1)}`, 'k6');
}

/** Where packages of Linux distributions put Chromium. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** A real browser, if there is one on this machine. */
export function chromium(): string | undefined {
  return places.find((path) => existsSync(path));
}

/** A sentence for people when it is not there. */
export function lacking(): string | undefined {
  if (process.platform !== 'linux') return 'The Chromium of Debian needs Linux.';
  if (!existsSync(k6Binary()))
    return `k6 ${k6Source.version} was not found: run "npm run e2e:own-tests", which builds it (Go 1.26 or newer is needed).`;
  return chromium() === undefined
    ? 'Chromium was not found: run "npm run e2e:own-tests", which installs it, or says why it cannot.'
    : undefined;
}
