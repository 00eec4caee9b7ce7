import type { PipelineClient, RunState, StartedRun } from '../../contract/pipeline.js';
import { deadline, DeadlineReached, isCancelled } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { formatDuration, oneLine } from '../../support/text.js';
import { isPermanent, waitAskedBy } from '../../support/retry.js';

export interface FollowOptions {
  readonly clock: Clock;
  /** Aborted with `DeadlineReached`: give up. With `Cancelled`: leave the run running and return at once. */
  readonly signal: AbortSignal;
  /** Milliseconds that the run may stay queued before it is given up. */
  readonly startTimeout: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly progress: (line: string) => void;
  /** Whether the run is certainly ours. One that may be somebody else's is never cancelled. */
  readonly ours: boolean;
}

/** What became of a run that we gave up. */
export interface GivenUp {
  /** The system shows it as cancelled. If not: it may still do its work. */
  readonly cancelled: boolean;
  /** It, or a part of it, may have run before it was cancelled. */
  readonly mayHaveRun: boolean;
  /** Why it could not be seen as cancelled, when an error was the cause. */
  readonly problem?: string;
}

export type FollowOutcome =
  | { readonly kind: 'succeeded'; readonly word: string }
  /** `mayHaveRun`: `false` when it is certain that nothing of it ran. */
  | { readonly kind: 'failed'; readonly word: string; readonly mayHaveRun?: boolean }
  /** Cancelled, and not by us. */
  | { readonly kind: 'cancelled'; readonly word: string }
  /** It was still queued after the start timeout. */
  | ({ readonly kind: 'never-started'; readonly word: string; readonly hint?: string } & GivenUp)
  /** The time ran out while it waited for an approval. */
  | ({ readonly kind: 'waiting-for-person'; readonly word: string } & GivenUp)
  /** The time ran out. */
  | ({ readonly kind: 'given-up'; readonly word: string } & GivenUp)
  /** Its state cannot be read; it may be doing anything. */
  | { readonly kind: 'unreadable'; readonly problem: string }
  /** We had to leave; it was left running. */
  | { readonly kind: 'left'; readonly by: string };

const FIRST_POLL_MS = 2000;
const LONGEST_POLL_MS = 10_000;
const POLL_GROWTH = 1.3;
/** Reading may fail for so long without a break. Longer than the incidents that pass, shorter than a watch. */
const READ_ERRORS_MS = 120_000;
/** For cancelling and reading "cancelled" back, after the time is over. */
const CANCEL_MS = 10_000;
const CANCEL_POLL_MS = 1000;
/** CI systems end jobs that are silent. */
const SILENCE_MS = 60_000;

/**
 * Follows a run to its end and reports the outcome. Only the client's `succeeded` is success.
 * Never rejects.
 */
export async function followRun(
  client: PipelineClient,
  run: StartedRun,
  options: FollowOptions,
): Promise<FollowOutcome> {
  const { clock, signal, random, startTimeout } = options;
  const startedAt = clock.monotonic();
  const tell = teller(run, options);
  let last: RunState | undefined;
  let onlyQueued = true;
  let failingSince: number | undefined;
  let pause = FIRST_POLL_MS;

  try {
    for (;;) {
      let wait = pause * (0.8 + 0.4 * random());
      pause = Math.min(LONGEST_POLL_MS, pause * POLL_GROWTH);
      try {
        last = await client.state(run, signal);
        failingSince = undefined;
        tell.state(last);
        const ended = endOf(last);
        if (ended !== undefined) return ended;
        onlyQueued &&= last.phase === 'queued';
        if (onlyQueued) {
          const left = startTimeout - (clock.monotonic() - startedAt);
          if (left <= 0) {
            return await giveUp(client, run, options, onlyQueued, {
              kind: 'never-started',
              word: last.word,
              ...hintIn(last),
            });
          }
          wait = Math.min(wait, left);
        }
      } catch (error) {
        if (signal.aborted) throw error;
        const now = clock.monotonic();
        failingSince ??= now;
        if (isPermanent(error) || now - failingSince >= READ_ERRORS_MS) {
          return { kind: 'unreadable', problem: problemOf(error) };
        }
        tell.trouble(error);
        // Whatever the server asks for, it is asked once more before we give up.
        const untilGivenUp = Math.min(
          failingSince + READ_ERRORS_MS - now,
          onlyQueued && last !== undefined ? startTimeout - (now - startedAt) : Infinity,
        );
        wait = Math.max(wait, Math.min(waitAskedBy(error) ?? 0, untilGivenUp));
      }
      await clock.sleep(wait, signal);
    }
  } catch {
    // Only an aborted signal leads here.
    const reason: unknown = signal.reason;
    if (isCancelled(signal) || !(reason instanceof DeadlineReached)) {
      return { kind: 'left', by: messageOf(reason) };
    }
    return giveUp(client, run, options, onlyQueued && last !== undefined, {
      kind: last?.phase === 'waiting' ? 'waiting-for-person' : 'given-up',
      word: last?.word ?? 'its state was never seen',
    });
  }
}

