import type { Verdict } from '../contract/check.js';
import { exitCodes } from '../contract/outcome.js';
import type { RollbackStatus } from '../contract/strategy.js';

/** The code of one target's outcome; the numbers are in `contract/outcome.ts`. */
export function exitCodeOf(verdict: Verdict | 'not-judged', rollback: RollbackStatus): number {
  switch (rollback) {
    case 'verified':
      return exitCodes.rolledBack;
    case 'unverified':
    case 'still-unhealthy':
    case 'failed':
      return exitCodes.needsPerson;
    case 'withheld':
      return exitCodes.withheld;
    case 'not-needed':
      break;
  }
  switch (verdict) {
    case 'healthy':
    case 'not-judged':
      return exitCodes.healthy;
    case 'unhealthy':
      return exitCodes.withheld;
    case 'inconclusive':
      return exitCodes.inconclusive;
    case 'cancelled':
      return exitCodes.cancelled;
  }
}

/**
 * What the process exits with: a verdict that `fail-on` does not name does not fail the job. A run without a verdict
 * (bad configuration, cancelled, internal error) always keeps its code.
 */
export function processExitCode(
  code: number,
  verdict: Verdict | 'not-judged' | null,
  failOn: readonly string[],
): number {
  if (verdict !== 'unhealthy' && verdict !== 'inconclusive') return code;
  return failOn.includes(verdict) ? code : exitCodes.healthy;
}

/** The same for several targets: the worst of what each would exit with. */
export function exitCodeOfAll(
  outcome: {
    readonly exitCode: number;
    readonly verdict: Verdict | 'not-judged' | null;
    readonly targets?: readonly {
      readonly verdict: Verdict | 'not-judged';
      readonly rollback: { readonly status: RollbackStatus };
    }[];
    readonly withoutVerdict?: readonly number[];
  },
  failOn: readonly string[],
): number {
  const { exitCode, verdict, targets = [], withoutVerdict = [] } = outcome;
  if (verdict === null || verdict === 'not-judged' || targets.length < 2)
    return worstCode([processExitCode(exitCode, verdict, failOn), ...withoutVerdict]);
  return worstCode([
    ...withoutVerdict,
    ...targets.map(({ verdict: own, rollback: { status } }) => {
      const wasRolledBackWithOthers =
        status !== 'not-needed' && own !== 'unhealthy' && own !== 'inconclusive';
      // It fails the job only if the verdict for which it was rolled back does.
      return processExitCode(
        exitCodeOf(own, status),
        wasRolledBackWithOthers ? verdict : own,
        failOn,
      );
    }),
  ]);
}

/** Most urgent first. */
const worstFirst: readonly number[] = [
  exitCodes.internal,
  exitCodes.needsPerson,
  exitCodes.rolledBack,
  exitCodes.inconclusive,
  exitCodes.withheld,
  exitCodes.cancelled,
  exitCodes.usage,
];

/** The code of a run with several targets; 0 when none of them has another. */
export function worstCode(codes: readonly number[]): number {
  return worstFirst.find((code) => codes.includes(code)) ?? exitCodes.healthy;
}
