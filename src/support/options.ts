import type { HealthLimit, MetricLimit } from '../contract/check.js';
import {
  tableRow,
  type OffOf,
  type RowFacts,
  type RowValue,
  type ValueType,
} from './values/value-type.js';

/** The facts about an option besides its type. */
export interface OptionFacts extends RowFacts {
  /** It is required. */
  readonly required?: true;
  /** Variables that may hold it too, such as those that a vendor's own tools read. What the file says comes first. */
  readonly variables?: readonly string[];
  /** The input that means the same where the inputs describe the check. */
  readonly input?: string;
  /** The value of that input stands in when the option is not given. `always`: the input has a default. */
  readonly inherits?: 'always' | 'when-set';
  /** But only when this option is not given either: credentials belong to the server that they were given for. */
  readonly inheritsWith?: string;
  /** Of a secret: the options that hold the addresses it is sent to. */
  readonly sentTo?: readonly string[];
  /** May stand below `baseline` too, where it says what the baseline is read by. */
  readonly baseline?: true;
}

/** An option of a check with the values `V`. */
export interface Option<V> extends OptionFacts, RowValue<V> {}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table of options; what was not given and has no default is `undefined`. */
export type ValuesOf<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

type IsAlwaysThere =
  { readonly default: string } | { readonly required: true } | { readonly inherits: 'always' };

type ValueOf<T, F extends OptionFacts> =
  T | OffOf<F> | (F extends IsAlwaysThere ? never : undefined);

/** Makes an option of a type and the facts about it; what may be absent or `off` shows in its value type. */
export function option<T, const F extends OptionFacts>(
  type: ValueType<T>,
  facts: F,
): Option<ValueOf<T, F>> {
  return tableRow<ValueOf<T, F>, F>(type, facts);
}

/** What a source can measure: requests with failures among them, how long requests took, any number, or a yes or no. */
export type MeasurementKind = 'counts' | 'latency' | 'value' | 'health';

/** What the options of one check measure. `named`: an option asks for it. `implied`: it comes with what another option asks for. */
export type MeasuredKinds = Readonly<Partial<Record<MeasurementKind, 'named' | 'implied'>>>;

/** Options of one check that do not fit together. */
export interface Conflict {
  readonly option: string;
  readonly message: string;
  readonly fix: string;
}

/** Which options of a check were given, rightly or wrongly: a value that was refused has had its message. */
export interface GivenOptions {
  readonly has: (option: string) => boolean;
  /** What they are, given or not. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Below `baseline`; `undefined`: the check has none. */
  readonly baseline: Pick<GivenOptions, 'has'> | undefined;
}

/** Where the data of a check come from, as the configuration file knows it. */
export interface CheckSource<T extends OptionTable = OptionTable> {
  /** One sentence for a stranger. */
  readonly description: string;
  readonly options: T;
  readonly kinds: readonly MeasurementKind[];
  /** Errors per minute are scaled to this many requests a minute, because the requests are our own. */
  readonly scaledTo: number | null;
  /** It can tell of the hour before a deploy; these options may say below `before` what that is read by. */
  readonly past?: readonly string[];
  measures(given: GivenOptions): MeasuredKinds;
  /** Of a source that says yes or no: what its check is called, and when it is broken, by the values of the options. */
  readonly health?: {
    readonly name: string;
    limitOf(values: Readonly<Record<string, unknown>>): HealthLimit;
  };
  conflicts(given: GivenOptions): readonly Conflict[];
}

/** Keeps the types of the options. */
export function checkSource<const T extends OptionTable>(source: CheckSource<T>): CheckSource<T> {
  return source;
}

/** The sources that `checks` of the configuration file may name. The inputs describe checks of three of them. */
export type CheckSources = Readonly<Record<string, CheckSource>> & {
  readonly http: CheckSource;
  readonly prometheus: CheckSource;
  readonly command: CheckSource;
};

/** What a limit judges. */
export function measurementOf(limit: Exclude<MetricLimit['metric'], 'relative'>): MeasurementKind {
  switch (limit) {
    case 'success-rate':
    case 'errors-per-minute':
      return 'counts';
    case 'latency':
    case 'value':
      return limit;
  }
}