function endOf(state: RunState): FollowOutcome | undefined {
  switch (state.phase) {
    case 'succeeded':
    case 'cancelled':
      return { kind: state.phase, word: state.word };
    case 'failed':
      return {
        kind: 'failed',
        word: state.word,
        ...(state.mayHaveRun === undefined ? {} : { mayHaveRun: state.mayHaveRun }),
      };
    case 'queued':
    case 'running':
    case 'waiting':
    case 'unknown':
      // A word that we do not know may be followed by one that we know.
      return undefined;
  }
}

function hintIn(state: RunState): { readonly hint?: string } {
  return 'hint' in state ? { hint: state.hint } : {};
}

type Reason =
  | { readonly kind: 'never-started'; readonly word: string; readonly hint?: string }
  | { readonly kind: 'waiting-for-person' | 'given-up'; readonly word: string };

/** Cancels the run and reads it back. A run that ends by itself meanwhile is taken at its word. */
async function giveUp(
  client: PipelineClient,
  run: StartedRun,
  options: FollowOptions,
  onlyQueued: boolean,
  reason: Reason,
): Promise<FollowOutcome> {
  if (!options.ours) {
    return {
      ...reason,
      cancelled: false,
      mayHaveRun: true,
      problem: 'it was not cancelled, because it may be the run of somebody else',
    };
  }
  const { clock, signal } = options;
  const time = deadline(
    clock,
    CANCEL_MS,
    'cancelling the run',
    // After the deadline this has a time of its own; before it, a request to leave ends it.
    signal.aborted ? undefined : signal,
  );
  let problem: unknown;
  let isCancelSent = false;
  try {
    for (;;) {
      problem = undefined;
      try {
        if (!isCancelSent) {
          await client.cancel(run, time.signal);
          isCancelSent = true;
        }
      } catch (error) {
        problem = error;
      }
      try {
        const state = await client.state(run, time.signal);
        if (state.phase === 'cancelled') {
          return { ...reason, cancelled: true, mayHaveRun: state.mayHaveRun ?? !onlyQueued };
        }
        const ended = endOf(state);
        if (ended !== undefined) return ended;
      } catch (error) {
        problem = error;
      }
      if (time.signal.aborted || isPermanent(problem)) break;
      await clock.sleep(CANCEL_POLL_MS, time.signal);
    }
  } catch {
    // The time for it is over.
  } finally {
    time.clear();
  }
  return {
    ...reason,
    cancelled: false,
    mayHaveRun: true,
    ...(problem === undefined || problem instanceof DeadlineReached
      ? {}
      : { problem: problemOf(problem) }),
  };
}

/** The lines of a followed run: one when its state changes, else one a minute. */
function teller(
  run: StartedRun,
  { clock, progress }: FollowOptions,
): { state(state: RunState): void; trouble(error: unknown): void } {
  const startedAt = clock.monotonic();
  let reported = '';
  let toldAt = startedAt;
  const tell = (key: string, line: string): void => {
    const now = clock.monotonic();
    if (key !== reported) progress(line);
    else if (now - toldAt >= SILENCE_MS) {
      progress(`${line} (after ${formatDuration(Math.round((now - startedAt) / 1000) * 1000)})`);
    } else return;
    reported = key;
    toldAt = now;
  };
  return {
    state(state) {
      const about = hintIn(state).hint;
      const hint = about === undefined ? '' : ` (${about})`;
      const line =
        state.phase === 'waiting'
          ? `rollback run waits for a person: ${state.word}${hint}; approve it at ${run.url}`
          : `rollback run: ${state.word}${hint}`;
      tell(`${state.phase} ${state.word}`, line);
    },
    trouble(error) {
      tell(
        'trouble',
        `rollback run: its state could not be read, trying again: ${problemOf(error)}`,
      );
    },
  };
}

function problemOf(error: unknown): string {
  return oneLine(messageOf(error));
}
