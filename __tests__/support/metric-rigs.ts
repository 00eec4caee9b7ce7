import type { sources } from '../../src/sources/registry.js';
import type { Received } from './servers.js';
import { signatureProblem } from './signature-v4.js';
import { scrapeAnswer, vector } from './stand-in-prometheus.js';

export type MetricPart = 'total' | 'errors' | 'value';

/** What a service has to tell at one moment. */
export interface MetricState {
  /** What time it is there, seconds since the epoch. */
  readonly now: number;
  /** What was counted or measured in a bucket, as it is to stand in the body; `undefined`: nothing. */
  readonly inBucket: (part: MetricPart, start: number, width: number) => string | undefined;
  /** Length of the buckets of a storage that has its own, seconds. */
  readonly step: number;
  /** A counter, or a gauge, as it is now. */
  readonly current: (part: MetricPart) => string | undefined;
  /** How many series each query gives. */
  readonly series: number;
}

export interface Answered {
  readonly status?: number;
  readonly body: string;
}

/** A stand-in for one kind of service: how it is asked for numbers, and how it answers, as its documents say. */
export interface Rig {
  readonly source: keyof typeof sources;
  /** Options of a check that reads counts, and of one that reads a value. */
  readonly counts: readonly string[];
  readonly value: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Length of its buckets as it is asked for them here, seconds; `undefined`: it tells what there is now. */
  readonly width: number | undefined;
  answer(request: Received, state: MetricState): Answered;
}

const WIDTH = 10;
const timing = ['bucket: 10s', 'delay: 5s'];

function startsOf(from: number, to: number, width: number): readonly number[] {
  const first = Math.ceil(from / width) * width;
  const count = Math.max(0, Math.ceil((to - first) / width));
  return Array.from({ length: count }, (_, n) => first + n * width);
}

/** The buckets of a part that hold something, in a stretch of time. */
function cellsOf(
  state: MetricState,
  part: MetricPart,
  from: number,
  to: number,
  width: number,
): readonly { readonly start: number; readonly token: string }[] {
  return startsOf(from, Math.min(to, state.now), width).flatMap((start) => {
    const token = state.inBucket(part, start, width);
    return token === undefined ? [] : [{ start, token }];
  });
}

function each(state: MetricState, make: (n: number) => string): readonly string[] {
  return Array.from({ length: state.series }, (_, n) => make(n));
}

const datadog: Rig = {
  source: 'datadog',
  counts: [
    'total: sum:hits{service:shop}.as_count()',
    'errors: sum:errors{service:shop}.as_count()',
    ...timing,
  ],
  value: ['value: avg:queue{service:shop}', ...timing],
  env: { DD_API_KEY: 'api-key-1234', DD_APP_KEY: 'app-key-1234' },
  width: WIDTH,
  answer: ({ url, headers, body }, state) => {
    if (url !== '/api/v2/query/timeseries')
      return { status: 404, body: '{"errors":["Not found"]}' };
    if (
      headers['dd-api-key'] !== 'api-key-1234' ||
      headers['dd-application-key'] !== 'app-key-1234'
    )
      return { status: 403, body: '{"errors":["Forbidden"]}' };
    const { attributes } = (JSON.parse(body) as { data: { attributes: DatadogQuery } }).data;
    const { from, to, interval, queries } = attributes;
    const width = interval / 1000;
    const all = queries.flatMap(({ name }, index) => {
      const cells = cellsOf(state, name, from / 1000, to / 1000, width);
      return cells.length === 0
        ? []
        : each(state, () => String(index)).map((shown) => ({ shown, cells }));
    });
    const times = startsOf(from / 1000, Math.min(to / 1000, state.now), width);
    const row = (cells: (typeof all)[number]['cells']): string =>
      times.map((time) => cells.find(({ start }) => start === time)?.token ?? 'null').join(',');
    const series = all.map(
      ({ shown }, n) => `{"group_tags":["host:${String(n)}"],"query_index":${shown},"unit":null}`,
    );
    return {
      body: `{"data":{"type":"timeseries_response","attributes":{"series":[${series.join(',')}],"times":[${times.map((time) => time * 1000).join(',')}],"values":[${all.map(({ cells }) => `[${row(cells)}]`).join(',')}]}}}`,
    };
  },
};

interface DatadogQuery {
  readonly from: number;
  readonly to: number;
  readonly interval: number;
  readonly queries: readonly { readonly name: MetricPart }[];
}

