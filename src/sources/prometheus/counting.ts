import type { Observation } from '../../contract/check.js';
import { bad, good, type Result } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import { formatDuration } from '../../support/text.js';
import { printSelector } from '../../support/selector.js';
import { negative, NEVER_NEGATIVE } from '../source.js';
import { reduce, type Reducer } from '../series/adapter.js';
import type { Noticed } from '../series/noticed.js';
import { dedupe, SAME_AGAIN_MS, type Moment, type None, type Probe } from '../series/poller.js';
import type { Client, QueryResult } from './client.js';
import {
  createCounters,
  createRounds,
  OVERDUE_SCRAPES,
  type Bounds,
  type Growth,
  type Round,
} from './growth.js';
import type { Measurement } from './measurements.js';
import {
  countsRequests,
  isOfBaseline,
  readScrape,
  scrapeQuery,
  type Journal,
  type QueryPart,
  type Scrape,
} from './scrape.js';

/** What a probe is made from. */
export interface ProbeDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly journal: Journal;
}

/**
 * Reads raw counters, and tells what they counted since the last time.
 *
 * @param partsOf says what to ask for; it may have to ask the server first, and may find that there is nothing to ask for.
 */
export function createCountingProbe(
  partsOf: (signal: AbortSignal) => Promise<readonly QueryPart[] | None>,
  observationOf: (round: Round) => Observation,
  deps: ProbeDependencies & { readonly noticed: Noticed },
): Probe {
  const { client, clock, journal, noticed } = deps;
  const counters = createCounters();
  const rounds = createRounds();
  let wasEvaluated = false;
  /** When there was something new the last time, by the clock of the server, seconds. */
  let newAt: number | undefined;
  let useless: None | undefined;
  const serverTime = createServerTime();

  /** Why there is nothing to be known any more, as soon as it is so. */
  function notice(
    { answeredAt: now, targets }: Scrape,
    { advanced, troubles }: Growth,
  ): None | undefined {
    for (const name of advanced.keys()) noticed.sample(name, now - (targets.get(name)?.at ?? now));
    for (const { why, isForGood } of troubles) {
      noticed.trouble(why);
      if (isForGood) useless ??= { kind: 'none', why: 'no-data', detail: why, forGood: true };
    }
    return useless;
  }

  /** What has failed is asked again. */
  let isAnswered = false;

  return async (moment, signal) => {
    if (useless !== undefined) return useless;
    // Between two scrapes there is nothing new to ask for.
    const quietUntil = rounds.quietUntil() ?? -Infinity;
    if (isAnswered && serverTime.at(clock.monotonic()) < quietUntil) return undefined;
    isAnswered = false;
    const parts = await partsOf(signal);
    if ('kind' in parts) return parts;
    const query = scrapeQuery(parts);
    const askedAt = clock.monotonic();
    const answer = await client.query(query, signal);
    if (!answer.ok) {
      journal.note({ error: answer.problem.message });
      return providerError(client, answer.problem.message);
    }
    const read = readScrape(answer.value, parts);
    if (!read.ok) {
      journal.note({ error: read.problem.message });
      return { kind: 'none', why: 'no-data', detail: read.problem.message };
    }
    const scrape = { ...read.value, answeredAt: serverTime.ofAnswer(answer.value, askedAt) };
    isAnswered = hasOwnRequests(scrape);
    const bounds = boundsOf(moment, askedAt, scrape);
    if (moment.isEvaluated && !wasEvaluated) rounds.reset();
    wasEvaluated = moment.isEvaluated;
    const growth = counters.take(scrape, bounds);
    journal.scrape(query, scrape, { ...growth, ...bounds });
    const end = notice(scrape, growth);
    if (end !== undefined) return end;
    const round = rounds.add(scrape, growth);
    if (round !== undefined) {
      newAt = scrape.answeredAt;
      const observation = observationOf(round);
      return observation.kind === 'none' || round.until === undefined
        ? observation
        : { ...observation, until: Math.round(1000 * (round.until - bounds.startedAt)) };
    }
    if (!hasOwnRequests(scrape)) return nothingOf(parts);
    if (growth.advanced.size > 0) newAt = scrape.answeredAt;
    const silent = newAt === undefined ? 0 : scrape.answeredAt - newAt;
    const cadence = rounds.cadence();
    return cadence !== undefined && silent > OVERDUE_SCRAPES * cadence
      ? {
          kind: 'none',
          why: 'no-data',
          detail: `no new sample for ${formatDuration(silent * 1000)}`,
        }
      : undefined;
  };
}

