import * as z from 'zod/mini';
import { type Asked, obstacles } from '../contract/check.js';
import type { RunInfo } from '../contract/system.js';
import { messageOf } from '../support/errors.js';
import { formatDuration, oneLine } from '../support/text.js';

/** What was seen of something that checks ask, before the deploy. */
export interface AskedBefore extends Asked {
  /** The ids of these checks. */
  readonly checks: readonly string[];
  /** What was asked, as it may be printed. */
  readonly subject: string;
}

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
    /** The name of the machine; those of older versions have none. */
    readonly machine?: string | undefined;
  };
  /** ISO 8601. */
  readonly takenAt: string;
  readonly targets: readonly {
    readonly name: string;
    /** What each strategy recorded, by its id. Only that strategy understands it. */
    readonly strategies: Readonly<Record<string, unknown>>;
    /** What the checks saw; those of older versions have none. */
    readonly asked?: readonly AskedBefore[] | undefined;
  }[];
}

const askedSchema = z.object({
  checks: z.array(z.string()),
  subject: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  status: z.optional(z.number()),
  obstacle: z.optional(z.enum(obstacles)),
  absent: z.optional(z.literal(true)),
  causes: z.optional(z.array(z.string())),
  at: z.optional(z.number()),
  ms: z.number(),
});

const schema = z.object({
  schema: z.literal(1),
  id: z.optional(z.string()),
  tool: z.object({ name: z.literal('rollgate'), version: z.string() }),
  host: z.object({
    system: z.string(),
    runId: z.nullable(z.string()),
    attempt: z.nullable(z.number()),
    machine: z.optional(z.string()),
  }),
  takenAt: z.string(),
  targets: z.array(
    z.object({
      name: z.string(),
      strategies: z.record(z.string(), z.unknown()),
      asked: z.optional(z.array(askedSchema)),
    }),
  ),
});

/** The run that wants to use a snapshot. */
export interface SnapshotReader extends Pick<RunInfo, 'system' | 'runId'> {
  /** The name of the machine. */
  readonly machine: string;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
  /** Without an id of the run an older one is not taken for its own, milliseconds. */
  readonly deployedWithin: number;
}

/**
 * Reads a snapshot for the run that we are. One of another run, or one that cannot be read, is not used, and `notice`
 * says so: going back to the wrong version is worse than going back to none.
 */
export function readSnapshot(
  text: string,
  path: string,
  reader: SnapshotReader,
): { readonly snapshot?: Snapshot; readonly notice?: string } {
  let snapshot: Snapshot;
  try {
    snapshot = schema.parse(JSON.parse(text));
  } catch (error) {
    return unreadable(path, error);
  }
  const why = objection(snapshot, reader);
  const age = reader.now - Date.parse(snapshot.takenAt);
  if (why === undefined)
    return age <= reader.deployedWithin
      ? { snapshot }
      : {
          snapshot,
          notice: `The snapshot in ${path} was taken ${formatDuration(age)} ago: whatever has changed since then counts as this deploy's. Take it right before the deploy, after any approval.`,
        };
  return {
    notice: `The snapshot in ${path} is ignored: ${why}. Take one with \`rollgate snapshot\` before the deploy of this run.`,
  };
}

/** Why a snapshot is not taken for one of this run. */
function objection({ host, takenAt }: Snapshot, reader: SnapshotReader): string | undefined {
  if (host.system !== reader.system || host.runId !== reader.runId)
    return `it was taken by ${runInWords(host)} at ${takenAt}, and this is ${runInWords(reader)}`;
  if (host.runId !== null) return undefined;
  // Without an id one run is like another: what is left is the place and the time.
  if (host.machine !== undefined && host.machine !== reader.machine)
    return `neither it nor this run has an id, and it was taken on another machine (${host.machine}); set \`run-id\``;
  const age = reader.now - Date.parse(takenAt);
  return age >= 0 && age <= reader.deployedWithin
    ? undefined
    : `neither it nor this run has an id, and it was taken at ${takenAt}, longer ago than \`deployed-within\` (${formatDuration(reader.deployedWithin)}); set \`run-id\``;
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
