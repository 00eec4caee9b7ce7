import { exitCodes } from '../contract/outcome.js';
import { UsageError } from '../support/errors.js';
import type { Finding } from '../contract/result.js';
import { inPool } from '../support/pool.js';
import {
  announceShard,
  checksOf,
  ofTarget,
  type Session,
  TARGETS_AT_A_TIME,
  type TargetSession,
  targetSessions,
} from './session.js';
import { buildLinks } from './strategies.js';
import {
  preflightAll,
  printFindings,
  withoutCheck,
  withoutStrategy,
  recordedSnapshot,
} from './prepare.js';
import type { Snapshot } from './snapshot-file.js';
import { askAll, askedInWords, withMemory } from './was-well.js';
import { plural } from '../support/text.js';
import { own } from '../support/redact.js';

/** Proves, before the deploy, that every configured check and strategy of every target would work. Changes nothing. */
export async function preflight(session: Session): Promise<number> {
  if (session.problems.length > 0) throw new UsageError(session.problems);
  const { console } = session;
  announceShard(session);
  const snapshot = await recordedSnapshot(session);
  const proven = await inPool(TARGETS_AT_A_TIME, targetSessions(session), (target) =>
    prove(target, snapshot),
  );
  const findings = proven.flatMap((each) => each.findings);
  printFindings(session, findings);
  const count = (of: Finding['level']): number =>
    findings.filter(({ level }) => level === of).length;
  if (count('error') > 0) {
    console.line(
      own(
        `preflight failed: ${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')}`,
      ),
    );
    return exitCodes.usage;
  }
  for (const { target, findings: found, checks, strategies } of proven) {
    const warnings = found.filter(({ level }) => level === 'warning').length;
    const but = warnings === 0 ? '' : `, with ${plural(warnings, 'warning')}`;
    target.console.line(
      own(
        `preflight passed${but} (checks: ${checks.join(', ')}; rollback: ${strategies.length === 0 ? 'none' : strategies.join(', ')})`,
      ),
    );
  }
  return exitCodes.healthy;
}

async function prove(
  target: TargetSession,
  snapshot: Snapshot | undefined,
): Promise<{
  readonly target: TargetSession;
  readonly findings: readonly Finding[];
  readonly checks: readonly string[];
  readonly strategies: readonly string[];
}> {
  const { compareBefore, deployTime, printCompared } = await import('./before.js');
  // Without a snapshot nothing is deployed yet.
  const until = snapshot === undefined ? target.entry.clock.now() : deployTime(target, snapshot);
  const compared = await compareBefore(target, until);
  const built = await buildLinks(target, { snapshot });
  const checks = withMemory(target, await checksOf(target), snapshot, built.links);
  const missing = [
    ...withoutCheck(checks),
    ...(target.settings['on-unhealthy'] === 'rollback' ? withoutStrategy(target) : []),
  ];
  const [proven, asked] = await Promise.all([
    preflightAll(target, checks, built.links, true),
    askAll(target, checks),
  ]);
  printCompared(compared, { all: true, findings: proven });
  return {
    target,
    findings: ofTarget(target, [
      ...built.findings,
      ...missing.map((problem): Finding => ({ level: 'error', ...problem })),
      ...proven,
      ...askedInWords(asked, checks),
    ]),
    checks: checks.map(({ id }) => id),
    strategies: built.links
      .filter(({ strategy }) => strategy.kind === 'strategy')
      .map(({ id }) => id),
  };
}