const cloudwatch: Rig = {
  source: 'cloudwatch',
  counts: [
    'namespace: AWS/ApplicationELB',
    'dimensions: { LoadBalancer: app/shop/1 }',
    'total: RequestCount',
    'errors: HTTPCode_Target_5XX_Count',
    ...timing,
  ],
  value: ['value: SELECT MAX(Depth) FROM "Shop/Queues"', ...timing],
  env: {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret+example/1234',
    AWS_SESSION_TOKEN: 'session-1234',
  },
  width: WIDTH,
  answer: (request, state) => {
    const keys = { id: 'AKIDEXAMPLE', secret: 'secret+example/1234', session: 'session-1234' };
    const problem = signatureProblem(request, keys, state.now);
    if (problem !== undefined)
      return {
        status: 403,
        body: JSON.stringify({
          __type: 'com.amazon.coral.service#InvalidSignatureException',
          message: problem,
        }),
      };
    if (request.headers['x-amz-target'] !== 'GraniteServiceVersion20100801.GetMetricData')
      return { status: 404, body: '{"__type":"UnknownOperationException"}' };
    const { StartTime, EndTime, MetricDataQueries } = JSON.parse(request.body) as {
      StartTime: number;
      EndTime: number;
      MetricDataQueries: readonly {
        readonly Id: string;
        readonly Period?: number;
        readonly MetricStat?: { readonly Period: number };
      }[];
    };
    const results = MetricDataQueries.flatMap(({ Id, Period, MetricStat }) => {
      const width = Period ?? MetricStat?.Period ?? NaN;
      const part = Id.replace(/\d+$/, '') as MetricPart;
      // A null is nothing that CloudWatch would ever write.
      const cells = cellsOf(state, part, StartTime, EndTime, width);
      return each(
        state,
        (n) =>
          `{"Id":"${Id}","Label":"${String(n)}","Timestamps":[${cells.map(({ start }) => start).join(',')}],"Values":[${cells.map(({ token }) => token).join(',')}],"StatusCode":"Complete"}`,
      );
    });
    return { body: `{"MetricDataResults":[${results.join(',')}],"Messages":[]}` };
  },
};

const newrelic: Rig = {
  source: 'newrelic',
  counts: [
    'total: SELECT count(*) FROM Transaction',
    'errors: SELECT count(*) FROM TransactionError',
    ...timing,
  ],
  value: ['value: SELECT percentile(duration, 95) FROM Transaction', ...timing],
  env: { NEW_RELIC_API_KEY: 'NRAK-1234', NEW_RELIC_ACCOUNT_ID: '12345' },
  width: WIDTH,
  answer: ({ url, headers, body }, state) => {
    if (url !== '/graphql') return { status: 404, body: '{}' };
    if (headers['api-key'] !== 'NRAK-1234')
      return { status: 401, body: '{"errors":[{"message":"API key is missing or invalid"}]}' };
    const { variables } = JSON.parse(body) as { variables: Readonly<Record<string, string>> };
    const results = Object.entries(variables).flatMap(([name, nrql]) => {
      if (name === 'account') return [];
      const part = name as MetricPart;
      const [, from = NaN, to = NaN, width = NaN] =
        / SINCE (\d+) UNTIL (\d+) TIMESERIES (\d+) SECONDS$/.exec(nrql)?.map(Number) ?? [];
      const starts = startsOf(from / 1000, to / 1000, width);
      // https://docs.newrelic.com/docs/nrql/nrql-syntax-clauses-functions/#sel-timeseries
      if (starts.length > 366) throw new Error('more buckets than it gives');
      // There is a row for every bucket. What counts is 0 where nothing was, a percentile is null.
      const rows = starts.flatMap((start) => {
        const token = start < state.now ? state.inBucket(part, start, width) : undefined;
        const shown = token ?? 'null';
        const value =
          part === 'value' ? `"percentile.duration":{"95":${shown}}` : `"count":${shown}`;
        return each(
          state,
          (n) =>
            `{"facet":"${String(n)}","beginTimeSeconds":${String(start)},"endTimeSeconds":${String(start + width)},${value}}`,
        );
      });
      return [`"${part}":{"results":[${rows.join(',')}]}`];
    });
    return { body: `{"data":{"actor":{"account":{${results.join(',')}}}}}` };
  },
};

const influxdb: Rig = {
  source: 'influxdb',
  counts: [
    'database: telegraf',
    'total: SELECT count("d") FROM "requests" WHERE $timeFilter',
    'errors: SELECT count("d") FROM "requests" WHERE "code" = \'500\' AND $timeFilter',
    ...timing,
  ],
  value: ['database: telegraf', 'value: SELECT max("n") FROM "queue" WHERE $timeFilter', ...timing],
  env: { ROLLGATE_CHECK_A_TOKEN: 'reader:secret-1234' },
  width: WIDTH,
  answer: ({ url, headers }, state) => {
    const { pathname, searchParams } = new URL(url, 'http://influx.test');
    if (pathname !== '/query') return { status: 404, body: '404 page not found' };
    if (headers.authorization !== `Basic ${Buffer.from('reader:secret-1234').toString('base64')}`)
      return { status: 401, body: '{"error":"authorization failed"}' };
    if (searchParams.get('db') !== 'telegraf' || searchParams.get('epoch') !== 's')
      return { body: '{"results":[{"statement_id":0,"error":"database not found: x"}]}' };
    const statements = (searchParams.get('q') ?? '').split('; ');
    const parts: readonly MetricPart[] = statements.length === 2 ? ['total', 'errors'] : ['value'];
    const results = parts.map((part, id) => {
      const [, from = NaN, to = NaN, width = NaN] =
        /time >= (\d+)s AND time < (\d+)s GROUP BY time\((\d+)s\) fill\(none\)$/
          .exec(statements[id] ?? '')
          ?.map(Number) ?? [];
      const rows = cellsOf(state, part, from, to, width).map(
        ({ start, token }) => `[${String(start)},${token}]`,
      );
      const series = each(
        state,
        () => `{"name":"requests","columns":["time","count"],"values":[${rows.join(',')}]}`,
      );
      return `{"statement_id":${String(id)}${rows.length === 0 ? '' : `,"series":[${series.join(',')}]`}}`;
    });
    return { body: `{"results":[${results.join(',')}]}` };
  },
};

