import type { StartedRun } from '../../contract/pipeline.js';
import type { Problem } from '../../contract/result.js';
import type { StrategyResult } from '../../contract/strategy.js';
import { asSentence, ended, formatDuration, oneLine } from '../../support/text.js';
import type { FollowOutcome, GivenUp } from './follow.js';

export function notStarted({ message, fix }: Problem): string {
  const advice = fix === undefined ? '' : ` ${asSentence(fix)}`;
  return `The rollback pipeline was not started: ${ended(message)}${advice}`;
}

/** The run could not be identified. @param system by its name. */
export function maybeStarted(system: string, reason: string): StrategyResult {
  return {
    outcome: 'triggered',
    detail: `A rollback run may have been started: ${ended(reason)} Look for it in ${system} before you start another.`,
    versionConfirmed: null,
  };
}

/** @param startTimeout how long it could stay queued, milliseconds. */
export function resultOf(
  run: StartedRun,
  followed: FollowOutcome,
  startTimeout: number,
): StrategyResult {
  switch (followed.kind) {
    case 'succeeded':
      return about(run, 'verified', `ended with ${quoted(followed.word)}.`);
    case 'failed':
      if (followed.mayHaveRun === false) {
        return about(run, 'failed', `ended with ${quoted(followed.word)}; nothing of it ran.`);
      }
      return about(
        run,
        'triggered',
        `ended with ${quoted(followed.word)}; what it changed is not known.`,
      );
    case 'cancelled':
      return about(
        run,
        'triggered',
        'was cancelled by somebody else; what it changed until then is not known.',
      );
    case 'unreadable':
      return about(
        run,
        'triggered',
        `was started, and its state cannot be read: ${ended(followed.problem)}`,
      );
    case 'left':
      return about(run, 'triggered', `was left running (${followed.by}).`);
    case 'never-started': {
      const hint = followed.hint === undefined ? '' : ` (${followed.hint})`;
      return abandoned(
        run,
        `had not begun after ${formatDuration(startTimeout)}: ${quoted(followed.word)}${hint}`,
        followed,
      );
    }
    case 'waiting-for-person':
      return abandoned(
        run,
        'still waited for a person to approve it when the time was over',
        followed,
      );
    case 'given-up':
      return abandoned(
        run,
        `was not done when the time was over: ${quoted(followed.word)}`,
        followed,
      );
  }
}

/** A run that ended well, and whose jobs do not show that it rolled anything back. */
export function unproven(run: StartedRun, word: string, why: string): StrategyResult {
  return about(
    run,
    'triggered',
    `ended with ${quoted(word)}, which does not prove the rollback: ${ended(why)}`,
  );
}

/** A run that we gave up. It changed nothing only if it shows as cancelled and none of its jobs had begun. */
function abandoned(run: StartedRun, what: string, end: GivenUp): StrategyResult {
  if (!end.cancelled) {
    const problem = end.problem === undefined ? '' : ` (${end.problem})`;
    return about(
      run,
      'triggered',
      `${what}; that it was cancelled could not be confirmed${problem}: it may still fire.`,
    );
  }
  return end.mayHaveRun
    ? about(run, 'triggered', `${what}. It was cancelled; what it changed until then is not known.`)
    : about(run, 'failed', `${what}. It was cancelled before anything of it ran.`);
}

/** The run may be somebody else's, so its result proves nothing about ours. */
export function probableResult(
  run: StartedRun,
  why: string,
  followed: FollowOutcome,
): StrategyResult {
  const word = 'word' in followed ? `: ${quoted(followed.word)}` : '';
  return about(
    run,
    'triggered',
    `is probably ours, which could not be proven (${oneLine(why)})${word}; its result proves nothing.`,
  );
}

export function about(
  run: StartedRun,
  outcome: StrategyResult['outcome'],
  what: string,
): StrategyResult {
  return {
    outcome,
    detail: `The rollback run ${run.id} ${what}`,
    url: run.url,
    runId: run.id,
    versionConfirmed: null,
  };
}

export function failed(detail: string): StrategyResult {
  return { outcome: 'failed', detail, versionConfirmed: null };
}

function quoted(word: string): string {
  return `"${word}"`;
}
