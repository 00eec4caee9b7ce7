import type { CheckEntry, MetricCheck } from '../contract/check.js';
import type { Clock } from '../support/clock.js';
import type { Exec } from '../support/exec.js';
import type { Http } from '../support/http.js';
import type { CheckSource, OptionTable, ValuesOf } from '../support/options.js';
import type { Limits } from './http/limits.js';

/** How the watch is planned, for what can be said beforehand. */
export interface Plan {
  /** Milliseconds. */
  readonly duration: number;
  readonly minRequests: number;
}

/** What checks are made from. */
export interface SourceDependencies {
  readonly plan: Plan;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly http: () => Http;
  readonly exec: Exec;
  /** The environment of programs that a check runs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes secrets out. For text that is to be cut short: afterwards half a secret would not be recognised. */
  readonly redact: (text: string) => string;
  /** How often origins may be asked, as far as this run knows. */
  readonly limits?: Limits | undefined;
  /** Least rate of own probes, per URL and second; 0 leaves it as configured. */
  readonly leastRate: number;
}

/** A source that `checks` of the configuration file may name. */
export interface Source<T extends OptionTable = OptionTable> extends CheckSource<T> {
  /** Makes the checks of all entries of the source, never of none: what they have in common is made once. */
  create(
    entries: readonly CheckEntry<ValuesOf<T>>[],
    deps: SourceDependencies,
  ): Promise<readonly MetricCheck[]>;
}

/** What a check of health is made from, which the inputs alone describe. */
export type HealthDependencies<S> = Omit<SourceDependencies, 'plan'> & {
  readonly settings: S & {
    /** Milliseconds. */
    readonly 'health-interval': number;
    readonly 'health-failures': number;
    readonly 'health-successes': number;
  };
};
