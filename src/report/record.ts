import type { CheckResult, Verdict } from '../contract/check.js';
import type { Finding } from '../contract/result.js';
import type { Attempt, RollbackReport } from '../contract/strategy.js';
import { fields } from '../support/json.js';
import { mapValues } from '../support/objects.js';
import type { Shape, ShapeOf } from '../support/redact.js';
import type { Shard } from '../support/values/shard.js';

/** One deployed thing, as the report shows it. */
export interface TargetReport {
  readonly name: string;
  readonly verdict: Verdict | 'not-judged';
  readonly reason: string;
  /** The end of its watch was in doubt, so that it went on; absent: it did not. */
  readonly extension?: { readonly seconds: number; readonly why: string };
  readonly checks: readonly CheckResult[];
  readonly rollback: RollbackReport;
}

/** Of a run that has only a part of the targets: which one, and what there is besides. */
export interface ShardReport extends Shard {
  /** The names of the targets of all shards, in their order. */
  readonly allTargets: readonly string[];
}

/** What `combine` made its report of. */
export interface CombinedShards {
  /** How many shards there are. */
  readonly count: number;
  /** What each of them did: `run` or `rollback`. */
  readonly command: string;
  /** Those that left a report, by their index. */
  readonly reports: readonly {
    readonly index: number;
    readonly verdict: Verdict | 'not-judged' | null;
    readonly exitCode: number;
    /** How many targets are in it. */
    readonly targets: number;
    readonly runUrl: string | null;
  }[];
  /** The indexes of those that left none. */
  readonly missing: readonly number[];
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
  /** Absent: the run has all targets. */
  readonly shard?: ShardReport;
  /** Of `combine` only. */
  readonly shards?: CombinedShards;
  readonly targets: readonly TargetReport[];
  /** What preflight found. */
  readonly findings: readonly Finding[];
  /** What the user should know besides: ignored files, unknown variables. */
  readonly notices: readonly string[];
  /** The effective configuration; secrets as `***`. */
  readonly config: Readonly<Record<string, unknown>>;
}

const checkShape: ShapeOf<CheckResult> = {
  id: 'own',
  kind: 'own',
  metric: 'own',
  source: 'own',
  subject: 'text',
  limit: 'own',
  outcome: 'own',
  excused: 'own',
  samples: 'own',
  failures: 'own',
  value: 'own',
  shown: 'own',
  baseline: 'own',
  slowerThan: 'own',
  evidence: 'own',
  kinds: 'text',
  missing: 'own',
  before: 'own',
  series: 'own',
  connections: 'own',
  remoteAddresses: 'own',
};

const rollbackShape: ShapeOf<RollbackReport> = {
  status: 'own',
  detail: 'text',
  seconds: 'own',
  versionConfirmed: 'own',
  healthConfirmed: 'own',
  attempts: {
    id: 'own',
    outcome: 'own',
    detail: 'text',
    from: 'text',
    to: 'text',
    url: 'text',
    // The other system's, which may be anything.
    runId: 'text',
    seconds: 'own',
  },
};

/** What the fields of a record hold. @param config of the effective configuration */
export function reportShape(config: Shape & object): ShapeOf<RunReport> {
  return {
    schema: 'own',
    tool: 'own',
    command: 'own',
    host: { system: 'own', runUrl: 'text', runId: 'own', attempt: 'own', project: 'text' },
    verdict: 'own',
    exitCode: 'own',
    reason: 'text',
    startedAt: 'own',
    endedAt: 'own',
    detectedAt: 'own',
    detectionSeconds: 'own',
    shard: 'own',
    shards: {
      count: 'own',
      command: 'own',
      reports: { index: 'own', verdict: 'own', exitCode: 'own', targets: 'own', runUrl: 'text' },
      missing: 'own',
    },
    targets: {
      name: 'own',
      verdict: 'own',
      reason: 'text',
      extension: { seconds: 'own', why: 'own' },
      checks: checkShape,
      rollback: rollbackShape,
    },
    findings: { level: 'own', subject: 'own', message: 'text', fix: 'text' },
    notices: 'text',
    config,
  };
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

/**
 * `report.json`: the record as it is, indented. Measured numbers lose the digits that are only the noise of doubles
 * (`0.30000000000000004`); what the user configured stays to the letter. `NaN` and infinities become `null`.
 */
export function renderJson(report: RunReport): string {
  const tidied = {
    ...report,
    detectionSeconds: tidy(report.detectionSeconds),
    targets: tidy(report.targets),
  };
  return `${JSON.stringify(tidied, null, 2)}\n`;
}

function tidy(value: unknown): unknown {
  if (typeof value === 'number') return withoutNoise(value);
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  return mapValues(fields(value), tidy);
}

/** Six decimals, and for small numbers six significant digits. */
function withoutNoise(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  return Number(Math.abs(value) < 1 ? value.toPrecision(6) : value.toFixed(6));
}

/** The strategy that rolled back: the one that is proven, else the first one that changed or started something. */
export function decisiveAttempt(rollback: RollbackReport): Attempt | undefined {
  return (
    rollback.attempts.find((attempt) => attempt.outcome === 'verified') ??
    rollback.attempts.find((attempt) => attempt.outcome === 'triggered')
  );
}

/** The strategy whose run or object a person should look at: the decisive one, else any that has an address. */
export function startedRun(rollback: RollbackReport): Attempt | undefined {
  const decisive = decisiveAttempt(rollback);
  return [...(decisive ? [decisive] : []), ...rollback.attempts].find(
    (attempt) => attempt.url !== null || attempt.runId !== null,
  );
}
