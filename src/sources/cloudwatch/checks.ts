import { clip, neutralise } from '../../support/text.js';
import type { MetricCheck } from '../../contract/check.js';
import type { CheckDescription, Reading } from '../series/source.js';
import type { Plan } from '../series/estimate.js';
import { createVendor, type ProviderWorld, withoutCredentials } from '../series/client.js';
import { createSeriesChecks } from '../series/checks.js';
import { cloudWatchProtocol, type AwsCredentials, type CloudWatchServer } from './protocol.js';
import { queryInWords, type CloudWatchQuery } from './query.js';

export type CloudWatchReading = Reading<CloudWatchQuery> & {
  readonly server: CloudWatchServer;
  /** How long after its end a period is complete, seconds. */
  readonly delay: number;
};

export type CloudWatchWorld = ProviderWorld & { readonly credentials: AwsCredentials | undefined };

/** The checks of the `cloudwatch` source, one for each description. They are used for one watch. */
export function createCloudWatchChecks(
  descriptions: readonly CheckDescription<CloudWatchReading>[],
  plan: Plan,
  world: CloudWatchWorld,
): readonly MetricCheck[] {
  return createSeriesChecks(
    {
      id: 'cloudwatch',
      accessOf: ({ server, delay }) => ({
        vendor:
          world.credentials === undefined
            ? withoutCredentials<CloudWatchQuery>(
                new URL(server.address).host,
                'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and for temporary ones AWS_SESSION_TOKEN',
              )
            : createVendor(cloudWatchProtocol(server, world.credentials), world),
        buckets: { width: server.width, delay },
      }),
      inWords: (query) => clip(neutralise(queryInWords(query)), 120),
      knowsNames: false,
    },
    descriptions,
    plan,
    world,
  );
}
