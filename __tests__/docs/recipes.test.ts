import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createChecks } from '../../src/sources/registry.js';
import type { MetricCheck, Observation } from '../../src/contract/check.js';
import { drive } from '../support/drive.js';
import { resolveWith } from '../support/resolve-inputs.js';
import type { Received } from '../support/servers.js';
import { StandInSource } from '../support/stand-in-source.js';
import { VirtualClock } from '../support/virtual-clock.js';

const page = readFileSync('docs/recipes.md', 'utf8');

/** The configuration that the page gives for a service. */
function blockOf(heading: string): string {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return /```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}

interface Answered {
  readonly status?: number;
  readonly type?: string;
  readonly body: unknown;
}

interface Recipe {
  readonly heading: string;
  /** Whatever the page says of credentials, and what the service is sent then. */
  readonly env: Readonly<Record<string, string>>;
  readonly authorization: string;
  /** What is wrong with a request, by the documents of the service. */
  readonly objection: (request: Received, url: URL) => string | undefined;
  /** Answers in turn; what the check makes of them. */
  readonly good: readonly (readonly [Answered, Partial<Observation> | undefined])[];
  /** An answer without data, and what preflight says of it. */
  readonly nothing: readonly (readonly [Answered, level: 'error' | 'warning', message: RegExp])[];
}

/** https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-at-a-single-point-in-time */
const loki = (...vectors: readonly (readonly [at: number, value: string])[]): Answered => ({
  body: {
    status: 'success',
    data: {
      resultType: 'vector',
      result: vectors.map((value) => ({ metric: {}, value })),
      stats: { summary: { execTime: 0.01, totalLinesProcessed: 20 } },
    },
  },
});

/** https://www.elastic.co/guide/en/elasticsearch/reference/current/search-search.html */
const search = (aggregations?: { readonly total: number; readonly errors: number }): Answered => ({
  type: 'application/vnd.elasticsearch+json;compatible-with=8',
  body: {
    took: 3,
    timed_out: false,
    _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
    hits: { max_score: null, hits: [] },
    ...(aggregations === undefined
      ? {}
      : {
          aggregations: {
            total: { doc_count: aggregations.total },
            errors: { doc_count: aggregations.errors },
          },
        }),
  },
});

/** https://docs.dynatrace.com/docs/dynatrace-api/environment-api/metric-v2/get-data-points */
const dynatrace = (point?: readonly [at: number, value: number | null]): Answered => ({
  body: {
    totalCount: point === undefined ? 0 : 1,
    nextPageKey: null,
    resolution: 'Inf',
    result: [
      {
        metricId: 'builtin:service.errors.fivexx.rate:splitBy():avg',
        dataPointCountRatio: 0.1,
        dimensionCountRatio: 0.1,
        data:
          point === undefined
            ? []
            : [{ dimensions: [], dimensionMap: {}, timestamps: [point[0]], values: [point[1]] }],
      },
    ],
  },
});

const missing = (words: RegExp): readonly ['warning', RegExp] => ['warning', words];

const recipes: readonly Recipe[] = [
  {
    heading: 'Loki',
    env: { ROLLGATE_JSON_TOKEN: 'reader:secret-1234' },
    authorization: `Basic ${Buffer.from('reader:secret-1234').toString('base64')}`,
    objection: ({ method }, { pathname, searchParams }) => {
      const query = searchParams.get('query') ?? '';
      if (method !== 'GET' || pathname !== '/loki/api/v1/query') return 'not found';
      const ranges = [...query.matchAll(/\[10s\] offset 10s\)/g)];
      return ranges.length === 2 && query.includes('status >= 500') ? undefined : query;
    },
    good: [
      [loki([1000, '0']), { kind: 'value', value: 0 }],
      // 0 % again, of other ten seconds.
      [loki([1010, '0']), { kind: 'value', value: 0 }],
      [loki([1020, '2.5']), { kind: 'value', value: 2.5 }],
      [loki(), { kind: 'none', why: 'no-data' }],
    ],
    nothing: [
      [loki(), ...missing(/^value: at data\.result\[0\]\.value\[1\] there is nothing now$/)],
      [loki([1000, 'NaN']), ...missing(/a text that is not a number now$/)],
      [
        {
          status: 400,
          type: 'text/plain; charset=UTF-8',
          body: 'parse error at line 1, col 9: syntax error: unexpected )',
        },
        'error',
        /it answered 400: parse error at line 1, col 9: syntax error/,
      ],
    ],
  },
  {
    heading: 'Elasticsearch',
    env: { ROLLGATE_JSON_HEADERS: 'Authorization: ApiKey secret-1234' },
    authorization: 'ApiKey secret-1234',
    objection: ({ method, headers, body }, { pathname, searchParams }) => {
      if (method !== 'POST' || pathname !== '/logs-shop-*/_search') return 'not found';
      if (headers['content-type'] !== 'application/json') return 'Content-Type is not supported';
      const { size, query, aggs } = JSON.parse(body) as Readonly<Record<string, unknown>>;
      const isWhole = searchParams.get('allow_partial_search_results') === 'false';
      return isWhole && size === 0 && query !== undefined && aggs !== undefined ? undefined : body;
    },
    good: [
      [search({ total: 12_000, errors: 30 }), undefined],
      [search({ total: 12_200, errors: 34 }), { kind: 'counts', samples: 200, failures: 4 }],
      // Midnight: what is counted is of the new day.
      [search({ total: 50, errors: 1 }), { kind: 'counts', samples: 50, failures: 1 }],
      [search(), { kind: 'none', why: 'no-data' }],
    ],
    nothing: [
      // A pattern that no index has.
      [search(), ...missing(/^total: at aggregations\.total\.doc_count there is nothing now$/)],
      [
        {
          status: 404,
          body: {
            error: { type: 'index_not_found_exception', reason: 'no such index [logs-shop]' },
            status: 404,
          },
        },
        'error',
        /it answered 404: no such index \[logs-shop\]$/,
      ],
      [
        {
          status: 403,
          body: { error: { reason: 'action [indices:data/read/search] is unauthorized' } },
        },
        'error',
        /it answered 403: action \[indices:data\/read\/search\] is unauthorized$/,
      ],
    ],
  },
  {
    heading: 'Dynatrace',
    env: { ROLLGATE_JSON_HEADERS: 'Authorization: Api-Token dt0c01.secret-1234' },
    authorization: 'Api-Token dt0c01.secret-1234',
    objection: ({ method }, { pathname, searchParams }) => {
      if (method !== 'GET' || pathname !== '/api/v2/metrics/query') return 'not found';
      const given = Object.fromEntries(searchParams);
      const isOne = given.resolution === 'Inf' && given.metricSelector!.endsWith(':splitBy():avg');
      const time = /^now-\d+m\/m$/;
      return isOne && time.test(given.from!) && time.test(given.to!) ? undefined : 'bad request';
    },
    good: [
      [dynatrace([60_000, 1.25]), { kind: 'value', value: 1.25 }],
      // The same minute, and then another one.
      [dynatrace([60_000, 1.25]), { kind: 'none', why: 'unchanged' }],
      [dynatrace([120_000, 1.25]), { kind: 'value', value: 1.25 }],
      [dynatrace(), { kind: 'none', why: 'no-data' }],
    ],
    nothing: [
      [dynatrace(), ...missing(/^value: at result\[0\]\.data\[0\]\.values\[0\] there is nothing/)],
      [dynatrace([60_000, null]), ...missing(/there is nothing now$/)],
      [
        { status: 400, body: { error: { code: 400, message: 'The metric key is unknown' } } },
        'error',
        /it answered 400: The metric key is unknown$/,
      ],
      [
        { status: 401, body: { error: { code: 401, message: 'Token is missing scope' } } },
        'error',
        /it answered 401: Token is missing scope/,
      ],
    ],
  },
];

/** A service that answers as it is told, and the check of the page that reads it. */
class Service extends StandInSource {
  private readonly clock = new VirtualClock();
  private readonly engine = this.http(this.clock);
  next: Answered = { status: 500, body: {} };
  odd: string | undefined;

  constructor(private readonly recipe: Recipe) {
    super();
  }

  async check(): Promise<MetricCheck> {
    const resolution = resolveWith({
      env: { ...this.recipe.env, ROLLGATE_JSON_URL: this.url },
      files: { 'rollgate.yml': blockOf(this.recipe.heading) },
    });
    expect(resolution.problems).toEqual([]);
    const checks = await createChecks({
      settings: resolution.settings,
      entries: resolution.checks,
      clock: this.clock,
      random: () => 0.5,
      http: () => this.engine,
      exec: () => Promise.reject(new Error('nothing is run here')),
      env: {},
      redact: (text) => text,
      leastRate: 0,
      commandEnv: {},
      platform: process.platform,
      logLines: 0,
    });
    const [check, ...others] = checks.filter((each) => each.kind !== 'health');
    expect(others).toEqual([]);
    return check!;
  }

  driven<T>(work: Promise<T>): Promise<T> {
    return drive(
      this.clock,
      work,
      () => this.open,
      () => this.hanging,
    );
  }

  sleep(ms: number): Promise<void> {
    return this.driven(this.clock.sleep(ms));
  }

  override async close(): Promise<void> {
    this.engine.close();
    await super.close();
  }

  protected answer(request: Received, response: ServerResponse): void {
    const { recipe } = this;
    const odd =
      request.headers.authorization === recipe.authorization
        ? recipe.objection(request, new URL(request.url, this.url))
        : 'unauthorized';
    if (odd !== undefined) {
      this.odd = odd;
      response.writeHead(400).end(odd);
      return;
    }
    const { status = 200, type = 'application/json', body } = this.next;
    response.writeHead(status, { 'Content-Type': type });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

let service: Service | undefined;
afterEach(() => service?.close());

async function start(recipe: Recipe): Promise<Service> {
  service = new Service(recipe);
  return service.listen();
}

describe.each(recipes)('the recipe for $heading', (recipe) => {
  const never = new AbortController().signal;

  it('reads the numbers of its answers, and no data where they have none', async () => {
    const scene = await start(recipe);
    const check = await scene.check();
    const comparing = recipe.good[0]![1] === undefined;
    scene.next = recipe.good[0]![0];
    check.start(0);
    await scene.sleep(1000);
    const rest = comparing ? recipe.good.slice(1) : recipe.good;
    const found: Observation[] = [];
    for (const [n, [answer]] of rest.entries()) {
      await scene.sleep(10_000);
      scene.next = answer;
      const window = { from: n * 10_000, to: (n + 1) * 10_000 };
      found.push(await scene.driven(check.observe(window, never)));
    }
    await check.stop();
    expect(scene.odd).toBeUndefined();
    expect(found).toMatchObject(rest.map(([, expected]) => expected!));
  });

  it('has no finding before the watch', async () => {
    const scene = await start(recipe);
    const check = await scene.check();
    scene.next = recipe.good[0]![0];
    expect(await scene.driven(check.preflight(never))).toEqual([]);
    expect(scene.odd).toBeUndefined();
  });

  it.each(recipe.nothing)(
    'without data before the watch has a finding (%#)',
    async (answer, level, message) => {
      const scene = await start(recipe);
      const check = await scene.check();
      scene.next = answer;
      const [first] = await scene.driven(check.preflight(never));
      expect(first).toMatchObject({ level, message: expect.stringMatching(message) });
      expect(scene.odd).toBeUndefined();
    },
  );
});

it('every configuration of the page is tested', () => {
  const blocks = page.match(/^```yaml$/gm) ?? [];
  expect(recipes.map(({ heading }) => blockOf(heading) === '')).toEqual(blocks.map(() => false));
});
