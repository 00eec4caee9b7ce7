import type { StrategyContext, StrategyResult } from '../../contract/strategy.js';
import { deadline, isCancelled, lastingSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { type Helm, rollbackCommand, type RollbackEnd } from './client.js';
import { find, inWords, type Revision, since, type ReleaseTarget, topOf } from './release.js';

/** What is read after the time is over must be read within the grace of the chain, milliseconds. */
const LATE_READ_MS = 8000;

interface Execution {
  readonly release: string;
  readonly helm: Helm;
  readonly clock: Clock;
  readonly target: ReleaseTarget;
  /** helm's own time limit, milliseconds. It ends in order when that is over, and marks its revision as failed. */
  readonly timeoutMs: number;
  /** Whether two revisions would make the same objects. */
  readonly same: (a: Revision, b: Revision, signal: AbortSignal) => Promise<boolean>;
}

/** Has helm roll back, and finds out what became of it: helm numbers every attempt, also the one that fails. */
export async function rollBack(
  execution: Execution,
  context: StrategyContext,
): Promise<StrategyResult> {
  const { helm, target, timeoutMs } = execution;
  context.beforeChange();
  // A helm that is nearly done may come to its end when we are asked to stop, but not when its own time limit has failed.
  const lasting = lastingSignal(context.signal, execution.clock, 0);
  let end: RollbackEnd;
  try {
    end = await helm.rollback(target.to.revision, timeoutMs, lasting.signal);
  } finally {
    lasting.clear();
  }
  if (end.neverRan) return { outcome: 'failed', detail: `${end.message}.`, versionConfirmed: null };
  if (isCancelled(context.signal))
    return {
      outcome: 'triggered',
      detail: `${command(execution)} was ${end.ok ? 'done' : 'ended'} when we were asked to stop; \`helm history ${execution.release}\` shows what became of it.`,
      versionConfirmed: null,
    };
  const late = deadline(execution.clock, LATE_READ_MS, 'helm history');
  const signal = context.signal.aborted ? late.signal : context.signal;
  try {
    return await conclude(execution, end, signal);
  } catch (error) {
    return {
      outcome: 'triggered',
      detail: `${end.ok ? `${command(execution)} was a success` : `${command(execution)}: ${end.message}`}, and the release could not be read afterwards (${messageOf(error)}).`,
      versionConfirmed: null,
    };
  } finally {
    late.clear();
  }
}

async function conclude(
  execution: Execution,
  end: RollbackEnd,
  signal: AbortSignal,
): Promise<StrategyResult> {
  const { release, helm, target } = execution;
  const history = await helm.history(signal);
  const top = topOf(history);
  if (top.revision === target.live.revision && end.ok)
    return otherwise(
      `helm said that ${release} was rolled back, and its history shows no new revision`,
    );
  if (top.revision === target.live.revision)
    return {
      outcome: 'failed',
      detail: `${command(execution)}: ${end.message}. No revision was made: nothing was changed.`,
      versionConfirmed: null,
    };

  const mine = history.findLast(
    ({ revision, rollbackTo }) =>
      revision > target.live.revision && rollbackTo === target.to.revision,
  );
  if (mine !== undefined && top.revision > mine.revision)
    return otherwise(
      `${inWords(top)} of ${release} (${top.status}) came${since(top)}, after our rollback to revision ${String(target.to.revision)}`,
    );
  const overrun = find(history, target.live.revision + 1);
  if (end.ok && mine !== undefined && overrun !== undefined && overrun.revision < mine.revision)
    return {
      outcome: 'triggered',
      detail: `${inWords(overrun)} of ${release} came${since(overrun)} while we rolled back: helm has no precondition against that, and revision ${String(mine.revision)} replaced it. Deploy it again.`,
      versionConfirmed: null,
    };

  const made = mine ?? top;
  if (made.status === 'deployed') {
    if (!(await execution.same(made, target.to, signal)))
      return otherwise(
        `revision ${String(made.revision)} of ${release} is deployed, and is not the same as revision ${String(target.to.revision)}`,
      );
    return {
      outcome: 'verified',
      detail: `${release} is back at ${inWords(target.to)}, as revision ${String(made.revision)}; helm waited for its resources.`,
      versionConfirmed: true,
    };
  }
  return {
    outcome: 'triggered',
    detail: `${command(execution)}: ${end.message}. It made revision ${String(made.revision)}, which is ${made.status}${
      made.status.startsWith('pending-')
        ? `: helm upgrades nothing on top of it. Look at its resources, then run \`${rollbackCommand(release, target.to.revision)}\``
        : ''
    }.`,
    versionConfirmed: null,
  };
}

/** What is deployed now is not what was to come back. */
function otherwise(notBack: string): StrategyResult {
  return { outcome: 'triggered', detail: `${notBack}.`, notBack, versionConfirmed: false };
}

function command({ release, target }: Execution): string {
  return rollbackCommand(release, target.to.revision);
}
