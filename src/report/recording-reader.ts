import * as z from 'zod';
import { type Judgement, obstacles } from '../contract/check.js';
import type { RecordedTarget, RecordingLine } from './recording.js';
import type { RecordedEvent } from '../contract/replay.js';

/** A recorded watch: all that is needed to judge it again. */
export interface Recording {
  readonly version: string;
  readonly startedAt: string;
  readonly targets: readonly (RecordedTarget & {
    readonly events: readonly RecordedEvent[];
    /** What was concluded then; `null` when the watch ended before there was a judgement. */
    readonly judgement: Judgement | null;
    /** When, milliseconds since the start of the watch; `null` where it is not told. */
    readonly decidedAt: number | null;
  })[];
  /** The last line is incomplete, as a killed process leaves it, and was left out. */
  readonly truncated: boolean;
}

/** A recording cannot be read. `line` counts from 1. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  constructor(
    readonly line: number,
    detail: string,
  ) {
    super(`line ${String(line)} of the recording: ${detail}`);
  }
}

/**
 * Reads a whole `recording.ndjson`. Everything is checked: shape, names of targets and checks, order.
 * @throws RecordingError
 */
export function decodeRecording(text: string): Recording {
  const lines = text.split('\n');
  // What follows the last line end is nothing, or the line that a killed process was writing.
  const rest = lines.pop() ?? '';
  const [first, ...others] = lines;
  if (first === undefined) throw new RecordingError(1, 'there is no complete line');
  const header = decodeLine(first, 1);
  if (header.type !== 'header') throw new RecordingError(1, 'it must be the header');
  const targets = new Map(
    header.targets.map((target) => [
      target.name,
      {
        ...target,
        events: [] as RecordedEvent[],
        judgement: null as Judgement | null,
        decidedAt: null as number | null,
      },
    ]),
  );
  others.forEach((text, index) => {
    const number = index + 2;
    const line = decodeLine(text, number);
    if (line.type === 'header') throw new RecordingError(number, 'a second header');
    const target = targets.get(line.target);
    if (target === undefined)
      throw new RecordingError(number, `the header has no target "${line.target}"`);
    if (target.judgement !== null)
      throw new RecordingError(number, `target "${line.target}" was judged before`);
    if (line.type === 'judgement') {
      target.judgement = line.judgement;
      target.decidedAt = line.at ?? null;
      return;
    }
    const { event, at } = line;
    if (event.type !== 'deadline' && !target.checks.some((check) => check.id === event.check))
      throw new RecordingError(number, `target "${line.target}" has no check "${event.check}"`);
    target.events.push({ event, ...(at === undefined ? {} : { at }) });
  });
  return {
    version: header.tool.version,
    startedAt: header.startedAt,
    targets: [...targets.values()],
    truncated: rest !== '',
  };
}

function decodeLine(text: string, number: number): RecordingLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RecordingError(number, 'it is not JSON');
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RecordingError(number, z.prettifyError(parsed.error).replace(/\s+/g, ' '));
}

const count = z.number().nonnegative();

const noDataPolicy = z.enum(['inconclusive', 'ignore', 'unhealthy']).exactOptional();
const providerErrorPolicy = z.enum(['inconclusive', 'ignore']).exactOptional();

const metricLimitSchema = z.union([
  z.discriminatedUnion('metric', [
    z.strictObject({ metric: z.literal('success-rate'), minPercent: count }),
    z.strictObject({
      metric: z.literal('errors-per-minute'),
      max: count,
      scaledTo: count.nullable(),
    }),
    z.strictObject({ metric: z.literal('latency'), percentile: count, maxMs: count }),
    z.strictObject({ metric: z.literal('value'), max: z.number() }),
    z.strictObject({
      metric: z.literal('relative'),
      margin: z.number().positive(),
      of: z.literal('latency').exactOptional(),
    }),
  ]),
  z.strictObject({ metric: z.literal('value'), min: z.number().positive() }),
]);

const limitSchema = z.union([
  metricLimitSchema,
  z.strictObject({
    metric: z.literal('health'),
    failures: z.int().positive(),
    successes: z.int().positive(),
  }),
]);

