import type { Verdict } from '../contract/check.js';
import type { Finding } from '../contract/result.js';
import type { TargetReport } from '../report/record.js';
import { worstCode } from './exit-code.js';
import { plural } from '../support/text.js';

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
    const names = verdict === 'healthy' ? '' : ` (${namesOf(alike)})`;
    return [`${String(alike.length)} ${verdict}${names}`];
  });
  const summary = `${plural(targets.length, 'target')}: ${counted.join(', ')}.`;
  return decisive.verdict === 'healthy'
    ? `${summary} ${decisive.name}: ${decisive.reason}`
    : `${decisive.name}: ${decisive.reason} ${summary}`;
}

const MOST_NAMES = 5;

function namesOf(targets: readonly TargetReport[]): string {
  const names = targets.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = targets.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}
