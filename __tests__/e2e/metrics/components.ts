import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../prometheus/components.js';

const plain = (version: string): string => version.replace(/[^\w.+~-]/g, '_');

/** `influxdb-<version>` each, as Debian numbers it. */
export function influxFolder(version: string): string {
  return join(cacheFolder(), `influxdb-${plain(version)}`);
}

export function graphiteFolder(version: string): string {
  return join(cacheFolder(), `graphite-${plain(version)}`);
}

/** The newest InfluxDB in the cache; `undefined`: there is none. */
export function influxBinary(): string | undefined {
  return newest('influxdb-', 'usr/bin/influxd');
}

/** Graphite, and the Python that it runs on. */
export interface Graphite {
  readonly folder: string;
  readonly python: string;
  /** What its programs need to find what they import. */
  readonly env: Readonly<Record<string, string>>;
}

/** The newest Graphite in the cache; `undefined`: there is none. */
export function graphite(): Graphite | undefined {
  const python = newest('graphite-', 'usr/bin/python3.11');
  if (python === undefined) return undefined;
  const folder = join(python, '../../..');
  return {
    folder,
    python,
    env: {
      PYTHONHOME: join(folder, 'usr'),
      PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages'),
      PYTHONDONTWRITEBYTECODE: '1',
      LD_LIBRARY_PATH: join(folder, 'usr/lib/x86_64-linux-gnu'),
    },
  };
}

function newest(prefix: string, file: string): string | undefined {
  const cache = cacheFolder();
  if (!existsSync(cache)) return undefined;
  return readdirSync(cache)
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(cache, name, file))
    .find((path) => existsSync(path));
}

/** A sentence for people when one of them is not there. */
export function lacking(): string | undefined {
  if (process.platform !== 'linux') return 'The InfluxDB and the Graphite of Debian need Linux.';
  return influxBinary() === undefined || graphite() === undefined
    ? 'InfluxDB or Graphite was not found: run "npm run e2e:metrics", which fetches them, or says why it cannot.'
    : undefined;
}
