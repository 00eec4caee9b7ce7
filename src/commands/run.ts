import type { WatchOutcome } from '../gate/watch.js';
import { exitCodes } from '../inputs/exit-codes.js';
import { notNeeded, type TargetReport } from '../report/record.js';
import type { RollbackReport } from '../rollback/types.js';
import { isCancelled } from '../support/abort.js';
import { UsageError } from '../support/errors.js';
import type { Finding } from '../support/finding.js';
import { formatDuration } from '../support/format.js';
import { beginAll, keepAll } from './beginning.js';
import { checksOf } from './checks.js';
import { withoutCheck, withoutRung } from './completeness.js';
import { exitCodeOf } from './exit.js';
import { buildLinks, type Links } from './links.js';
import { rollbackMarker } from './marker.js';
import type { Outcome } from './outcome.js';
import {
  findingInWords,
  planInWords,
  preflightAll,
  printFindings,
  usableRungs,
} from './preflighting.js';
import { recordedSnapshot } from './recorded.js';
import { rollBack } from './rolling-back.js';
import type { Session } from './session.js';
import { TARGET } from './target.js';
import { watchTarget } from './watching.js';

/** Preflight, watch, verdict, chain, confirmation. */
export async function run(session: Session): Promise<Outcome> {
  const marker = rollbackMarker(session);
  if (marker !== null)
    return {
      verdict: 'not-judged',
      exitCode: exitCodes.healthy,
      reason: `This is a rollback run (${marker}): it is not judged, and nothing is started.`,
    };
  if (session.problems.length > 0) throw new UsageError(session.problems);

  const { entry, settings, console } = session;
  const checks = await checksOf(session);
  const wantsRollback =
    settings['on-unhealthy'] === 'rollback' || settings['on-inconclusive'] === 'rollback';
  const built: Links = wantsRollback
    ? await buildLinks(session, { snapshot: await recordedSnapshot(session) })
    : { links: [], findings: [], configured: 0 };
  const missing = [
    ...withoutCheck(checks),
    ...(wantsRollback ? withoutRung(built.configured) : []),
  ];
  if (missing.length > 0) throw new UsageError(missing);

  console.line(
    `rollgate ${entry.version}: watching ${subjects(checks)} for ${planInWords(settings)}`,
  );
  let found: readonly Finding[];
  let alreadyRolledBack: string | undefined;
  try {
    const [preflight, beginning] = await Promise.all([
      preflightAll(session, checks, built.links),
      beginAll(session, built.links),
    ]);
    found = [...built.findings, ...preflight, ...beginning.findings];
    alreadyRolledBack = beginning.alreadyRolledBack;
  } catch (error) {
    if (!isCancelled(entry.signal)) throw error;
    return cancelledEarly(session);
  }
  if (alreadyRolledBack !== undefined)
    return {
      verdict: 'inconclusive',
      exitCode: exitCodes.inconclusive,
      reason: `Already rolled back: ${alreadyRolledBack} Nothing was watched.`,
      findings: found.map(asWarning),
    };
  const checkIds = new Set(checks.map((check) => check.id));
  const badChecks = found.filter((f) => f.level === 'error' && checkIds.has(f.subject));
  const noUsableRung = wantsRollback && usableRungs(built.links, found).length === 0;
  if (badChecks.length > 0 || noUsableRung)
    return {
      verdict: null,
      exitCode: exitCodes.usage,
      reason: `${badChecks.length > 0 ? 'A check would not work' : 'No rung of the rollback chain would work'}, so nothing was watched: ${found
        .filter((f) => f.level === 'error')
        .map(findingInWords)
        .join('; ')}`,
      findings: found,
    };
  // A broken rung is only a warning while another one works.
  const findings = found.map(asWarning);
  printFindings(session, findings);

  const startedAt = entry.clock.now();
  const watched = await watchTarget(session, checks);
  const rollback = await answer(session, watched, built);
  if (watched.verdict === 'healthy' && !settings['dry-run']) await keepAll(session, built.links);
  const target: TargetReport = {
    name: TARGET,
    verdict: watched.verdict,
    reason: reasonOf(watched, rollback),
    checks: watched.results,
    rollback,
  };
  return {
    verdict: watched.verdict,
    exitCode: exitCodeOf(watched.verdict, rollback.status),
    reason: target.reason,
    targets: [target],
    findings,
    detectedAt: watched.decidedAt === null ? null : startedAt + watched.decidedAt,
    detectionSeconds: watched.decidedAt === null ? null : watched.decidedAt / 1000,
  };
}

/** What the verdict leads to. */
async function answer(
  session: Session,
  watched: WatchOutcome,
  { links }: Links,
): Promise<RollbackReport> {
  const { settings, console } = session;
  const { verdict } = watched;
  if (verdict !== 'unhealthy' && verdict !== 'inconclusive') return notNeeded;
  console.line(`${verdict} after ${formatDuration(watched.decidedAt ?? 0)}: ${watched.reason}`);
  const wanted = settings[verdict === 'unhealthy' ? 'on-unhealthy' : 'on-inconclusive'];
  if (wanted === 'report')
    return verdict === 'inconclusive'
      ? notNeeded
      : { ...notNeeded, status: 'withheld', detail: '`on-unhealthy` is `report`' };
  const breached = new Set(
    watched.results.filter((result) => result.outcome === 'breached').map((result) => result.id),
  );
  return rollBack(session, {
    links,
    verdict,
    reason: watched.reason,
    mustBeRight: (check) => breached.has(check.id) || watched.decidedBy.includes(check.id),
  });
}

function reasonOf(watched: WatchOutcome, rollback: RollbackReport): string {
  return watched.verdict === 'inconclusive' && rollback.status === 'not-needed'
    ? `${watched.reason} Nothing was rolled back.`
    : watched.reason;
}

function asWarning(finding: Finding): Finding {
  return finding.level === 'error' ? { ...finding, level: 'warning' } : finding;
}

function cancelledEarly({ entry }: Session): Outcome {
  const reason: unknown = entry.signal.reason;
  return {
    verdict: 'cancelled',
    exitCode: exitCodes.cancelled,
    reason: `${reason instanceof Error ? reason.message : 'cancelled'} before the watch began: the new version is live and was not judged.`,
  };
}

function subjects(checks: readonly { readonly subject: string }[]): string {
  return [...new Set(checks.map((check) => check.subject))].join(', ');
}
