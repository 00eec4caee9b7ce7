import { failed } from './failure.js';
import type { Vendor } from './series.js';

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
