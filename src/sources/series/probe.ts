import type { Clock } from '../../support/clock.js';
import { type Failed, unexpected } from './answer.js';
import {
  type ByBucket,
  type ClosedBuckets,
  countsOf,
  createClosedBuckets,
  type NewBuckets,
  valuesOf,
} from './buckets.js';
import type { Look, Moment, None, Notes } from './poller.js';
import { queriesOf, type Reading, type SeriesAnswer, type Stretch, type Vendor } from './source.js';
import { formatDuration } from '../../support/text.js';

/** What was in the buckets that are new. Times in seconds. */
export type Round =
  | {
      readonly kind: 'counts';
      readonly samples: number;
      readonly failures: number;
      readonly seconds: number;
      readonly width: number;
    }
  | { readonly kind: 'value'; readonly value: number; readonly width: number };

/** Seconds. */
export interface Buckets {
  /** How long a bucket is; `undefined`: as the service has them. */
  readonly width: number | undefined;
  /** How long after its end a bucket is complete. */
  readonly delay: number;
}

/** Asked for where it is not known how long the buckets are, seconds. */
const FIRST_STRETCH = 600;
/** A bucket that has not arrived is asked for again after this share of its length. */
const AGAIN = 0.25;

/** Looks at the buckets that are complete, and counts each of them once. */
export function createSeriesLook<Q>(
  reading: Reading<Q>,
  { width: given, delay }: Buckets,
  world: { readonly vendor: Vendor<Q>; readonly clock: Clock; readonly notes: Notes },
): Look<Round> {
  const { vendor, clock, notes } = world;
  const queries = queriesOf(reading);
  let width = given;
  let closed: ClosedBuckets | undefined =
    width === undefined ? undefined : createClosedBuckets({ width, delay });
  let hasAnswered = false;
  let quietUntil = -Infinity;
  let hasNoted = false;

  const serverNow = (): number => vendor.timeAt(clock.monotonic());
  const boundsOf = ({ isJudged, judgedFrom }: Moment): number =>
    isJudged ? vendor.timeAt(judgedFrom) : serverNow();

  const stretchAt =
    (moment: Moment) =>
    (now: number): Stretch =>
      closed === undefined
        ? { from: Math.floor(now) - FIRST_STRETCH, to: Math.ceil(now) }
        : closed.stretch(boundsOf(moment), now);

  /** Takes over how long the buckets are. */
  function settle(answer: SeriesAnswer): Failed | undefined {
    if (answer.width === undefined) return undefined;
    if (width !== undefined && Math.abs(answer.width - width) > 1e-6)
      return unexpected(
        `its buckets are ${formatDuration(answer.width * 1000)} long, and not ${formatDuration(width * 1000)}`,
      );
    width = answer.width;
    closed ??= createClosedBuckets({ width, delay });
    return undefined;
  }

  function providerError(message: string): None {
    notes.note({ error: message });
    return { kind: 'none', why: 'provider-error', detail: `${vendor.name}: ${message}` };
  }

  function noData(detail: string): None {
    return { kind: 'none', why: 'no-data', detail };
  }

  return async (moment, signal) => {
    if (!moment.isJudged && hasAnswered) return undefined;
    if (
      moment.isJudged &&
      closed?.isUpToDate(boundsOf(moment), serverNow()) === true &&
      hasAnswered
    )
      return undefined;
    if (clock.monotonic() < quietUntil) return undefined;
    const answer = await vendor.ask(queries, stretchAt(moment), signal);
    if (!answer.ok) return providerError(answer.failure.message);
    const odd = settle(answer);
    if (odd !== undefined) return providerError(odd.failure.message);
    hasAnswered = true;
    if (!moment.isJudged) return undefined;
    const numbers = numbersOf(reading, answer);
    if (typeof numbers === 'string') {
      notes.note({ error: numbers });
      return noData(numbers);
    }
    const countedFrom = boundsOf(moment);
    const now = serverNow();
    if (closed === undefined || width === undefined) return noData('the query gives nothing');
    const found = closed.take(numbers.basis.keys(), countedFrom, now);
    if (found !== undefined) {
      notes.note({
        ...(hasNoted ? {} : { queries, bucketSeconds: width, delaySeconds: delay }),
        answeredAt: now,
        countedFrom,
        seconds: found.seconds,
        buckets: found.starts.map((start) => [start, ...numbers.rowOf(start)]),
      });
      hasNoted = true;
      return numbers.roundOf(found, width);
    }
    if (closed.isUpToDate(countedFrom, now)) return undefined;
    quietUntil = clock.monotonic() + 1000 * AGAIN * width;
    return noData(`nothing for the last ${formatDuration(width * 1000)} that should be complete`);
  };
}

interface Numbers {
  /** A bucket that is not here holds nothing. */
  readonly basis: ByBucket;
  rowOf(start: number): readonly number[];
  roundOf(found: NewBuckets, width: number): Round;
}

function numbersOf<Q>(reading: Reading<Q>, { found }: SeriesAnswer): Numbers | string {
  if (reading.kind === 'value') {
    const values = valuesOf(found.value ?? [], reading.reducer);
    if (typeof values === 'string') return values;
    const at = (start: number): number => values.get(start) ?? 0;
    return {
      basis: values,
      rowOf: (start) => [at(start)],
      roundOf: ({ starts }, width) => ({
        kind: 'value',
        value: sum(starts.map(at)) / starts.length,
        width,
      }),
    };
  }
  const total = countsOf(found.total ?? []);
  const errors = countsOf(found.errors ?? []);
  if (typeof total === 'string') return `total: ${total}`;
  if (typeof errors === 'string') return `errors: ${errors}`;
  // No failures beside requests that were counted are none: a service without errors has no series of them.
  const row = (start: number): readonly [number, number] => [
    total.get(start) ?? 0,
    errors.get(start) ?? 0,
  ];
  return {
    basis: total,
    rowOf: row,
    roundOf: ({ starts, seconds }, width) => ({
      kind: 'counts',
      samples: sum(starts.map((start) => row(start)[0])),
      failures: sum(starts.map((start) => Math.min(...row(start)))),
      seconds,
      width,
    }),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
