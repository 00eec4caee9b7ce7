import { fields, listOf, numberOf, textOf } from '../support/json.js';
import { option } from '../support/options.js';
import { askedWait, retryAfterMs } from '../support/retry.js';
import { oneLine } from '../support/text.js';
import { script, text } from '../support/values/text.js';
import { url } from '../support/values/url.js';
import { choice } from '../support/values/words.js';
import { byKind, type ErrorMapping } from '../support/http/problem.js';
import { hintsOf, noAnswerToQuery } from './source.js';
import { bucketOption, delayOption, queryOptions, seriesSource } from './series/source.js';
import { pointsOf, seconds, type Series, type SeriesAdapter } from './series/adapter.js';

/** https://docs.datadoghq.com/getting_started/site/ */
export function site() {
  return choice([
    'datadoghq.com',
    'us3.datadoghq.com',
    'us5.datadoghq.com',
    'datadoghq.eu',
    'uk1.datadoghq.com',
    'ap1.datadoghq.com',
    'ap2.datadoghq.com',
    'ddog-gov.com',
    'us2.ddog-gov.com',
  ]);
}

/** Datadog, by metric queries as they stand in a dashboard. */
export const datadog = seriesSource({
  description: 'Metrics of Datadog.',
  options: {
    site: option(site(), {
      default: 'datadoghq.com',
      variables: ['DD_SITE'],
      description: 'The site of the organization, such as `datadoghq.eu`.',
    }),
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
  connect({ site, url: proxy, bucket, 'api-key': apiKey, 'app-key': appKey }) {
    // Keys go nowhere else, unless an address is given outside the file.
    const address = proxy ?? `https://api.${site}`;
    // Both are needed to read (https://docs.datadoghq.com/api/latest/authentication/).
    if (apiKey === undefined || appKey === undefined)
      return { address, missingCredentials: 'set DD_API_KEY and DD_APP_KEY' };
    const headers = { 'DD-API-KEY': apiKey, 'DD-APPLICATION-KEY': appKey };
    return adapter(address, seconds(bucket), headers);
  },
  problemWith: (name, query) =>
    name === 'value' || /\.as_count\(\)|\.rollup\(\s*(sum|count)\b|^count:/.test(query)
      ? undefined
      : {
          message: `${oneLine(query, 120)} does not count: Datadog would give a rate or a mean`,
          fix: 'add `.as_count()` to the metric, as in `sum:trace.http.request.hits{service:shop}.as_count()`',
        },
});

/**
 * What the errors of Datadog mean.
 * @param path what is asked
 * @param permission what the application key needs
 */
export function datadogErrors(path: string, permission: string): ErrorMapping {
  return {
    hintFor: byKind({
      ...hintsOf({ address: 'site', credentials: 'DD_API_KEY and DD_APP_KEY', path }),
      unauthorized: 'check DD_API_KEY and site: each site has keys of its own',
      forbidden: `check both keys and site: each site has keys of its own, and the application key needs the permission ${permission}`,
    }),
    waitMs: (header, now) => {
      // Seconds from now, unlike elsewhere (https://docs.datadoghq.com/api/latest/rate-limits/).
      const reset = header('x-ratelimit-reset') ?? header('x-ratelimit-period') ?? '';
      const own = header('retry-after') === undefined && /^\d+$/.test(reset);
      return own ? askedWait(Number(reset) * 1000) : retryAfterMs(header, now);
    },
  };
}

function isWords(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/**
 * Timeseries by the second version of the API: of the first one nobody can say how long its buckets are
 * (https://docs.datadoghq.com/api/latest/metrics/query-timeseries-data-across-multiple-products/).
 */
function adapter(
  address: string,
  bucketSeconds: number,
  keys: Readonly<Record<string, string>>,
): SeriesAdapter {
  return {
    address,
    bucketSeconds,
    errorMapping: datadogErrors('/api/v2/query/timeseries', 'timeseries_query'),
    request: (queries, { from, to }) => ({
      method: 'POST',
      url: `${address.replace(/\/+$/, '')}/api/v2/query/timeseries`,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...keys },
      body: JSON.stringify({
        data: {
          type: 'timeseries_request',
          attributes: {
            from: from * 1000,
            to: to * 1000,
            interval: bucketSeconds * 1000,
            queries: Object.entries(queries).map(([name, query]) => ({
              data_source: 'metrics',
              name,
              query,
            })),
          },
        },
      }),
    }),
    read(document, names, serverMessage) {
      const { series, times, values } = fields(fields(fields(document).data).attributes);
      if (!Array.isArray(series) || !Array.isArray(times) || !Array.isArray(values))
        return noAnswerToQuery(serverMessage);
      const found: Record<string, Series[]> = Object.fromEntries(names.map((name) => [name, []]));
      for (const [n, facts] of (series as readonly unknown[]).entries()) {
        const { query_index: index = 0, group_tags: tags } = fields(facts);
        const list = found[names[numberOf(index) ?? -1] ?? ''];
        const row = listOf(values[n]);
        const points = pointsOf(
          (times as readonly unknown[]).map((time, at) => [
            typeof time === 'number' ? time / 1000 : undefined,
            row[at] ?? null,
          ]),
        );
        if (list === undefined || points === undefined) return noAnswerToQuery(serverMessage);
        list.push({
          name: listOf(tags)
            .flatMap((tag) => textOf(tag) ?? [])
            .join(', '),
          points,
        });
      }
      // `errors` is a text beside the data in this API, and a list in others.
      const { errors, error, status } = fields(document);
      const isComplaint = listOf(errors).length > 0 || [errors, error].some(isWords);
      const partial = isComplaint || status === 'error' ? serverMessage.slice(2) : undefined;
      return { ok: true, value: { found, bucketSeconds, partial } };
    },
  };
}
