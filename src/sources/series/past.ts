import type { Block, CheckEntry, Past } from '../../contract/check.js';
import { bad, good, type Result } from '../../contract/result.js';
import type { ValuesOf } from '../../support/options.js';
import { BLOCK_MS, type Hour, type SourceDependencies } from '../source.js';
import type { SeriesAnswer, SeriesOptions, SeriesSource, TimeRange } from './adapter.js';
import { countsByBucket, valuesByBucket } from './buckets.js';
import { createMetricClient } from './client.js';
import { type Measurement, measurementsOf, queriesOf } from './measurement.js';
import { seconds } from './adapter.js';

/** Services give some hundred buckets at a time (New Relic: 366), and an hour has so many of this length, seconds. */
const LEAST_BUCKET = 10;

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
    const rangeAt = (now: number): TimeRange =>
      rangeOf(hour, bucketSeconds ?? 1, now - seconds(own.delay));
    const answer = await client.ask(queriesOf(measurement), rangeAt, signal);
    if (!answer.ok) return bad(`${client.name}: ${answer.problem.message}`);
    const read = readAnswer(measurement, answer.value, hour);
    if (!read.ok) return bad(`${client.name}: ${read.problem.message}`);
    Object.assign(past, read.value);
  }
  return good(past);
}

function withCoarseBuckets<V extends object>(options: V): V {
  const { bucket } = options as { readonly bucket?: unknown };
  if (typeof bucket !== 'number') return options;
  const times = Math.ceil(LEAST_BUCKET / seconds(bucket));
  return { ...options, bucket: bucket * times };
}

/** In whole buckets, and without those that have not arrived. @param complete seconds since the epoch */
function rangeOf({ from, to }: Hour, bucketSeconds: number, complete: number): TimeRange {
  const whole = (at: number): number => Math.floor(at / bucketSeconds) * bucketSeconds;
  return {
    from: Math.ceil(seconds(from) / bucketSeconds) * bucketSeconds,
    to: whole(Math.min(seconds(to), complete)),
  };
}

function readAnswer(
  measurement: Measurement,
  { found }: SeriesAnswer,
  { from, to }: Hour,
): Result<Past> {
  const count = Math.round((to - from) / BLOCK_MS);
  const blockOf = (at: number): number => Math.floor((1000 * at - from) / BLOCK_MS);
  const isWithin = (at: number): boolean => blockOf(at) >= 0 && blockOf(at) < count;
  if (measurement.kind === 'value') {
    const values = valuesByBucket(found.value ?? [], measurement.reducer);
    if (!values.ok) return values;
    const all = Array.from({ length: count }, () => [] as number[]);
    for (const [at, value] of values.value) if (isWithin(at)) all[blockOf(at)]?.push(value);
    return good({
      value: all.map((each) =>
        each.length === 0 ? null : each.reduce((sum, value) => sum + value, 0) / each.length,
      ),
    });
  }
  const total = countsByBucket(found.total ?? []);
  const errors = countsByBucket(found.errors ?? []);
  if (!total.ok) return total;
  if (!errors.ok) return errors;
  const counts = Array.from({ length: count }, (): Block => ({ failures: 0, requests: 0 }));
  for (const [at, requests] of total.value) {
    if (!isWithin(at)) continue;
    const { failures, requests: before } = counts[blockOf(at)] ?? { failures: 0, requests: 0 };
    counts[blockOf(at)] = {
      failures: failures + Math.min(requests, errors.value.get(at) ?? 0),
      requests: before + requests,
    };
  }
  return good({ counts });
}
