import { fields, listOf, numberOf, textOf } from '../../support/json.js';
import { retryAfterMs } from '../../support/retry.js';
import { type Dialect, type Failed, hintsOf, unexpected } from '../series/answer.js';
import type { Series, SeriesAnswer } from '../series/source.js';
import type { Protocol } from '../series/client.js';

/** Both keys are needed to read (https://docs.datadoghq.com/api/latest/authentication/). */
export interface DatadogKeys {
  readonly apiKey: string;
  readonly appKey: string;
}

export interface DatadogServer {
  /** In front of `/api`. */
  readonly address: string;
  /** Seconds. */
  readonly width: number;
  readonly timeoutMs: number;
}

const hints = hintsOf({
  address: 'site',
  credentials: 'DD_API_KEY and DD_APP_KEY',
  path: '/api/v2/query/timeseries',
});

const dialect: Dialect = {
  hints: {
    ...hints,
    unauthorized: () => 'check DD_API_KEY and site: each site has keys of its own',
    forbidden:
      'check both keys and site: each site has keys of its own, and the application key needs the permission timeseries_query',
  },
  wordsIn: wordsOf,
  waitMs: (header, now) => {
    // Seconds from now, unlike elsewhere (https://docs.datadoghq.com/api/latest/rate-limits/).
    const reset = header('x-ratelimit-reset') ?? header('x-ratelimit-period') ?? '';
    const own = header('retry-after') === undefined && /^\d+$/.test(reset);
    return own ? Number(reset) * 1000 : retryAfterMs(header, now);
  },
};

/**
 * Timeseries by the second version of the API: of the first one nobody can say how long its buckets are
 * (https://docs.datadoghq.com/api/latest/metrics/query-timeseries-data-across-multiple-products/).
 */
export function datadogProtocol(
  { address, width, timeoutMs }: DatadogServer,
  { apiKey, appKey }: DatadogKeys,
): Protocol<string> {
  return {
    name: new URL(address).host,
    dialect,
    timeoutMs,
    request: (queries, { from, to }) => ({
      method: 'POST',
      url: `${address.replace(/\/+$/, '')}/api/v2/query/timeseries`,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'DD-API-KEY': apiKey,
        'DD-APPLICATION-KEY': appKey,
      },
      body: JSON.stringify({
        data: {
          type: 'timeseries_request',
          attributes: {
            from: from * 1000,
            to: to * 1000,
            interval: width * 1000,
            queries: Object.entries(queries).map(([name, query]) => ({
              data_source: 'metrics',
              name,
              query,
            })),
          },
        },
      }),
    }),
    read: (document, queries, said) => read(document, Object.keys(queries), width, said),
  };
}

function read(
  document: unknown,
  names: readonly string[],
  width: number,
  said: string,
): SeriesAnswer | Failed {
  const { series, times, values } = fields(fields(fields(document).data).attributes);
  const strange = unexpected(`its answer is not one to a query${said}`);
  if (!Array.isArray(series) || !Array.isArray(times) || !Array.isArray(values)) return strange;
  const found: Record<string, Series[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const [n, facts] of (series as readonly unknown[]).entries()) {
    const { query_index: index = 0, group_tags: tags } = fields(facts);
    const list = found[names[numberOf(index) ?? -1] ?? ''];
    const points = pointsOf(times, listOf(values[n]));
    if (list === undefined || points === undefined) return strange;
    list.push({
      name: listOf(tags)
        .flatMap((tag) => textOf(tag) ?? [])
        .join(', '),
      points,
    });
  }
  return { ok: true, found, width };
}

function pointsOf(
  times: readonly unknown[],
  values: readonly unknown[],
): Series['points'] | undefined {
  const points: [number, number | null][] = [];
  for (const [n, time] of times.entries()) {
    const value = values[n] ?? null;
    if (typeof time !== 'number' || (value !== null && typeof value !== 'number')) return undefined;
    points.push([time / 1000, value]);
  }
  return points;
}

/** `{"errors": ["..."]}`, or with objects of JSON:API in it. */
function wordsOf(document: unknown): string | undefined {
  const words = listOf(fields(document).errors).flatMap(
    (error) => textOf(error) ?? textOf(fields(error).detail) ?? textOf(fields(error).title) ?? [],
  );
  return words.length === 0 ? undefined : words.join('; ');
}
