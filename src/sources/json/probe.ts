import type { Observation } from '../../contract/check.js';
import type { Result } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import type { ApiProblem } from '../../support/http/problem.js';
import { createContinuity, type Continuity, type Course } from '../series/continuity.js';
import type { Measurement } from '../series/measurement.js';
import type { Noticed } from '../series/noticed.js';
import type { Reducer } from '../series/adapter.js';
import {
  dedupe,
  SAME_AGAIN_MS,
  type Moment,
  type None,
  type Notes,
  type Probe,
} from '../series/poller.js';
import type { Reading } from '../source.js';
import { numberAt, numbersAt, timeAt, type Place } from './place.js';

/** What it answered. */
export interface JsonReading extends Reading {
  readonly document: unknown;
}

/** An endpoint that answers with JSON. */
export interface JsonClient {
  /** As it may be printed. */
  readonly name: string;
  /** What time it is there, seconds; for a time of our monotonic clock, milliseconds. */
  readonly timeAt: (monotonic: number) => number;
  /** @throws the signal's reason, when it is aborted; nothing else. */
  read(signal: AbortSignal): Promise<Result<JsonReading, ApiProblem>>;
}

/** What is read from an answer. `counts` are raw counters, which only grow, but for a restart. */
export interface JsonMeasurement {
  readonly kind: Measurement['kind'];
  /** Where the numbers stand, by the names of the queries. */
  readonly places: readonly {
    readonly name: string;
    readonly input: string;
    readonly place: Place;
  }[];
  readonly reducer: Reducer | undefined;
  /** Where the time of a value stands. */
  readonly time: Place | undefined;
}

/** Asks once, and reads the numbers from the answer. */
export function createJsonProbe(
  { kind, places, reducer, time: timePlace }: JsonMeasurement,
  deps: {
    readonly client: JsonClient;
    readonly clock: Clock;
    readonly notes: Notes;
    readonly noticed: Noticed;
  },
): Probe {
  const { client, clock, notes, noticed } = deps;
  const take =
    kind === 'value' ? createTakeValue(client.timeAt, noticed) : createTakeCounts(noticed);

  function nothingAt({ text }: Place, why: string): None {
    const detail = `at ${text} ${why}`;
    notes.note({ error: detail });
    return { kind: 'none', why: 'no-data', detail };
  }

  return async (moment, signal) => {
    const at = clock.monotonic();
    const answer = await client.read(signal);
    if (!answer.ok) {
      const { message } = answer.problem;
      notes.note({ error: message });
      return { kind: 'none', why: 'provider-error', detail: `${client.name}: ${message}` };
    }
    const { document } = answer.value;
    const numbers: Record<string, number> = {};
    const each: Record<string, readonly number[]> = {};
    for (const { name, place } of places) {
      const number = numberAt(place, document, { reducer, isCounter: kind === 'counts' });
      if (!number.ok) return nothingAt(place, number.problem.message);
      numbers[name] = number.value;
      each[name] = numbersAt(place, document);
    }
    let time: string | number | undefined;
    if (timePlace !== undefined) {
      const found = timeAt(timePlace, document);
      if (!found.ok) return nothingAt(timePlace, found.problem.message);
      time = found.value;
    }
    notes.note({
      url: client.name,
      at: clock.now() / 1000,
      seconds: at / 1000,
      ...numbers,
      ...(time === undefined ? {} : { time }),
    });
    const observation = take({ numbers, each, at, time }, moment);
    if (observation?.kind === 'none' && observation.detail !== undefined)
      notes.note({ leftOut: observation.detail });
    return observation;
  };
}

/** What one answer holds. */
interface Read {
  readonly numbers: Readonly<Record<string, number>>;
  /** The numbers of the lists that those were made of. */
  readonly each: Readonly<Record<string, readonly number[]>>;
  /** When it was asked for, monotonic milliseconds. */
  readonly at: number;
  /** That of the value, by the service. */
  readonly time: string | number | undefined;
}

type Take = (read: Read, moment: Moment) => Observation | undefined;

