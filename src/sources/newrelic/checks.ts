import { clip, neutralise } from '../../support/text.js';
import type { MetricCheck } from '../../contract/check.js';
import type { CheckDescription, Reading } from '../series/source.js';
import type { Plan } from '../series/estimate.js';
import { createVendor, type ProviderWorld, withoutCredentials } from '../series/client.js';
import { createSeriesChecks } from '../series/checks.js';
import { newRelicProtocol, type NewRelicServer } from './protocol.js';

/** What is asked of New Relic: NRQL without its time. */
export type NewRelicReading = Reading<string> & {
  readonly server: NewRelicServer;
  /** How long after its end a bucket is complete, seconds. */
  readonly delay: number;
};

export type NewRelicWorld = ProviderWorld & {
  readonly credentials: { readonly apiKey: string } | undefined;
};

/** The checks of the `newrelic` source, one for each description. They are used for one watch. */
export function createNewRelicChecks(
  descriptions: readonly CheckDescription<NewRelicReading>[],
  plan: Plan,
  world: NewRelicWorld,
): readonly MetricCheck[] {
  return createSeriesChecks(
    {
      id: 'newrelic',
      accessOf: ({ server, delay }) => ({
        vendor:
          world.credentials === undefined
            ? withoutCredentials<string>(
                new URL(server.address).host,
                'set NEW_RELIC_API_KEY to a user key',
              )
            : createVendor(newRelicProtocol(server, world.credentials.apiKey), world),
        buckets: { width: server.width, delay },
      }),
      inWords: (query) => clip(neutralise(query), 120),
      knowsNames: false,
      objection: (_, query) => {
        const clause = /\b(SINCE|UNTIL|TIMESERIES|COMPARE WITH)\b/i.exec(withoutTexts(query))?.[1];
        return clause === undefined
          ? undefined
          : {
              message: `${clause.toUpperCase()} is added by Rollgate`,
              fix: 'take it out of the query',
            };
      },
    },
    descriptions,
    plan,
    world,
  );
}

/** What stands in quotes is no word of the language. */
function withoutTexts(nrql: string): string {
  return nrql.replace(/'(?:[^'\\]|\\.)*'|`[^`]*`/g, "''");
}
