import { afterEach, describe, expect, it } from '@jest/globals';
import { replay } from '../../src/gate/replay.js';
import type { Observation } from '../../src/contract/check.js';
import { decodeRecording } from '../../src/report/recording-reader.js';
import type { Finding } from '../../src/contract/result.js';
import { rigs, type Rig } from '../support/metric-rigs.js';
import { EPOCH_SECONDS, MetricScene, type Fault } from '../support/metric-scene.js';
import { scrapeAnswer } from '../support/stand-in-prometheus.js';
import { json } from '../support/stand-in-source.js';

let scene: MetricScene;
afterEach(() => scene.close());

async function start(source: Rig['source']): Promise<MetricScene> {
  scene = await MetricScene.start(rigs.find((rig) => rig.source === source)!);
  return scene;
}

const limits = ['min-success-rate: 95'];
const body = (text: string, status = 200, headers = {}): Fault => ({
  kind: 'answer',
  answer: json(text, status, headers),
});

/** What preflight says of counts when this is answered. */
async function preflightOf(
  source: Rig['source'],
  fault: Fault | undefined,
): Promise<readonly Finding[]> {
  await start(source);
  scene.fault = fault;
  const [check] = await scene.create('counts', limits);
  return scene.preflight(check!);
}

/** What an observation finds when this is answered. */
async function observeOnce(source: Rig['source'], fault: Fault): Promise<Observation> {
  await start(source);
  const [check] = await scene.create('counts', limits);
  const found = await scene.observe(check!, [undefined, undefined, undefined, fault]);
  return found[3]!;
}

