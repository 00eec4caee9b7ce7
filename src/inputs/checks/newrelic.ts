import { choice } from '../../support/values/words.js';
import { integer } from '../../support/values/numbers.js';
import { script, text } from '../../support/values/text.js';
import { url } from '../../support/values/url.js';
import { option } from './option.js';
import { bucketOption, delayOption, queryMisfits, queryOptions, readsQueries } from './queries.js';
import { checkSource } from './source.js';

/** New Relic, by NRQL. */
export const newRelicSource = checkSource({
  description: 'Events and metrics of New Relic, by NRQL.',
  kinds: ['counts', 'value'],
  scaledTo: null,
  options: {
    account: option(integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
      required: true,
      variables: ['NEW_RELIC_ACCOUNT_ID'],
      description: 'Number of the account.',
    }),
    region: option(choice(['us', 'eu']), {
      default: 'us',
      variables: ['NEW_RELIC_REGION'],
      description: 'Region of the account: `us` or `eu`.',
    }),
    url: option(url(), {
      description: 'Address of a proxy in front of `/graphql`. Default: that of the region.',
    }),
    'api-key': option(text(), {
      secret: true,
      sentTo: ['url'],
      variables: ['NEW_RELIC_API_KEY'],
      description: 'User key. Ingest and license keys cannot query.',
    }),
    total: option(script(), {
      description:
        "NRQL that counts all requests, without its time, such as `SELECT count(*) FROM Transaction WHERE appName = 'shop'`.",
    }),
    errors: option(script(), {
      description: 'NRQL that counts those that failed, in the same way.',
    }),
    value: option(script(), {
      description: 'NRQL that gives one number that is not negative.',
    }),
    ...queryOptions,
    bucket: bucketOption('30s'),
    delay: delayOption('90s', 'Most agents send once a minute.'),
  },
  reads: readsQueries,
  misfits: queryMisfits,
});
