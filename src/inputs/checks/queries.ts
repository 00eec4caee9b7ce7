import { choice } from '../../support/values/words.js';
import { duration } from '../../support/values/time.js';
import { option } from './option.js';
import { bothOrNone, readsNothing, type Given, type Misfit, type Reading } from './source.js';

/** Options of every source that keeps numbers, and is asked for them. */
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
export function readsQueries({ has }: Given): Reading {
  return {
    ...(has('total') || has('errors') ? { counts: 'named' } : {}),
    ...(has('value') ? { value: 'named' } : {}),
  };
}

/** What of it does not fit together. */
export function queryMisfits(given: Given): readonly Misfit[] {
  const { bucket } = given.values;
  return [
    ...readsNothing(readsQueries(given), 'source', 'give `total` and `errors`, or `value`'),
    ...bothOrNone(given, ['total', 'errors']),
    ...(given.has('reducer') && !given.has('value')
      ? [
          {
            option: 'reducer',
            message: 'it belongs to `value`',
            fix: 'give `value`, or take it out',
          },
        ]
      : []),
    ...(typeof bucket === 'number' && bucket % 1000 !== 0
      ? [{ option: 'bucket', message: 'it has parts of a second', fix: 'give whole seconds' }]
      : []),
  ];
}