describe('the answer of a metrics service to a query', () => {
  it.each<[Rig['source'], string, Fault, RegExp, RegExp]>([
    [
      'datadog',
      'a query that does not parse',
      body('{"errors":["Error parsing query: unable to parse sum:"]}', 400),
      /it answered 400: Error parsing query: unable to parse sum:$/,
      /^correct the query$/,
    ],
    [
      'datadog',
      'an error of JSON:API',
      body('{"errors":[{"title":"Generic Error","detail":"bad interval"}]}', 400),
      /it answered 400: bad interval$/,
      /correct/,
    ],
    [
      'datadog',
      'a wrong key',
      body('{"errors":["Forbidden"]}', 403),
      /Forbidden$/,
      /both keys and site/,
    ],
    [
      'cloudwatch',
      'a wrong key',
      body(
        '{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"The security token included in the request is invalid."}',
        400,
      ),
      /it answered 400: UnrecognizedClientException: The security token/,
      /^check AWS_ACCESS_KEY_ID/,
    ],
    [
      'cloudwatch',
      'credentials that are over',
      body(
        '{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}',
        400,
      ),
      /ExpiredTokenException/,
      /^the credentials have expired/,
    ],
    [
      'cloudwatch',
      'a missing right',
      body(
        '{"__type":"AccessDeniedException","Message":"User: arn:aws:iam::1:user/x is not authorized to perform: cloudwatch:GetMetricData"}',
        400,
      ),
      /AccessDeniedException: User: arn/,
      /cloudwatch:GetMetricData/,
    ],
    [
      'cloudwatch',
      'an expression that does not parse',
      body(
        '{"__type":"com.amazonaws.cloudwatch#ValidationError","message":"Error in expression"}',
        400,
      ),
      /ValidationError: Error in expression$/,
      /^correct the metric/,
    ],
    [
      'cloudwatch',
      'a metric of another account',
      body(
        '{"MetricDataResults":[{"Id":"total0","Label":"x","Timestamps":[],"Values":[],"StatusCode":"Forbidden"}]}',
      ),
      /does not let us read a metric$/,
      /cloudwatch:GetMetricData/,
    ],
    [
      'newrelic',
      'a query that does not parse, with status 200',
      body(
        `{"data":{"actor":{"account":{"total":null}}},"errors":[{"message":"NRQL Syntax Error: Error at line 1 position 8, unexpected 'FORM'","path":["actor"]}]}`,
      ),
      /it answered: NRQL Syntax Error: Error at line 1/,
      /^correct the query$/,
    ],
    [
      'newrelic',
      'a wrong key, with status 200',
      body(
        '{"errors":[{"message":"Invalid API key","extensions":{"errorClass":"UNAUTHENTICATED"}}]}',
      ),
      /it answered: Invalid API key$/,
      /user key of this region/,
    ],
    [
      'newrelic',
      'an account of somebody else, with status 200',
      body('{"errors":[{"message":"Access denied.","extensions":{"errorClass":"FORBIDDEN"}}]}'),
      /it answered: Access denied.$/,
      /check account/,
    ],
    [
      'influxdb',
      'a query that does not parse',
      body('{"error":"error parsing query: found EOF, expected FROM"}', 400),
      /it answered 400: error parsing query/,
      /^correct the query$/,
    ],
    [
      'influxdb',
      'a database that there is not, with status 200',
      body('{"results":[{"statement_id":0,"error":"database not found: x"}]}'),
      /it answered: database not found: x$/,
      /^correct database$/,
    ],
    [
      'influxdb',
      'a database that there is not, in a newer version',
      body('{"error":"database not found: x"}', 404),
      /it answered 404: database not found: x$/,
      /^correct the query$/,
    ],
    [
      'graphite',
      'a target that does not parse',
      {
        kind: 'answer',
        answer: (response) =>
          response.writeHead(400, { 'Content-Type': 'text/plain' }).end('Invalid parameters'),
      },
      /it answered 400: Invalid parameters$/,
      /^correct the query$/,
    ],
  ])('%s: %s', async (source, _, fault, message, fix) => {
    const findings = await preflightOf(source, fault);
    expect(findings).toMatchObject([
      { level: 'error', message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
    ]);
  });

  it.each<[Rig['source'], string, Fault, RegExp]>([
    [
      'cloudwatch',
      'throttling, which comes with 400',
      body('{"__type":"ThrottlingException","message":"Rate exceeded"}', 400),
      /ThrottlingException: Rate exceeded$/,
    ],
    [
      'newrelic',
      'rows with two numbers',
      body(
        '{"data":{"actor":{"account":{"total":{"results":[{"beginTimeSeconds":0,"endTimeSeconds":10,"a":1,"b":2}]},"errors":{"results":[]}}}}}',
      ),
      /not one to a query$/,
    ],
    [
      'influxdb',
      'rows with two numbers',
      body(
        '{"results":[{"statement_id":0,"series":[{"name":"r","columns":["time","a","b"],"values":[]}]}]}',
      ),
      /it gives 2 numbers for each bucket, and one is needed$/,
    ],
    [
      'influxdb',
      'a secret in its words',
      body('{"error":"no user reader with secret-1234"}', 500),
      /it answered 500: no user reader with \*\*\*$/,
    ],
    [
      'graphite',
      'steps of several lengths',
      body(
        '[{"target":"rollgate total","datapoints":[[1,0],[1,10]]},{"target":"rollgate errors","datapoints":[[1,0],[1,60]]}]',
      ),
      /points every 10 s and every 60 s: bring them together with summarize\(\)$/,
    ],
  ])('%s: %s is a provider error', async (source, _, fault, detail) => {
    const found = await observeOnce(source, fault);
    expect(found).toMatchObject({
      kind: 'none',
      why: 'provider-error',
      detail: expect.stringMatching(detail),
    });
  });
});

/** Answers that hold something, and say themselves that something is missing. */
const partial: readonly (readonly [Rig['source'], string, string, string])[] = [
  [
    'prometheus',
    'a partial answer of VictoriaMetrics',
    '{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}}',
    ': some of its storage did not answer (isPartial)',
  ],
  [
    'prometheus',
    'a warning of Thanos',
    '{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["PromQL warning: odd (1:1)","store thanos-1:10901: no secret-1234"]}',
    ': store thanos-1:10901: no ***',
  ],
  [
    'datadog',
    'an error as a text',
    '{"data":{"attributes":{"series":[],"times":[],"values":[]}},"errors":"a query timed out"}',
    ': a query timed out',
  ],
  [
    'datadog',
    'errors as a list',
    '{"data":{"attributes":{"series":[],"times":[],"values":[]}},"errors":["one","two"]}',
    ': one; two',
  ],
  [
    'datadog',
    'an error of the whole',
    '{"data":{"attributes":{"series":[],"times":[],"values":[]}},"error":"shard 7 is away"}',
    ': shard 7 is away',
  ],
  [
    'datadog',
    'a status',
    '{"status":"error","data":{"attributes":{"series":[],"times":[],"values":[]}}}',
    '',
  ],
  [
    'cloudwatch',
    'a status',
    '{"MetricDataResults":[{"Id":"total0","Label":"x","Timestamps":[],"Values":[],"StatusCode":"PartialData","Messages":[{"Code":"C","Value":"too much"}]}]}',
    ': PartialData, too much',
  ],
  [
    'cloudwatch',
    'a message',
    '{"MetricDataResults":[{"Id":"total0","Label":"x","Timestamps":[],"Values":[],"StatusCode":"Complete"}],"Messages":[{"Code":"MaxMetricsExceeded","Value":"Maximum number of allowed metrics exceeded"}]}',
    ': Maximum number of allowed metrics exceeded',
  ],
  [
    'cloudwatch',
    'another page',
    '{"MetricDataResults":[{"Id":"total0","Label":"x","Timestamps":[],"Values":[],"StatusCode":"Complete"}],"NextToken":"n"}',
    ': there is more on another page',
  ],
  [
    'newrelic',
    'an error beside data',
    '{"data":{"actor":{"account":{"total":{"results":[]},"errors":null}}},"errors":[{"message":"NRDB is slow","path":["actor","account","errors"]}]}',
    ': NRDB is slow',
  ],
  [
    'influxdb',
    'a series that is cut short',
    '{"results":[{"statement_id":0,"series":[{"name":"r","columns":["time","a"],"values":[],"partial":true}]},{"statement_id":1}]}',
    ': it cut the rows short (max-row-limit)',
  ],
  [
    'influxdb',
    'a result that is cut short',
    '{"results":[{"statement_id":0,"partial":true},{"statement_id":1}]}',
    ': it cut the rows short (max-row-limit)',
  ],
  [
    'json',
    'a search that was not finished',
    '{"timed_out":true,"_shards":{"total":5,"failed":0},"requests":1,"codes":{"failed":0}}',
    ': its search ran out of time (timed_out)',
  ],
  [
    'json',
    'a shard that did not answer',
    '{"timed_out":false,"_shards":{"total":5,"failed":2},"requests":1,"codes":{"failed":0}}',
    ': 2 of 5 shards failed',
  ],
  [
    'json',
    'a warning of Loki',
    '{"status":"success","warnings":["an ingester is away"],"requests":1,"codes":{"failed":0}}',
    ': an ingester is away',
  ],
];
const PARTIAL = 'its answer is partial, so nothing is judged by it';

describe('an answer that says it is partial', () => {
  it.each(partial)('%s, by %s: a provider error with the reason', async (source, _, text, why) => {
    const found = await observeOnce(source, body(text));
    expect(found).toMatchObject({ kind: 'none', why: 'provider-error' });
    expect(found).toHaveProperty('detail', expect.stringMatching(new RegExp(`^[^ ]+: ${PARTIAL}`)));
    expect((found as { detail: string }).detail.split(PARTIAL)[1]).toBe(why);
  });

  it.each(partial)(
    '%s, by %s: an error of preflight, with what to do',
    async (source, _, text, why) => {
      expect(await preflightOf(source, body(text))).toEqual([
        {
          level: 'error',
          subject: 'a',
          message: expect.stringMatching(new RegExp(`: ${PARTIAL}`)),
          fix: expect.stringMatching(/narrow the (query|selector) down|ask for less/),
        },
      ]);
      expect(why).toBeDefined();
    },
  );

  it.each([
    [true, 'inconclusive'],
    [false, 'healthy'],
  ])(
    'prometheus: requests without a series of failures, isPartial %s: %s',
    async (isPartial, verdict) => {
      await start('prometheus');
      const checks = await scene.create('counts', limits);
      scene.fault = {
        kind: 'answer',
        answer: (response) => {
          const now = EPOCH_SECONDS + scene.clock.monotonic() / 1000;
          const at = Math.floor(now / 5) * 5;
          const total = { part: 'total', labels: { instance: 'a' }, value: at - EPOCH_SECONDS, at };
          const whole = JSON.parse(scrapeAnswer([total], now)) as object;
          json(JSON.stringify({ ...whole, isPartial }))(response);
        },
      };
      expect(await scene.watch(checks)).toMatchObject({ verdict });
    },
  );

  it('prometheus: an annotation of the query becomes one finding of the watch, and no error', async () => {
    await start('prometheus');
    const checks = await scene.create('value', ['max: 10']);
    scene.fault = body(
      '{"status":"success","data":{"resultType":"scalar","result":[1,"3"]},"infos":["PromQL info: odd (1:1)"]}',
    );
    const { verdict, findings } = await scene.watch(checks);
    expect(verdict).toBe('healthy');
    expect(findings).toMatchObject([
      { level: 'notice', message: expect.stringMatching(/ says of a query: PromQL info: odd$/) },
    ]);
  });

  it('cloudwatch: a message about single numbers in a complete result is no provider error', async () => {
    const text = (id: string): string =>
      `{"Id":"${id}","Label":"x","Timestamps":[],"Values":[],"StatusCode":"Complete","Messages":[{"Code":"ArithmeticError","Value":"One or more data-points have been dropped"}]}`;
    const answer = body(`{"MetricDataResults":[${text('total0')},${text('errors0')}]}`);
    expect(await observeOnce('cloudwatch', answer)).not.toMatchObject({ why: 'provider-error' });
  });
});

describe('a value below 0', () => {
  const negative: Fault = { kind: 'token', token: '-3' };
  it.each(rigs.map(({ source }) => source))(
    '%s: no data in the watch, and an error in preflight',
    async (source) => {
      await start(source);
      const [check] = await scene.create('value', ['max: 10']);
      const found = await scene.observe(check!, [undefined, undefined, undefined, negative]);
      expect(found[3]).toMatchObject({
        kind: 'none',
        why: 'no-data',
        detail: expect.stringMatching(/-3, and a value must not be negative$/),
      });
      await scene.close();
      await start(source);
      scene.fault = negative;
      const [fresh] = await scene.create('value', ['max: 10']);
      expect(await scene.preflight(fresh!)).toMatchObject([
        {
          level: 'error',
          message: expect.stringMatching(/-3, and a value must not be negative/),
          fix: expect.stringMatching(/never below 0/),
        },
      ]);
    },
  );
});

describe('preflight of metrics services', () => {
  it.each<[Rig['source'], readonly string[], RegExp]>([
    [
      'datadog',
      ['total: sum:hits{*}', 'errors: sum:e{*}.as_count()'],
      /sum:hits\{\*\} does not count/,
    ],
    [
      'newrelic',
      ['total: SELECT count(*) FROM T SINCE 1 hour ago', 'errors: SELECT 1 FROM T'],
      /SINCE is added by Rollgate$/,
    ],
    [
      'influxdb',
      ['database: d', 'total: SELECT count(a) FROM r', 'errors: SELECT count(b) FROM r'],
      /there is no \$timeFilter in it$/,
    ],
    [
      'influxdb',
      ['database: d', 'value: SELECT max(a) FROM r WHERE $timeFilter GROUP BY host', 'max: 1'],
      /GROUP BY is added by Rollgate$/,
    ],
  ])('%s: %j is an error', async (source, options, message) => {
    await start(source);
    const evaluated = options.includes('max: 1') ? [] : limits;
    const [check] = await scene.createOf([...options, ...evaluated]);
    const [finding] = await scene.preflight(check!);
    expect(finding).toMatchObject({ level: 'error', message: expect.stringMatching(message) });
    expect(scene.received).toHaveLength(0);
  });

  it.each<[Rig['source'], RegExp]>([
    ['datadog', /^set DD_API_KEY and DD_APP_KEY$/],
    ['cloudwatch', /^set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/],
    ['newrelic', /^set NEW_RELIC_API_KEY/],
  ])('%s without credentials: an error, and nothing is sent', async (source, fix) => {
    await start(source);
    const { counts } = rigs.find((rig) => rig.source === source)!;
    const env = { AWS_REGION: 'eu-central-1', NEW_RELIC_ACCOUNT_ID: '1' };
    const [check] = await scene.createOf([...counts, ...limits], env);
    expect(await scene.preflight(check!)).toMatchObject([
      { level: 'error', fix: expect.stringMatching(fix) },
    ]);
    expect(scene.received).toHaveLength(0);
  });

  it('graphite: an unknown name is an error; influxdb: no data yet', async () => {
    expect(await preflightOf('graphite', { kind: 'nothing' })).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(/nothing that stats_counts.shop.requests names/),
      },
    ]);
    await scene.close();
    expect(await preflightOf('influxdb', { kind: 'nothing' })).toMatchObject([
      { level: 'warning', message: expect.stringMatching(/gave nothing in the last hour/) },
    ]);
  });

  it('graphite: data that started within the last minute is found', async () => {
    await start('graphite');
    const [check] = await scene.create('counts', limits);
    await scene.driven(scene.clock.sleep(25_000));
    scene.since = EPOCH_SECONDS + 10;
    expect(await scene.preflight(check!)).toEqual([]);
  });

  it('cloudwatch: a watch shorter than its delay is reported', async () => {
    await start('cloudwatch');
    const { counts } = rigs.find((rig) => rig.source === 'cloudwatch')!;
    const usual = counts.filter((line) => !/^(bucket|delay)/.test(line));
    const [check] = await scene.createOf([...usual, ...limits]);
    scene.fault = { kind: 'nothing' };
    const findings = await scene.preflight(check!);
    expect(findings.map(({ message }) => message)).toContain(
      'numbers come for 1m each, and 2m late: a watch of 2m sees 0 of them',
    );
    expect(findings.map(({ fix }) => fix)).toContain('set duration to at least 6m');
  });

  it('datadog: a failing service is queried again, and reported once', async () => {
    await start('datadog');
    const { counts } = rigs.find((rig) => rig.source === 'datadog')!;
    const checks = await scene.createOf([...counts, ...limits, 'max-errors-per-minute: 5']);
    scene.fault = body('{}', 503);
    const findings = [await scene.preflight(checks[0]!), await scene.preflight(checks[1]!)].flat();
    expect(findings).toHaveLength(1);
    expect(scene.received).toHaveLength(3);
  });
});

