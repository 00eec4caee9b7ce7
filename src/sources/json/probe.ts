import type { Observation } from '../../contract/check.js';
import type { Clock } from '../../support/clock.js';
import { fields } from '../../support/json.js';
import {
  authorization,
  type Dialect,
  type Document,
  type Failed,
  hintsOf,
  readDocument,
} from '../series/answer.js';
import { createCaller, MAX_BYTES, type ProviderWorld } from '../series/client.js';
import {
  createNovelty,
  type Look,
  type Moment,
  type None,
  type Notes,
  SAME_AGAIN_MS,
} from '../series/poller.js';
import {
  type JsonReading,
  type JsonRequest,
  numberAt,
  type Place,
  placesOf,
  timeAt,
} from './place.js';
import { printableUrl } from '../../support/text.js';

export interface Client {
  /** As it may be printed. */
  readonly name: string;
  /** @throws the signal's reason, when it is aborted; nothing else. */
  read(signal: AbortSignal): Promise<Document | Failed>;
}

const dialect: Dialect = {
  hints: {
    ...hintsOf({ address: 'url', credentials: 'json-token', path: 'the answer' }),
    notJson: 'check url: it must answer with JSON',
    notFound: 'check url',
    badQuery: 'correct url, body or headers',
    timeout: 'raise timeout, or ask for less',
    tooLarge: 'ask for less: only one number is needed',
  },
  wordsIn: errorWords,
};

/** `error`, as a text or as an object with a `message`, or with a `reason` as Elasticsearch has it; or a `message` alone. */
function errorWords(document: unknown): string | undefined {
  const { error, message } = fields(document);
  const inner = fields(error);
  return [error, inner.message, inner.reason, message].find((text) => typeof text === 'string');
}

/** One endpoint that answers with JSON. Redirects are not followed: credentials would go along. */
export function createClient(request: JsonRequest, world: ProviderWorld): Client {
  const { http, clock, redact } = world;
  const { url, method, headers, body, token, timeoutMs } = request;
  const call = createCaller(clock, dialect.hints);
  const all = {
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
    ...(token === undefined ? {} : { Authorization: authorization(token) }),
  };
  return {
    name: printableUrl(url),
    read: (signal) =>
      call(async () => {
        const raw = await http.request({
          method,
          url,
          headers: all,
          body,
          timeoutMs,
          maxBytes: MAX_BYTES,
          signal,
        });
        return readDocument(raw, dialect, { now: clock.now(), redact });
      }, signal),
  };
}

type Found = Exclude<Observation, None>;

interface World {
  readonly client: Client;
  readonly clock: Clock;
  readonly notes: Notes;
}

/** Asks once, and reads the numbers of the reading from the answer. */
export function createJsonLook(reading: JsonReading, world: World): Look<Found> {
  const { client, clock, notes } = world;
  const take = reading.kind === 'value' ? createTakeValue() : createTakeCounts();
  const places = placesOf(reading);
  return async (moment, signal) => {
    const at = clock.monotonic();
    const answer = await client.read(signal);
    if (!answer.ok) {
      const { message } = answer.failure;
      notes.note({ error: message });
      return { kind: 'none', why: 'provider-error', detail: `${client.name}: ${message}` };
    }
    const lacking = (place: Place, why: string): None => {
      const detail = `at ${place.text} ${why}`;
      notes.note({ error: detail });
      return { kind: 'none', why: 'no-data', detail };
    };
    const numbers: Record<string, number> = {};
    for (const [part, place] of Object.entries(places)) {
      const found = numberAt(place, answer.document, reading);
      if (typeof found !== 'number') return lacking(place, found.why);
      numbers[part] = found;
    }
    let time: string | number | undefined;
    if (reading.time !== undefined) {
      const found = timeAt(reading.time, answer.document);
      if (typeof found === 'object') return lacking(reading.time, found.why);
      time = found;
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
) => Found | undefined;

function createTakeValue(): Take {
  const isNew = createNovelty();
  let lastTime: string | number | undefined;
  return ({ value = 0 }, at, { isJudged }, time) => {
    // Without a time the first that is judged is new, however it was in the warm-up.
    const isNews = time === undefined ? !isJudged || isNew(value, at) : time !== lastTime;
    lastTime = time;
    return isNews ? { kind: 'value', value, cadence: SAME_AGAIN_MS } : undefined;
  };
}

/** The share of the time between two looks that may lie before what is counted. */
const TOLERANCE = 0.1;

/** Differences counters. Nothing tells when they were taken: the same numbers again are news only after a while. */
function createTakeCounts(): Take {
  let last: { total: number; errors: number; at: number } | undefined;
  return ({ total = 0, errors = 0 }, at, { isJudged, judgedFrom }) => {
    const before = last;
    if (before === undefined) {
      last = { total, errors, at };
      return undefined;
    }
    const stands = total === before.total && errors === before.errors;
    // What stands still before what is judged makes a later begin.
    if (stands && isJudged && at - before.at < SAME_AGAIN_MS) return undefined;
    last = { total, errors, at };
    const isCounted =
      !isJudged || before.at >= judgedFrom - TOLERANCE * Math.max(0, at - before.at);
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
