import type { Settings } from '../inputs/table.js';
import type { Clock } from '../support/clock.js';
import type { Http } from '../support/http.js';

/** What checks are made from. */
export interface CheckDependencies {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly http: () => Http;
  /** Least rate of own probes, per URL and second; 0 leaves it as configured. */
  readonly leastRate: number;
}