describe('a value that never changes', () => {
  it.each(['json', 'prometheus'] as const)(
    '%s: counts after the warm-up, in the shortest watch too',
    async (source) => {
      await start(source);
      scene.fault = { kind: 'token', token: '7' };
      const checks = await scene.create('value', ['max: 10']);
      const outcome = await scene.watch(checks, { warmUp: 10_000, duration: 20_000 });
      expect(outcome).toMatchObject({
        verdict: 'healthy',
        reason: expect.stringMatching(/^7 on average/),
        results: [{ samples: 1 }],
      });
    },
  );
});

describe('a recording of a metrics service', () => {
  const all = rigs.flatMap(({ source }) =>
    (['counts', 'value'] as const).flatMap((kind) =>
      ([0, 0.3] as const).map((failing) => ({ source, kind, failing })),
    ),
  );

  it.each(all)(
    'of $source, $kind, $failing failing: a replay gives the same judgement',
    async (one) => {
      await start(one.source);
      scene.failing = one.failing;
      const checks = await scene.create(
        one.kind,
        one.kind === 'counts' ? limits : [one.failing === 0 ? 'max: 6' : 'max: 1'],
      );
      const { outcome, recording } = await scene.record(checks);
      const { plan, checks: evaluated, events } = decodeRecording(recording).targets[0]!;
      const { judgement, decidedAt, results } = replay(plan, evaluated, events);
      const { verdict, reason, decidedBy } = outcome;
      expect({ judgement, decidedAt, results }).toEqual({
        judgement: { verdict, reason, decidedBy },
        decidedAt: outcome.decidedAt,
        results: outcome.results,
      });
      expect(verdict).toBe(one.failing === 0 ? 'healthy' : 'unhealthy');
    },
  );
});

