import { exitCodes } from '../inputs/exit-codes.js';
import { UsageError } from '../support/errors.js';
import { withoutRung } from './completeness.js';
import { buildLinks } from './links.js';
import { rollbackMarker } from './marker.js';
import type { Outcome } from './outcome.js';
import { printFindings } from './preflighting.js';
import { recordedSnapshot } from './recorded.js';
import { rollBack } from './rolling-back.js';
import type { Session } from './session.js';
import { TARGET } from './target.js';

/** Runs the chain now, without a watch. */
export async function rollback(session: Session): Promise<Outcome> {
  const { settings, console } = session;
  if (session.problems.length > 0) throw new UsageError(session.problems);
  const marker = rollbackMarker(session);
  const { links, findings, configured } = await buildLinks(session, {
    isRollbackRun: marker !== null,
    snapshot: await recordedSnapshot(session),
  });
  const missing = withoutRung(configured);
  if (missing.length > 0) throw new UsageError(missing);
  const reason = settings.reason ?? 'A rollback was asked for by hand.';
  if (marker !== null)
    console.line(`this is a rollback run (${marker}): it does its work without starting another`);
  printFindings(session, findings);
  const report = await rollBack(session, {
    links,
    verdict: 'requested',
    reason,
    mustBeRight: () => true,
  });
  return {
    verdict: 'not-judged',
    exitCode: report.status === 'verified' ? exitCodes.healthy : codeOf(report.status),
    reason: `${reason} ${report.detail}`.trim(),
    targets: [{ name: TARGET, verdict: 'not-judged', reason, checks: [], rollback: report }],
    findings,
  };
}

/** A dry run, or a live version that is not ours: nothing was done, as asked. */
function codeOf(status: string): number {
  return status === 'withheld' ? exitCodes.healthy : exitCodes.needsPerson;
}
