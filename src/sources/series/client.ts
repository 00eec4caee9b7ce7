import type { Result } from '../../contract/result.js';
import { type ApiProblem, failed } from '../../support/http/problem.js';
import { formatDuration } from '../../support/text.js';
import { createQueryApi, type SourceDependencies, unexpected } from '../source.js';
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
  ): Promise<Result<SeriesAnswer, ApiProblem>>;
  /** What time it is there, seconds; for a time of our monotonic clock, milliseconds. */
  timeAt(monotonic: number): number;
}

/** When our idea of the server's time was so far off, seconds, the wrong time may have been asked for. */
const WRONG_TIME = 5;

/** A service that is asked by this adapter. */
export function createMetricClient(
  adapter: SeriesAdapter | MissingCredentials,
  timeoutMs: number,
  deps: Pick<SourceDependencies, 'http' | 'clock' | 'redact'>,
): MetricClient {
  const name = new URL(adapter.address).host;
  if ('missingCredentials' in adapter) return unusable(name, adapter.missingCredentials);
  const { clock } = deps;
  const api = createQueryApi(adapter.errorMapping, deps);
  const there = api.serverClock;

  const send = async (
    queries: Queries,
    range: TimeRange,
    signal: AbortSignal,
  ): Promise<Result<SeriesAnswer, ApiProblem>> => {
    const made = await adapter.request(queries, range, there.now());
    const requests = 'url' in made ? [made] : made;
    const answers = await Promise.all(
      requests.map(({ queries: names = Object.keys(queries), ...call }) =>
        api.ask(call, timeoutMs, signal, (data, said) => adapter.read(data, names, said)),
      ),
    );
    return combined(answers, range);
  };

  return {
    name,
    timeAt: there.at,
    async ask(queries, rangeAt, signal) {
      const startedAt = clock.monotonic();
      const assumed = there.at(startedAt);
      const answer = await send(queries, rangeAt(assumed), signal);
      const isOff = Math.abs(there.at(startedAt) - assumed) > WRONG_TIME;
      return isOff ? send(queries, rangeAt(there.now()), signal) : answer;
    },
  };
}

/** The answers to several requests as one. Points further apart than the time that was asked for are no buckets. */
function combined(
  answers: readonly Result<SeriesAnswer, ApiProblem>[],
  { from, to }: TimeRange,
): Result<SeriesAnswer, ApiProblem> {
  const found: Record<string, readonly Series[]> = {};
  let bucketSeconds: number | undefined;
  for (const answer of answers) {
    if (!answer.ok) return answer;
    const { value } = answer;
    for (const [name, series] of Object.entries(value.found))
      found[name] = [...(found[name] ?? []), ...series];
    if (value.bucketSeconds === undefined) continue;
    if (value.bucketSeconds <= 0 || value.bucketSeconds > to - from)
      return unexpected(
        `its points are ${String(value.bucketSeconds)} s apart, in an answer for ${String(to - from)} s`,
      );
    bucketSeconds ??= value.bucketSeconds;
    if (bucketSeconds !== value.bucketSeconds)
      return unexpected(
        `its buckets are ${formatDuration(bucketSeconds * 1000)} long for one query, and ${formatDuration(value.bucketSeconds * 1000)} for another`,
      );
  }
  return { ok: true, value: { found, bucketSeconds } };
}

/** A service that cannot be asked. */
function unusable(name: string, fix: string): MetricClient {
  const failure = failed('unauthorized', 'there are no credentials for it', { fix });
  return {
    name,
    timeAt: (monotonic) => monotonic / 1000,
    ask: () => Promise.resolve(failure),
  };
}
