import * as z from 'zod';
import type { BaselineCounts, CheckResult, SeriesPoint } from '../contract/check.js';
import { bad, type Finding, good, type Result } from '../contract/result.js';
import { type Attempt, type RollbackReport, strategyIds } from '../contract/strategy.js';
import type { RunReport, ShardReport, TargetReport } from './record.js';
import { beforeSchema } from './recording-reader.js';

/**
 * Reads a `report.json` of this or of another run. Fields that are not known here are left out: within schema 1 a newer version may
 * have added some. The problem of one that cannot be read shows nothing of it.
 */
export function decodeReport(text: string): Result<RunReport> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad('it is not JSON');
  }
  if (!toolSchema.safeParse(value).success) return bad('it is not a report of Rollgate');
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return good(parsed.data);
  const [issue] = parsed.error.issues;
  return bad(
    `it is not a report of schema 1: \`${issue?.path.join('.') ?? ''}\` is not as expected`,
  );
}

/** An object with a schema for each of its fields: one that is forgotten, and would be left out in silence, does not compile. */
const every =
  <T>() =>
  <S extends Readonly<Record<keyof T, z.ZodType>>>(shape: S) =>
    z.object(shape);

const toolSchema = z.object({ tool: z.object({ name: z.literal('rollgate') }) });

const verdict = z.enum(['healthy', 'unhealthy', 'inconclusive', 'cancelled', 'not-judged']);
const count = z.number().nonnegative();
const time = z.iso.datetime();
const positive = z.int().positive();

const counts = { samples: count, failures: count };

const point = every<SeriesPoint>()({
  t: z.number(),
  ...counts,
  logE: z.number(),
  value: z.number().exactOptional(),
  baseline: every<NonNullable<SeriesPoint['baseline']>>()(counts).exactOptional(),
});

const check = every<CheckResult>()({
  id: z.string(),
  kind: z.enum(['health', 'ratio', 'rate', 'value']),
  metric: z.enum(['health', 'success-rate', 'errors-per-minute', 'latency', 'value', 'relative']),
  source: z.string(),
  subject: z.string(),
  limit: z.string(),
  outcome: z.enum(['breached', 'within', 'no-data']),
  excused: z.literal(true).exactOptional(),
  samples: count,
  failures: count,
  value: z.number().nullable(),
  shown: z.string(),
  baseline: every<BaselineCounts>()({
    ...counts,
    slower: z.record(z.string(), z.number()).exactOptional(),
  }).exactOptional(),
  slowerThan: count.exactOptional(),
  evidence: every<NonNullable<CheckResult['evidence']>>()({
    logE: z.number(),
    maxLogE: z.number(),
    threshold: z.number(),
  }).nullable(),
  kinds: z.record(z.string(), z.number()),
  missing: every<CheckResult['missing']>()({ noData: count, providerErrors: count }),
  before: beforeSchema.extend({ inWords: z.string() }).exactOptional(),
  series: z.array(point),
  connections: count.exactOptional(),
  remoteAddresses: count.exactOptional(),
});

const rollback = every<RollbackReport>()({
  status: z.enum(['not-needed', 'verified', 'unverified', 'still-unhealthy', 'failed', 'withheld']),
  detail: z.string(),
  seconds: count,
  versionConfirmed: z.boolean().nullable(),
  healthConfirmed: z.boolean().nullable(),
  attempts: z.array(
    every<Attempt>()({
      id: z.enum(strategyIds),
      outcome: z.enum(['skipped', 'failed', 'triggered', 'verified']),
      detail: z.string(),
      from: z.record(z.string(), z.unknown()),
      to: z.record(z.string(), z.unknown()),
      url: z.string().nullable(),
      runId: z.string().nullable(),
      seconds: count,
    }),
  ),
});

const reportSchema = every<Omit<RunReport, 'shards'>>()({
  schema: z.literal(1),
  tool: every<RunReport['tool']>()({ name: z.literal('rollgate'), version: z.string() }),
  command: z.string(),
  host: every<RunReport['host']>()({
    system: z.string(),
    runUrl: z.string().nullable(),
    runId: z.string().nullable(),
    attempt: z.number().nullable(),
    project: z.string().nullable(),
  }),
  verdict: verdict.nullable(),
  exitCode: z.int().min(0).max(7),
  reason: z.string(),
  startedAt: time,
  endedAt: time,
  detectedAt: time.nullable(),
  detectionSeconds: count.nullable(),
  shard: every<ShardReport>()({
    index: positive,
    count: positive,
    allTargets: z.array(z.string()),
  })
    .refine(({ index, count: all }) => index <= all)
    .exactOptional(),
  targets: z.array(
    every<TargetReport>()({
      name: z.string(),
      verdict,
      reason: z.string(),
      extension: every<NonNullable<TargetReport['extension']>>()({
        seconds: count,
        why: z.string(),
      }).exactOptional(),
      checks: z.array(check),
      rollback,
    }),
  ),
  findings: z.array(
    every<Finding>()({
      level: z.enum(['error', 'warning', 'notice']),
      subject: z.string(),
      message: z.string(),
      fix: z.string().exactOptional(),
    }),
  ),
  notices: z.array(z.string()),
  config: z.record(z.string(), z.unknown()),
});
