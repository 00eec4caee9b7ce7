import type { Verdict } from '../contract/check.js';
import { exitCodes } from '../contract/outcome.js';
import type { Finding } from '../contract/result.js';
import type { RollbackStatus } from '../contract/strategy.js';
import type { CombinedShards, TargetReport } from '../report/record.js';
import { shardInWords } from '../support/values/shard.js';
import { worstCode } from './exit-code.js';
import type { Session } from './session.js';
import { asSentence, ended, plural } from '../support/text.js';

/** The outcome of one target. */
export interface TargetOutcome {
  readonly report: TargetReport;
  readonly exitCode: number;
  /** Wall clock of the verdict, milliseconds since the epoch; `null`: there is none. */
  readonly detectedAt: number | null;
  /** From the start of its watch. */
  readonly detectionSeconds: number | null;
  /** What else the watch found. */
  readonly findings: readonly Finding[];
}

/** What a command came to. The report and the exit code follow from it. */
export interface Outcome {
  readonly verdict: Verdict | 'not-judged' | null;
  readonly exitCode: number;
  /** One sentence with numbers. */
  readonly reason: string;
  readonly targets?: readonly TargetReport[];
  readonly findings?: readonly Finding[];
  /** Wall clock of the verdict, milliseconds since the epoch. */
  readonly detectedAt?: number | null;
  readonly detectionSeconds?: number | null;
  /** Of outcomes that are those of other runs: when the first of them began and the last one ended, as above. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Which runs those are. */
  readonly shards?: CombinedShards;
  /** Their configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Every problem of the user's is listed in the log already: the last lines do not repeat them. */
  readonly isListed?: true;
  /** Codes of those that ended without a verdict, or left none: `fail-on` excuses verdicts only. */
  readonly withoutVerdict?: readonly number[];
}

const worstFirst = ['unhealthy', 'inconclusive', 'cancelled', 'healthy', 'not-judged'] as const;

/** The verdict on all targets: the worst of theirs. */
function worstVerdict(verdicts: readonly TargetReport['verdict'][]): Verdict | 'not-judged' {
  return worstFirst.find((verdict) => verdicts.includes(verdict)) ?? 'not-judged';
}

/** What the targets together came to. The run speaks of the first of those that are worst off. */
export function combine(outcomes: readonly TargetOutcome[]): Outcome {
  const targets = outcomes.map(({ report }) => report);
  const verdict = worstVerdict(targets.map((target) => target.verdict));
  const decisive = outcomes.find(({ report }) => report.verdict === verdict);
  return {
    verdict,
    exitCode: worstCode(outcomes.map(({ exitCode }) => exitCode)),
    reason: reasonOf(targets, decisive?.report),
    targets,
    findings: outcomes.flatMap(({ findings }) => findings),
    detectedAt: decisive?.detectedAt ?? null,
    detectionSeconds: decisive?.detectionSeconds ?? null,
  };
}

/** Of several targets: the decisive one, and a count of the others. */
function reasonOf(targets: readonly TargetReport[], decisive: TargetReport | undefined): string {
  if (decisive === undefined) return '';
  if (targets.length === 1) return decisive.reason;
  const counted = worstFirst.flatMap((verdict) => {
    const alike = targets.filter((target) => target.verdict === verdict);
    if (alike.length === 0) return [];
    // Of the healthy ones the number is enough.
    const names = verdict === 'healthy' ? '' : ` (${namesOf(alike.map(({ name }) => name))})`;
    return [`${String(alike.length)} ${verdict}${names}`];
  });
  const summary = `${plural(targets.length, 'target')}: ${counted.join(', ')}.`;
  return decisive.verdict === 'healthy'
    ? `${summary} ${decisive.name}: ${decisive.reason}`
    : `${decisive.name}: ${decisive.reason} ${summary}`;
}

const MOST_NAMES = 5;

/** The first names, and how many more there are. */
export function namesOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return `${shown}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

/** What rollbacks without a watch came to. @param reason why they were asked for */
export function combineRollbacks(reason: string, targets: readonly TargetReport[]): Outcome {
  const details = targets.map(({ name, rollback: { status, detail } }) =>
    targets.length === 1 ? detail : `${name}: ${status}${detail === '' ? '' : `, ${detail}`}`,
  );
  return {
    verdict: 'not-judged',
    exitCode: worstCode(targets.map(({ rollback }) => codeOfRollback(rollback.status))),
    reason: `${ended(reason)} ${asSentence(details.join('; '))}`.trim(),
    targets,
  };
}

/** A dry run, or a live version that is not ours: nothing was done, as asked. */
function codeOfRollback(status: RollbackStatus): number {
  return status === 'verified' || status === 'withheld' ? exitCodes.healthy : exitCodes.needsPerson;
}

/** The outcome of a shard that no target is in; `undefined`: there are targets. */
export function withoutTargets({ resolution }: Session): Outcome | undefined {
  const { shard, targets } = resolution;
  if (shard === undefined || targets.length > 0) return undefined;
  return {
    verdict: 'not-judged',
    exitCode: exitCodes.healthy,
    reason: `No target is in shard ${shardInWords(shard)} of ${plural(shard.allTargets.length, 'target')}: there was nothing to do.`,
  };
}
