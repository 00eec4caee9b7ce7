import {
  option,
  type Conflict,
  type GivenOptions,
  type MeasuredKinds,
} from '../../support/options.js';
import { duration } from '../../support/values/time.js';
import { choice } from '../../support/values/words.js';

import type { Source } from '../source.js';
import type { SeriesOptions, SeriesSource } from './adapter.js';

/** A source by what makes it different from the others. What they have in common is loaded when a check needs it. */
export function seriesSource<const T extends SeriesOptions>(own: SeriesSource<T>): Source<T> {
  return {
    description: own.description,
    options: own.options,
    kinds: ['counts', 'value'],
    scaledTo: null,
    past: ['total', 'errors', 'value'],
    measures: measuresQueries,
    conflicts: (given) => [...queryConflicts(given), ...(own.conflicts?.(given) ?? [])],
    create: async (entries, deps) => {
      const { createSeriesChecks } = await import('./checks.js');
      return entries.flatMap((entry) => createSeriesChecks(own, entry, deps));
    },
    readPast: async (entry, hour, deps, signal) => {
      const { readSeriesPast } = await import('./past.js');
      return readSeriesPast(own, entry, hour, deps, signal);
    },
  };
}

/** Options of every source that is asked for numbers. */
export const queryOptions = {
  timeout: option(duration({ min: 50, max: 300_000 }), {
    default: '10s',
    description: 'A request that takes longer gives no data.',
  }),
  reducer: option(choice(['sum', 'avg', 'min', 'max']), {
    description:
      'What makes one number of several that `value` gives: `sum`, `avg`, `min` or `max`. Default: none; several are an error.',
  }),
} as const;

/** Length of the buckets that are asked for. */
export function bucketOption(byDefault: string) {
  return option(duration({ min: 1000, max: 3_600_000 }), {
    default: byDefault,
    description: 'Numbers are asked for in buckets of this length, in whole seconds.',
  });
}

/** How late numbers come. */
export function delayOption(byDefault: string, why: string) {
  return option(duration({ max: 3_600_000 }), {
    default: byDefault,
    description: `How long after its end a bucket is counted. ${why}`,
  });
}

/** By `total` and `errors`, or by `value`. */
export function measuresQueries({ has }: GivenOptions): MeasuredKinds {
  return {
    ...(has('total') || has('errors') ? { counts: 'named' } : {}),
    ...(has('value') ? { value: 'named' } : {}),
  };
}

export function queryConflicts(given: GivenOptions): readonly Conflict[] {
  const { bucket } = given.values;
  return [
    ...nothingMeasured(measuresQueries(given), 'give `total` and `errors`, or `value`'),
    ...oneWithoutTheOther(given, ['total', 'errors']),
    ...reducerWithoutValue(given),
    ...(typeof bucket === 'number' && bucket % 1000 !== 0
      ? [{ option: 'bucket', message: 'it has parts of a second', fix: 'give whole seconds' }]
      : []),
  ];
}

/** Of two options that say nothing alone, the one that stands alone. */
export function oneWithoutTheOther(
  given: Pick<GivenOptions, 'has'>,
  [first, second]: readonly [string, string],
): readonly Conflict[] {
  if (given.has(first) === given.has(second)) return [];
  const [there, missing] = given.has(first) ? [first, second] : [second, first];
  return [
    {
      option: there,
      message: `it needs \`${missing}\``,
      fix: `give \`${missing}\` too`,
    },
  ];
}

export function reducerWithoutValue({ has }: Pick<GivenOptions, 'has'>): readonly Conflict[] {
  return has('reducer') && !has('value')
    ? [{ option: 'reducer', message: 'it belongs to `value`', fix: 'give `value`, or take it out' }]
    : [];
}

export function nothingMeasured(measured: MeasuredKinds, fix: string): readonly Conflict[] {
  return Object.keys(measured).length > 0
    ? []
    : [{ option: 'source', message: 'nothing is asked for', fix }];
}
