import type { HealthLimit, HealthResult } from '../contract/check.js';
import type { Mutable } from '../support/objects.js';

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
  let goodInARow = 0;
  const kinds: Record<string, number> = {};
  const health: Mutable<Health> = {
    push,
    state: 'undecided',
    checks: 0,
    failed: 0,
    blind: 0,
    isBlind: false,
    blindDetail: '',
    failedInARow: 0,
    lastGoodAt: null,
    lastDetail: '',
    kinds,
  };
  function push(at: number, result: HealthResult): void {
    health.isBlind = result.ok === null;
    if (result.ok === null) {
      health.blind += 1;
      health.blindDetail = result.detail;
      return;
    }
    health.checks += 1;
    if (result.ok) {
      goodInARow += 1;
      health.failedInARow = 0;
      health.lastGoodAt = at;
      health.lastDetail = '';
      health.state = goodInARow >= limit.successes ? 'up' : 'undecided';
      return;
    }
    health.failed += 1;
    goodInARow = 0;
    health.failedInARow += 1;
    health.lastDetail = result.detail;
    kinds[result.detail] = (kinds[result.detail] ?? 0) + 1;
    const excused = health.lastGoodAt === null && at < warmUp;
    health.state = !excused && health.failedInARow >= limit.failures ? 'down' : 'undecided';
  }
  return health;
}
