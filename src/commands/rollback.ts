import type { RollbackStatus } from '../contract/strategy.js';
import { exitCodes } from '../contract/outcome.js';
import type { TargetReport } from '../report/record.js';
import { UsageError } from '../support/errors.js';
import { printFindings, recordedSnapshot, withoutStrategy } from './prepare.js';
import { rollBack } from './roll-back-target.js';
import { type Session, targetSessions, ofTarget } from './session.js';
import { buildLinks } from './strategies.js';
import { worstCode } from './exit-code.js';
import type { Outcome } from './outcome.js';
import { parseBoolean } from '../support/values/words.js';
import { asSentence, ended } from '../support/text.js';

/** Runs the chain of every target now, without a watch. */
export async function rollback(session: Session): Promise<Outcome> {
  const { settings, console } = session;
  if (session.problems.length > 0) throw new UsageError(session.problems);
  const marker = rollbackMarker(session);
  const snapshot = await recordedSnapshot(session);
  const prepared = await Promise.all(
    targetSessions(session).map(async (target) => ({
      target,
      built: await buildLinks(target, { isRollbackRun: marker !== null, snapshot }),
    })),
  );
  const missing = prepared.flatMap(({ target, built }) =>
    ofTarget(target, withoutStrategy(built.configured)),
  );
  if (missing.length > 0) throw new UsageError(missing);
  const reason = settings.reason ?? 'Manual rollback.';
  if (marker !== null)
    console.line(`this is a rollback run (${marker}): it does its work without starting another`);
  const findings = prepared.flatMap(({ target, built }) => ofTarget(target, built.findings));
  printFindings(session, findings);
  const reports = await Promise.all(
    prepared.map(async ({ target, built }): Promise<TargetReport> => {
      const report = await rollBack(target, {
        links: built.links,
        verdict: 'requested',
        reason,
        mustBeRight: () => true,
      });
      return {
        name: target.target,
        verdict: 'not-judged',
        reason,
        checks: [],
        rollback: report,
      };
    }),
  );
  const details = reports.map(({ name, rollback: { status, detail } }) =>
    reports.length === 1 ? detail : `${name}: ${status}${detail === '' ? '' : `, ${detail}`}`,
  );
  return {
    verdict: 'not-judged',
    exitCode: worstCode(reports.map((report) => codeOf(report.rollback.status))),
    reason: `${ended(reason)} ${asSentence(details.join('; '))}`.trim(),
    targets: reports,
    findings,
  };
}

/** A dry run, or a live version that is not ours: nothing was done, as asked. */
function codeOf(status: RollbackStatus): number {
  return status === 'verified' || status === 'withheld' ? exitCodes.healthy : exitCodes.needsPerson;
}

/** Where the marker of a rollback run was found; `null` when this is none. */
export function rollbackMarker({ entry, info }: Session): string | null {
  const text = entry.env.ROLLBACK ?? '';
  const parsed = text.trim() === '' ? undefined : parseBoolean(text);
  if (parsed?.ok === true && parsed.value) return 'ROLLBACK in the environment';
  return info.rollbackMarker;
}
