import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface ProjectOptions {
  /** Port of 127.0.0.1 that `api` answers on. */
  readonly port: number;
  /** Name of the project; `shop` unless given. `null`: the file names none, as Compose 1 wants it. */
  readonly name?: string | null;
  /** May hold variables: `shop/api:${TAG:-v1}`. */
  readonly image: string;
  /** Images of the other services; {@link image} unless given. */
  readonly images?: Readonly<Partial<Record<'worker' | 'db' | 'migrate', string>>>;
  /** `bridge`: the port is published. `host`: the service takes it itself. */
  readonly network?: 'bridge' | 'host';
  /** Merged into the definition of `api`: `environment`, `restart`, `deploy`, `build`, ... */
  readonly api?: Readonly<Record<string, unknown>>;
}

/** A Compose file with `api`, `worker`, `db` on a named volume, and `migrate`, which runs once. */
export function projectOf(options: ProjectOptions): Record<string, unknown> {
  const { name = 'shop', port, image, images = {}, network = 'bridge' } = options;
  const host = network === 'host' ? { network_mode: 'host' } : {};
  const listens =
    network === 'host'
      ? { environment: { PORT: String(port) } }
      : { ports: [`127.0.0.1:${String(port)}:8080`] };
  // The image may have a health check, which is for what listens.
  const quiet = { healthcheck: { disable: true }, ...host };
  return {
    ...(name === null ? {} : { name }),
    services: {
      api: {
        image,
        command: ['api'],
        ...host,
        ...listens,
        depends_on: {
          db: { condition: 'service_started' },
          migrate: { condition: 'service_completed_successfully' },
        },
        ...options.api,
      },
      worker: { image: images.worker ?? image, command: ['worker'], ...quiet },
      db: { image: images.db ?? image, command: ['db'], volumes: ['data:/data'], ...quiet },
      migrate: {
        image: images.migrate ?? image,
        command: ['migrate'],
        volumes: ['data:/data'],
        depends_on: ['db'],
        ...quiet,
      },
    },
    volumes: { data: {} },
  };
}

/** Writes {@link projectOf} to `compose.yaml` in the folder. */
export function writeProject(folder: string, options: ProjectOptions): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'compose.yaml');
  writeFileSync(file, stringify(projectOf(options)));
  return file;
}
