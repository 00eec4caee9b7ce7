import type { Clock } from '../../support/clock.js';
import { formatDuration } from '../../support/format.js';
import { HttpError } from '../../support/http.js';
import type { Hints } from './answer.js';
import { failed, type Failed, type Failure } from './failure.js';

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
