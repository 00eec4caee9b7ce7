import type { RollbackReport, Attempt } from '../contract/strategy.js';

/** The strategy that rolled back: the one that is proven, else the first one that changed or started something. */
export function decisiveAttempt(rollback: RollbackReport): Attempt | undefined {
  return (
    rollback.attempts.find((attempt) => attempt.outcome === 'verified') ??
    rollback.attempts.find((attempt) => attempt.outcome === 'triggered')
  );
}

/** The strategy whose run or object a person should look at: the decisive one, else any that has an address. */
export function startedRun(rollback: RollbackReport): Attempt | undefined {
  const decisive = decisiveAttempt(rollback);
  return [...(decisive ? [decisive] : []), ...rollback.attempts].find(
    (attempt) => attempt.url !== null || attempt.runId !== null,
  );
}
