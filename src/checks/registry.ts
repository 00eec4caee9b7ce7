import type { Settings } from '../inputs/table.js';
import type { Clock } from '../support/clock.js';
import type { Http } from '../support/http.js';
import { setUpHttpChecks } from './http/setup.js';
import type { Check } from './types.js';

/** What checks are made from. */
export interface CheckDependencies {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly http: () => Http;
  /** Least rate of own probes, per URL and second; 0 leaves it as configured. */
  readonly leastRate: number;
}

type Source = (dependencies: CheckDependencies) => readonly Check[];

/** The sources that this version has; each gives the checks that its inputs ask for. */
const sources: readonly Source[] = [setUpHttpChecks];

/** Fresh checks, as configured: they are used for one watch or one confirmation. */
export function createChecks(dependencies: CheckDependencies): readonly Check[] {
  return sources.flatMap((source) => source(dependencies));
}
