import * as z from 'zod';
import { bad, good, type Result } from '../contract/result.js';
import { strategyIds } from '../contract/strategy.js';
import type { RunReport } from './record.js';
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
  if (!toolSchema.safeParse(value).success) return bad('it is no report of Rollgate');
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return good(parsed.data);
  const [issue] = parsed.error.issues;
  return bad(`it is no report of schema 1: \`${issue?.path.join('.') ?? ''}\` is not as expected`);
}

const toolSchema = z.object({ tool: z.object({ name: z.literal('rollgate') }) });

const verdict = z.enum(['healthy', 'unhealthy', 'inconclusive', 'cancelled', 'not-judged']);
const count = z.number().nonnegative();
const time = z.iso.datetime();
const positive = z.int().positive();

const check = z.object({
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
  baseline: z
    .object({
      samples: count,
      failures: count,
      slower: z.record(z.string(), z.number()).exactOptional(),
    })
    .exactOptional(),
  slowerThan: count.exactOptional(),
  evidence: z.object({ logE: z.number(), maxLogE: z.number(), threshold: z.number() }).nullable(),
  kinds: z.record(z.string(), z.number()),
  missing: z.object({ noData: count, providerErrors: count }),
  before: beforeSchema.extend({ inWords: z.string() }).exactOptional(),
  series: z.array(z.object({ t: z.number(), samples: count, failures: count, logE: z.number() })),
  connections: count.exactOptional(),
  remoteAddresses: count.exactOptional(),
});

const rollback = z.object({
  status: z.enum(['not-needed', 'verified', 'unverified', 'still-unhealthy', 'failed', 'withheld']),
  detail: z.string(),
  seconds: count,
  versionConfirmed: z.boolean().nullable(),
  healthConfirmed: z.boolean().nullable(),
  attempts: z.array(
    z.object({
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

const reportSchema = z.object({
  schema: z.literal(1),
  tool: z.object({ name: z.literal('rollgate'), version: z.string() }),
  command: z.string(),
  host: z.object({
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
  shard: z
    .object({ index: positive, count: positive, allTargets: z.array(z.string()) })
    .refine(({ index, count: all }) => index <= all)
    .exactOptional(),
  targets: z.array(
    z.object({
      name: z.string(),
      verdict,
      reason: z.string(),
      extension: z.object({ seconds: count, why: z.string() }).exactOptional(),
      checks: z.array(check),
      rollback,
    }),
  ),
  findings: z.array(
    z.object({
      level: z.enum(['error', 'warning', 'notice']),
      subject: z.string(),
      message: z.string(),
      fix: z.string().exactOptional(),
    }),
  ),
  notices: z.array(z.string()),
  config: z.record(z.string(), z.unknown()),
});
