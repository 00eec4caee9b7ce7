import { fields, listOf, numberOf, textOf } from '../support/json.js';
import { option, type Conflict } from '../support/options.js';
import { credentials, script, text } from '../support/values/text.js';
import { url } from '../support/values/url.js';
import type { Result } from '../contract/result.js';
import {
  type ApiProblem,
  byKind,
  type ErrorMapping,
  failed,
  type Failed,
} from '../support/http/problem.js';
import { serverMessage } from '../support/http/response.js';
import { authorization, hintsOf, noAnswerToQuery, unexpected } from './source.js';
import { bucketOption, delayOption, queryOptions, seriesSource } from './series/source.js';
import { pointsOf, seconds, type Series } from './series/adapter.js';

/** Stands in a query for its time, as in Grafana. */
const TIME_FILTER = '$timeFilter';

const errorMapping: ErrorMapping = {
  hintFor: byKind(
    hintsOf({ address: 'influxdb-url', credentials: 'influxdb-token', path: '/query' }),
  ),
  // `{"error": "..."}` with 404 is that of a database.
  kindOf: ({ status, data }) =>
    status === 404 && textOf(fields(data).error) !== undefined ? 'bad-request' : undefined,
};

/**
 * InfluxDB, by InfluxQL over `/query` (https://docs.influxdata.com/influxdb/v1/tools/api/#query-http-endpoint), which newer
 * versions have too (https://docs.influxdata.com/influxdb/v2/reference/api/influxdb-1x/).
 */
export const influxdb = seriesSource({
  description: 'InfluxDB 1.x, or a newer one, by InfluxQL.',
  options: {
    url: option(url(), {
      required: true,
      input: 'influxdb-url',
      inherits: 'when-set',
      description: 'Address of the server, in front of `/query`.',
    }),
    token: option(credentials(), {
      input: 'influxdb-token',
      inherits: 'when-set',
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
  connect(options, { redact }) {
    const { url: address, token, database, 'retention-policy': policy } = options;
    const bucketSeconds = seconds(options.bucket);
    return {
      address,
      bucketSeconds,
      errorMapping,
      request(queries, { from, to }) {
        const endpoint = new URL(address);
        endpoint.pathname = `${endpoint.pathname.replace(/\/+$/, '')}/query`;
        const filter = `time >= ${String(from)}s AND time < ${String(to)}s`;
        const statements = Object.values(queries).map(
          (query) =>
            `${query.replaceAll(TIME_FILTER, () => filter)} GROUP BY time(${String(bucketSeconds)}s) fill(none)`,
        );
        for (const [name, value] of Object.entries({
          db: database,
          ...(policy === undefined ? {} : { rp: policy }),
          epoch: 's',
          q: statements.join('; '),
        }))
          endpoint.searchParams.set(name, value);
        return {
          method: 'GET',
          url: endpoint.href,
          headers: {
            Accept: 'application/json',
            ...(token === undefined ? {} : { Authorization: authorization(token, 'Token') }),
          },
        };
      },
      read(document, names, serverMessage) {
        const { results } = fields(document);
        if (!Array.isArray(results)) return noAnswerToQuery(serverMessage);
        const found: Record<string, readonly Series[]> = {};
        let partial: string | undefined;
        for (const [n, name] of names.entries()) {
          const result = (results as readonly unknown[]).find(
            (each, place) => (numberOf(fields(each).statement_id) ?? place) === n,
          );
          const series = seriesOf(result, redact);
          if (!series.ok) return series;
          found[name] = series.value;
          if (isCutShort(result)) partial = 'it cut the rows short (max-row-limit)';
        }
        return { ok: true, value: { found, bucketSeconds, partial } };
      },
    };
  },
  problemWith: (_, query) => problemWith(query),
});

function problemWith(query: string): Pick<Conflict, 'message' | 'fix'> | undefined {
  const bare = query.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''");
  if (!bare.includes(TIME_FILTER))
    return {
      message: `there is no ${TIME_FILTER} in it`,
      fix: `write the time as ${TIME_FILTER}, as in \`SELECT count("duration") FROM "requests" WHERE "app" = 'shop' AND ${TIME_FILTER}\``,
    };
  if (/\bgroup\s+by\b|\bfill\s*\(/i.test(bare))
    return { message: 'GROUP BY is added by Rollgate', fix: 'take it out of the query' };
  return bare.includes(';')
    ? { message: 'there are several statements in it', fix: 'leave one of them' }
    : undefined;
}

/** https://docs.influxdata.com/influxdb/v1/administration/config/#max-row-limit: a result says so, and the series too. */
function isCutShort(result: unknown): boolean {
  const { partial, series } = fields(result);
  return [partial, ...listOf(series).map((each) => fields(each).partial)].includes(true);
}

/** The result of one statement. */
function seriesOf(
  result: unknown,
  redact: (text: string) => string,
): Result<readonly Series[], ApiProblem> {
  const error = textOf(fields(result).error);
  if (error !== undefined) return refused(error, serverMessage({ data: result }, redact));
  if (result === undefined) return noAnswerToQuery();
  const series: Series[] = [];
  for (const each of listOf(fields(result).series)) {
    const { name, columns, values } = fields(each);
    if (!Array.isArray(columns) || !Array.isArray(values) || columns[0] !== 'time')
      return noAnswerToQuery();
    if (columns.length !== 2)
      return unexpected(
        `it gives ${String(columns.length - 1)} numbers for each bucket, and one is needed`,
      );
    const points = pointsOf(
      values.map((row) => {
        const [at, value] = listOf(row);
        return [at, value];
      }),
    );
    if (points === undefined) return noAnswerToQuery();
    series.push({ name: textOf(name) ?? '', points });
  }
  return { ok: true, value: series };
}

/** What is wrong with a statement comes with status 200. */
function refused(error: string, message: string): Failed {
  const passes = /timeout|engine|shard|not ready/i.test(error);
  return failed(passes ? 'server-error' : 'bad-request', `it answered: ${message}`, {
    fix: /database not found|retention policy not found/i.test(error)
      ? 'correct database'
      : undefined,
  });
}
