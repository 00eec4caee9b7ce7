import { fields, isObject, listOf, numberOf, textOf } from '../support/json.js';
import { option } from '../support/options.js';
import { integer } from '../support/values/numbers.js';
import { script, text } from '../support/values/text.js';
import { url } from '../support/values/url.js';
import { choice } from '../support/values/words.js';
import { byKind, type ErrorMapping, failed, type ProblemKind } from '../support/http/problem.js';
import { mapValues } from '../support/objects.js';
import { hintsOf, noAnswerToQuery } from './source.js';
import { bucketOption, delayOption, queryOptions, seriesSource } from './series/source.js';
import { seconds, type Series, type SeriesAdapter } from './series/adapter.js';

/** New Relic, by NRQL without its time. */
export const newrelic = seriesSource({
  description: 'Events and metrics of New Relic, by NRQL.',
  options: {
    account: option(integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
      required: true,
      variables: ['NEW_RELIC_ACCOUNT_ID'],
      description: 'Number of the account.',
    }),
    region: option(choice(['us', 'eu']), {
      default: 'us',
      variables: ['NEW_RELIC_REGION'],
      description: 'Region of the account: `us` or `eu`.',
    }),
    url: option(url(), {
      description: 'Address of a proxy in front of `/graphql`. Default: that of the region.',
    }),
    'api-key': option(text(), {
      secret: true,
      sentTo: ['url'],
      variables: ['NEW_RELIC_API_KEY'],
      description: 'User key. Ingest and license keys cannot query.',
    }),
    total: option(script(), {
      description:
        "NRQL that counts all requests, without its time, such as `SELECT count(*) FROM Transaction WHERE appName = 'shop'`.",
    }),
    errors: option(script(), {
      description: 'NRQL that counts those that failed, in the same way.',
    }),
    value: option(script(), {
      description: 'NRQL that gives one number that is not negative.',
    }),
    ...queryOptions,
    bucket: bucketOption('30s'),
    delay: delayOption('90s', 'Most agents send once a minute.'),
  },
  connect({ account, region, url: proxy, bucket, 'api-key': apiKey }) {
    // The key goes nowhere else, unless an address is given outside the file.
    const address = proxy ?? `https://api.${region === 'eu' ? 'eu.' : ''}newrelic.com`;
    return apiKey === undefined
      ? { address, missingCredentials: 'set NEW_RELIC_API_KEY to a user key' }
      : adapter(address, account, seconds(bucket), apiKey);
  },
  problemWith: (_, query) => {
    // What stands in quotes is no word of the language.
    const bare = query.replace(/'(?:[^'\\]|\\.)*'|`[^`]*`/g, "''");
    const clause = /\b(SINCE|UNTIL|TIMESERIES|COMPARE WITH)\b/i.exec(bare)?.[1];
    return clause === undefined
      ? undefined
      : {
          message: `${clause.toUpperCase()} is added by Rollgate`,
          fix: 'take it out of the query',
        };
  },
});

const errorMapping: ErrorMapping = {
  hintFor: byKind({
    ...hintsOf({ address: 'region', credentials: 'NEW_RELIC_API_KEY', path: '/graphql' }),
    unauthorized:
      'set NEW_RELIC_API_KEY to a user key of this region: ingest and license keys cannot query',
    forbidden: 'check account, and whether the key may read it',
  }),
};

/** NRQL over NerdGraph (https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial/). */
function adapter(
  address: string,
  account: number,
  bucketSeconds: number,
  apiKey: string,
): SeriesAdapter {
  return {
    address,
    bucketSeconds,
    errorMapping,
    request(queries, { from, to }) {
      const names = Object.keys(queries);
      const declared = names.map((name) => `$${name}: Nrql!`).join(', ');
      const results = names.map((name) => `${name}: nrql(query: $${name}) { results }`).join(' ');
      const time = `SINCE ${String(from * 1000)} UNTIL ${String(to * 1000)} TIMESERIES ${String(bucketSeconds)} SECONDS`;
      return {
        method: 'POST',
        url: `${address.replace(/\/+$/, '')}/graphql`,
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/json',
          'API-Key': apiKey,
        },
        body: JSON.stringify({
          query: `query($account: Int!, ${declared}) { actor { account(id: $account) { ${results} } } }`,
          variables: {
            account,
            ...mapValues(queries, (nrql) => `${nrql} ${time}`),
          },
        }),
      };
    },
    read(document, names, serverMessage) {
      const { account: data } = fields(fields(fields(document).data).actor);
      // Errors come with status 200, and sometimes beside data.
      const errors = listOf(fields(document).errors);
      if (errors.length > 0) {
        const words = serverMessage === '' ? ': an error without words' : serverMessage;
        const kind = kindOf(words, errors);
        const isPartial = names.some((name) => fields(fields(data)[name]).results !== undefined);
        if (!isPartial || !MAY_BE_PARTIAL.has(kind)) return failed(kind, `it answered${words}`);
        return { ok: true, value: { found: {}, bucketSeconds, partial: words.slice(2) } };
      }
      const found: Record<string, readonly Series[]> = {};
      for (const name of names) {
        const { results } = fields(fields(data)[name]);
        const series = Array.isArray(results) ? seriesOf(results) : undefined;
        if (series === undefined) return noAnswerToQuery(serverMessage);
        found[name] = series;
      }
      return { ok: true, value: { found, bucketSeconds } };
    },
  };
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

/** What else an error is, it is also without data. */
const MAY_BE_PARTIAL: ReadonlySet<ProblemKind> = new Set(['server-error', 'unexpected']);

function kindOf(error: string, errors: readonly unknown[]): ProblemKind {
  const { errorClass } = fields(fields(errors[0]).extensions);
  const all = `${textOf(errorClass) ?? ''} ${error}`;
  if (/syntax|unknown function|BAD_REQUEST|INVALID_INPUT/i.test(all)) return 'bad-request';
  if (/api.?key|UNAUTHENTICATED|UNAUTHORIZED/i.test(all)) return 'unauthorized';
  if (/not authorized|access denied|FORBIDDEN|account .*not found/i.test(all)) return 'forbidden';
  if (/TOO_MANY_REQUESTS|rate limit|limit exceeded/i.test(all)) return 'rate-limited';
  return /TIMEOUT|timed out|SERVER_ERROR|went wrong/i.test(all) ? 'server-error' : 'unexpected';
}
