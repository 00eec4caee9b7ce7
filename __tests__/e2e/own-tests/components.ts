import { existsSync } from 'node:fs';

/** Where packages of Linux distributions put Chromium. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** A real browser, if there is one on this machine. */
export function chromium(): string | undefined {
  return places.find((path) => existsSync(path));
}

/** A sentence for people when it is not there. */
export function lacking(): string | undefined {
  if (process.platform !== 'linux') return 'The Chromium of Debian needs Linux.';
  return chromium() === undefined
    ? 'Chromium was not found: run "npm run e2e:own-tests", which installs it, or says why it cannot.'
    : undefined;
}
