import { fields, isObject } from '../../support/json.js';
import type { Version } from './version.js';

/** What the snapshot file says of a service: ids and hashes, and never a value of its environment. */
export interface RecordedService extends Version {
  readonly imageName: string;
  readonly digest: string;
  /** A one-shot service that had done its work. */
  readonly completed: boolean;
}

/** What the snapshot file says of the project. */
export interface Recorded {
  readonly project: string;
  readonly services: ReadonlyMap<string, RecordedService>;
}

/** Reads what {@link toPlain} has written; `undefined` for anything else. */
export function readRecorded(value: unknown): Recorded | undefined {
  const { project, services } = fields(value);
  if (typeof project !== 'string' || !isObject(services)) return undefined;
  const read = Object.entries(services).flatMap(([service, item]) => {
    const { image, config, imageName, digest, completed } = fields(item);
    if (typeof image !== 'string' || typeof config !== 'string') return [];
    return [
      [
        service,
        {
          image,
          config,
          imageName: typeof imageName === 'string' ? imageName : '',
          digest: typeof digest === 'string' ? digest : '',
          completed: completed === true,
        },
      ] as const,
    ];
  });
  return { project, services: new Map(read) };
}

export function toPlain({ project, services }: Recorded): unknown {
  return { project, services: Object.fromEntries(services) };
}
