import type { CheckEntry, MetricCheck } from '../../contract/check.js';
import type { ValuesOf } from '../../support/options.js';
import { oneLine } from '../../support/text.js';
import type { SourceDependencies } from '../source.js';
import { createMetricClient } from './client.js';
import { measurementsOf, namedQueries } from './measurement.js';
import { seconds, type SeriesOptions, type SeriesSource } from './adapter.js';
import { createNoticed } from './noticed.js';
import { createNotes, sharedPoller, toCheck } from './poller.js';
import { createSeriesPreflight } from './preflight.js';
import { createSeriesProbe, type Timing } from './probe.js';

/** The checks of one entry. They are used for one watch. */
export function createSeriesChecks<T extends SeriesOptions>(
  source: SeriesSource<T>,
  entry: CheckEntry<ValuesOf<T>>,
  deps: SourceDependencies,
): readonly MetricCheck[] {
  const { clock } = deps;
  const options: ValuesOf<SeriesOptions> = entry.options;
  const inWords = (query: string): string =>
    oneLine(source.inWords?.(query, entry.options) ?? query, 120);
  const reported = new Set<string>();
  return measurementsOf({ ...entry, options }).flatMap(({ measurement, checks }) => {
    const adapter = source.connect(entry.options, deps);
    const client = createMetricClient(adapter, options.timeout, deps);
    const timing: Timing = {
      bucketSeconds: 'missingCredentials' in adapter ? undefined : adapter.bucketSeconds,
      delay: seconds(options.delay),
    };
    const notes = createNotes();
    const noticed = createNoticed();
    const probe = createSeriesProbe(measurement, timing, { client, clock, notes, noticed });
    const poller = sharedPoller(probe, {
      clock,
      journal: notes,
      noticed,
      // The probe before the first window finds out what time it is there.
      compares: true,
    });
    const preflight = createSeriesPreflight(
      { measurement, checks, client, timing, inWords, source },
      reported,
      deps,
    );
    const subject = Object.values(namedQueries(measurement)).map(({ query }) => inWords(query))[0];
    return checks.map((check, index) =>
      toCheck(
        {
          ...check,
          source: entry.source,
          subject: `${subject ?? ''} on ${client.name}`,
          // What is shared is proven once.
          preflight: (signal) => (index === 0 ? preflight(signal) : Promise.resolve([])),
        },
        poller,
      ),
    );
  });
}
