import { credentials, script } from '../../support/values/text.js';
import { url } from '../../support/values/url.js';
import { option } from './option.js';
import { delayOption, queryMisfits, queryOptions, readsQueries } from './queries.js';
import { checkSource } from './source.js';

/** Graphite, by targets. */
export const graphiteSource = checkSource({
  description: 'Graphite, or anything that has its render API.',
  kinds: ['counts', 'value'],
  scaledTo: null,
  options: {
    url: option(url(), {
      required: true,
      input: 'graphite-url',
      inherits: true,
      description: 'Address of the server, in front of `/render`.',
    }),
    token: option(credentials(), {
      input: 'graphite-token',
      inherits: true,
      inheritsWith: 'url',
      secret: true,
      sentTo: ['url'],
      description: 'Bearer token, or `user:password`.',
    }),
    total: option(script(), {
      description:
        'Target that counts all requests in each step, such as `stats_counts.shop.requests`.',
    }),
    errors: option(script(), {
      description: 'Target that counts those that failed, in the same way.',
    }),
    value: option(script(), {
      description: 'Target that gives one number that is not negative.',
    }),
    ...queryOptions,
    delay: delayOption('20s', 'The buckets are the steps of the storage.'),
  },
  reads: readsQueries,
  misfits: queryMisfits,
});
