import type { Source } from '../source.js';
import type { SeriesSource } from './adapter.js';
import { measuresQueries, queryConflicts, type SeriesOptions } from './options.js';

/** A source by what makes it different from the others. What they have in common is loaded when a check needs it. */
export function seriesSource<const T extends SeriesOptions>(own: SeriesSource<T>): Source<T> {
  return {
    description: own.description,
    options: own.options,
    kinds: ['counts', 'value'],
    scaledTo: null,
    measures: measuresQueries,
    conflicts: (given) => [...queryConflicts(given), ...(own.conflicts?.(given) ?? [])],
    create: async (entries, deps) => {
      const { createSeriesChecks } = await import('./checks.js');
      return entries.flatMap((entry) => createSeriesChecks(own, entry, deps));
    },
  };
}
