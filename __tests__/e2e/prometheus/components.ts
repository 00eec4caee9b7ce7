import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Outside of the repository: it outlives a checkout. */
export function cacheFolder(env: Environment = process.env): string {
  return (
    env.ROLLGATE_CACHE ??
    join(env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache'), 'rollgate')
  );
}

/** `prometheus-<version>` each, as Debian numbers it. */
export function prometheusFolder(version: string, env?: Environment): string {
  return join(cacheFolder(env), `prometheus-${version.replace(/[^\w.+~-]/g, '_')}`);
}

/** `alertmanager-<version>` each. */
export function alertmanagerFolder(version: string, env?: Environment): string {
  return join(cacheFolder(env), `alertmanager-${version.replace(/[^\w.+~-]/g, '_')}`);
}

/** The newest Prometheus in the cache; `undefined`: there is none. */
export function prometheusBinary(env?: Environment): string | undefined {
  return newest('prometheus-', 'usr/bin/prometheus', env);
}

/** The newest Alertmanager in the cache; `undefined`: there is none. */
export function alertmanagerBinary(env?: Environment): string | undefined {
  return newest('alertmanager-', 'usr/bin/prometheus-alertmanager', env);
}

function newest(prefix: string, file: string, env?: Environment): string | undefined {
  const cache = cacheFolder(env);
  if (!existsSync(cache)) return undefined;
  return readdirSync(cache)
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(cache, name, file))
    .find((path) => existsSync(path));
}

/** A sentence for people when one of them is not there. */
export function lacking(): string | undefined {
  if (process.platform !== 'linux') return 'The Prometheus of Debian needs Linux.';
  return prometheusBinary() === undefined || alertmanagerBinary() === undefined
    ? 'Prometheus or Alertmanager was not found: run "npm run e2e:prometheus", which fetches them, or says why it cannot.'
    : undefined;
}
