import type { Result } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import { formatDuration } from '../../support/text.js';
import { HttpError, type Http, type HttpRequest } from '../../support/http.js';
import { retryRead } from '../../support/retry.js';
import {
  failed,
  mayPass,
  readDocument,
  unexpected,
  type ErrorMapping,
  type Failed,
  type Hints,
  type JsonAnswer,
  type RequestFailure,
} from './answer.js';
import type {
  MissingCredentials,
  Queries,
  Series,
  SeriesAdapter,
  SeriesAnswer,
  TimeRange,
} from './adapter.js';

/** A service that is asked for numbers. */
export interface MetricClient {
  /** As it may be printed. */
  readonly name: string;
  /**
   * Answers to all queries, or one failure.
   *
   * @param rangeAt what to ask for when it is so late there, seconds
   * @throws the signal's reason, when it is aborted; nothing else.
   */
  ask(
    queries: Queries,
    rangeAt: (now: number) => TimeRange,
    signal: AbortSignal,
  ): Promise<Result<SeriesAnswer, RequestFailure>>;
  /** What time it is there, seconds; for a time of our monotonic clock, milliseconds. */
  timeAt(monotonic: number): number;
}

/** What is needed to ask a server. */
interface ClientDependencies {
  readonly http: () => Http;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** Some ten thousand series. A query that gives more is a mistake. */
export const MAX_BYTES = 16 * 1024 * 1024;
/** When our idea of the server's time was so far off, seconds, the wrong time may have been asked for. */
const WRONG_TIME = 5;

/** A service that is asked by this adapter. Redirects are not followed: credentials would go along. */
export function createMetricClient(
  adapter: SeriesAdapter | MissingCredentials,
  timeoutMs: number,
  deps: ClientDependencies,
): MetricClient {
  const name = new URL(adapter.address).host;
  if ('missingCredentials' in adapter) return unusable(name, adapter.missingCredentials);
  const { clock } = deps;
  const limited = rateLimiter(clock, adapter.errorMapping.hints);
  const there = createServerClock(clock);

  const send = async (
    queries: Queries,
    range: TimeRange,
    signal: AbortSignal,
  ): Promise<Result<SeriesAnswer, RequestFailure>> => {
    const made = await adapter.request(queries, range, there.now());
    const requests = 'url' in made ? [made] : made;
    const answers = await Promise.all(
      requests.map(async ({ queries: names = Object.keys(queries), ...one }) => {
        const answer = await requestJson(
          { ...one, timeoutMs, signal },
          adapter.errorMapping,
          deps,
          there,
        );
        return answer.ok
          ? adapter.read(answer.value.document, names, answer.value.serverMessage)
          : answer;
      }),
    );
    return combined(answers);
  };

  return {
    name,
    timeAt: there.at,
    ask: (queries, rangeAt, signal) =>
      limited(async () => {
        const startedAt = clock.monotonic();
        const assumed = there.at(startedAt);
        const answer = await send(queries, rangeAt(assumed), signal);
        const isOff = Math.abs(there.at(startedAt) - assumed) > WRONG_TIME;
        return isOff ? send(queries, rangeAt(there.now()), signal) : answer;
      }, signal),
  };
}

/** The answers to several requests as one. */
function combined(
  answers: readonly Result<SeriesAnswer, RequestFailure>[],
): Result<SeriesAnswer, RequestFailure> {
  const found: Record<string, readonly Series[]> = {};
  let bucketSeconds: number | undefined;
  for (const answer of answers) {
    if (!answer.ok) return answer;
    const { value } = answer;
    for (const [name, series] of Object.entries(value.found))
      found[name] = [...(found[name] ?? []), ...series];
    if (value.bucketSeconds === undefined) continue;
    bucketSeconds ??= value.bucketSeconds;
    if (bucketSeconds !== value.bucketSeconds)
      return unexpected(
        `its buckets are ${formatDuration(bucketSeconds * 1000)} long for one query, and ${formatDuration(value.bucketSeconds * 1000)} for another`,
      );
  }
  return { ok: true, value: { found, bucketSeconds } };
}

/** One request to a server that should answer with JSON. */
export async function requestJson(
  request: Omit<HttpRequest, 'maxBytes'>,
  mapping: ErrorMapping,
  { http, clock, redact }: ClientDependencies,
  there?: ServerClock,
): Promise<Result<JsonAnswer, RequestFailure>> {
  const raw = await http().request({ ...request, maxBytes: MAX_BYTES });
  there?.learn(raw.headers);
  return readDocument(raw, mapping, { now: clock.now(), redact });
}

/** A service that cannot be asked. */
function unusable(name: string, fix: string): MetricClient {
  const failure = failed('unauthorized', 'there are no credentials for it', fix);
  return {
    name,
    timeAt: (monotonic) => monotonic / 1000,
    ask: () => Promise.resolve(failure),
  };
}

/**
 * Asks, unless the server asked to be left alone.
 *
 * @throws the signal's reason, when it is aborted; nothing else.
 */
type RateLimiter = <T>(
  ask: () => Promise<Result<T, RequestFailure>>,
  signal: AbortSignal,
) => Promise<Result<T, RequestFailure>>;

/** For one server: what it says of when it wants to be asked again holds for every query. */
export function rateLimiter(clock: Clock, hints: Hints): RateLimiter {
  let quietUntil = 0;
  return async (ask, signal) => {
    signal.throwIfAborted();
    const wait = quietUntil - clock.monotonic();
    if (wait > 0)
      return failed(
        'rate-limited',
        `it asked for no queries in the next ${formatDuration(wait)}`,
        undefined,
        wait,
      );
    try {
      const answer = await ask();
      if (!answer.ok && answer.problem.retryAfterMs !== undefined)
        quietUntil = clock.monotonic() + answer.problem.retryAfterMs;
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HttpError)) throw error;
      return withoutAnswer(error, hints);
    }
  };
}

function withoutAnswer({ kind, summary, code }: HttpError, hints: Hints): Failed {
  if (kind === 'timeout') return failed('timeout', 'it did not answer in time', hints.timeout);
  if (kind === 'too-large')
    return failed(
      'too-large',
      `its answer is larger than ${String(MAX_BYTES / 1024 / 1024)} MiB`,
      hints.tooLarge,
    );
  return failed(
    'unreachable',
    `${summary}${code === undefined ? '' : ` (${code})`}`,
    kind === 'tls'
      ? 'if its certificate is signed by an authority of your own, name that in ca-file'
      : hints.unreachable,
  );
}

/** How often a stumbling server is asked before it counts as unusable. */
const ATTEMPTS = 3;

/** Asks again after trouble that may pass: before the watch there is time, and an error ends the job. */
export function withRetries<T>(
  ask: () => Promise<Result<T, RequestFailure>>,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
  signal: AbortSignal,
): Promise<Result<T, RequestFailure>> {
  return retryRead(ask, {
    clock,
    random,
    signal,
    budgetMs: Number.POSITIVE_INFINITY,
    attempts: ATTEMPTS,
    failureIn: (answer) =>
      answer.ok ? undefined : { ...answer.problem, transient: mayPass(answer.problem) },
  });
}

/** What time it is where the data are: our own clock may be minutes off. */
interface ServerClock {
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
