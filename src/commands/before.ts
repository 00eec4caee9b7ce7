import type { Before, CheckEntry, CheckSpec, Past } from '../contract/check.js';
import type { Finding, Result } from '../contract/result.js';
import { beforeInWords } from '../gate/explain.js';
import { withPast } from '../gate/limit-before.js';
import { pastOf } from '../sources/registry.js';
import type { Hour } from '../sources/source.js';
import { DeadlineReached, deadline } from '../support/abort.js';
import { messageOf } from '../support/errors.js';
import { own } from '../support/redact.js';
import { sourceDependencies, type Session, type TargetSession } from './session.js';
import type { Snapshot } from './snapshot-file.js';

const HOUR = 3_600_000;
/** Where nobody knows when the deploy began, it is taken to have begun so long before the watch, milliseconds. */
const LEAST_AGE = 300_000;
/** The history of one entry may take so long, milliseconds: the watch waits for it. */
const TIMEOUT = 30_000;

/** When the deploy began, as far as it is known: milliseconds since the epoch. */
export function deployTime(
  { entry, info }: Pick<Session, 'entry' | 'info'>,
  snapshot: Pick<Snapshot, 'takenAt'> | undefined,
): number {
  const taken = snapshot === undefined ? Number.NaN : Date.parse(snapshot.takenAt);
  const now = entry.clock.now();
  if (!Number.isNaN(taken)) return Math.min(taken, now);
  return Math.min(now - LEAST_AGE, info.jobStartedAt ?? Infinity);
}

/** Before a watch in the past. @param began milliseconds since the epoch */
export function deployTimeOfPast(began: number): number {
  return began - LEAST_AGE;
}

/** A target whose limits are those after the hour before its deploy was looked at. */
export interface Compared {
  readonly session: TargetSession;
  /** The checks whose limit was looked at, or could not be. */
  readonly said: readonly {
    readonly id: string;
    readonly words: string;
    readonly isNews: boolean;
    /** Why there is no limit, where the server could not tell. */
    readonly problem?: string;
  }[];
}

/**
 * Looks at the hour before a deploy, and makes limits of it. Trouble with it is no error: the limits stay then, and it is said.
 *
 * @param until when the deploy began, milliseconds since the epoch
 */
export async function compareBefore(session: TargetSession, until: number): Promise<Compared> {
  const hour = { from: until - HOUR, to: until };
  const compared = await Promise.all(
    session.resolution.checks.map((entry) => compareEntry(session, entry, hour)),
  );
  const isChanged = compared.some(({ entry }, index) => entry !== session.resolution.checks[index]);
  return {
    session: isChanged
      ? {
          ...session,
          resolution: { ...session.resolution, checks: compared.map(({ entry }) => entry) },
        }
      : session,
    said: compared.flatMap(({ said }) => said),
  };
}

/**
 * Says what became of the limits.
 * @param all also where nothing changes
 * @param findings what preflight says: a server that does not answer is not reported twice
 */
export function printCompared(
  { session, said }: Compared,
  { all, findings }: { readonly all: boolean; readonly findings: readonly Finding[] },
): void {
  const isReported = (problem: string | undefined): boolean =>
    problem !== undefined && findings.some(({ message }) => message.includes(problem));
  const told = said.filter(
    ({ words, isNews, problem }) => words !== '' && (all || isNews) && !isReported(problem),
  );
  // A server that cannot tell has one reason for all checks.
  for (const text of new Set(told.map(({ words }) => words))) {
    const ids = told.filter(({ words }) => words === text).map(({ id }) => id);
    session.console.line(own`${own(ids.join(', '))}: ${text}`);
  }
}

interface ComparedEntry {
  readonly entry: CheckEntry;
  readonly said: Compared['said'];
}

async function compareEntry(
  session: TargetSession,
  entry: CheckEntry,
  hour: Hour,
): Promise<ComparedEntry> {
  const { before } = entry;
  if (before === undefined) return { entry, said: [] };
  const past = await readPast(session, entry, hour);
  if (past === undefined) return { entry, said: [] };
  if (!past.ok) {
    const words = `No limit from the hour before: ${past.problem.message}.`;
    const { message: problem } = past.problem;
    return { entry, said: [{ id: entry.checks[0]?.id ?? entry.id, words, isNews: true, problem }] };
  }
  const checks = entry.checks.map((spec): CheckSpec => withPast(spec, past.value, before));
  return {
    entry: { ...entry, checks },
    said: checks.flatMap(({ id, before: found }) =>
      found === undefined
        ? []
        : [{ id, words: beforeInWords({ before: found }), isNews: isNews(found) }],
    ),
  };
}

/** Whether a person should know it before the watch: not that a limit stays as it is. */
function isNews({ effect, why, set }: Before): boolean {
  return effect !== 'kept' || why !== undefined || set.metric === 'errors-per-minute';
}

/** Of the series that are judged; where there were none before the deploy, of those of the baseline. */
async function readPast(
  session: TargetSession,
  entry: CheckEntry,
  hour: Hour,
): Promise<Result<Past> | undefined> {
  const { clock, signal } = session.entry;
  const limited = deadline(clock, TIMEOUT, 'reading the hour before the deploy', signal);
  const read = (options: CheckEntry['options']): Promise<Result<Past>> | undefined =>
    pastOf({ ...entry, options }, hour, sourceDependencies(session), limited.signal);
  try {
    const own = await read(entry.before?.options ?? entry.options);
    const isFromElsewhere = entry.before?.options !== undefined || entry.baseline === undefined;
    if (own?.ok !== true || isFromElsewhere || !isEmpty(own.value)) return own;
    return await read(entry.baseline);
  } catch (error) {
    if (!(limited.signal.reason instanceof DeadlineReached)) throw error;
    return { ok: false, problem: { message: messageOf(error) } };
  } finally {
    limited.clear();
  }
}

function isEmpty({ counts = [], latency = [], value = [] }: Past): boolean {
  return (
    counts.every(({ requests }) => requests === 0) &&
    latency.every(({ requests }) => requests === 0) &&
    value.every((mean) => mean === null)
  );
}
