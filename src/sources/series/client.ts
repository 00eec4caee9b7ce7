import type { Clock } from '../../support/clock.js';
import { type Http, HttpError, type HttpRequest } from '../../support/http.js';
import { retryRead } from '../../support/retry.js';
import {
  type Dialect,
  type Failed,
  failed,
  type Failure,
  type Hints,
  mayPass,
  readDocument,
} from './answer.js';
import type { SeriesAnswer, Stretch, Vendor } from './source.js';
import { formatDuration } from '../../support/text.js';

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

/** Some ten thousand series. A query that gives more is a mistake. */
export const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Asks, unless the server asked to be left alone.
 *
 * @throws the signal's reason, when it is aborted; nothing else.
 */
export type Caller = <T extends { readonly ok: true }>(
  ask: () => Promise<T | Failed>,
  signal: AbortSignal,
) => Promise<T | Failed>;

/** A way to one server: what it says of when it wants to be asked again holds for every query. */
export function createCaller(clock: Clock, hints: Hints): Caller {
  let quietUntil = 0;
  return async (ask, signal) => {
    signal.throwIfAborted();
    const wait = quietUntil - clock.monotonic();
    if (wait > 0)
      return failed({
        kind: 'rate-limited',
        message: `it asked for no queries in the next ${formatDuration(wait)}`,
        retryAfterMs: wait,
      });
    try {
      const answer = await ask();
      if (!answer.ok && answer.failure.retryAfterMs !== undefined)
        quietUntil = clock.monotonic() + answer.failure.retryAfterMs;
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HttpError)) throw error;
      return failed(failureOf(error, hints));
    }
  };
}

function failureOf({ kind, summary, code }: HttpError, hints: Hints): Failure {
  if (kind === 'timeout')
    return { kind: 'timeout', message: 'it did not answer in time', fix: hints.timeout };
  if (kind === 'too-large')
    return {
      kind: 'too-large',
      message: `its answer is larger than ${String(MAX_BYTES / 1024 / 1024)} MiB`,
      fix: hints.tooLarge,
    };
  return {
    kind: 'unreachable',
    message: `${summary}${code === undefined ? '' : ` (${code})`}`,
    fix:
      kind === 'tls'
        ? 'if its certificate is signed by an authority of your own, name that in ca-file'
        : hints.unreachable,
  };
}

/** A stumbling server is asked so often before it counts as unusable. */
const ATTEMPTS = 3;

/** Asks again after trouble that may pass: before the watch there is time, and an error ends the job. */
export function patiently<T extends { readonly ok: true }>(
  ask: () => Promise<T | Failed>,
  world: { readonly clock: Clock; readonly random: () => number },
  signal: AbortSignal,
): Promise<T | Failed> {
  return retryRead(ask, {
    ...world,
    signal,
    budgetMs: Number.POSITIVE_INFINITY,
    attempts: ATTEMPTS,
    failureIn: (answer) =>
      answer.ok ? undefined : { ...answer.failure, transient: mayPass(answer.failure) },
  });
}

/** What time it is where the data are: our own clock may be minutes off. */
export interface ServerClock {
  /** Seconds since the epoch. */
  now(): number;
  /** The same for a time of our monotonic clock, milliseconds. */
  readonly at: (monotonic: number) => number;
  /** Reads the `Date` of an answer (RFC 9110, 6.6.1). Without one the clock of this machine stands in. */
  learn(headers: Readonly<Record<string, string>>): void;
}

/** A `Date` has whole seconds, and took its time on the way. */
const TOLERANCE_SECONDS = 2;

export function createServerClock(clock: Clock): ServerClock {
  let offset: number | undefined;
  const assumed = clock.now() / 1000 - clock.monotonic() / 1000;
  const at = (monotonic: number): number => monotonic / 1000 + (offset ?? assumed);
  return {
    now: () => at(clock.monotonic()),
    at,
    learn(headers) {
      const date = Date.parse(headers.date ?? '') / 1000;
      if (Number.isNaN(date)) return;
      const found = date - clock.monotonic() / 1000;
      if (offset === undefined || Math.abs(found - offset) > TOLERANCE_SECONDS) offset = found;
    },
  };
}

/** A service that cannot be asked, because there are no credentials for it. */
export function withoutCredentials<Q>(name: string, fix: string): Vendor<Q> {
  return {
    name,
    timeAt: (monotonic) => monotonic / 1000,
    ask: () =>
      Promise.resolve(
        failed({ kind: 'unauthorized', message: 'there are no credentials for it', fix }),
      ),
  };
}
