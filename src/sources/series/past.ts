import type { CheckEntry, Past } from '../../contract/check.js';
import { bad, good, type Result } from '../../contract/result.js';
import type { ValuesOf } from '../../support/options.js';
import { BLOCK_MS, type Hour, type SourceDependencies } from '../source.js';
import {
  reduce,
  type Reducer,
  seconds,
  type SeriesAnswer,
  type SeriesOptions,
  type SeriesSource,
  type TimeRange,
} from './adapter.js';
import { countsByBucket, valuesByBucket } from './buckets.js';
import { createMetricClient } from './client.js';
import { type Measurement, measurementsOf, queriesOf } from './measurement.js';

/** Services give some hundred buckets at a time (New Relic: 366), and an hour has so many of this length, seconds. */
const LEAST_BUCKET = 10;
/** Fewer than six larger ones are in an hour, and fewer give no limit, seconds. */
const LARGEST_BUCKET = 600;

/** Reads the hour before a deploy, in the buckets of the service. */
export async function readSeriesPast<T extends SeriesOptions>(
  source: SeriesSource<T>,
  entry: CheckEntry<ValuesOf<T>>,
  hour: Hour,
  deps: SourceDependencies,
  signal: AbortSignal,
): Promise<Result<Past>> {
  const own: ValuesOf<SeriesOptions> = entry.options;
  const options = withCoarseBuckets(entry.options);
  const past: { -readonly [K in keyof Past]: Past[K] } = {};
  for (const { measurement, checks } of measurementsOf({ ...entry, options: own })) {
    if (checks.every(({ limit }) => limit.metric === 'value' && 'min' in limit)) continue;
    const adapter = source.connect(options, deps);
    const client = createMetricClient(adapter, own.timeout, deps);
    const bucketSeconds = 'missingCredentials' in adapter ? undefined : adapter.bucketSeconds;
    let there: HourThere = { ...hour, complete: Infinity };
    const rangeAt = (now: number): TimeRange => {
      there = hourOn(now, hour, { clock: deps.clock, delay: own.delay });
      return rangeOf(there, bucketSeconds);
    };
    const answer = await client.ask(queriesOf(measurement), rangeAt, signal);
    if (!answer.ok) return bad(`${client.name}: ${answer.problem.message}`);
    const { found, bucketSeconds: width = bucketSeconds ?? 1 } = answer.value;
    const read = readAnswer(measurement, found, layoutOf(there, width));
    if (!read.ok) return bad(`${client.name}: ${read.problem.message}`);
    Object.assign(past, read.value);
  }
  return good(past);
}

/** The hour by the clock of the service: ours may be minutes off. */
interface HourThere extends Hour {
  /** What is later has not arrived, milliseconds. */
  readonly complete: number;
}

/** @param now what time it is there, seconds */
function hourOn(
  now: number,
  { from, to }: Hour,
  { clock, delay }: Pick<SourceDependencies, 'clock'> & { readonly delay: number },
): HourThere {
  const ahead = 1000 * now - clock.now();
  return { from: from + ahead, to: to + ahead, complete: 1000 * now - delay };
}

function withCoarseBuckets<V extends object>(options: V): V {
  const { bucket } = options as { readonly bucket?: unknown };
  if (typeof bucket !== 'number') return options;
  const times = Math.ceil(LEAST_BUCKET / seconds(bucket));
  return { ...options, bucket: bucket * times };
}

/** @param bucketSeconds `undefined`: it will be known by the answer */
function rangeOf(hour: HourThere, bucketSeconds: number | undefined): TimeRange {
  const { from, to } = wholeBuckets(hour, bucketSeconds ?? 1);
  return {
    from: bucketSeconds === undefined ? from - LARGEST_BUCKET : from,
    to: Math.min(to, wholeUntil(hour.complete, bucketSeconds ?? 1)),
  };
}

/** The last ones that ended before the deploy, an hour of them. Seconds since the epoch. */
function wholeBuckets({ from, to }: Hour, bucketSeconds: number): TimeRange {
  return { from: wholeUntil(from, bucketSeconds), to: wholeUntil(to, bucketSeconds) };
}

function wholeUntil(at: number, bucketSeconds: number): number {
  return Math.floor(seconds(at) / bucketSeconds) * bucketSeconds;
}

/** The hour in blocks of whole buckets. */
interface Layout {
  readonly count: number;
  /** What is to be said of their length. */
  readonly length: Pick<Past, 'minutes'>;
  /** The block that a bucket belongs to, by its begin; `undefined`: none. */
  readonly blockOf: (at: number) => number | undefined;
}

/** Blocks are of five minutes, or of as many whole buckets as come nearest to it: half a bucket cannot be counted. */
function layoutOf(hour: HourThere, bucketSeconds: number): Layout {
  const { from, to } = wholeBuckets(hour, bucketSeconds);
  const arrived = Math.min(to, wholeUntil(hour.complete, bucketSeconds));
  const block = bucketSeconds * Math.max(1, Math.round(seconds(BLOCK_MS) / bucketSeconds));
  const count = Math.round((to - from) / block);
  return {
    count,
    length: block === seconds(BLOCK_MS) ? {} : { minutes: block / 60 },
    blockOf: (at) =>
      at >= from && at + bucketSeconds <= arrived
        ? Math.min(count - 1, Math.floor((at - from) / block))
        : undefined,
  };
}

function readAnswer(
  measurement: Measurement,
  found: SeriesAnswer['found'],
  layout: Layout,
): Result<Past> {
  return measurement.kind === 'value'
    ? readValues(found, measurement.reducer, layout)
    : readCounts(found, layout);
}

function readValues(
  found: SeriesAnswer['found'],
  reducer: Reducer | undefined,
  { count, length, blockOf }: Layout,
): Result<Past> {
  const values = valuesByBucket(found.value ?? [], reducer);
  if (!values.ok) return values;
  const all = Array.from({ length: count }, () => [] as number[]);
  for (const [at, value] of values.value) all[blockOf(at) ?? -1]?.push(value);
  return good({
    value: all.map((each) => (each.length === 0 ? null : reduce.avg(each))),
    ...length,
  });
}

function readCounts(
  found: SeriesAnswer['found'],
  { count, length, blockOf }: Layout,
): Result<Past> {
  const total = countsByBucket(found.total ?? []);
  const errors = countsByBucket(found.errors ?? []);
  if (!total.ok) return total;
  if (!errors.ok) return errors;
  const counts = Array.from({ length: count }, () => ({ failures: 0, requests: 0 }));
  for (const [at, requests] of total.value) {
    const block = counts[blockOf(at) ?? -1];
    if (block === undefined) continue;
    block.requests += requests;
    block.failures += Math.min(requests, errors.value.get(at) ?? 0);
  }
  return good({ counts, ...length });
}
