import { isExpression } from '../../support/cloudwatch.js';
import { parameters } from '../../support/values/pairs.js';
import { script, text } from '../../support/values/text.js';
import type { ValueType } from '../../support/values/value-type.js';
import { url } from '../../support/values/url.js';
import { option } from './option.js';
import { bucketOption, delayOption, queryMisfits, queryOptions, readsQueries } from './queries.js';
import { checkSource, type Given, type Misfit } from './source.js';

const partNames = ['total', 'errors', 'value'] as const;

/** Names of metrics, as a list or between commas, or an expression: in that a comma means something else. */
function metrics(): ValueType<string> {
  return {
    ...script(),
    schema: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  };
}

/** CloudWatch, by metrics or by expressions. */
export const cloudWatchSource = checkSource({
  description: 'Metrics of Amazon CloudWatch.',
  kinds: ['counts', 'value'],
  scaledTo: null,
  options: {
    // Only such a text may become a part of the address that a signature is sent to.
    region: option(text({ pattern: /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/, like: '`eu-central-1`' }), {
      variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
      required: true,
      description: 'Region of the metrics, such as `eu-central-1`.',
    }),
    url: option(url(), {
      description: 'Address of a private endpoint. Default: that of the region.',
    }),
    'access-key-id': option(text(), {
      secret: true,
      sentTo: ['url'],
      variables: ['AWS_ACCESS_KEY_ID'],
      description: 'Access key that may do `cloudwatch:GetMetricData`.',
    }),
    'secret-access-key': option(text(), {
      secret: true,
      sentTo: ['url'],
      variables: ['AWS_SECRET_ACCESS_KEY'],
      description: 'Its secret.',
    }),
    'session-token': option(text(), {
      secret: true,
      sentTo: ['url'],
      variables: ['AWS_SESSION_TOKEN'],
      description: 'Session token of temporary credentials.',
    }),
    namespace: option(text(), {
      description: 'Namespace of the metrics, such as `AWS/ApplicationELB`.',
    }),
    dimensions: option(parameters(), {
      description: 'Dimensions of the metrics, as a map or as `Name=value` lines.',
    }),
    total: option(metrics(), {
      description:
        'Metric that counts all requests, such as `RequestCount`; several are added up. Or an expression: Metrics Insights (`SELECT ...`), `SEARCH(...)`.',
    }),
    errors: option(metrics(), {
      description: 'Those that failed, such as `HTTPCode_Target_5XX_Count`, in the same way.',
    }),
    value: option(metrics(), {
      description: 'Metric, or expression, that gives one number that is not negative.',
    }),
    stat: option(text({ pattern: /^[A-Za-z]{1,4}[\w().:%]*$/, like: '`Average` or `p95`' }), {
      default: 'Average',
      description: 'Statistic of `value`, such as `Average`, `Maximum` or `p95`.',
    }),
    ...queryOptions,
    bucket: bucketOption('1m'),
    delay: delayOption('2m', 'CloudWatch gets most metrics once a minute.'),
  },
  reads: readsQueries,
  misfits: (given) => [...queryMisfits(given), ...ofMetrics(given), ...ofPeriod(given)],
});

function ofMetrics(given: Given): readonly Misfit[] {
  const named = partNames.filter((name) => {
    const value = given.values[name];
    return typeof value === 'string' && !isExpression(value);
  });
  const [first] = named;
  return first === undefined || given.has('namespace')
    ? []
    : [
        {
          option: first,
          message: 'it names a metric, and `namespace` is missing',
          fix: 'give `namespace`, such as `AWS/ApplicationELB`',
        },
      ];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html */
function ofPeriod({ values: { bucket } }: Given): readonly Misfit[] {
  return typeof bucket !== 'number' || bucket % 60_000 === 0 || [10_000, 30_000].includes(bucket)
    ? []
    : [
        {
          option: 'bucket',
          message: 'CloudWatch has no such period',
          fix: 'give whole minutes, or 10s or 30s for metrics of high resolution',
        },
      ];
}
