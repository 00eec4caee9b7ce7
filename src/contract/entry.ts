import type { JudgedCheck, MetricLimit } from './check.js';

/** One limit, and what else the judge must know of the check that it makes. */
export type CheckSpec = Omit<JudgedCheck, 'source' | 'subject' | 'limit'> & {
  readonly limit: MetricLimit;
};

/**
 * What one entry of `checks` asks for, complete and right by itself; the inputs make such entries too. Everything in
 * `checks` is judged by the same numbers: a source reads them once.
 */
export interface CheckEntry<O = Readonly<Record<string, unknown>>> {
  readonly source: string;
  /** For messages; the checks have ids of their own. */
  readonly id: string;
  /** `line 12` of the configuration file; `undefined`: the inputs describe it. */
  readonly where: string | undefined;
  readonly options: O;
  /** All options as they are to be used for the baseline: its own, and those of the check for all that it does not say. */
  readonly baseline: O | undefined;
  readonly checks: readonly CheckSpec[];
  /** What the user calls an option, or the same one of the baseline: for messages. */
  readonly nameOf: (option: keyof O & string, of?: 'baseline') => string;
}