/** The clock of the server, seconds, by the monotonic one, milliseconds. */
function createServerTime(): {
  at(monotonic: number): number;
  /** When an answer was given: one without a series does not tell it. */
  ofAnswer(answer: QueryResult, askedAt: number): number;
} {
  /** The clock of the server less ours, as the last answer that told it had it; 0: none did. */
  let ahead = 0;
  return {
    at: (monotonic) => ahead + monotonic / 1000,
    ofAnswer({ at }, askedAt) {
      if (at !== undefined) ahead = at - askedAt / 1000;
      return at ?? ahead + askedAt / 1000;
    },
  };
}

export function providerError({ name }: Client, message: string): None {
  return { kind: 'none', why: 'provider-error', detail: `${name}: ${message}` };
}

/**
 * By the clock of the server: ours may be minutes off. The answer was made after it was asked for, so that at most as much is
 * left out as it took.
 */
function boundsOf(moment: Moment, askedAt: number, { answeredAt }: Scrape): Bounds {
  const onServer = (monotonic: number): number => answeredAt - (askedAt - monotonic) / 1000;
  return {
    startedAt: onServer(moment.startedAt),
    countedFrom: moment.isEvaluated ? onServer(moment.judgedFrom) : -Infinity,
  };
}

function hasOwnRequests({ targets }: Scrape): boolean {
  return [...targets.values()].some(({ points }) =>
    points.some(({ part }) => countsRequests(part) && !isOfBaseline(part)),
  );
}

function nothingOf(parts: readonly QueryPart[]): None {
  const first = parts.find((part) => part.timed);
  return {
    kind: 'none',
    why: 'no-data',
    detail: `no series matches ${first === undefined ? 'the selector' : printSelector(first.selector)}`,
  };
}

export type ValueMeasurement = Extract<Measurement, { kind: 'value' }>;

/** Reads the one number that a query gives. */
export function createValueProbe(
  { query, reducer }: ValueMeasurement,
  { client, clock, journal }: ProbeDependencies,
): Probe {
  const isNew = dedupe();
  return async ({ isEvaluated }, signal) => {
    const at = clock.monotonic();
    const answer = await client.query(query, signal);
    if (!answer.ok) {
      journal.note({ query, error: answer.problem.message });
      return providerError(client, answer.problem.message);
    }
    journal.note({
      query,
      ...(answer.value.at === undefined ? {} : { answeredAt: answer.value.at }),
      values: answer.value.samples.map(({ value }) => value).filter(Number.isFinite),
    });
    const number = oneNumber(answer.value, reducer);
    if (!number.ok) return { kind: 'none', why: 'no-data', detail: number.problem.message };
    const { value } = number;
    // The first that is judged is new, however it was in the warm-up.
    return !isEvaluated || isNew(value, at)
      ? { kind: 'value', value, cadence: SAME_AGAIN_MS }
      : undefined;
  };
}

export function oneNumber({ samples }: QueryResult, reducer: Reducer | undefined): Result<number> {
  const values = samples.map(({ value }) => value);
  const [first] = values;
  if (first === undefined) return bad('the query gives nothing');
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd !== undefined) return bad(`the query gives ${String(odd)}`);
  if (values.length > 1 && reducer === undefined)
    return bad(
      `the query gives ${String(values.length)} series, and one number is needed`,
      'use sum(...) or max(...)',
    );
  const value = reducer === undefined ? first : reduce[reducer](values);
  return value < 0 ? bad(negative(value), NEVER_NEGATIVE) : good(value);
}
