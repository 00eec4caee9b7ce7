import { clip, neutralise } from '../../support/text.js';
import type { MetricCheck } from '../../contract/check.js';
import type { CheckDescription, Reading } from '../series/source.js';
import type { Plan } from '../series/estimate.js';
import { createVendor, type ProviderWorld, withoutCredentials } from '../series/client.js';
import { createSeriesChecks } from '../series/checks.js';
import { datadogProtocol, type DatadogKeys, type DatadogServer } from './protocol.js';

/** What is asked of Datadog: metric queries, as they stand in a dashboard. */
export type DatadogReading = Reading<string> & {
  readonly server: DatadogServer;
  /** How long after its end a bucket is complete, seconds. */
  readonly delay: number;
};

export type DatadogWorld = ProviderWorld & { readonly credentials: DatadogKeys | undefined };

/** The checks of the `datadog` source, one for each description. They are used for one watch. */
export function createDatadogChecks(
  descriptions: readonly CheckDescription<DatadogReading>[],
  plan: Plan,
  world: DatadogWorld,
): readonly MetricCheck[] {
  return createSeriesChecks(
    {
      id: 'datadog',
      accessOf: ({ server, delay }) => ({
        vendor:
          world.credentials === undefined
            ? withoutCredentials<string>(
                new URL(server.address).host,
                'set DD_API_KEY and DD_APP_KEY',
              )
            : createVendor(datadogProtocol(server, world.credentials), world),
        buckets: { width: server.width, delay },
      }),
      inWords: (query) => clip(neutralise(query), 120),
      knowsNames: false,
      objection: (part, query) =>
        part === 'value' || /\.as_count\(\)|\.rollup\(\s*(sum|count)\b|^count:/.test(query)
          ? undefined
          : {
              message: `${clip(neutralise(query), 120)} does not count: Datadog would give a rate or a mean`,
              fix: 'add `.as_count()` to the metric, as in `sum:trace.http.request.hits{service:shop}.as_count()`',
            },
    },
    descriptions,
    plan,
    world,
  );
}
