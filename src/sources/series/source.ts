import type { Judged } from '../../inputs/checks/entry.js';
import type { Clock } from '../../support/clock.js';
import type { CheckDependencies } from '../dependencies.js';
import type { Plan } from './estimate.js';
import type { Reducer } from './buckets.js';
import type { Buckets } from './probe.js';
import type { ProviderWorld } from './client.js';
import type { Failed } from './answer.js';

/** One series of an answer, point by point. */
export interface Series {
  /** What tells it from the others of the same query, as it may be printed. */
  readonly name: string;
  /** Begin of each bucket, seconds since the epoch, and what was counted or measured in it; `null`: nothing. */
  readonly points: readonly (readonly [at: number, value: number | null])[];
}

export interface SeriesAnswer {
  readonly ok: true;
  /** By the names of the queries; one that gave nothing has an empty list. */
  readonly found: Readonly<Record<string, readonly Series[]>>;
  /** Length of the buckets, seconds; `undefined`: too few came to tell. */
  readonly width: number | undefined;
}

/** The stretch of time that is asked for: `from` ≤ t < `to`, seconds since the epoch, multiples of the bucket. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What to ask for when it is so late there, seconds. */
export type StretchAt = (now: number) => Stretch;

/** A service that keeps what was measured in buckets of time. `Q` is a query as it wants it. */
export interface Vendor<Q> {
  /** As it may be printed. */
  readonly name: string;
  /**
   * All queries in one request, as far as the service lets us.
   * @throws the signal's reason, when it is aborted; nothing else.
   */
  ask(
    queries: Readonly<Record<string, Q>>,
    stretchAt: StretchAt,
    signal: AbortSignal,
  ): Promise<SeriesAnswer | Failed>;
  /** What time it is there, seconds; for a time of our monotonic clock, milliseconds. */
  timeAt(monotonic: number): number;
}

/** A query, and where it was given: for messages. */
export interface Given<Q> {
  readonly input: string;
  readonly query: Q;
}

/** What is read from a service that keeps numbers in buckets of time. */
export type Reading<Q> =
  /** How many requests there were in each bucket, and how many of them failed. */
  | { readonly kind: 'counts'; readonly total: Given<Q>; readonly errors: Given<Q> }
  /** `reducer`: without one a query must give one series. */
  | { readonly kind: 'value'; readonly value: Given<Q>; readonly reducer?: Reducer | undefined };

/** One check. Checks with the same reading (the very same object) share its queries. */
export interface CheckDescription<R> extends Judged {
  readonly reading: R;
}

/** The queries of a reading, by the name of their part. */
export function partsOf<Q>(reading: Reading<Q>): Readonly<Record<string, Given<Q>>> {
  return reading.kind === 'counts'
    ? { total: reading.total, errors: reading.errors }
    : { value: reading.value };
}

export function queriesOf<Q>(reading: Reading<Q>): Readonly<Record<string, Q>> {
  return Object.fromEntries(
    Object.entries(partsOf(reading)).map(([name, { query }]) => [name, query]),
  );
}

/** What a reading is read by. */
export interface Access<Q> {
  readonly vendor: Vendor<Q>;
  readonly buckets: Buckets;
}

/** A kind of service that keeps numbers in buckets of time. */
export interface SeriesSource<Q, R extends Reading<Q>> {
  /** `datadog` */
  readonly id: string;
  /** Called once for each reading. */
  accessOf(reading: R): Access<Q>;
  /** A query as it may be printed. */
  inWords(query: Q): string;
  /** Whether a query that gives no series at all names something that is not there. */
  readonly knowsNames: boolean;
  /** What is known to be wrong with a query before it is asked. */
  objection?(
    part: string,
    query: Q,
  ): { readonly message: string; readonly fix: string } | undefined;
}

export interface SeriesWorld {
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** What an entry of `checks` says of its queries. */
interface Queries {
  readonly options: {
    readonly total: string | undefined;
    readonly errors: string | undefined;
    readonly value: string | undefined;
    readonly reducer: Reducer | undefined;
  };
  readonly judged: readonly Judged[];
  readonly nameOf: (option: 'total' | 'errors' | 'value') => string;
}

/** The checks of an entry, with what each of them is read by: those of one kind share a reading. */
export function describeQueries<Q, S>(
  { options, judged, nameOf }: Queries,
  queryOf: (written: string, part: 'total' | 'errors' | 'value') => Q,
  shared: S,
): readonly CheckDescription<Reading<Q> & S>[] {
  const given = (part: 'total' | 'errors' | 'value'): Given<Q> | undefined => {
    const written = options[part];
    return written === undefined
      ? undefined
      : { input: nameOf(part), query: queryOf(written, part) };
  };
  const { reducer } = options;
  const total = given('total');
  const errors = given('errors');
  const value = given('value');
  const counts: (Reading<Q> & S) | undefined =
    total === undefined || errors === undefined
      ? undefined
      : { kind: 'counts', total, errors, ...shared };
  const values: (Reading<Q> & S) | undefined =
    value === undefined ? undefined : { kind: 'value', value, reducer, ...shared };
  return judged.flatMap((each) => {
    const reading = each.limit.metric === 'value' ? values : counts;
    return reading === undefined ? [] : [{ ...each, reading }];
  });
}

export function planOf({ settings }: CheckDependencies): Plan {
  return { duration: settings.duration, minRequests: settings['min-requests'] };
}

export function worldOf({ http, clock, random, redact }: CheckDependencies): ProviderWorld {
  return { http: http(), clock, random, redact };
}

/** An option in milliseconds, as seconds. */
export function seconds(ms: number): number {
  return ms / 1000;
}
