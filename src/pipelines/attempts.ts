import type { PipelineClient, RunState, StartedRun, StartResult } from '../contract/pipeline.js';
import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { oneLine } from '../support/text.js';
import type { Candidate, Listing } from './find-run.js';
import { START_TIMEOUT_MS } from './start-once.js';
import type { StartRecords } from './start-records.js';

/** How runs are seen that other attempts of our run have started. */
export interface AttemptSearch<C extends Candidate> {
  /** The system by name, for messages. */
  readonly system: string;
  readonly correlationId: string;
  /** What the ids of all attempts begin with. */
  readonly scope: string;
  /** @throws as `ApiClient.request` does. Absent: nothing can be listed. */
  readonly list?: (signal: AbortSignal) => Promise<Listing<C>>;
  /** As `RunSearch.idShown`. */
  readonly idShown?: (candidate: C, signal: AbortSignal) => Promise<string | undefined>;
  readonly state: PipelineClient['state'];
  readonly cancel: PipelineClient['cancel'];
  readonly records: StartRecords;
  readonly clock: Clock;
}

/** A run of another attempt, or of this one before it was killed. */
interface Attempt {
  readonly run: StartedRun;
  /** Grows from the first run to the last; `NaN` where nothing tells which was first. */
  readonly order: number;
  /** It was started with the very id that we would send. */
  readonly same: boolean;
}

type Started = Extract<StartResult, { kind: 'started' }>;

/** So many runs are looked at, the newest: what a run was started with may be a request of its own. */
const MOST_LISTED = 30;
/** So many of those are asked for their state, the newest. */
const MOST_ATTEMPTS = 10;
/** After that no call that starts a run is still going: its own time, and what it takes to write down what came of it. */
const CALL_MS = START_TIMEOUT_MS + 5000;
const POLL_MS = 500;
/** A list that does not show our own run yet is read so often, and so far apart. */
const LIST_READS = 4;
const LIST_AGAIN_MS = 1000;

const BY_ANOTHER = 'Another attempt of this run had started it.';
const NOT_AGAIN =
  'Another attempt of this run had started it; to start one more, use the command `rollback`.';

/**
 * Whether a rollback run is there already that is ours to follow: one of an attempt that was killed, or of a gate beside us.
 * One that is still going is joined, whatever it was started for; one that has ended only if it was started with our id.
 * `undefined`: there is none, and the call is ours to make.
 *
 * @param listed the runs that there are; `undefined`: they could not be listed.
 * @throws the signal's reason.
 */
export async function joinEarlier<C extends Candidate>(
  search: AttemptSearch<C>,
  listed: readonly C[] | undefined,
  signal: AbortSignal,
): Promise<Started | Extract<StartResult, { kind: 'unknown' }> | undefined> {
  const { correlationId, records } = search;
  const shown = await shownAttempts(search, listed, signal);
  const written = (await records.ofScope(search.scope)).flatMap(({ id, at, run }) =>
    run === undefined || shown.attempts.some((one) => one.run.id === run.id)
      ? []
      : [{ run, order: at, same: id === correlationId }],
  );
  const joined = await choose(search, [...written, ...shown.attempts], signal);
  if (joined !== undefined || (await records.claim(correlationId))) return joined;

  const record = await settledRecord(search, signal);
  // What was written is gone: the other's call was refused.
  if (record === undefined) return (await records.claim(correlationId)) ? undefined : unknown();
  if (record.run !== undefined) return { kind: 'started', run: record.run, joined: BY_ANOTHER };
  const now = await shownAttempts(search, await listNow(search, signal), signal);
  const found = await choose(search, now.attempts, signal);
  // Nothing shows our id, and it would: the other was killed before its call, or its call was lost.
  return found ?? (now.complete ? undefined : unknown());

  function unknown(): Extract<StartResult, { kind: 'unknown' }> {
    return {
      kind: 'unknown',
      reason: `another attempt of this run has asked for it, and which run came of that is not known: ${search.system} does not show it`,
    };
  }
}

/**
 * Whether another attempt has started a run as well, before ours, that is still going, or has ended well and was started with our
 * id: then that one stays, and ours is cancelled. Two gates at once see the same order.
 *
 * @throws nothing but the signal's reason.
 */
export async function joinRival<C extends Candidate>(
  search: AttemptSearch<C>,
  ours: StartedRun,
  signal: AbortSignal,
): Promise<Started | undefined> {
  const listed = await listWith(search, ours, signal);
  const { attempts } = await shownAttempts(search, listed, signal);
  const own = attempts.find(({ run }) => run.id === ours.id);
  if (own === undefined) return undefined;
  const before = attempts.filter(({ run, order }) => run.id !== ours.id && order < own.order);
  const rival = standing(await withStates(search, before, signal));
  if (rival === undefined) return undefined;
  const end = await endOf(search, ours, signal);
  return {
    kind: 'started',
    run: rival.run,
    joined: `Another gate of this run had started it just before; our own run ${ours.id} ${end}.`,
  };
}

