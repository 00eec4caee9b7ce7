import type { Clock } from '../../support/clock.js';
import type { Http, HttpRequest } from '../../support/http.js';
import { readDocument, type Dialect } from './answer.js';
import { createCaller, MAX_BYTES } from './caller.js';
import type { Failed } from './failure.js';
import { createServerClock } from './server-clock.js';
import type { SeriesAnswer, Stretch, Vendor } from './series.js';

/** What sources that ask a server are made from. */
export interface ProviderWorld {
  readonly http: Http;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly redact: (text: string) => string;
}

/** How one kind of service is asked, and how it answers. */
export interface Protocol<Q> {
  /** As it may be printed. */
  readonly name: string;
  readonly dialect: Dialect;
  /** For one request, milliseconds. */
  readonly timeoutMs: number;
  /** `now`: what time it is there, seconds. */
  request(
    queries: Readonly<Record<string, Q>>,
    stretch: Stretch,
    now: number,
  ): Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;
  /** `said`: what the server says of it, with `: ` in front; safe to print. */
  read(
    document: unknown,
    queries: Readonly<Record<string, Q>>,
    said: string,
  ): SeriesAnswer | Failed;
}

/** When our idea of the server's time was so far off, seconds, the wrong stretch may have been asked for. */
const WRONG_TIME = 5;

/** A service that is asked by this protocol. Redirects are not followed: credentials would go along. */
export function createVendor<Q>(protocol: Protocol<Q>, world: ProviderWorld): Vendor<Q> {
  const { http, clock, redact } = world;
  const { name, dialect, timeoutMs } = protocol;
  const call = createCaller(clock, dialect.hints);
  const there = createServerClock(clock);

  async function send(
    queries: Readonly<Record<string, Q>>,
    stretch: Stretch,
    signal: AbortSignal,
  ): Promise<SeriesAnswer | Failed> {
    const request = protocol.request(queries, stretch, there.now());
    const raw = await http.request({ ...request, timeoutMs, maxBytes: MAX_BYTES, signal });
    there.learn(raw.headers);
    const read = readDocument(raw, dialect, { now: clock.now(), redact });
    return read.ok ? protocol.read(read.document, queries, read.said) : read;
  }

  return {
    name,
    timeAt: there.at,
    ask: (queries, stretchAt, signal) =>
      call(async () => {
        const asked = clock.monotonic();
        const assumed = there.at(asked);
        const answer = await send(queries, stretchAt(assumed), signal);
        const isOff = Math.abs(there.at(asked) - assumed) > WRONG_TIME;
        return isOff ? send(queries, stretchAt(there.now()), signal) : answer;
      }, signal),
  };
}
