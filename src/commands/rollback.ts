import type { Check } from '../contract/check.js';
import type {
  ChainLink,
  Confirmation,
  RecordedVersion,
  RollbackReport,
} from '../contract/strategy.js';
import { confirm } from '../gate/confirm.js';
import { exitCodes } from '../contract/outcome.js';
import type { TargetReport } from '../report/record.js';
import { runChain } from '../strategies/chain.js';
import { UsageError } from '../support/errors.js';
import { printFindings, recordedSnapshot, withoutStrategy } from './prepare.js';
import {
  announceShard,
  checksOf,
  ofTarget,
  type Session,
  type TargetSession,
  targetSessions,
} from './session.js';
import { withHeartbeat } from './console.js';
import { buildLinks } from './strategies.js';
import { handOver } from './was-well.js';
import { combineRollbacks, type Outcome, withoutTargets } from './outcome.js';
import { parseBoolean } from '../support/values/words.js';
import { formatDuration } from '../support/text.js';
import { own } from '../support/redact.js';

/** Runs the chain of every target now, without a watch. */
export async function rollback(session: Session): Promise<Outcome> {
  const { settings, console } = session;
  if (session.problems.length > 0) throw new UsageError(session.problems);
  const marker = rollbackMarker(session);
  const nothing = withoutTargets(session);
  if (nothing !== undefined) return nothing;
  announceShard(session);
  const snapshot = await recordedSnapshot(session);
  const prepared = await Promise.all(
    targetSessions(session).map(async (target) => ({
      target,
      built: await buildLinks(target, { isRollbackRun: marker !== null, snapshot }),
    })),
  );
  const missing = prepared.flatMap(({ target }) => ofTarget(target, withoutStrategy(target)));
  if (missing.length > 0) throw new UsageError(missing);
  const reason = settings.reason ?? 'Manual rollback.';
  if (marker !== null)
    console.line(
      own`this is a rollback run (${marker}): it does its work without starting another`,
    );
  const findings = prepared.flatMap(({ target, built }) => ofTarget(target, built.findings));
  printFindings(session, findings);
  const reports = await Promise.all(
    prepared.map(async ({ target, built }): Promise<TargetReport> => {
      const report = await rollBackTarget(target, {
        links: built.links,
        verdict: 'requested',
        reason,
        mustBeRight: () => true,
        isRecovery: false,
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
  return { ...combineRollbacks(reason, reports), findings };
}

/** Where the marker of a rollback run was found; `null` when this is none. */
export function rollbackMarker({ entry, info }: Session): string | null {
  const text = entry.env.ROLLBACK ?? '';
  const parsed = text.trim() === '' ? undefined : parseBoolean(text);
  if (parsed?.ok === true && parsed.value) return 'ROLLBACK in the environment';
  return info.rollbackMarker;
}

/** Own probes go at least this fast while a rollback is confirmed: a person is waiting. */
const CONFIRM_RATE = 10;

interface RollbackOrder {
  readonly links: readonly ChainLink[];
  /** `unhealthy`, `inconclusive`, or `requested`. */
  readonly verdict: string;
  readonly reason: string;
  /** Which checks must be right again besides those that tell whether the whole is up. */
  readonly mustBeRight: (check: Check) => boolean;
  /** Whether any check has failed. */
  readonly isRecovery: boolean;
  /** The checks of the watch before it. */
  readonly watched?: readonly Check[];
}

/** Runs the chain for the target, and confirms what it did. */
export async function rollBackTarget(
  session: TargetSession,
  order: RollbackOrder,
): Promise<RollbackReport> {
  const { entry, settings, console } = session;
  const { isRecovery } = order;
  const again = async (): Promise<readonly Check[]> =>
    (await checksOf(session, CONFIRM_RATE)).filter(
      (check) =>
        (check.kind === 'health' && check.isParticular !== true) || order.mustBeRight(check),
    );
  const nothingToLookAt = (await again()).length === 0;

  async function confirmed(signal: AbortSignal): Promise<Confirmation> {
    const timeout = settings['verify-timeout'];
    const checks = await again();
    handOver(order.watched ?? [], checks);
    const longest = Math.max(
      timeout,
      ...checks.map((check) => (check.kind === 'health' ? (check.recovery ?? 0) : 0)),
    );
    console.line(
      own(
        `Verifying the rollback: ${isRecovery ? 're-running the failed checks' : 'running the checks'}, for up to ${formatDuration(longest)}`,
      ),
    );
    const outcome = await confirm({
      checks,
      isRecovery,
      clock: entry.clock,
      signal,
      timeout,
      minRequests: settings['min-requests'],
      requestsPerSecond: session.limits.allowed(
        Math.max(CONFIRM_RATE, settings['requests-per-second']),
      ),
    });
    return { ...outcome, healthConfirmed: outcome.confirmed };
  }

  entry.ifCutShort(exitCodes.needsPerson);
  const report = await withHeartbeat({ clock: entry.clock, console }, 'rolling back', () =>
    runChain({
      links: order.links,
      request: {
        target: session.target,
        verdict: order.verdict,
        reason: order.reason,
        correlationId: `rollgate-${entry.uuid()}`,
        ...recordedVersion(order.links),
      },
      timeout: settings['rollback-timeout'],
      dryRun: settings['dry-run'],
      clock: entry.clock,
      signal: entry.signal,
      confirm: nothingToLookAt ? undefined : confirmed,
      isRecovery,
      progress: (line) => {
        console.line(line);
      },
      lastOfAll: (act) => {
        session.lastActs.push(act);
      },
    }),
  );
  if (report.status === 'failed') console.line(own`❌ Rollback failed: ${report.detail}`);
  return report;
}

/** By the first strategy that knows. */
function recordedVersion(links: readonly ChainLink[]): RecordedVersion {
  for (const { strategy } of links) {
    const version = strategy.kind === 'skip' ? undefined : strategy.recordedVersion?.();
    if (version !== undefined) return version;
  }
  return {};
}