/** The run beside which none must be started: one that is going, else one of our id that has ended well. */
function standing<A extends Attempt & { readonly state: RunState | undefined }>(
  attempts: readonly A[],
): A | undefined {
  return (
    attempts.find(({ state }) => isGoing(state)) ??
    attempts.find(({ same, state }) => same && state?.phase === 'succeeded')
  );
}

/** Cancels our run, and says in words what became of it: a system may take the call and end nothing. */
async function endOf<C extends Candidate>(
  { cancel, state, clock }: AttemptSearch<C>,
  ours: StartedRun,
  signal: AbortSignal,
): Promise<string> {
  let isAsked = false;
  try {
    await cancel(ours, signal);
    isAsked = true;
    for (let reads = 1; ; reads++) {
      const { phase, word } = await state(ours, signal);
      if (phase === 'cancelled') return 'was cancelled';
      if (phase === 'succeeded' || phase === 'failed')
        return `had ended before it could be cancelled ("${oneLine(word)}")`;
      if (reads >= LIST_READS)
        return `was asked to end, and is "${oneLine(word)}": look at it, and cancel it by hand`;
      await clock.sleep(LIST_AGAIN_MS, signal);
    }
  } catch (error) {
    if (isAsked) return 'was asked to end, and what became of that could not be seen: look at it';
    if (signal.aborted) throw signal.reason;
    return `could not be cancelled (${oneLine(messageOf(error))}): cancel it by hand`;
  }
}

async function choose<C extends Candidate>(
  search: AttemptSearch<C>,
  attempts: readonly Attempt[],
  signal: AbortSignal,
): Promise<Started | undefined> {
  const seen = await withStates(search, attempts, signal);
  const same = seen.filter((one) => one.same);
  const found = standing(seen) ?? same.at(-1);
  if (found === undefined) return undefined;
  const { phase } = found.state ?? {};
  const endedBadly = phase === 'failed' || phase === 'cancelled';
  return { kind: 'started', run: found.run, joined: endedBadly ? NOT_AGAIN : BY_ANOTHER };
}

/** In their order. `undefined` for a state that cannot be read. */
async function withStates<C extends Candidate>(
  search: AttemptSearch<C>,
  attempts: readonly Attempt[],
  signal: AbortSignal,
): Promise<readonly (Attempt & { readonly state: RunState | undefined })[]> {
  const inOrder = [...attempts]
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
    .slice(-MOST_ATTEMPTS);
  return Promise.all(
    inOrder.map(async (one) => {
      try {
        return { ...one, state: await search.state(one.run, signal) };
      } catch {
        if (signal.aborted) throw signal.reason;
        return { ...one, state: undefined };
      }
    }),
  );
}

/** What nobody can tell may be going. */
function isGoing(state: RunState | undefined): boolean {
  return !['succeeded', 'failed', 'cancelled'].includes(state?.phase ?? 'unknown');
}

/** The runs that show an id of our scope. `complete`: no other run can be one. */
async function shownAttempts<C extends Candidate>(
  { idShown, scope, correlationId }: AttemptSearch<C>,
  runs: readonly C[] | undefined,
  signal: AbortSignal,
): Promise<{ readonly attempts: readonly Attempt[]; readonly complete: boolean }> {
  if (idShown === undefined || runs === undefined) return { attempts: [], complete: false };
  const shown = await Promise.all(
    runs
      .slice(0, MOST_LISTED)
      .map(async (candidate) => ({ candidate, text: await idShown(candidate, signal) })),
  );
  return {
    attempts: shown.flatMap(({ candidate, text }) =>
      text?.includes(scope) === true
        ? [
            {
              run: candidate.run,
              order: candidate.order ?? Number(candidate.run.id),
              same: text.includes(correlationId),
            },
          ]
        : [],
    ),
    complete: shown.every(({ text }) => text !== undefined),
  };
}

/** A list may be some seconds behind: it is read again until it shows the run that is certain to be there. */
async function listWith<C extends Candidate>(
  search: AttemptSearch<C>,
  ours: StartedRun,
  signal: AbortSignal,
): Promise<readonly C[] | undefined> {
  if (search.idShown === undefined) return undefined;
  for (let reads = 1; ; reads++) {
    const listed = await listNow(search, signal);
    if (listed?.some(({ run }) => run.id === ours.id) === true || reads >= LIST_READS)
      return listed;
    await search.clock.sleep(LIST_AGAIN_MS, signal);
  }
}

async function listNow<C extends Candidate>(
  { list }: AttemptSearch<C>,
  signal: AbortSignal,
): Promise<readonly C[] | undefined> {
  try {
    return (await list?.(signal))?.runs;
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}

/** What another attempt has written down, when its call is over; `undefined`: it is gone. */
async function settledRecord<C extends Candidate>(
  { records, correlationId, clock }: AttemptSearch<C>,
  signal: AbortSignal,
): Promise<ReturnType<StartRecords['read']>> {
  const end = clock.monotonic() + CALL_MS;
  for (;;) {
    const record = records.read(correlationId);
    const isOver = record === undefined || clock.now() - record.at >= CALL_MS;
    if (isOver || record.run !== undefined || clock.monotonic() >= end) return record;
    await clock.sleep(POLL_MS, signal);
  }
}
