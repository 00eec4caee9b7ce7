import { fields, isObject, listOf, numberOf, textOf } from '../../support/json.js';
import {
  type Dialect,
  failed,
  type Failed,
  type FailureKind,
  fixOf,
  hintsOf,
  unexpected,
} from '../series/answer.js';
import type { Series, SeriesAnswer } from '../series/source.js';
import type { Protocol } from '../series/client.js';

export interface NewRelicServer {
  /** In front of `/graphql`. */
  readonly address: string;
  readonly account: number;
  /** Seconds. */
  readonly width: number;
  readonly timeoutMs: number;
}

const dialect: Dialect = {
  hints: {
    ...hintsOf({ address: 'region', credentials: 'NEW_RELIC_API_KEY', path: '/graphql' }),
    unauthorized: () =>
      'set NEW_RELIC_API_KEY to a user key of this region: ingest and license keys cannot query',
    forbidden: 'check account, and whether the key may read it',
  },
  wordsIn: wordsOf,
};

/** NRQL over NerdGraph (https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial/). */
export function newRelicProtocol(
  { address, account, width, timeoutMs }: NewRelicServer,
  apiKey: string,
): Protocol<string> {
  return {
    name: new URL(address).host,
    dialect,
    timeoutMs,
    request: (queries, { from, to }) => {
      const names = Object.keys(queries);
      const declared = names.map((name) => `$${name}: Nrql!`).join(', ');
      const asked = names.map((name) => `${name}: nrql(query: $${name}) { results }`).join(' ');
      const time = `SINCE ${String(from * 1000)} UNTIL ${String(to * 1000)} TIMESERIES ${String(width)} SECONDS`;
      return {
        method: 'POST',
        url: `${address.replace(/\/+$/, '')}/graphql`,
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/json',
          'API-Key': apiKey,
        },
        body: JSON.stringify({
          query: `query($account: Int!, ${declared}) { actor { account(id: $account) { ${asked} } } }`,
          variables: {
            account,
            ...Object.fromEntries(
              Object.entries(queries).map(([name, nrql]) => [name, `${nrql} ${time}`]),
            ),
          },
        }),
      };
    },
    read: (document, queries, said) => read(document, Object.keys(queries), width, said),
  };
}

function read(
  document: unknown,
  names: readonly string[],
  width: number,
  said: string,
): SeriesAnswer | Failed {
  // Errors come with status 200, and sometimes beside data.
  const words = wordsOf(document);
  if (words !== undefined) {
    const kind = kindOf(words, document);
    const fix = fixOf(kind, said, dialect.hints);
    return failed({
      kind,
      message: `it answered${said}`,
      ...(fix === undefined ? {} : { fix }),
    });
  }
  const { account } = fields(fields(fields(document).data).actor);
  const found: Record<string, readonly Series[]> = {};
  for (const name of names) {
    const { results } = fields(fields(account)[name]);
    const series = Array.isArray(results) ? seriesOf(results) : undefined;
    if (series === undefined) return unexpected(`its answer is not one to a query${said}`);
    found[name] = series;
  }
  return { ok: true, found, width };
}

/** Rows are buckets, and with FACET those of several series. */
function seriesOf(rows: readonly unknown[]): readonly Series[] | undefined {
  const all = new Map<string, [number, number | null][]>();
  for (const row of rows) {
    const { beginTimeSeconds, endTimeSeconds, facet, ...rest } = fields(row);
    const at = numberOf(beginTimeSeconds);
    const value = valueOf(rest);
    if (at === undefined || endTimeSeconds === undefined || value === undefined) return undefined;
    const name = JSON.stringify(facet ?? '');
    const points = all.get(name) ?? [];
    points.push([at, value]);
    all.set(name, points);
  }
  return [...all].map(([name, points]) => ({ name, points }));
}

/** The one number of a row, also where it stands below its percentile; `undefined`: there are several, or none. */
function valueOf(row: Readonly<Record<string, unknown>>): number | null | undefined {
  const values = Object.entries(row).filter(([name]) => name !== 'comparison');
  const [only] = values;
  if (only === undefined || values.length > 1) return undefined;
  const [, value] = only;
  if (value === null || typeof value === 'number') return value;
  return isObject(value) ? valueOf(value) : undefined;
}

function kindOf(words: string, document: unknown): FailureKind {
  const { errorClass } = fields(fields(listOf(fields(document).errors)[0]).extensions);
  const all = `${textOf(errorClass) ?? ''} ${words}`;
  if (/syntax|unknown function|BAD_REQUEST|INVALID_INPUT/i.test(all)) return 'bad-query';
  if (/api.?key|UNAUTHENTICATED|UNAUTHORIZED/i.test(all)) return 'unauthorized';
  if (/not authorized|access denied|FORBIDDEN|account .*not found/i.test(all)) return 'forbidden';
  if (/TOO_MANY_REQUESTS|rate limit|limit exceeded/i.test(all)) return 'rate-limited';
  return /TIMEOUT|timed out|SERVER_ERROR|went wrong/i.test(all) ? 'server-error' : 'unexpected';
}

function wordsOf(document: unknown): string | undefined {
  const { errors } = fields(document);
  const words = listOf(errors).flatMap((error) => textOf(fields(error).message) ?? []);
  if (words.length > 0) return words.join('; ');
  return listOf(errors).length > 0 ? 'an error without words' : undefined;
}