describe('the raw answers in a recording', () => {
  it.each(
    rigs.filter(({ source }) => source !== 'prometheus').map(({ source }) => [source] as const),
  )('%s: give the same observations', async (source) => {
    await start(source);
    scene.failing = 0.1;
    const [check] = await scene.create('counts', limits);
    const windows = Array.from({ length: 6 }, () => undefined);
    const observations = await scene.observe(check!, windows);
    const counted = observations.filter((each) => each.kind === 'counts');
    const entries = observations.flatMap(({ raw }) => (raw ?? []) as readonly Raw[]);
    const pairs = entries.flatMap(({ buckets = [] }) => buckets);
    const sums =
      source === 'json'
        ? [
            entries.at(-1)!.total! - entries[0]!.total!,
            entries.at(-1)!.errors! - entries[0]!.errors!,
          ]
        : [1, 2].map((column) => pairs.reduce((sum, row) => sum + row[column]!, 0));
    expect(sums).toEqual([
      counted.reduce((sum, { samples }) => sum + samples, 0),
      counted.reduce((sum, { failures }) => sum + failures, 0),
    ]);
    expect(sums[0]).toBeGreaterThan(0);
  });
});

interface Raw {
  readonly buckets?: readonly (readonly number[])[];
  readonly total?: number;
  readonly errors?: number;
}

