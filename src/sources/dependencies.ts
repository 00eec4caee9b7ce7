import type { CheckEntry } from '../inputs/checks/entry.js';
import type { Settings } from '../inputs/table.js';
import type { Clock } from '../support/clock.js';
import type { Exec } from '../support/exec.js';
import type { Http } from '../support/http.js';

/** What checks are made from. */
export interface CheckDependencies {
  readonly settings: Settings;
  /** What is to be read and judged of traffic: by the inputs, and by `checks` of the configuration file. */
  readonly entries: readonly CheckEntry[];
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly http: () => Http;
  readonly exec: Exec;
  /** The environment of programs that a check runs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes secrets out. For text that is to be cut short: afterwards half a secret would not be recognised. */
  readonly redact: (text: string) => string;
  /** Least rate of own probes, per URL and second; 0 leaves it as configured. */
  readonly leastRate: number;
}
