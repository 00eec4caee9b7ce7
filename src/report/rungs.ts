import type { RollbackReport, RungReport } from '../rollback/types.js';

/** The rung that rolled back: the one that is proven, else the first one that changed or started something. */
export function decisiveRung(rollback: RollbackReport): RungReport | undefined {
  return (
    rollback.rungs.find((rung) => rung.outcome === 'verified') ??
    rollback.rungs.find((rung) => rung.outcome === 'triggered')
  );
}

/** The rung whose run or object a person should look at: the decisive one, else any that has an address. */
export function startedRun(rollback: RollbackReport): RungReport | undefined {
  const decisive = decisiveRung(rollback);
  return [...(decisive ? [decisive] : []), ...rollback.rungs].find(
    (rung) => rung.url !== null || rung.runId !== null,
  );
}
