import { fields, listOf, textOf } from '../support/json.js';
import { option, type Conflict, type GivenOptions } from '../support/options.js';
import { parameters } from '../support/values/pairs.js';
import { script, text } from '../support/values/text.js';
import { url } from '../support/values/url.js';
import type { ValueType } from '../support/values/value-type.js';
import { failed } from '../support/http/problem.js';
import { accountOf, type AwsAccount, awsErrors, signedCall } from './aws.js';
import { noAnswerToQuery } from './source.js';
import { bucketOption, delayOption, queryOptions, seriesSource } from './series/source.js';
import { pointsOf, seconds, type Series, type SeriesAdapter } from './series/adapter.js';

/** CloudWatch, by metrics or by expressions. */
export const cloudwatch = seriesSource({
  description: 'Metrics of Amazon CloudWatch.',
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
  conflicts: (given) => [...namespaceConflicts(given), ...periodConflicts(given)],
  connect(options) {
    const { url: privateEndpoint, namespace = '', dimensions = {}, stat } = options;
    const account = accountOf(options, privateEndpoint);
    if ('missingCredentials' in account) return account;
    return adapter(account, seconds(options.bucket), {
      namespace,
      dimensions,
      stat,
    });
  },
  inWords(query, { namespace = '', dimensions = {} }) {
    if (isExpression(query)) return query.trim();
    const pairs = Object.entries(dimensions).map(([name, value]) => `${name}=${value}`);
    return `${namespace} ${namesIn(query).join(' + ')}{${pairs.join(', ')}}`;
  },
});

/** Names of metrics, as a list or between commas, or an expression: in that a comma means something else. */
function metrics(): ValueType<string> {
  return {
    ...script(),
    schema: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  };
}

function namespaceConflicts(given: GivenOptions): readonly Conflict[] {
  const named = ['total', 'errors', 'value'].find((name) => {
    const value = given.values[name];
    return typeof value === 'string' && !isExpression(value);
  });
  return named === undefined || given.has('namespace')
    ? []
    : [
        {
          option: named,
          message: 'it names a metric, and `namespace` is missing',
          fix: 'give `namespace`, such as `AWS/ApplicationELB`',
        },
      ];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html */
function periodConflicts({ values: { bucket } }: GivenOptions): readonly Conflict[] {
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

/** Whether CloudWatch computes it: names of metrics have no brackets, and Metrics Insights begins with SELECT. */
function isExpression(written: string): boolean {
  return written.includes('(') || /^\s*select\s/i.test(written);
}

/** Names of metrics, on lines of their own or between commas. */
function namesIn(written: string): readonly string[] {
  return written
    .split(/[\n,]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** What is said of all metrics. */
interface MetricFacts {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Of `value`; what is counted is added up. */
  readonly stat: string;
}

/**
 * GetMetricData in JSON, signed by version 4
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/making-api-requests.html).
 */
function adapter(server: AwsAccount, period: number, facts: MetricFacts): SeriesAdapter {
  return {
    address: server.address,
    bucketSeconds: period,
    errorMapping: awsErrors(
      'cloudwatch:GetMetricData',
      'correct the metric, its dimensions, or the expression',
    ),
    request: (queries, { from, to }, now) =>
      signedCall(server, 'GetMetricData', now, {
        StartTime: from,
        EndTime: to,
        ScanBy: 'TimestampAscending',
        MetricDataQueries: Object.entries(queries).flatMap(([name, query]) =>
          dataQueries(name, query, period, facts),
        ),
      }),
    read(document, names, serverMessage) {
      const { MetricDataResults: results, NextToken: next, Messages } = fields(document);
      if (!Array.isArray(results)) return noAnswerToQuery(serverMessage);
      const found: Record<string, Series[]> = Object.fromEntries(names.map((name) => [name, []]));
      // With a message for all of it, as much as possible was done; one of a single result may speak of other things.
      const missing = textsIn(Messages);
      if (textOf(next) !== undefined) missing.push('there is more on another page');
      for (const result of results as readonly unknown[]) {
        const { Id: id, Label: label, StatusCode: status, Messages: own } = fields(result);
        const { Timestamps, Values } = fields(result);
        const list = found[textOf(id)?.replace(/\d+$/, '') ?? ''];
        if (list === undefined) return noAnswerToQuery();
        if (status === 'Forbidden') return failed('forbidden', 'it does not let us read a metric');
        if (status !== 'Complete')
          missing.push(textOf(status) ?? 'it gives no status', ...textsIn(own));
        const points = pointsAt(Timestamps, Values);
        if (points === undefined) return noAnswerToQuery();
        list.push({ name: textOf(label) ?? '', points });
      }
      const partial = missing.length === 0 ? undefined : [...new Set(missing)].join(', ');
      return { ok: true, value: { found, bucketSeconds: period, partial } };
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MessageData.html */
function textsIn(messages: unknown): string[] {
  return listOf(messages).map((one) => textOf(fields(one).Value) ?? 'a message without words');
}

/** Of `MetricDataQueries` (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html). */
function dataQueries(
  name: string,
  query: string,
  period: number,
  { namespace, dimensions, stat }: MetricFacts,
): readonly object[] {
  if (isExpression(query)) return [{ Id: `${name}0`, Expression: query.trim(), Period: period }];
  return namesIn(query).map((metric, n) => ({
    Id: `${name}${String(n)}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: period,
      Stat: name === 'value' ? stat : 'Sum',
    },
  }));
}

/** There is no bucket without a number. */
function pointsAt(times: unknown, values: unknown): Series['points'] | undefined {
  if (!Array.isArray(times) || !Array.isArray(values) || times.length !== values.length)
    return undefined;
  return pointsOf(
    (times as readonly unknown[]).map((time, n) => {
      const at = typeof time === 'string' ? Date.parse(time) / 1000 : time;
      const value: unknown = values[n];
      return [Number.isNaN(at) ? undefined : at, value === null ? undefined : value];
    }),
  );
}
