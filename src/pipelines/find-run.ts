import type { StartedRun, StartResult } from '../contract/pipeline.js';
import { type Clock, httpDate } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { fixIn, refusalIn } from '../support/http/api.js';
import { type ApiResponse, isSuccess } from '../support/http/response.js';
import { isPermanent } from '../support/retry.js';
import type { Refused } from './start-once.js';

/** A run that may be ours. */
export interface Candidate {
  readonly run: StartedRun;
  /** Tells it from others for as long as it exists. Absent: the id of the run. */
  readonly key?: string;
  /** Grows from the first run to the last. Absent: the id of the run is a number that does. */
  readonly order?: number;
}

/** One listing of the runs that there are. */
export interface Listing<C extends Candidate> {
  readonly runs: readonly C[];
  /** The answer that listed them; its time is the server's own. */
  readonly answer?: ApiResponse;
}

/** What is known before the call that starts a run, to tell its run from older ones afterwards. */
export interface Before {
  /** The keys of the runs that are there already; `undefined`: they could not be listed. */
  readonly known: ReadonlySet<string> | undefined;
  /**
   * Our run is not older, milliseconds since the epoch on the server's clock; ours may differ from it by minutes.
   * `undefined`: it does not tell the time.
   */
  readonly since: number | undefined;
}

/** Nothing is known. */
export const notSeen: Before = { known: undefined, since: undefined };

/**
 * `ours`: certainly. `others`: certainly not, or an old one. `could be`: nothing speaks against it; the only one of these
 * that there is, is probably ours.
 */
export type Owner = 'ours' | 'others' | 'could be';

/** How the runs of one system are searched. */
interface Search<C extends Candidate> {
  /** What a run is called: `run`, `pipeline`. */
  readonly noun: string;
  /** @throws as `ApiClient.request` does. */
  readonly list: (signal: AbortSignal) => Promise<Listing<C>>;
  /** @throws as `ApiClient.request` does: then the whole listing counts for nothing. */
  readonly owner: (candidate: C, signal: AbortSignal) => Owner | Promise<Owner>;
  /** Why the run has to be looked for. */
  readonly why: string;
  readonly clock: Clock;
}

/** The server's `Date` has whole seconds, and its parts need not agree to the second. */
const SLACK_MS = 5000;
const LOCATE_MS = 30_000;
const FIRST_POLL_MS = 1000;
const LONGEST_POLL_MS = 5000;

/** What could be read before the call. */
export interface ListedBefore<C extends Candidate> {
  readonly kind: 'listed';
  readonly before: Before;
  /** `undefined`: they could not be listed. */
  readonly runs: readonly C[] | undefined;
}

/**
 * Reads what must be known before the call. Not being able to is no reason not to make the call; a page in place of the list
 * is: what has answered there would answer the call too, and then nobody could tell what became of it.
 *
 * @throws only the signal's reason.
 */
export async function listRunsBefore<C extends Candidate>(
  list: (signal: AbortSignal) => Promise<Listing<C>>,
  signal: AbortSignal,
): Promise<ListedBefore<C> | Refused> {
  try {
    const { runs, answer } = await list(signal);
    const date = httpDate(answer?.headers.date);
    const since = Number.isNaN(date) ? undefined : date - SLACK_MS;
    return { kind: 'listed', before: { known: new Set(runs.map(keyOf)), since }, runs };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!isPageIn(error)) return { kind: 'listed', before: notSeen, runs: undefined };
    const fix = fixIn(error);
    return {
      kind: 'refused',
      reason: messageOf(error),
      ...(fix === undefined ? {} : { hint: fix }),
    };
  }
}

/**
 * Whether a run has come after the listing before the call. Without the list and the time from then an old run cannot be told from
 * a new one.
 */
export function isNew({ known, since }: Before, run: Candidate, createdAt: number): boolean {
  return known !== undefined && !known.has(keyOf(run)) && since !== undefined && createdAt >= since;
}

/**
 * Looks for the run that a call may have started, for a while. Certain is only a run that shows that it is ours; the only one that
 * could be ours, seen twice, is `probable`.
 */
export async function findRun<C extends Candidate>(
  { noun, list, owner, why, clock }: Search<C>,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const end = clock.monotonic() + LOCATE_MS;
  let pause = FIRST_POLL_MS;
  let seen: string | undefined;
  let found: string;
  try {
    for (;;) {
      try {
        const sorted = { ours: new Map<string, C>(), 'could be': new Map<string, C>() };
        for (const candidate of (await list(signal)).runs) {
          const is = await owner(candidate, signal);
          if (is !== 'others') sorted[is].set(keyOf(candidate), candidate);
        }
        const ours = [...sorted.ours.values()];
        if (ours.length === 1 && ours[0] !== undefined)
          return { kind: 'started', run: ours[0].run };

        const possible = [...sorted['could be'].values()];
        const only = ours.length === 0 && possible.length === 1 ? possible[0] : undefined;
        const key = only === undefined ? undefined : keyOf(only);
        if (only !== undefined && key === seen) {
          return { kind: 'unknown', reason: why, probable: only.run };
        }
        seen = key;
        if (ours.length > 1) found = `${String(ours.length)} ${noun}s show the id that was sent`;
        else if (possible.length > 1) found = `${String(possible.length)} new ${noun}s could be it`;
        else found = `no new ${noun} could be told to be it`;
      } catch (error) {
        if (signal.aborted) throw error;
        found = messageOf(error);
        // A page passes with the trouble that has made it.
        if (isPermanent(error) && !isPageIn(error)) break;
      }
      if (clock.monotonic() + pause > end) break;
      await clock.sleep(pause, signal);
      pause = Math.min(LONGEST_POLL_MS, pause * 2);
    }
  } catch {
    return {
      kind: 'unknown',
      reason: `${why}, and there was no time left to look for its ${noun}`,
    };
  }
  return { kind: 'unknown', reason: `${why}, and its ${noun} was not found: ${found}` };
}

function keyOf({ key, run }: Candidate): string {
  return key ?? run.id;
}

/** An answer of 2xx that a read does not take is a page. */
function isPageIn(error: unknown): boolean {
  const response = refusalIn(error);
  return response !== undefined && isSuccess(response);
}
