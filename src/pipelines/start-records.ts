import { join } from 'node:path';
import * as z from 'zod/mini';
import type { StartedRun } from '../contract/pipeline.js';
import type { Files } from '../support/files.js';
import { isLink } from './reading.js';

/** What an attempt wrote down of the call by which it started a rollback run. */
export interface StartRecord {
  /** The correlation id that was sent. */
  readonly id: string;
  /** When the call was made, milliseconds since the epoch on the clock of that machine. */
  readonly at: number;
  /** Absent: the call was made, and which run came of it is not known, or not yet. */
  readonly run?: StartedRun;
}

/**
 * The calls that attempts of this run have made from this machine. Where the CI system does not show which run is whose, an
 * attempt that was killed is known by nothing else.
 */
export interface StartRecords {
  /** Writes down that a call is about to be made; `false`: another attempt has written so already. */
  claim(id: string): Promise<boolean>;
  read(id: string): StartRecord | undefined;
  /** All whose ids begin so. */
  ofScope(scope: string): Promise<readonly StartRecord[]>;
  /** The run that came of the call. */
  note(id: string, run: StartedRun): Promise<void>;
  /** Nothing came of the call, and that is certain. */
  drop(id: string): void;
}

const schema = z.object({
  id: z.string(),
  at: z.string(),
  run: z.optional(
    z.object({
      id: z.string().check(z.regex(/^[\x21-\x7e]{1,200}$/)),
      url: z.string().check(z.refine(isLink)),
    }),
  ),
});

/**
 * Each call is a file of its own, because making one is all that two attempts cannot both succeed in. Not being able to write
 * is no reason not to roll back: then there are no records.
 */
export function createStartRecords(
  files: Pick<Files, 'read' | 'create' | 'list' | 'remove' | 'mkdir' | 'writeFile'>,
  directory: string,
  now: () => number,
): StartRecords {
  const pathOf = (id: string): string => join(directory, `rollback-${id}.json`);
  const text = (record: { id: string; at: number; run?: StartedRun }): string =>
    `${JSON.stringify({ ...record, at: new Date(record.at).toISOString() }, null, 2)}\n`;

  /** A text that is not understood is being written, or was cut off: as far as anybody knows, the call was made just now. */
  function read(id: string): StartRecord | undefined {
    const given = attempt(() => files.read(pathOf(id)));
    if (given === undefined) return undefined;
    const parsed = schema.safeParse(jsonOf(given));
    const at = parsed.success ? Date.parse(parsed.data.at) : Number.NaN;
    if (!parsed.success || parsed.data.id !== id || Number.isNaN(at)) return { id, at: now() };
    const { run } = parsed.data;
    return { id, at, ...(run === undefined ? {} : { run }) };
  }

  return {
    read,
    async claim(id) {
      try {
        await files.mkdir(directory, { recursive: true });
        return await files.create(pathOf(id), text({ id, at: now() }));
      } catch {
        return true;
      }
    },
    async ofScope(scope) {
      const names = await files.list(directory).catch(() => []);
      return names.flatMap((name) => {
        const id = /^rollback-([\w-]+)\.json$/.exec(name)?.[1];
        return id?.startsWith(scope) === true ? (read(id) ?? []) : [];
      });
    },
    async note(id, run) {
      const at = read(id)?.at ?? now();
      await files.writeFile(pathOf(id), text({ id, at, run })).catch(() => undefined);
    },
    drop: (id) => {
      attempt(() => {
        files.remove(pathOf(id));
      });
    },
  };
}

function jsonOf(text: string): unknown {
  return attempt(() => JSON.parse(text) as unknown);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
