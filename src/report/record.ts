import type { CheckResult, Verdict } from '../contract/check.js';
import type { RollbackReport } from '../contract/strategy.js';
import type { Finding } from '../contract/finding.js';

/** One deployed thing, as the report shows it. */
export interface TargetReport {
  readonly name: string;
  readonly verdict: Verdict | 'not-judged';
  readonly reason: string;
  readonly checks: readonly CheckResult[];
  readonly rollback: RollbackReport;
}

/**
 * The record of a run, schema 1. `report.json` is this, as it is; everything else that people or programs see of a
 * run is a rendering of it.
 */
export interface RunReport {
  readonly schema: 1;
  readonly tool: { readonly name: 'rollgate'; readonly version: string };
  readonly command: string;
  readonly host: {
    readonly system: string;
    readonly runUrl: string | null;
    readonly runId: string | null;
    readonly attempt: number | null;
    /** What people call what the run belongs to: the repository, or the job. */
    readonly project: string | null;
  };
  /** `null`: the run ended before there could be one (bad configuration, internal error). */
  readonly verdict: Verdict | 'not-judged' | null;
  /** The code of the outcome; `fail-on` may let the process exit 0 all the same. */
  readonly exitCode: number;
  /** One sentence with numbers. */
  readonly reason: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly detectedAt: string | null;
  /** From the start of the watch to the verdict. */
  readonly detectionSeconds: number | null;
  readonly targets: readonly TargetReport[];
  /** What preflight found. */
  readonly findings: readonly Finding[];
  /** What the user should know besides: ignored files, unknown variables. */
  readonly notices: readonly string[];
  /** The effective configuration; secrets as `***`. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The rollback of a target that nothing was done for. */
export const notNeeded: RollbackReport = {
  status: 'not-needed',
  detail: '',
  seconds: 0,
  versionConfirmed: null,
  healthConfirmed: null,
  attempts: [],
};