const graphite: Rig = {
  source: 'graphite',
  counts: ['total: stats_counts.shop.requests', 'errors: stats_counts.shop.errors', 'delay: 5s'],
  value: ['value: stats.gauges.shop.queue', 'delay: 5s'],
  env: {},
  width: WIDTH,
  answer: ({ url }, state) => {
    const { pathname, searchParams } = new URL(url, 'http://graphite.test');
    if (searchParams.get('noCache') !== 'true')
      throw new Error('it would be answered from a cache');
    if (pathname !== '/render') return { status: 404, body: 'Not Found' };
    const from = Number(searchParams.get('from'));
    const until = Number(searchParams.get('until'));
    const all = searchParams.getAll('target').flatMap((target) => {
      const [, label = '', part = ''] = /^alias\(.*,'(rollgate (\w+))'\)$/.exec(target) ?? [];
      // Points begin after `from`, and `until` belongs to them; what is not there is null, as long as the series is known.
      const starts = startsOf(from + 1, until + 1, state.step);
      const tokens = starts.map((start) =>
        start < state.now ? state.inBucket(part as MetricPart, start, state.step) : undefined,
      );
      if (tokens.every((token) => token === undefined)) return [];
      const points = starts.map((start, n) => `[${tokens[n] ?? 'null'}, ${String(start)}]`);
      return each(state, () => `{"target":"${label}","datapoints":[${points.join(',')}]}`);
    });
    return { body: `[${all.join(',')}]` };
  },
};

const json: Rig = {
  source: 'json',
  counts: ['total: /requests', 'errors: codes.failed'],
  value: ['value: queue.length'],
  env: { ROLLGATE_CHECK_A_TOKEN: 'abc.def-1234' },
  width: undefined,
  answer: ({ headers }, state) => {
    if (headers.authorization !== 'Bearer abc.def-1234')
      return { status: 401, body: '{"error":"no"}' };
    const at = (part: MetricPart): string => {
      const token = state.current(part) ?? 'null';
      return state.series === 1 ? token : `[${each(state, () => token).join(',')}]`;
    };
    return {
      body: `{"requests":${at('total')},"codes":{"failed":${at('errors')}},"queue":{"length":${at('value')}}}`,
    };
  },
};

/** Numbers stand in quotes there. */
const prometheus: Rig = {
  source: 'prometheus',
  counts: ['total: http_requests_total', 'errors: http_requests_total{code=~"5.."}'],
  value: ['value: queue_length'],
  env: {},
  width: undefined,
  answer: ({ body }, state) => {
    const query = new URLSearchParams(body).get('query') ?? '';
    const labels = { job: 'shop', instance: 'a:80' };
    // Numbers stand in quotes, and so do NaN and the infinite ones.
    const raw = (text: string): string =>
      text.replace(/"@(.*?)@"/g, (_, escaped: string) => {
        const token = escaped.replaceAll('\\', '');
        if (token === '1e999') return '"+Inf"';
        return token === 'NaN' || /^-?\d/.test(token) ? `"${token}"` : token;
      });
    if (!query.includes('rollgate_part')) {
      const token = query === 'vector(1)' ? '1' : state.current('value');
      const series = token === undefined ? [] : each(state, () => token);
      return {
        body: raw(
          vector(
            series.map((value, n) => ({
              metric: { n: String(n) },
              value: [state.now, `@${value}@`],
            })),
          ),
        ),
      };
    }
    const parts = (['total', 'errors'] as const).flatMap((part) => {
      const token = state.current(part);
      return token === undefined ? [] : [{ part, labels, value: `@${token}@`, at: state.now }];
    });
    const text = scrapeAnswer(parts, state.now);
    return { body: raw(text) };
  },
};

export const rigs: readonly Rig[] = [
  prometheus,
  json,
  datadog,
  cloudwatch,
  newrelic,
  influxdb,
  graphite,
];

/** The application itself, which is probed. */
export const httpRig: Rig = {
  source: 'http',
  counts: ['request-timeout: 2s'],
  value: [],
  env: {},
  width: undefined,
  answer: () => ({ body: '{}' }),
};
