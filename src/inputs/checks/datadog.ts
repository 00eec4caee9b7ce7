import { choice } from '../../support/values/words.js';
import { script, text } from '../../support/values/text.js';
import { url } from '../../support/values/url.js';
import { option } from './option.js';
import { bucketOption, delayOption, queryMisfits, queryOptions, readsQueries } from './queries.js';
import { checkSource } from './source.js';

/** Datadog, by metric queries. */
export const datadogSource = checkSource({
  description: 'Metrics of Datadog.',
  kinds: ['counts', 'value'],
  scaledTo: null,
  options: {
    site: option(
      // https://docs.datadoghq.com/getting_started/site/
      choice([
        'datadoghq.com',
        'us3.datadoghq.com',
        'us5.datadoghq.com',
        'datadoghq.eu',
        'uk1.datadoghq.com',
        'ap1.datadoghq.com',
        'ap2.datadoghq.com',
        'ddog-gov.com',
        'us2.ddog-gov.com',
      ]),
      {
        default: 'datadoghq.com',
        variables: ['DD_SITE'],
        description: 'The site of the organization, such as `datadoghq.eu`.',
      },
    ),
    url: option(url(), {
      description: 'Address of a proxy in front of the API. Default: that of the site.',
    }),
    'api-key': option(text(), {
      secret: true,
      sentTo: ['url'],
      variables: ['DD_API_KEY', 'DATADOG_API_KEY'],
      description: 'API key.',
    }),
    'app-key': option(text(), {
      secret: true,
      sentTo: ['url'],
      variables: ['DD_APP_KEY', 'DATADOG_APP_KEY'],
      description: 'Application key with the permission `timeseries_query`.',
    }),
    total: option(script(), {
      description:
        'Query that counts all requests, such as `sum:trace.http.request.hits{service:shop}.as_count()`.',
    }),
    errors: option(script(), {
      description:
        'Query that counts those that failed, such as `sum:trace.http.request.errors{service:shop}.as_count()`.',
    }),
    value: option(script(), {
      description: 'Query that gives one number that is not negative, in each bucket.',
    }),
    ...queryOptions,
    bucket: bucketOption('20s'),
    delay: delayOption('1m', 'Metrics of cloud providers come minutes later.'),
  },
  reads: readsQueries,
  misfits: queryMisfits,
});
