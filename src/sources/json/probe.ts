import type { Observation } from '../../contract/check.js';
import type { Result } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import type { ApiProblem } from '../../support/http/problem.js';
import type { Measurement } from '../series/measurement.js';
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
import { numberAt, timeAt, type Place } from './place.js';

/** What it answered. */
export interface JsonReading extends Reading {
  readonly document: unknown;
}

/** An endpoint that answers with JSON. */
export interface JsonClient {
  /** As it may be printed. */
  readonly name: string;
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
  deps: { readonly client: JsonClient; readonly clock: Clock; readonly notes: Notes },
): Probe {
  const { client, clock, notes } = deps;
  const take = kind === 'value' ? createTakeValue() : createTakeCounts();

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
    for (const { name, place } of places) {
      const number = numberAt(place, document, { reducer, isCounter: kind === 'counts' });
      if (!number.ok) return nothingAt(place, number.problem.message);
      numbers[name] = number.value;
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
    return take(numbers, at, moment, time);
  };
}

/** `time`: that of the value, by the service. */
type Take = (
  numbers: Readonly<Record<string, number>>,
  at: number,
  moment: Moment,
  time: string | number | undefined,
) => Observation | undefined;

function createTakeValue(): Take {
  const isNew = dedupe();
  let lastTime: string | number | undefined;
  return ({ value = 0 }, at, { isEvaluated }, time) => {
    // Without a time the first that is judged is new, however it was in the warm-up.
    const isNews = time === undefined ? !isEvaluated || isNew(value, at) : time !== lastTime;
    lastTime = time;
    return isNews ? { kind: 'value', value, cadence: SAME_AGAIN_MS } : undefined;
  };
}

/** The share of the time between two answers that may lie before what is counted. */
const TOLERANCE = 0.1;

/** Differences counters. Nothing tells when they were taken: the same numbers again are news only after a while. */
function createTakeCounts(): Take {
  let last: { total: number; errors: number; at: number } | undefined;
  return ({ total = 0, errors = 0 }, at, { isEvaluated, judgedFrom }) => {
    const before = last;
    if (before === undefined) {
      last = { total, errors, at };
      return undefined;
    }
    const stands = total === before.total && errors === before.errors;
    // What stands still before the judged time starts it later.
    if (stands && isEvaluated && at - before.at < SAME_AGAIN_MS) return undefined;
    last = { total, errors, at };
    const isCounted =
      !isEvaluated || before.at >= judgedFrom - TOLERANCE * Math.max(0, at - before.at);
    if (!isCounted) return undefined;
    // A process that began anew began with all of its counters.
    const hasReset = total < before.total || errors < before.errors;
    const samples = hasReset ? total : total - before.total;
    const failures = hasReset ? errors : errors - before.errors;
    return {
      kind: 'counts',
      samples,
      failures: Math.min(samples, failures),
      seconds: (at - before.at) / 1000,
      cadence: SAME_AGAIN_MS,
    };
  };
}