describe('datadog', () => {
  it('waits for the seconds of its rate limit, whatever the clocks say', async () => {
    await start('datadog');
    const [check] = await scene.create('counts', limits);
    const busy = body('{"errors":["Too many requests"]}', 429, {
      'X-RateLimit-Limit': '100',
      'X-RateLimit-Period': '3600',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': '25',
    });
    const found = await scene.observe(check!, [
      undefined,
      undefined,
      busy,
      undefined,
      undefined,
      undefined,
    ]);
    expect(found.map(({ kind }) => kind)).toEqual([
      'none',
      'counts',
      'none',
      'none',
      'none',
      'counts',
    ]);
  });
});

describe('cloudwatch', () => {
  it('adds up several metrics, and passes expressions on unchanged', async () => {
    await start('cloudwatch');
    scene.failing = 0.1;
    const [check] = await scene.createOf([
      'namespace: AWS/ApplicationELB',
      'dimensions: { LoadBalancer: app/shop/1 }',
      'total: RequestCount',
      'errors: [HTTPCode_Target_5XX_Count, HTTPCode_ELB_5XX_Count]',
      'bucket: 10s',
      'delay: 5s',
      ...limits,
    ]);
    const [, second] = await scene.observe(check!, [undefined, undefined]);
    expect(second).toMatchObject({ samples: 100, failures: 20 });
    const { MetricDataQueries: queries } = JSON.parse(scene.received.at(-1)!.body) as {
      MetricDataQueries: readonly unknown[];
    };
    expect(queries).toMatchObject([
      {
        Id: 'total0',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/ApplicationELB',
            MetricName: 'RequestCount',
            Dimensions: [{ Name: 'LoadBalancer', Value: 'app/shop/1' }],
          },
          Period: 10,
          Stat: 'Sum',
        },
      },
      { Id: 'errors0', MetricStat: { Metric: { MetricName: 'HTTPCode_Target_5XX_Count' } } },
      { Id: 'errors1', MetricStat: { Metric: { MetricName: 'HTTPCode_ELB_5XX_Count' } } },
    ]);
    await scene.close();
    await start('cloudwatch');
    const [other] = await scene.create('value', ['max: 10']);
    await scene.observe(other!, [undefined]);
    expect(scene.received.at(-1)!.body).toContain('"Expression":"SELECT MAX(Depth)');
  });
});

describe('the rate of queries', () => {
  it('is limited to when a new bucket can exist', async () => {
    await start('influxdb');
    const { counts } = rigs.find((rig) => rig.source === 'influxdb')!;
    const [check] = await scene.createOf([
      ...counts.filter((line) => !line.startsWith('delay')),
      'delay: 35s',
      ...limits,
    ]);
    await scene.observe(
      check!,
      Array.from({ length: 4 }, () => undefined),
    );
    // Once to learn what time it is there; the first bucket is complete after 45 s.
    expect(scene.received).toHaveLength(1);
  });
});
