import type { Verdict } from '../contract/check.js';
import type { TargetReport } from '../report/record.js';
import type { Finding } from '../contract/finding.js';

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
