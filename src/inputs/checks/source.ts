import type { MetricLimit } from '../../contract/check.js';
import type { OptionTable } from './option.js';

/** What a source can read: requests with failures among them, how long requests took, or any number. */
export type Kind = 'counts' | 'latency' | 'value';

/** `named`: an option asks for it. `implied`: it comes with what another option asks for. */
export type Reading = Readonly<Partial<Record<Kind, 'named' | 'implied'>>>;

/** What does not fit together in one check. */
export interface Misfit {
  readonly option: string;
  readonly message: string;
  readonly fix: string;
}

/** Which options of a check were given, rightly or wrongly: a value that was refused has had its message. */
export interface Given {
  readonly has: (option: string) => boolean;
  /** What they are, given or not. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Below `baseline`; `undefined`: the check has none. */
  readonly baseline: Pick<Given, 'has'> | undefined;
}

/** Where the data of a check come from, as the configuration file knows it. */
export interface CheckSource<T extends OptionTable> {
  /** One sentence for a stranger. */
  readonly description: string;
  readonly options: T;
  readonly kinds: readonly Kind[];
  /** Errors per minute are scaled to this many requests a minute, because the requests are our own. */
  readonly scaledTo: number | null;
  /** What these options read. */
  reads(given: Given): Reading;
  misfits(given: Given): readonly Misfit[];
}

/** Keeps the types of the options. */
export function checkSource<const T extends OptionTable>(source: CheckSource<T>): CheckSource<T> {
  return source;
}

/** Of two options that say nothing alone, the one that stands alone. */
export function bothOrNone(
  given: Pick<Given, 'has'>,
  options: readonly [string, string],
): readonly Misfit[] {
  const [first, second] = options;
  if (given.has(first) === given.has(second)) return [];
  const [there, missing] = given.has(first) ? [first, second] : [second, first];
  return [
    {
      option: there,
      message: `it says nothing without \`${missing}\``,
      fix: `give \`${missing}\` too`,
    },
  ];
}

/** That nothing is read at all. */
export function readsNothing(reading: Reading, option: string, fix: string): readonly Misfit[] {
  return Object.keys(reading).length > 0 ? [] : [{ option, message: 'nothing is asked for', fix }];
}

/** What a limit judges. */
export function kindOf(limit: Exclude<MetricLimit['metric'], 'relative'>): Kind {
  switch (limit) {
    case 'success-rate':
    case 'errors-per-minute':
      return 'counts';
    case 'latency':
    case 'value':
      return limit;
  }
}