function createTakeValue(timeAt: JsonClient['timeAt'], noticed: Noticed): Take {
  const isNew = dedupe();
  let lastTime: string | number | undefined;
  let until: number | undefined;
  return ({ numbers: { value = 0 }, at, time }, { startedAt, judgedFrom, isEvaluated }) => {
    // Without a time the first that is judged is new, however it was in the warm-up.
    const isNews = time === undefined ? !isEvaluated || isNew(value, at) : time !== lastTime;
    lastTime = time;
    if (!isNews) return undefined;
    const observation = { kind: 'value', value, cadence: SAME_AGAIN_MS } as const;
    const now = timeAt(at);
    const sampled = time === undefined ? undefined : secondsOf(time, now);
    if (sampled === undefined) return observation;
    noticed.sample('', now - sampled);
    const since = Math.max(until ?? -Infinity, isEvaluated ? timeAt(judgedFrom) : -Infinity);
    // That of before the watch, or of before what came already, tells nothing of what was deployed.
    if (isEvaluated && sampled <= since) return undefined;
    const gap = until === undefined ? undefined : sampled - until;
    until = sampled;
    return {
      ...observation,
      ...(gap === undefined || gap <= 0 ? {} : { cadence: 1000 * gap }),
      ...(Number.isFinite(since) ? { seconds: sampled - since } : {}),
      until: Math.round(1000 * (sampled - timeAt(startedAt))),
    };
  };
}

/** A time that is further away says nothing of when a value was measured, seconds. */
const PLAUSIBLE = { before: 86_400, after: 60 };

/** Seconds since the epoch, where a service writes a time as most do; `undefined`: nobody can tell what it means. */
function secondsOf(time: string | number, now: number): number | undefined {
  const number = typeof time === 'number' ? time : Number(time.trim() === '' ? Number.NaN : time);
  const units = [1, 1e3, 1e6, 1e9];
  const candidates = Number.isNaN(number)
    ? [Date.parse(String(time)) / 1000]
    : units.map((unit) => number / unit);
  return candidates.find((at) => at > now - PLAUSIBLE.before && at < now + PLAUSIBLE.after);
}

/** The share of the time between two answers that may lie before what is counted. */
const TOLERANCE = 0.1;

interface Counts {
  readonly total: number;
  readonly errors: number;
  /** In order of size: lists need not keep theirs. */
  readonly each: Readonly<Record<'total' | 'errors', readonly number[]>>;
  readonly at: number;
}

/** Differences counters. Nothing tells when they were taken: the same numbers again are news only after a while. */
function createTakeCounts(noticed: Noticed): Take {
  const continuity = createContinuity();
  let last: Counts | undefined;
  let useless: None | undefined;

  return (read, { startedAt, isEvaluated, judgedFrom }) => {
    if (useless !== undefined) return useless;
    const { at } = read;
    const now = countsOf(read);
    const before = last;
    if (before === undefined) {
      last = now;
      return undefined;
    }
    const stands = now.total === before.total && now.errors === before.errors;
    // What stands still before the judged time starts it later.
    if (stands && isEvaluated && at - before.at < SAME_AGAIN_MS) return undefined;
    last = now;
    const course = courseOf(continuity, before, now);
    if ('why' in course) {
      const detail = `the counters ${course.why}`;
      noticed.trouble(detail);
      const none: None = { kind: 'none', why: 'no-data', detail };
      if (course.kind === 'useless') useless = { ...none, forGood: true };
      return useless ?? none;
    }
    // The last answer of the warm-up is what the first one after it is compared with.
    const isCounted =
      !isEvaluated ||
      before.at >= Math.min(startedAt, judgedFrom - TOLERANCE * Math.max(0, at - before.at));
    if (!isCounted) return undefined;
    const from = course.kind === 'restarted' ? { total: 0, errors: 0 } : before;
    const samples = now.total - from.total;
    return {
      kind: 'counts',
      samples,
      failures: Math.min(samples, now.errors - from.errors),
      seconds: (at - before.at) / 1000,
      cadence: SAME_AGAIN_MS,
    };
  };
}

function countsOf({ numbers: { total = 0, errors = 0 }, each, at }: Read): Counts {
  const inOrder = (numbers: readonly number[] = []): readonly number[] =>
    [...numbers].sort((a, b) => a - b);
  return { total, errors, each: { total: inOrder(each.total), errors: inOrder(each.errors) }, at };
}

function courseOf(continuity: Continuity, before: Counts, now: Counts): Course {
  const names = ['total', 'errors'] as const;
  for (const name of names)
    if (before.each[name].length !== now.each[name].length)
      return {
        kind: 'unknown',
        why: `of ${name} are ${String(now.each[name].length)}, and were ${String(before.each[name].length)}: what they counted is not known`,
      };
  return continuity.take({
    counters: names.flatMap((name) =>
      now.each[name].map((value, n) => ({
        name: `${name} ${String(n)}`,
        before: before.each[name][n],
        now: value,
        countsRequests: name === 'total',
      })),
    ),
    total: { before: before.total, now: now.total },
    seconds: (now.at - before.at) / 1000,
  });
}
