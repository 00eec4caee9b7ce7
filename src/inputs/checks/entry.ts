import type { JudgedCheck, MetricLimit } from '../../contract/check.js';
import type { OptionsOf, SourceId } from './registry.js';

/** One limit, and what else the judge must know of the check that it makes. */
export type Judged = Omit<JudgedCheck, 'source' | 'subject' | 'limit'> & {
  readonly limit: MetricLimit;
};

/**
 * What one entry of `checks` asks for, complete and right by itself. Everything in `judged` is judged by the same reading: a
 * source reads it once.
 */
export interface EntryOf<S extends SourceId> {
  readonly source: S;
  /** For messages; the checks have ids of their own. */
  readonly id: string;
  /** `line 12` of the configuration file; `undefined`: the inputs describe it. */
  readonly where: string | undefined;
  readonly options: OptionsOf<S>;
  /** All options as they are to be used for the baseline: its own, and those of the check for all that it does not say. */
  readonly baseline: OptionsOf<S> | undefined;
  readonly judged: readonly Judged[];
  /** What the user calls an option, or the same one of the baseline: for messages. */
  readonly nameOf: (option: keyof OptionsOf<S> & string, of?: 'baseline') => string;
}

export type CheckEntry = { [S in SourceId]: EntryOf<S> }[SourceId];
