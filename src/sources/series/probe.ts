import type { Observation } from '../../contract/check.js';
import { bad, good, type Result } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import type { Mutable } from '../../support/objects.js';
import { formatDuration } from '../../support/text.js';
import {
  completedBuckets,
  countsByBucket,
  valuesByBucket,
  type ByBucket,
  type CompletedBuckets,
  type NewBuckets,
} from './buckets.js';
import type { MetricClient } from './client.js';
import { queriesOf, type Measurement } from './measurement.js';
import type { Noticed } from './noticed.js';
import type { Moment, None, Notes, Probe } from './poller.js';
import type { SeriesAnswer, TimeRange } from './adapter.js';

/** Seconds. */
export interface Timing {
  /** How long a bucket is; `undefined`: as the service has them. */
  readonly bucketSeconds: number | undefined;
  /** How long after its end a bucket is complete. */
  readonly delay: number;
}

/** Asked for where it is not known how long the buckets are, seconds. */
const FIRST_SECONDS = 600;
/** A bucket that has not arrived is asked for again after this share of its length. */
const AGAIN = 0.25;

interface ProbeDependencies {
  readonly client: MetricClient;
  readonly clock: Clock;
  readonly notes: Notes;
  readonly noticed: Noticed;
}

/** Reads the buckets that are complete, and counts each of them once. */
export function createSeriesProbe(
  measurement: Measurement,
  timing: Timing,
  deps: ProbeDependencies,
): Probe {
  const { client, clock, notes, noticed } = deps;
  const queries = queriesOf(measurement);
  const buckets = learnedBuckets(timing);
  let hasAnswered = false;
  let quietUntil = -Infinity;
  let hasNoted = false;

  const serverNow = (): number => client.timeAt(clock.monotonic());
  const countedFrom = ({ isEvaluated, judgedFrom }: Moment): number =>
    isEvaluated ? client.timeAt(judgedFrom) : serverNow();

  function providerError(message: string): None {
    notes.note({ error: message });
    return { kind: 'none', why: 'provider-error', detail: `${client.name}: ${message}` };
  }

  function takeNew(answer: SeriesAnswer, moment: Moment): Observation | undefined {
    const from = countedFrom(moment);
    const numbers = numbersOf(measurement, answer);
    if (!numbers.ok) {
      notes.note({ error: numbers.problem.message });
      return noData(numbers.problem.message);
    }
    const { known } = buckets;
    if (known === undefined) return noData('the query gives nothing');
    const now = serverNow();
    const found = known.completed.take(numbers.value.basis.keys(), from, now);
    if (found !== undefined) {
      notes.note({
        ...(hasNoted
          ? {}
          : { queries, bucketSeconds: known.bucketSeconds, delaySeconds: timing.delay }),
        answeredAt: now,
        countedFrom: from,
        seconds: found.seconds,
        buckets: found.starts.map((start) => [start, ...numbers.value.rowOf(start)]),
      });
      hasNoted = true;
      const until = known.completed.until() ?? now;
      noticed.sample('', now - until);
      return {
        ...numbers.value.observationOf(found),
        ...{ cadence: known.bucketSeconds * 1000, seconds: found.seconds },
        until: Math.round(1000 * (until - client.timeAt(moment.startedAt))),
      };
    }
    if (known.completed.isUpToDate(from, now)) return undefined;
    quietUntil = clock.monotonic() + 1000 * AGAIN * known.bucketSeconds;
    return noData(
      `nothing for the last ${formatDuration(known.bucketSeconds * 1000)} that should be complete`,
    );
  }

  /** Whether an answer would hold nothing new. */
  const isUpToDate = (moment: Moment): boolean =>
    !moment.isEvaluated ||
    buckets.known?.completed.isUpToDate(countedFrom(moment), serverNow()) === true;

  return async (moment, signal) => {
    if (hasAnswered && isUpToDate(moment)) return undefined;
    if (clock.monotonic() < quietUntil) return undefined;
    const rangeAt = (now: number): TimeRange =>
      buckets.known?.completed.range(countedFrom(moment), now) ?? {
        from: Math.floor(now) - FIRST_SECONDS,
        to: Math.ceil(now),
      };
    const answer = await client.ask(queries, rangeAt, signal);
    if (!answer.ok) return providerError(answer.problem.message);
    const learned = buckets.learn(answer.value);
    if (!learned.ok) return providerError(learned.problem.message);
    hasAnswered = true;
    return moment.isEvaluated ? takeNew(answer.value, moment) : undefined;
  };
}

function noData(detail: string): None {
  return { kind: 'none', why: 'no-data', detail };
}

/** How long the buckets are: as it was asked for, else as the first answer has it. */
interface LearnedBuckets {
  readonly known:
    { readonly bucketSeconds: number; readonly completed: CompletedBuckets } | undefined;
  learn(answer: SeriesAnswer): Result<undefined>;
}

function learnedBuckets({ bucketSeconds: given, delay }: Timing): LearnedBuckets {
  const of = (bucketSeconds: number) => ({
    bucketSeconds,
    completed: completedBuckets({ bucketSeconds, delay }),
  });
  const learned: Mutable<LearnedBuckets> = {
    known: given === undefined ? undefined : of(given),
    learn({ bucketSeconds }) {
      if (bucketSeconds === undefined) return good(undefined);
      const known = (learned.known ??= of(bucketSeconds));
      return Math.abs(bucketSeconds - known.bucketSeconds) > 1e-6
        ? bad(
            `its buckets are ${formatDuration(bucketSeconds * 1000)} long, and not ${formatDuration(known.bucketSeconds * 1000)}`,
          )
        : good(undefined);
    },
  };
  return learned;
}

/** What was counted or measured, and nothing of when. */
type Bare =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'counts'; readonly samples: number; readonly failures: number };

interface Numbers {
  /** A bucket that is not here holds nothing. */
  readonly basis: ByBucket;
  rowOf(start: number): readonly number[];
  observationOf(found: NewBuckets): Bare;
}

function numbersOf(measurement: Measurement, { found }: SeriesAnswer): Result<Numbers> {
  if (measurement.kind === 'value') {
    const values = valuesByBucket(found.value ?? [], measurement.reducer);
    if (!values.ok) return values;
    const at = (start: number): number => values.value.get(start) ?? 0;
    return good({
      basis: values.value,
      rowOf: (start) => [at(start)],
      observationOf: ({ starts }) => ({
        kind: 'value',
        value: sum(starts.map(at)) / starts.length,
      }),
    });
  }
  const total = countsByBucket(found.total ?? []);
  const errors = countsByBucket(found.errors ?? []);
  if (!total.ok) return bad(`total: ${total.problem.message}`);
  if (!errors.ok) return bad(`errors: ${errors.problem.message}`);
  // No failures beside requests that were counted are none: a service without errors has no series of them.
  const row = (start: number): readonly [number, number] => [
    total.value.get(start) ?? 0,
    errors.value.get(start) ?? 0,
  ];
  return good({
    basis: total.value,
    rowOf: row,
    observationOf: ({ starts }) => ({
      kind: 'counts',
      samples: sum(starts.map((start) => row(start)[0])),
      failures: sum(starts.map((start) => Math.min(...row(start)))),
    }),
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
