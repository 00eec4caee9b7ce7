import type { Clock } from '../../support/clock.js';
import { formatDuration } from '../../support/text.js';
import { printSelector } from '../../support/selector.js';
import { reduce, type Reducer } from '../series/buckets.js';
import { createNovelty, type Look, type Moment, type None } from '../series/poller.js';
import type { Answer, Client } from './client.js';
import {
  type Bounds,
  createCounters,
  createRounds,
  OVERDUE_SCRAPES,
  type Round,
} from './growth.js';
import type { Reading } from './measurements.js';
import {
  isOfBaseline,
  type Journal,
  type Part,
  readScrape,
  type Scrape,
  scrapeQuery,
} from './scrape.js';

/** What a look needs to know of the world. */
export interface World {
  readonly client: Client;
  readonly clock: Clock;
  readonly journal: Journal;
}

/**
 * Looks at raw counters, and tells what they counted since the look before.
 *
 * @param partsOf says what to ask for; it may have to ask the server first, and may find that there is nothing to ask for.
 */
export function createCountingLook(
  partsOf: (signal: AbortSignal) => Promise<readonly Part[] | None>,
  world: World,
): Look<Round> {
  const { client, clock, journal } = world;
  const counters = createCounters();
  const rounds = createRounds();
  let wasJudged = false;
  /** When there was something new the last time, by the clock of the server, seconds. */
  let newAt: number | undefined;

  return async (moment, signal) => {
    const parts = await partsOf(signal);
    if ('kind' in parts) return parts;
    const query = scrapeQuery(parts);
    const asked = clock.monotonic();
    const answer = await client.query(query, signal);
    if (!answer.ok) {
      journal.note({ error: answer.failure.message });
      return providerError(client, answer.failure.message);
    }
    const scrape = readScrape(answer, parts);
    if (typeof scrape === 'string') {
      journal.note({ error: scrape });
      return { kind: 'none', why: 'no-data', detail: scrape };
    }
    const bounds = boundsOf(moment, asked, scrape);
    journal.scrape(query, scrape, bounds.countedFrom);
    if (moment.isJudged && !wasJudged) rounds.reset();
    wasJudged = moment.isJudged;
    const growth = counters.take(scrape, bounds);
    const round = rounds.add(scrape, growth);
    if (round !== undefined) {
      newAt = scrape.answeredAt;
      return round;
    }
    if (!hasOwnSeries(scrape)) return nothingOf(parts);
    if (growth.advanced.size > 0) newAt = scrape.answeredAt;
    const silent = newAt === undefined ? 0 : scrape.answeredAt - newAt;
    const { cadence } = rounds;
    return cadence !== undefined && silent > OVERDUE_SCRAPES * cadence
      ? {
          kind: 'none',
          why: 'no-data',
          detail: `no new sample for ${formatDuration(silent * 1000)}`,
        }
      : undefined;
  };
}

export function providerError({ name }: Client, message: string): None {
  return { kind: 'none', why: 'provider-error', detail: `${name}: ${message}` };
}

/**
 * By the clock of the server: ours may be minutes off. The answer was made after it was asked for, so that at most as much is
 * left out as it took.
 */
function boundsOf(moment: Moment, asked: number, { answeredAt }: Scrape): Bounds {
  const onServer = (monotonic: number): number => answeredAt - (asked - monotonic) / 1000;
  return {
    begin: onServer(moment.begin),
    countedFrom: moment.isJudged ? onServer(moment.judgedFrom) : -Infinity,
  };
}

function hasOwnSeries({ targets }: Scrape): boolean {
  return [...targets.values()].some(({ points }) => points.some(({ part }) => !isOfBaseline(part)));
}

export function nothingOf(parts: readonly Part[]): None {
  const first = parts.find((part) => part.timed);
  return {
    kind: 'none',
    why: 'no-data',
    detail: `no series matches ${first === undefined ? 'the selector' : printSelector(first.selector)}`,
  };
}

export type ValueReading = Extract<Reading, { kind: 'value' }>;

/** Looks at the one number that a query gives. */
export function createValueLook(
  { query, reducer }: ValueReading,
  { client, clock, journal }: World,
): Look<number> {
  const isNew = createNovelty();
  return async ({ isJudged }, signal) => {
    const at = clock.monotonic();
    const answer = await client.query(query, signal);
    if (!answer.ok) {
      journal.note({ query, error: answer.failure.message });
      return providerError(client, answer.failure.message);
    }
    journal.note({
      query,
      ...(answer.at === undefined ? {} : { answeredAt: answer.at }),
      values: answer.samples.map(({ value }) => value).filter(Number.isFinite),
    });
    const value = oneNumber(answer, reducer);
    if (typeof value === 'string') return { kind: 'none', why: 'no-data', detail: value };
    // The first that is judged is new, however it was in the warm-up.
    return !isJudged || isNew(value, at) ? value : undefined;
  };
}

/** The number, or in words why there is none. */
export function oneNumber(
  { samples }: Extract<Answer, { ok: true }>,
  reducer: Reducer | undefined,
): number | string {
  const values = samples.map(({ value }) => value);
  const [first] = values;
  if (first === undefined) return 'the query gives nothing';
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd !== undefined) return `the query gives ${String(odd)}`;
  if (reducer !== undefined) return reduce[reducer](values);
  return values.length === 1
    ? first
    : `the query gives ${String(values.length)} series, and one number is needed: use sum(...) or max(...)`;
}