/** What the hour before the deploy made of a limit. */
export const beforeSchema = z.strictObject({
  set: metricLimitSchema,
  isByDefault: z.literal(true).exactOptional(),
  effect: z.enum(['kept', 'stricter', 'over', 'none']),
  limit: count.nullable(),
  why: z.string().exactOptional(),
  worst: count.nullable(),
  usual: count.nullable(),
  requests: count,
  blocks: z.array(z.strictObject({ failures: count, requests: count })),
  minutes: count.exactOptional(),
  of: count,
  leftOut: count,
});

const targetSchema = z.strictObject({
  name: z.string(),
  plan: z.strictObject({
    warmUp: count,
    duration: count,
    interval: z.number().positive(),
    sensitivity: z.enum(['high', 'normal', 'low']),
    decision: z.enum(['balanced', 'evidence', 'strict']),
    minRequests: count,
    earlyPass: z.boolean(),
    extend: z._default(z.boolean(), false),
    onNoData: noDataPolicy,
    onProviderError: providerErrorPolicy,
  }),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      limit: limitSchema,
      source: z.string(),
      subject: z.string(),
      baseline: z.strictObject({ margin: z.number().positive() }).exactOptional(),
      minRequests: count.exactOptional(),
      onNoData: noDataPolicy,
      onProviderError: providerErrorPolicy,
      seenBefore: z
        .strictObject({
          seen: z.enum(['passed', 'failed', 'not-asked']),
          detail: z.string(),
          isNew: z.boolean(),
        })
        .exactOptional(),
      before: beforeSchema.exactOptional(),
    }),
  ),
});

const raw = z.json().exactOptional();
const obstacle = z.enum(obstacles);
const ofOwnRequests = {
  obstacles: z.partialRecord(obstacle, count).exactOptional(),
  passed: count.exactOptional(),
};
const leftOut = z.strictObject({ requests: count, of: count }).exactOptional();
const slower = z.record(z.string(), z.number()).exactOptional();
const baseline = z
  .strictObject({ samples: z.number(), failures: z.number(), slower })
  .exactOptional();

const observationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('counts'),
    samples: z.number(),
    failures: z.number(),
    seconds: z.number(),
    kinds: z.record(z.string(), z.number()).exactOptional(),
    possibleFailures: z.number().exactOptional(),
    failuresAsSet: z.number().exactOptional(),
    cadence: z.number().exactOptional(),
    until: z.number().exactOptional(),
    baseline,
    slower,
    leftOut,
    ...ofOwnRequests,
    raw,
  }),
  z.strictObject({
    kind: z.literal('value'),
    value: z.number(),
    cadence: z.number().exactOptional(),
    seconds: z.number().exactOptional(),
    until: z.number().exactOptional(),
    leftOut,
    ...ofOwnRequests,
    raw,
  }),
  z.strictObject({
    kind: z.literal('none'),
    why: z.enum(['no-data', 'provider-error', 'unchanged']),
    detail: z.string().exactOptional(),
    forGood: z.literal(true).exactOptional(),
    baseline,
    leftOut,
    ...ofOwnRequests,
    raw,
  }),
]);

const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('observation'),
    check: z.string(),
    window: z.strictObject({ from: z.number(), to: z.number() }),
    observation: observationSchema,
  }),
  z.strictObject({
    type: z.literal('look'),
    check: z.string(),
    at: z.number(),
    look: z.strictObject({
      ok: z.nullable(z.boolean()),
      detail: z.string(),
      obstacle: obstacle.exactOptional(),
      changed: z.literal(true).exactOptional(),
    }),
  }),
  z.strictObject({ type: z.literal('deadline'), goneBack: z.string().exactOptional() }),
]);

const lineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('header'),
    schema: z.literal(1),
    tool: z.strictObject({ name: z.literal('rollgate'), version: z.string() }),
    startedAt: z.string(),
    targets: z.array(targetSchema),
  }),
  z.strictObject({
    type: z.literal('event'),
    target: z.string(),
    at: count.exactOptional(),
    event: eventSchema,
  }),
  z.strictObject({
    type: z.literal('judgement'),
    target: z.string(),
    at: count.exactOptional(),
    judgement: z.strictObject({
      verdict: z.enum(['healthy', 'unhealthy', 'inconclusive']),
      reason: z.string(),
      decidedBy: z.array(z.string()),
      neverWell: z.literal(true).exactOptional(),
    }),
  }),
]);
