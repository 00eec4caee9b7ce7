import type { RunState } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import { own } from '../reading.js';

type Phase = RunState['phase'];

/**
 * `BuildStatus` but `completed`, which has a result (MicrosoftDocs/vsts-rest-api-specs, specification/build; `abandoned` since 7.2).
 */
type Status =
  'none' | 'inProgress' | 'cancelling' | 'postponed' | 'abandoned' | 'notStarted' | 'all';
/** `BuildResult`. */
type Result = 'none' | 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';

const statuses: Readonly<Record<string, Phase>> = {
  notStarted: 'queued',
  postponed: 'queued',
  inProgress: 'running',
  cancelling: 'running',
  // The service has given it up: nothing more comes of it.
  abandoned: 'failed',
  // No status, and a filter of lists: neither is said of a build.
  none: 'unknown',
  all: 'unknown',
} satisfies Record<Status, Phase>;

const results: Readonly<Record<string, Phase>> = {
  succeeded: 'succeeded',
  // Something in it failed and was declared not to matter.
  partiallySucceeded: 'failed',
  failed: 'failed',
  canceled: 'cancelled',
  none: 'unknown',
} satisfies Record<Result, Phase>;

/** What of a timeline record tells how far a build is. */
export interface TimelineRecord {
  readonly type: string;
  /** `pending`, `inProgress` or `completed`. */
  readonly state: string;
  readonly result: unknown;
  readonly startTime: unknown;
  readonly workerName: unknown;
  readonly attempt: unknown;
  /** The name of the task, for a record of a task. */
  readonly task: unknown;
}

/** The records of a timeline; a build that was just queued has no timeline yet. `undefined`: it is no timeline. */
export function timelineOf(status: number, data: unknown): readonly TimelineRecord[] | undefined {
  if (status === 204 || data === null) return [];
  const { records } = fields(data);
  if (!Array.isArray(records)) return undefined;
  return records.map(fields).map((record) => ({
    type: textIn(record.type),
    state: textIn(record.state),
    result: record.result,
    startTime: record.startTime,
    workerName: record.workerName,
    attempt: record.attempt,
    task: fields(record.task).name,
  }));
}

/** Whether the timeline says more of a build than its status does. */
export function needsTimeline(status: unknown, result: unknown): boolean {
  return status === 'completed'
    ? result === 'canceled' || result === 'failed'
    : status === 'notStarted' || status === 'inProgress' || status === 'abandoned';
}

const NO_AGENT =
  'it waits for an agent or a parallel job; the job of the gate holds one until the rollback is done';
const LOCK =
  'it waits for an exclusive lock; if the deploy holds it while this job waits, the rollback can never begin: take the check off what the rollback uses, or run the gate after the deploy has let go of it';

/** What a build waits for that a person has to give. The first that is open counts. */
const personal: readonly {
  readonly is: (record: TimelineRecord) => boolean;
  readonly hint: string;
}[] = [
  { is: ({ type }) => type === 'Checkpoint.Approval', hint: 'a stage of it wants an approval' },
  {
    is: ({ type }) => type === 'Checkpoint.Authorization',
    hint: 'it uses something that it is not permitted to use yet; permit it in the run',
  },
  {
    is: ({ type, task }) => type === 'Task' && task === 'ManualValidation',
    hint: 'a task of it wants a manual validation',
  },
];

/**
 * The state of a build in our words.
 *
 * @param timeline `undefined`: it could not be read, or is not needed.
 */
export function stateOf(
  build: { readonly status: unknown; readonly result?: unknown; readonly startTime?: unknown },
  timeline: readonly TimelineRecord[] | undefined,
): RunState {
  const { status, result } = build;
  if (status === 'completed') {
    // Between the end of the last job and the result there may be a moment without one.
    const word = typeof result === 'string' ? result : 'completed without a result';
    const phase = own(results, word) ?? 'unknown';
    return (phase === 'cancelled' || phase === 'failed') && needsTimeline(status, result)
      ? { phase, word, mayHaveRun: mayHaveRun(build, timeline) }
      : { phase, word };
  }
  const word = typeof status === 'string' ? status : 'no status';
  const phase = own(statuses, word) ?? 'unknown';
  if (phase === 'failed') return { phase, word, mayHaveRun: mayHaveRun(build, timeline) };
  if (timeline !== undefined && needsTimeline(status, result)) {
    const open = timeline.filter(({ state }) => state === 'inProgress');
    const person = personal.find(({ is }) => open.some(is));
    if (person !== undefined) return { phase: 'waiting', word, hint: person.hint };
    if (timeline.length > 0 && !timeline.some(hasBegun)) {
      const locked = open.some(({ type }) => type === 'Checkpoint.ExclusiveLock');
      return { phase: 'queued', word, hint: locked ? LOCK : NO_AGENT };
    }
  }
  return phase === 'queued' ? { phase, word, hint: NO_AGENT } : { phase, word };
}

/** Whether a build that has ended may have done something. What cannot be seen may have. */
function mayHaveRun(
  { startTime }: { readonly startTime?: unknown },
  timeline: readonly TimelineRecord[] | undefined,
): boolean {
  if (timeline === undefined) return true;
  // Without any record only the build itself tells whether it was begun.
  return timeline.length === 0 ? isPresent(startTime) : timeline.some(hasBegun);
}

/** A job that was given to an agent, or a task of one. A job that was cancelled while it waited has neither time nor agent. */
function hasBegun(record: TimelineRecord): boolean {
  const { type, state, result, startTime, workerName, attempt } = record;
  // A timeline shows the last attempt only. What is tried again has been tried before.
  if (typeof attempt === 'number' && attempt > 1) return true;
  if (type !== 'Job' && type !== 'Task') return false;
  if (isPresent(startTime) || isPresent(workerName) || state === 'inProgress') return true;
  return state !== 'pending' && result !== 'canceled' && result !== 'skipped';
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
