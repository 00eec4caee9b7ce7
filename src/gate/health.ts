import type { HealthLimit, HealthResult } from '../contract/check.js';

/**
 * What consecutive checks say. `undecided`: neither enough failures nor enough successes in a row, as at the start and
 * while a service flaps.
 */
type HealthState = 'up' | 'down' | 'undecided';

export interface Health {
  /** `at`: when the check was begun, milliseconds since the start of the watch. */
  push(at: number, result: HealthResult): void;
  readonly state: HealthState;
  /** Checks that showed something. */
  readonly checks: number;
  readonly failed: number;
  /** Checks that showed nothing. */
  readonly blind: number;
  /** Whether the last check showed nothing. */
  readonly isBlind: boolean;
  /** Why the last of those showed nothing. */
  readonly blindDetail: string;
  /** Failed checks in a row, up to now. */
  readonly failedInARow: number;
  /** When the last passed check was begun; `null`: it has never passed. */
  readonly lastGoodAt: number | null;
  /** What the failures of the present row were, e.g. `connection refused`. */
  readonly lastDetail: string;
  /** Failures of all checks that count, by kind. */
  readonly kinds: Readonly<Record<string, number>>;
}

/**
 * Counts checks in a row. In the warm-up failures count only after the first success, so that a service that needs a
 * while to listen is not rolled back; one that has still not answered when the warm-up ends is down, its failures in
 * the warm-up included.
 *
 * @param warmUp milliseconds since the start of the watch
 */
export function createHealth(limit: HealthLimit, warmUp: number): Health {
  let checks = 0;
  let failed = 0;
  let blind = 0;
  let isBlind = false;
  let blindDetail = '';
  let failedInARow = 0;
  let goodInARow = 0;
  let lastGoodAt: number | null = null;
  let lastDetail = '';
  let state: HealthState = 'undecided';
  const kinds: Record<string, number> = {};
  return {
    push(at, result) {
      isBlind = result.ok === null;
      if (result.ok === null) {
        blind += 1;
        blindDetail = result.detail;
        return;
      }
      checks += 1;
      if (result.ok) {
        goodInARow += 1;
        failedInARow = 0;
        lastGoodAt = at;
        lastDetail = '';
        state = goodInARow >= limit.successes ? 'up' : 'undecided';
        return;
      }
      failed += 1;
      goodInARow = 0;
      failedInARow += 1;
      lastDetail = result.detail;
      kinds[result.detail] = (kinds[result.detail] ?? 0) + 1;
      const excused = lastGoodAt === null && at < warmUp;
      state = !excused && failedInARow >= limit.failures ? 'down' : 'undecided';
    },
    get state() {
      return state;
    },
    get checks() {
      return checks;
    },
    get failed() {
      return failed;
    },
    get blind() {
      return blind;
    },
    get isBlind() {
      return isBlind;
    },
    get blindDetail() {
      return blindDetail;
    },
    get failedInARow() {
      return failedInARow;
    },
    get lastGoodAt() {
      return lastGoodAt;
    },
    get lastDetail() {
      return lastDetail;
    },
    kinds,
  };
}
