import { NoLongerNeeded } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { formatDuration } from '../support/format.js';
import type { Console } from './console.js';

/** A CI system ends a job that is silent for long; milliseconds, a little less than the promised 60 s. */
export const LONGEST_SILENCE = 55_000;

/** Does the work, and says that it goes on when nothing else was said for almost a minute. */
export async function withHeartbeat<T>(
  world: { readonly clock: Clock; readonly console: Console },
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const { clock, console } = world;
  const began = clock.monotonic();
  const done = new AbortController();
  const beat = async (): Promise<void> => {
    for (;;) {
      const silentFor = clock.monotonic() - Math.max(began, console.saidAt());
      await clock.sleep(LONGEST_SILENCE - silentFor, done.signal);
      if (clock.monotonic() - Math.max(began, console.saidAt()) < LONGEST_SILENCE) continue;
      const goneBy = Math.round((clock.monotonic() - began) / 1000) * 1000;
      console.line(`still ${what} (${formatDuration(goneBy)})`);
    }
  };
  const beating = beat().catch(() => undefined);
  try {
    return await work();
  } finally {
    done.abort(new NoLongerNeeded());
    await beating;
  }
}
