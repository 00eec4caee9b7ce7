import { fields, listOf, numberOf, textOf } from '../../support/json.js';
import {
  authorization,
  type Dialect,
  errorField,
  failed,
  type Failed,
  type FailureKind,
  fixOf,
  hintsOf,
  shown,
  unexpected,
} from '../series/answer.js';
import type { Series, SeriesAnswer } from '../series/source.js';
import type { Protocol } from '../series/client.js';

export interface InfluxServer {
  /** In front of `/query`. */
  readonly address: string;
  readonly database: string;
  readonly retentionPolicy?: string | undefined;
  /** `user:password`, or a token; only for the address that was given outside the file. */
  readonly token?: string | undefined;
  /** Whole seconds. */
  readonly width: number;
  readonly timeoutMs: number;
}

const dialect: Dialect = {
  hints: hintsOf({ address: 'influxdb-url', credentials: 'influxdb-token', path: '/query' }),
  wordsIn: errorField,
  // `{"error": "..."}` with 404 is that of a database.
  kindIn: (document, status) =>
    status === 404 && errorField(document) !== undefined ? 'bad-query' : undefined,
};

/** Stands in a query for its time, as in Grafana. */
export const TIME_FILTER = '$timeFilter';

/**
 * InfluxQL over `/query` (https://docs.influxdata.com/influxdb/v1/tools/api/#query-http-endpoint), which newer versions have too
 * (https://docs.influxdata.com/influxdb/v2/reference/api/influxdb-1x/).
 */
export function influxProtocol(
  server: InfluxServer,
  redact: (text: string) => string,
): Protocol<string> {
  const { address, database, retentionPolicy, token, width, timeoutMs } = server;
  return {
    name: new URL(address).host,
    dialect,
    timeoutMs,
    request: (queries, { from, to }) => {
      const url = new URL(address);
      url.pathname = `${url.pathname.replace(/\/+$/, '')}/query`;
      const filter = `time >= ${String(from)}s AND time < ${String(to)}s`;
      const statements = Object.values(queries).map(
        (query) =>
          `${query.replaceAll(TIME_FILTER, () => filter)} GROUP BY time(${String(width)}s) fill(none)`,
      );
      for (const [name, value] of Object.entries({
        db: database,
        ...(retentionPolicy === undefined ? {} : { rp: retentionPolicy }),
        epoch: 's',
        q: statements.join('; '),
      }))
        url.searchParams.set(name, value);
      return {
        method: 'GET',
        url: url.href,
        headers: {
          Accept: 'application/json',
          ...(token === undefined ? {} : { Authorization: authorization(token, 'Token') }),
        },
      };
    },
    read: (document, queries, said) => read(document, Object.keys(queries), width, said, redact),
  };
}

function read(
  document: unknown,
  names: readonly string[],
  width: number,
  said: string,
  redact: (text: string) => string,
): SeriesAnswer | Failed {
  const { results } = fields(document);
  if (!Array.isArray(results)) return unexpected(`its answer is not one to a query${said}`);
  const found: Record<string, readonly Series[]> = {};
  for (const [n, name] of names.entries()) {
    const result = (results as readonly unknown[]).find(
      (each, place) => (numberOf(fields(each).statement_id) ?? place) === n,
    );
    const error = errorField(result);
    if (error !== undefined) return refused(error, shown(error, redact));
    const series = result === undefined ? undefined : seriesOf(listOf(fields(result).series));
    if (series === undefined) return unexpected('its answer is not one to a query');
    if (typeof series === 'string') return unexpected(series);
    found[name] = series;
  }
  return { ok: true, found, width };
}

/** What is wrong with a statement comes with status 200. */
function refused(error: string, words: string): Failed {
  const kind: FailureKind = /timeout|engine|shard|not ready/i.test(error)
    ? 'server-error'
    : 'bad-query';
  const fix = /database not found|retention policy not found/i.test(error)
    ? 'correct database'
    : fixOf(kind, '', dialect.hints);
  return failed({ kind, message: `it answered: ${words}`, ...(fix === undefined ? {} : { fix }) });
}

function seriesOf(all: readonly unknown[]): readonly Series[] | string | undefined {
  const series: Series[] = [];
  for (const each of all) {
    const { name, columns, values, partial } = fields(each);
    if (partial === true) return 'its answer is cut short';
    if (!Array.isArray(columns) || !Array.isArray(values) || columns[0] !== 'time')
      return undefined;
    if (columns.length !== 2)
      return `it gives ${String(columns.length - 1)} numbers for each bucket, and one is needed`;
    const points: [number, number | null][] = [];
    for (const row of values as readonly unknown[]) {
      const [at, value] = listOf(row);
      if (typeof at !== 'number' || (value !== null && typeof value !== 'number')) return undefined;
      points.push([at, value]);
    }
    series.push({ name: textOf(name) ?? '', points });
  }
  return series;
}
