import type { Check } from '../contract/check.js';
import type {
  ChainLink,
  Confirmation,
  RecordedVersion,
  RollbackReport,
} from '../contract/strategy.js';
import { confirm } from '../gate/confirm.js';
import { exitCodes } from '../contract/outcome.js';
import { runChain } from '../strategies/chain.js';
import { formatDuration } from '../support/text.js';
import { checksOf, type TargetSession } from './session.js';
import { withHeartbeat } from './console.js';
import { own } from '../support/redact.js';

/** Own probes go at least this fast while a rollback is confirmed: a person is waiting. */
const CONFIRM_RATE = 10;

interface RollbackOrder {
  readonly links: readonly ChainLink[];
  /** `unhealthy`, `inconclusive`, or `requested`. */
  readonly verdict: string;
  readonly reason: string;
  /** Which checks must be right again besides the health checks. */
  readonly mustBeRight: (check: Check) => boolean;
}

/** Runs the chain for the target, and confirms what it did. */
export async function rollBack(
  session: TargetSession,
  order: RollbackOrder,
): Promise<RollbackReport> {
  const { entry, settings, console } = session;
  const again = async (): Promise<readonly Check[]> =>
    (await checksOf(session, CONFIRM_RATE)).filter(
      (check) => check.kind === 'health' || order.mustBeRight(check),
    );
  const nothingToLookAt = (await again()).length === 0;

  async function confirmed(signal: AbortSignal): Promise<Confirmation> {
    const timeout = settings['verify-timeout'];
    console.line(
      own(
        `Verifying the rollback: re-running the failed checks, for up to ${formatDuration(timeout)}`,
      ),
    );
    const outcome = await confirm({
      checks: await again(),
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
