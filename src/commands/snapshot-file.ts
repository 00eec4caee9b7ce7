import * as z from 'zod/mini';
import type { RunInfo } from '../contract/system.js';
import { messageOf } from '../support/errors.js';
import { oneLine } from '../support/text.js';

/** What ran before the deploy, and which run recorded it. */
export interface Snapshot {
  readonly schema: 1;
  /** Tells it from every other one; those of older versions have none. */
  readonly id?: string | undefined;
  readonly tool: { readonly name: 'rollgate'; readonly version: string };
  readonly host: {
    readonly system: string;
    readonly runId: string | null;
    readonly attempt: number | null;
  };
  /** ISO 8601. */
  readonly takenAt: string;
  readonly targets: readonly {
    readonly name: string;
    /** What each strategy recorded, by its id. Only that strategy understands it. */
    readonly strategies: Readonly<Record<string, unknown>>;
  }[];
}

const schema = z.object({
  schema: z.literal(1),
  id: z.optional(z.string()),
  tool: z.object({ name: z.literal('rollgate'), version: z.string() }),
  host: z.object({
    system: z.string(),
    runId: z.nullable(z.string()),
    attempt: z.nullable(z.number()),
  }),
  takenAt: z.string(),
  targets: z.array(z.object({ name: z.string(), strategies: z.record(z.string(), z.unknown()) })),
});

/**
 * Reads a snapshot for the run that we are. One of another run, or one that cannot be read, is not used, and `notice`
 * says so: going back to the wrong version is worse than going back to none.
 */
export function readSnapshot(
  text: string,
  path: string,
  info: Pick<RunInfo, 'system' | 'runId'>,
): { readonly snapshot?: Snapshot; readonly notice?: string } {
  let snapshot: Snapshot;
  try {
    snapshot = schema.parse(JSON.parse(text));
  } catch (error) {
    return unreadable(path, error);
  }
  const { host } = snapshot;
  if (host.system !== info.system || host.runId !== info.runId)
    return {
      notice: `The snapshot in ${path} is ignored: it was taken by ${runInWords(host)} at ${snapshot.takenAt}, and this is ${runInWords(info)}. Take one with \`rollgate snapshot\` before the deploy of this run.`,
    };
  return { snapshot };
}

/** What is said of a file that is no snapshot. */
export function unreadable(path: string, error: unknown): { readonly notice: string } {
  return { notice: `The snapshot in ${path} is ignored: it cannot be read (${firstLine(error)}).` };
}

function runInWords(run: { readonly system: string; readonly runId: string | null }): string {
  return run.runId === null
    ? `a run without an id (${run.system})`
    : `${run.system} run ${run.runId}`;
}

function firstLine(error: unknown): string {
  return oneLine(messageOf(error).split('\n')[0] ?? '', 200);
}
