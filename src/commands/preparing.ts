import type { Check } from '../contract/check.js';
import { UsageError, type Problem } from '../support/errors.js';
import type { Finding } from '../contract/finding.js';
import { inPool } from '../support/pool.js';
import { beginAll } from './beginning.js';
import { checksOf } from './checks.js';
import { withoutCheck, withoutStrategy } from './completeness.js';
import { buildLinks, type Links } from './links.js';
import { preflightAll, usableStrategies } from './preflighting.js';
import { recordedSnapshot } from './recorded.js';
import type { Session } from './session.js';
import { ofTarget, TARGETS_AT_A_TIME, targetSessions, type TargetSession } from './target.js';

/** A target with all that it is judged and rolled back by. */
export interface PreparedTarget {
  readonly session: TargetSession;
  readonly checks: readonly Check[];
  readonly built: Links;
  readonly wantsRollback: boolean;
}

/** A target of which is known whether everything would work, and what ran when the watch began. */
export interface ProvenTarget extends PreparedTarget {
  /** Their subjects are parts of this target: ids of checks and strategies. */
  readonly findings: readonly Finding[];
  /** Why there is nothing left to judge, if so. */
  readonly alreadyRolledBack: string | undefined;
}

/**
 * Makes the checks and strategies of every target. Nothing outside is touched.
 * @throws UsageError when a target has nothing to look at, or nothing to roll back with and is to be rolled back
 */
export async function prepareAll(session: Session): Promise<readonly PreparedTarget[]> {
  const targets = targetSessions(session);
  const snapshot = targets.some(wantsRollback) ? await recordedSnapshot(session) : undefined;
  const problems: Problem[] = [];
  const prepared = await Promise.all(
    targets.map(async (target): Promise<PreparedTarget> => {
      const checks = await checksOf(target);
      const wanted = wantsRollback(target);
      const built: Links = wanted
        ? await buildLinks(target, { snapshot })
        : { links: [], findings: [], configured: 0 };
      problems.push(
        ...ofTarget(target, [
          ...withoutCheck(checks),
          ...(wanted ? withoutStrategy(built.configured) : []),
        ]),
      );
      return { session: target, checks, built, wantsRollback: wanted };
    }),
  );
  if (problems.length > 0) throw new UsageError(problems);
  return prepared;
}

function wantsRollback({ settings }: TargetSession): boolean {
  return settings['on-unhealthy'] === 'rollback' || settings['on-inconclusive'] === 'rollback';
}

/** Asks every check and strategy whether it would work, and has every strategy look at what runs now. */
export function proveAll(targets: readonly PreparedTarget[]): Promise<readonly ProvenTarget[]> {
  return inPool(TARGETS_AT_A_TIME, targets, async (target): Promise<ProvenTarget> => {
    const { session, checks, built } = target;
    const [preflight, beginning] = await Promise.all([
      preflightAll(session, checks, built.links),
      beginAll(session, built.links),
    ]);
    return {
      ...target,
      findings: [...built.findings, ...preflight, ...beginning.findings],
      alreadyRolledBack: beginning.alreadyRolledBack,
    };
  });
}

/** What keeps the gate from doing its work, in one sentence. */
export function obstacle(targets: readonly ProvenTarget[]): string | undefined {
  const judged = targets.filter((target) => target.alreadyRolledBack === undefined);
  const bad = judged.filter((target) => {
    const ids = new Set(target.checks.map((check) => check.id));
    return target.findings.some(({ level, subject }) => level === 'error' && ids.has(subject));
  });
  const stuck = judged.filter(
    ({ wantsRollback, built, findings }) =>
      wantsRollback && usableStrategies(built.links, findings).length === 0,
  );
  if (bad.length > 0) return `A check${named(bad)} would not work`;
  if (stuck.length > 0) return `No strategy of the rollback chain${named(stuck)} would work`;
  return undefined;
}

function named(targets: readonly ProvenTarget[]): string {
  const several = targets.filter(({ session }) => !session.isOnly);
  return several.length === 0
    ? ''
    : ` of ${several.map(({ session }) => session.target).join(', ')}`;
}
