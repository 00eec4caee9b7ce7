import { credentials, script, text } from '../../support/values/text.js';
import { url } from '../../support/values/url.js';
import { option } from './option.js';
import { bucketOption, delayOption, queryMisfits, queryOptions, readsQueries } from './queries.js';
import { checkSource } from './source.js';

/** InfluxDB, by InfluxQL. */
export const influxSource = checkSource({
  description: 'InfluxDB 1.x, or a newer one, by InfluxQL.',
  kinds: ['counts', 'value'],
  scaledTo: null,
  options: {
    url: option(url(), {
      required: true,
      input: 'influxdb-url',
      inherits: true,
      description: 'Address of the server, in front of `/query`.',
    }),
    token: option(credentials(), {
      input: 'influxdb-token',
      inherits: true,
      inheritsWith: 'url',
      secret: true,
      sentTo: ['url'],
      description: '`user:password`, or the token of a newer version.',
    }),
    database: option(text(), {
      required: true,
      description: 'Name of the database.',
    }),
    'retention-policy': option(text(), {
      description: 'Retention policy of the measurements. Default: that of the database.',
    }),
    total: option(script(), {
      description:
        'InfluxQL that counts all requests, with `$timeFilter` for the time, such as `SELECT count("duration") FROM "requests" WHERE "app" = \'shop\' AND $timeFilter`.',
    }),
    errors: option(script(), {
      description: 'InfluxQL that counts those that failed, in the same way.',
    }),
    value: option(script(), {
      description: 'InfluxQL that gives one number that is not negative, in the same way.',
    }),
    ...queryOptions,
    bucket: bucketOption('10s'),
    delay: delayOption('15s', 'Telegraf sends every 10 s.'),
  },
  reads: readsQueries,
  misfits: queryMisfits,
});
