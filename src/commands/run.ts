import { exitCodes } from '../contract/outcome.js';
import { isCancelled } from '../support/abort.js';
import { UsageError } from '../support/errors.js';
import type { Finding } from '../contract/result.js';
import { judgeAll } from './judge.js';
import { rollbackMarker } from './rollback.js';
import {
  findingInWords,
  obstacle,
  planInWords,
  prepareAll,
  printFindings,
  proveAll,
  type ProvenTarget,
} from './prepare.js';
import { listProblems } from './console.js';
import { announceShard, type Session, ofTarget } from './session.js';
import { combine, type Outcome, withoutTargets } from './outcome.js';
import { own } from '../support/redact.js';

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
  const nothing = withoutTargets(session);
  if (nothing !== undefined) return nothing;
  announceShard(session);

  let proven: readonly ProvenTarget[];
  try {
    const prepared = await prepareAll(session);
    proven = await proveAll(prepared);
  } catch (error) {
    if (!isCancelled(session.entry.signal)) throw error;
    return cancelledEarly(session);
  }
  const found = proven.flatMap((target) => ofTarget(target.session, target.findings));
  const inTheWay = obstacle(proven);
  if (inTheWay !== undefined) {
    const errors = found.filter(({ level }) => level === 'error');
    listProblems(
      session.console,
      errors.map((error) => ({ ...error, subject: own(error.subject) })),
      `${inTheWay}, so nothing was watched`,
    );
    return {
      verdict: null,
      exitCode: exitCodes.usage,
      isListed: true,
      reason: `${inTheWay}, so nothing was watched: ${errors.map(findingInWords).join('; ')}`,
      findings: found,
    };
  }
  // A broken strategy is only a warning while another one works.
  const findings = found.map(asWarning);
  announce(
    session,
    proven.filter(({ nothingToJudge }) => nothingToJudge === undefined),
  );
  printFindings(session, findings);
  const outcome = combine(await judgeAll(session, proven));
  return { ...outcome, findings: [...findings, ...(outcome.findings ?? [])] };
}

function announce({ entry, console }: Session, targets: readonly ProvenTarget[]): void {
  const names = targets.map(({ session }) => session.target);
  if (targets.length > 1)
    console.line(own(`rollgate ${entry.version}: watching ${namesInWords(names)}`));
  if (targets.length > MOST_SHOWN) return;
  for (const { session, checks } of targets)
    session.console.line(
      own`${own(session.isOnly ? `rollgate ${entry.version}: ` : '')}watching ${subjects(checks)} for ${own(planInWords(session.settings))}`,
    );
}

/** At most this many targets get a line of their own at the start. */
const MOST_SHOWN = 10;

function namesInWords(names: readonly string[]): string {
  const shown = names.slice(0, MOST_SHOWN).join(', ');
  const more = names.length - MOST_SHOWN;
  return `${String(names.length)} targets: ${shown}${more > 0 ? ` and ${String(more)} more` : ''}`;
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
