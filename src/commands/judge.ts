import type { RollbackReport } from '../contract/strategy.js';
import { notNeeded } from '../report/record.js';
import { NoLongerNeeded } from '../support/abort.js';
import { formatDuration } from '../support/text.js';
import type { ProvenTarget } from './prepare.js';
import { rollBackTarget } from './rollback.js';
import { ofTarget, type Session } from './session.js';
import { pinAll } from './strategies.js';
import { beginWatching, reaction, type Watched } from './watch.js';
import { exitCodeOf } from './exit-code.js';
import type { TargetOutcome } from './outcome.js';
import { own } from '../support/redact.js';

/**
 * Watches all targets at once. One that is unhealthy is rolled back at once, while the others are watched on; or all of
 * them are rolled back with it, when that is the scope.
 */
export async function judgeAll(
  session: Session,
  targets: readonly ProvenTarget[],
): Promise<readonly TargetOutcome[]> {
  const all = session.settings['rollback-scope'] === 'all';
  const together = new AbortController();
  const watching = await beginWatching(
    session,
    targets.filter((target) => target.nothingToJudge === undefined),
    AbortSignal.any([session.entry.signal, together.signal]),
  );
  const culprit = firstOf(watching, leadsToRollback);
  if (all)
    void culprit.then((found) => {
      if (found !== undefined) together.abort(new NoLongerNeeded());
    });

  async function outcomeOf(target: ProvenTarget): Promise<TargetOutcome> {
    const watch = watching.get(target);
    if (watch === undefined) return notJudged(target);
    const watched = await watch;
    if (leadsToRollback(target, watched))
      return outcomeWith(watched, await rollBackAfterWatch(target, watched));
    // A target that fails after this one has ended rolls it back too.
    const cause = all ? await culprit : undefined;
    if (cause !== undefined) return rolledBackWithOthers(target, watched, cause);
    const rollback = withoutRollback(target, watched);
    if (watched.verdict === 'healthy' && !target.session.settings['dry-run'])
      await pinAll(target.session, target.built.links);
    return outcomeWith(watched, rollback);

    function outcomeWith(evaluated: Watched, report: RollbackReport): TargetOutcome {
      return outcome(target, evaluated, report);
    }
  }

  // A defect that concerns one target must not cut the rollback of another short.
  const settled = await Promise.allSettled(targets.map(outcomeOf));
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** The first watch to end like this; `undefined` when none does. */
function firstOf(
  watching: ReadonlyMap<ProvenTarget, Promise<Watched>>,
  test: (target: ProvenTarget, watched: Watched) => boolean,
): Promise<ProvenTarget | undefined> {
  return new Promise((resolve) => {
    for (const [target, watch] of watching)
      watch.then(
        (watched) => {
          if (test(target, watched)) resolve(target);
        },
        () => undefined,
      );
    void Promise.allSettled(watching.values()).then(() => {
      resolve(undefined);
    });
  });
}

function leadsToRollback(target: ProvenTarget, watched: Watched): boolean {
  return reaction(target.session.settings, watched) === 'rollback';
}

function rollBackAfterWatch(target: ProvenTarget, watched: Watched): Promise<RollbackReport> {
  const { results, decidedBy, verdict, reason } = watched;
  const breached = new Set(
    results
      .filter((result) => result.outcome === 'breached' && result.excused !== true)
      .map((result) => result.id),
  );
  return rollBackTarget(target.session, {
    links: target.built.links,
    verdict,
    reason,
    mustBeRight: (check) => breached.has(check.id) || decidedBy.includes(check.id),
    isRecovery: verdict === 'unhealthy' || breached.size > 0,
    watched: target.checks,
  });
}

function withoutRollback(target: ProvenTarget, { verdict }: Watched): RollbackReport {
  return verdict === 'unhealthy'
    ? { ...notNeeded, status: 'withheld', detail: '`on-unhealthy` is `report`' }
    : notNeeded;
}

/** A target that is rolled back because another one is. None of its checks failed, so only its health is confirmed. */
async function rolledBackWithOthers(
  target: ProvenTarget,
  watched: Watched,
  cause: ProvenTarget,
): Promise<TargetOutcome> {
  const { session, built } = target;
  const because = `target ${cause.session.target} is rolled back, and \`rollback-scope\` is \`all\``;
  const wasEnded = watched.verdict === 'cancelled' && !session.entry.signal.aborted;
  const reason = wasEnded
    ? `Not judged: ${because}. Its watch was ended after ${formatDuration(watched.endedAfter)}.`
    : watched.reason;
  if (session.entry.signal.aborted) return outcome(target, watched, notNeeded);
  if (session.settings['on-unhealthy'] === 'report')
    return outcome(
      target,
      { ...watched, reason },
      {
        ...notNeeded,
        status: 'withheld',
        detail: `${because}, but its \`on-unhealthy\` is \`report\``,
      },
    );
  session.console.line(own`rolled back too: ${because}`);
  const rollback = await rollBackTarget(session, {
    links: built.links,
    verdict: 'unhealthy',
    reason: because,
    mustBeRight: () => false,
    isRecovery: false,
  });
  return outcome(target, { ...watched, reason }, rollback);
}

function outcome(
  { session }: ProvenTarget,
  watched: Watched,
  rollback: RollbackReport,
): TargetOutcome {
  const { verdict, reason, results, findings, decidedAt, startedAt, extension } = watched;
  const nothingDone = verdict === 'inconclusive' && rollback.status === 'not-needed';
  return {
    report: {
      name: session.target,
      verdict,
      reason: nothingDone ? `${reason} Nothing was rolled back.` : reason,
      ...(extension === undefined
        ? {}
        : { extension: { seconds: extension.by / 1000, why: extension.why } }),
      checks: results,
      rollback,
    },
    exitCode: exitCodeOf(verdict, rollback.status),
    detectedAt: decidedAt === null ? null : startedAt + decidedAt,
    detectionSeconds: decidedAt === null ? null : decidedAt / 1000,
    findings: ofTarget(session, findings),
  };
}

/** What an earlier attempt rolled back, or what never came, is not judged: a later step must not take it for healthy. */
function notJudged({ session, nothingToJudge = '' }: ProvenTarget): TargetOutcome {
  return {
    report: {
      name: session.target,
      verdict: 'inconclusive',
      reason: nothingToJudge,
      checks: [],
      rollback: notNeeded,
    },
    exitCode: exitCodeOf('inconclusive', 'not-needed'),
    detectedAt: null,
    detectionSeconds: null,
    findings: [],
  };
}
