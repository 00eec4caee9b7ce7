import { clip, neutralise } from '../../support/text.js';
import type { MetricCheck } from '../../contract/check.js';
import type { CheckDescription, Reading } from '../series/source.js';
import type { Plan } from '../series/estimate.js';
import { createSeriesChecks } from '../series/checks.js';
import { createVendor, type ProviderWorld } from '../series/client.js';
import { graphiteProtocol, type GraphiteServer } from './protocol.js';

/** What is asked of Graphite: targets. */
export type GraphiteReading = Reading<string> & {
  readonly server: GraphiteServer;
  /** How long after its end a point is complete, seconds. */
  readonly delay: number;
};

/** The checks of the `graphite` source, one for each description. They are used for one watch. */
export function createGraphiteChecks(
  descriptions: readonly CheckDescription<GraphiteReading>[],
  plan: Plan,
  world: ProviderWorld,
): readonly MetricCheck[] {
  return createSeriesChecks(
    {
      id: 'graphite',
      accessOf: ({ server, delay }) => ({
        vendor: createVendor(graphiteProtocol(server), world),
        // The step of the series is that of their storage.
        buckets: { width: undefined, delay },
      }),
      inWords: (query) => clip(neutralise(query), 120),
      // A name that was never sent is in no series, and one that was is, with or without numbers.
      knowsNames: true,
    },
    descriptions,
    plan,
    world,
  );
}
