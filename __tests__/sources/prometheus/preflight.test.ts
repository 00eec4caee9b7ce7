import { describe, expect, it } from '@jest/globals';
import { createPrometheusChecks } from '../../../src/sources/prometheus/checks.js';
import { createClient } from '../../../src/sources/prometheus/client.js';
import type { Finding } from '../../../src/contract/result.js';
import { drive } from '../../support/drive.js';
import { type PrometheusScene, withPrometheus } from '../../support/prometheus-scene.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { json, scrapeAnswer, vector, type Behaviour } from '../../support/stand-in-prometheus.js';
import { describeAll, serverAt } from '../../support/prometheus-server.js';

const flags = {
  'prometheus-url': 'http://prometheus.test',
  'prometheus-total': 'http_requests_total{app="shop"}',
  'prometheus-errors': 'http_requests_total{app="shop",code=~"5.."}',
};
const labels = { job: 'a', instance: 'b' };

let server: PrometheusScene['server'];
let clock: PrometheusScene['clock'];
let http: PrometheusScene['http'];
withPrometheus((scene) => {
  ({ server, clock, http } = scene);
});

async function preflight(more: Readonly<Record<string, string>> = {}): Promise<Finding[]> {
  const resolution = resolveWith({ flags: { ...flags, ...more } });
  const { settings, problems } = resolution;
  expect(problems).toEqual([]);
  const client = createClient(serverAt(server.url), { http, clock, redact: (text) => text });
  const plan = { duration: settings.duration, minRequests: settings['min-requests'] };
  const checks = createPrometheusChecks(describeAll(resolution), plan, { client, clock });
  const signal = new AbortController().signal;
  const found = await drive(
    clock,
    Promise.all(checks.map((check) => check.preflight(signal))),
    () => server.open,
    () => server.hanging,
  );
  return found.flat();
}

/** By what a query asks for. */
function knowing(answers: {
  readonly parts?: readonly string[];
  readonly exists?: readonly string[];
  readonly perSecond?: number;
  readonly scrape?: number;
  readonly les?: readonly string[];
  readonly value?: string;
}): Behaviour {
  const single = (value: number | undefined): string =>
    vector(value === undefined ? [] : [{ metric: {}, value: [1, String(value)] }]);
  return (response, query) => {
    const body = query.startsWith('vector(1)')
      ? single(1)
      : query.startsWith('sum(')
        ? single(answers.perSecond)
        : query.startsWith('quantile(')
          ? single(answers.scrape)
          : query.startsWith('count by (le)')
            ? vector((answers.les ?? []).map((le) => ({ metric: { le }, value: [1, '2'] })))
            : query.includes('count_over_time')
              ? vector(
                  (answers.exists ?? []).map((part) => ({
                    metric: { rollgate_part: part },
                    value: [1, '1'],
                  })),
                )
              : query.includes('rollgate_part')
                ? scrapeAnswer(
                    (answers.parts ?? []).map((part) => ({ part, labels, value: 1, at: 1 })),
                    2,
                  )
                : single(Number(answers.value));
    json(body)(response, query);
  };
}

describe('preflight of the prometheus source', () => {
  it('counters that exist: no finding', async () => {
    server.behave = knowing({ parts: ['total', 'errors'] });
    expect(await preflight()).toEqual([]);
  });

  it('an annotation of the query: one notice, and no error', async () => {
    const answers = knowing({ parts: ['total', 'errors'], value: '3' });
    server.behave = (response, query) => {
      const end = response.end.bind(response);
      response.end = ((body: string) =>
        end(
          JSON.stringify({ ...(JSON.parse(body) as object), infos: ['PromQL info: odd (1:1)'] }),
        )) as typeof response.end;
      answers(response, query);
    };
    expect(await preflight({ 'prometheus-value': 'q', 'max-value': '1' })).toEqual([
      {
        level: 'notice',
        subject: 'value',
        message: `${server.url} says of a query: PromQL info: odd`,
      },
    ]);
  });

  it('a baseline: queries the counters of both', async () => {
    const baseline = {
      'prometheus-baseline-total': 'old_total',
      'prometheus-baseline-errors': 'old_total{code=~"5.."}',
    };
    const all = ['total', 'errors', 'baseline-total', 'baseline-errors'] as const;
    server.behave = knowing({ parts: all });
    expect(await preflight(baseline)).toEqual([]);
    server.behave = knowing({ parts: ['total', 'errors'] });
    expect(await preflight(baseline)).toMatchObject([
      {
        level: 'error',
        subject: 'relative',
        message: expect.stringMatching(
          /^prometheus-baseline-total: no series matches old_total: .* has had no old_total/,
        ),
      },
      { level: 'error', message: expect.stringMatching(/^prometheus-baseline-errors: /) },
    ]);
  });

  it('says what errors-per-minute means at the present traffic', async () => {
    server.behave = knowing({ parts: ['total', 'errors'], perSecond: 200 });
    expect(await preflight()).toEqual([
      {
        level: 'notice',
        subject: 'errors-per-minute',
        message:
          'at 200 requests/s, 10/min is 99.92 % success: stricter than min-success-rate 95 %',
      },
    ]);
  });

  it.each([
    [0.01, /there will be 3 requests in 5m: this limit needs 60/],
    [0.1, /there will be 30 requests in 5m: this limit needs 60/],
  ])('warns at %d requests a second', async (perSecond, message) => {
    server.behave = knowing({ parts: ['total', 'errors'], perSecond });
    const [warning] = await preflight({ 'max-errors-per-minute': 'off' });
    expect(warning).toMatchObject({ level: 'warning', message: expect.stringMatching(message) });
  });

  it('warns of a scrape interval near the length of the watch', async () => {
    server.behave = knowing({ parts: ['total', 'errors'], scrape: 60 });
    expect(await preflight({ duration: '2m' })).toEqual([
      {
        level: 'warning',
        subject: 'success-rate',
        message: 'the counters are scraped every 1m: a watch of 2m sees hardly any of it',
        fix: 'set duration to at least 3m',
      },
    ]);
  });

  it.each<
    [string, Parameters<typeof knowing>[0], readonly (readonly [Finding['level'], RegExp])[]]
  >([
    [
      'the metric is unknown',
      {},
      [
        ['error', /^prometheus-total: .*has had no http_requests_total in the last hour$/],
        ['error', /^prometheus-errors: .*has had no http_requests_total/],
      ],
    ],
    [
      'a label is unknown',
      { parts: ['total'], exists: ['metric', 'label app'] },
      [['error', /^prometheus-errors: .*http_requests_total has no label `code`$/]],
    ],
    [
      'no request to this version yet',
      { exists: ['metric', 'label app', 'label code'] },
      [['warning', /^prometheus-total: no series matches .* yet/]],
    ],
    [
      'nothing has failed yet',
      { parts: ['total'], exists: ['metric', 'label app', 'label code'] },
      [],
    ],
  ])('explains why a selector matches nothing: %s', async (_, known, expected) => {
    server.behave = knowing(known);
    const findings = await preflight();
    expect(findings.map(({ level, message }) => [level, message])).toEqual(
      expected.map(([level, message]) => [level, expect.stringMatching(message)]),
    );
  });

  it('a missing error counter alone: a warning that its name may be wrong', async () => {
    server.behave = knowing({ parts: ['total'] });
    expect(await preflight({ 'prometheus-errors': 'http_errors_total' })).toMatchObject([
      {
        level: 'warning',
        message: expect.stringMatching(/it would look the same if the name were wrong$/),
      },
    ]);
  });

  const latency = { 'prometheus-latency': 'd_seconds_bucket', 'max-latency': 'p95 < 800ms' };

  it.each<[string, readonly string[], readonly unknown[]]>([
    ['a border at the limit', ['0.8', '+Inf'], []],
    [
      'borders around the limit',
      ['0.5', '1', '+Inf'],
      [
        {
          level: 'notice',
          message:
            'the histogram has no bucket at 800ms: slower than 1s counts as too slow, and only what is within 500ms as fast enough',
        },
      ],
    ],
    [
      'no border above',
      ['0.1', '+Inf'],
      [
        {
          level: 'error',
          message: expect.stringMatching(/no border at or above the limit \(800ms\)$/),
        },
      ],
    ],
  ])('a histogram with %s', async (_, les, expected) => {
    server.behave = knowing({ parts: ['total', 'errors'], les });
    expect(await preflight(latency)).toMatchObject(expected);
  });

  it.each([
    ['12', []],
    ['NaN', [{ level: 'warning', message: 'prometheus-value: the query gives NaN now' }]],
  ])('a value: %s', async (value, expected) => {
    server.behave = knowing({ parts: ['total', 'errors'], value });
    expect(await preflight({ 'prometheus-value': 'q', 'max-value': '1' })).toMatchObject(expected);
  });

  it('a server that refuses: one error, with its message', async () => {
    server.behave = json('token expired', 401);
    expect(await preflight({ ...latency, 'prometheus-value': 'q', 'max-value': '1' })).toEqual([
      {
        level: 'error',
        subject: 'success-rate',
        message: `prometheus-url: ${server.url}: it answered 401: token expired`,
        fix: 'set prometheus-token to a valid token, or to user:password',
      },
    ]);
  });

  it.each([503, 429])('queries again after %d', async (status) => {
    let requests = 0;
    const works = knowing({ parts: ['total', 'errors'] });
    server.behave = (response, query) => {
      requests += 1;
      (requests < 3 ? json('', status, { 'Retry-After': '3' }) : works)(response, query);
    };
    expect(await preflight()).toEqual([]);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(6000);
  });

  it('an error after three attempts', async () => {
    server.behave = json('', 502);
    expect(await preflight()).toMatchObject([{ level: 'error' }]);
    expect(server.queries).toEqual(['vector(1)', 'vector(1)', 'vector(1)']);
  });

  /** What a server knows besides samples. */
  interface Known {
    readonly types?: Readonly<Record<string, string>>;
    /** Of the label `code` or another one, whatever is selected. */
    readonly values?: readonly string[];
    readonly falls?: number;
  }

  function knowsBesides(known: Known, answers: Parameters<typeof knowing>[0]): Behaviour {
    const usual = knowing(answers);
    return (response, query) => {
      const url = new URL(server.received.at(-1)?.url ?? '', 'http://a.test');
      const metric = url.searchParams.get('metric') ?? '';
      const type = known.types?.[metric];
      const data = url.pathname.endsWith('/metadata')
        ? { [metric]: type === undefined ? [] : [{ type, help: '', unit: '' }] }
        : /\/label\/\w+\/values$/.test(url.pathname)
          ? known.values
          : undefined;
      if (data !== undefined) json(JSON.stringify({ status: 'success', data }))(response, query);
      else if (query.startsWith('max(resets('))
        json(
          vector(
            known.falls === undefined ? [] : [{ metric: {}, value: [1, String(known.falls)] }],
          ),
        )(response, query);
      else usual(response, query);
    };
  }

  const there = { parts: ['total', 'errors'] };
  const noFailures = { parts: ['total'], exists: ['metric', 'label app', 'label code'] };

  describe('series that are no raw counters', () => {
    it.each([
      'app:http_requests:rate5m',
      'app:http_requests:sum_rate5m',
      'app:http_requests:irate1m30s',
      'job:requests:increase1h',
      'app:http_errors:ratio_rate5m',
      'app:http_requests:per_second',
      'app:http_requests:delta',
    ])('%s is refused as a recorded rate', async (name) => {
      server.behave = knowsBesides({}, there);
      const flags = { 'prometheus-total': name, 'prometheus-errors': `${name}{code=~"5.."}` };
      expect(await preflight(flags)).toEqual([
        {
          level: 'error',
          subject: 'success-rate',
          message: `prometheus-total, prometheus-errors: ${name} is a recorded rate by its name, and no raw counter`,
          fix: expect.stringMatching(/^name the raw counter/),
        },
      ]);
    });

    it.each([
      ['app:http_requests:sum', /is a recorded sum by its name: where a pod goes it goes back/],
      ['app:rate_limited_requests_total', /is a recorded sum by its name/],
    ])('%s is a warning', async (name, message) => {
      server.behave = knowsBesides({}, there);
      const flags = { 'prometheus-total': name, 'prometheus-errors': `${name}{code=~"5.."}` };
      expect(await preflight(flags)).toMatchObject([
        { level: 'warning', message: expect.stringMatching(message) },
      ]);
    });

    it.each<[string, Known, Finding['level'] | undefined, RegExp]>([
      [
        'a gauge',
        { types: { http_requests_total: 'gauge' } },
        'warning',
        /has http_requests_total as a gauge, and not as a counter$/,
      ],
      ['a counter', { types: { http_requests_total: 'counter' } }, undefined, /^$/],
      [
        'a series that falls half of the time',
        { falls: 0.5 },
        'warning',
        /: in the last 10m its series went down 50 % of the times that they changed: it is not a counter, or several/,
      ],
      ['a series that falls now and then', { falls: 0.1 }, undefined, /^$/],
      [
        'a gauge that falls',
        { types: { http_requests_total: 'gauge' }, falls: 0.5 },
        'error',
        /as a gauge, and not as a counter, and in the last 10m/,
      ],
    ])('%s', async (_, known, level, message) => {
      server.behave = knowsBesides(known, there);
      expect(await preflight()).toMatchObject(
        level === undefined
          ? []
          : [
              {
                level,
                message: expect.stringMatching(message),
                fix: expect.stringMatching(/^name the raw/),
              },
            ],
      );
    });

    it('buckets that are a recorded rate are refused', async () => {
      server.behave = knowsBesides({}, { ...there, les: ['0.8', '+Inf'] });
      const flags = { ...latency, 'prometheus-latency': 'app:d_seconds_bucket:rate5m' };
      expect(await preflight(flags)).toMatchObject([
        { level: 'error', message: expect.stringMatching(/^prometheus-latency: .* recorded rate/) },
      ]);
    });

    it('a server that tells nothing of its metrics is no trouble', async () => {
      const usual = knowing(there);
      server.behave = (response, query) => {
        const isQuery = server.received.at(-1)?.url.endsWith('/query') === true;
        (isQuery ? usual : json('404 page not found', 404))(response, query);
      };
      expect(await preflight()).toEqual([]);
    });
  });

  describe('a label value of all requests that no series ever had', () => {
    const nothingYet = { parts: ['errors'], exists: ['metric', 'label app', 'label code'] };

    it('is a warning that names the values', async () => {
      server.behave = knowsBesides({ values: ['cart', 'shoop'] }, nothingYet);
      expect(await preflight()).toEqual([
        {
          level: 'warning',
          subject: 'success-rate',
          message:
            'prometheus-total: no series matches http_requests_total{app="shop"} yet: the values of `app` are cart, shoop',
          fix: 'correct the value, unless only the new version brings it',
        },
      ]);
    });

    it('is looked for among all series of the metric', async () => {
      server.behave = knowsBesides({ values: ['cart'] }, nothingYet);
      await preflight({ 'prometheus-total': 'http_requests_total{app="shop",code!="404"}' });
      const asked = server.received.map(({ url }) => new URL(url, 'http://a.test'));
      const [values] = asked.filter(({ pathname }) => pathname.includes('/label/'));
      expect(values?.searchParams.get('match[]')).toBe('http_requests_total');
    });

    it('is not guessed where the values are there, or not told', async () => {
      for (const values of [['shop'], []]) {
        server.behave = knowsBesides({ values }, nothingYet);
        expect((await preflight()).map(({ message }) => message)).toContain(
          'prometheus-total: no series matches http_requests_total{app="shop"} yet: the metric and its labels are there',
        );
      }
    });
  });

  describe('a label value of the failures that no series ever had', () => {
    const errors = (matcher: string) => ({
      'prometheus-errors': `http_requests_total{app="shop",${matcher}}`,
    });

    it.each<[string, readonly string[]]>([
      ['code=~"5xx"', ['200', '204', '404']],
      ['code="5xx"', ['200']],
      ['code=~"5.."', ['OK', 'NotFound']],
      ['code="error"', ['ok', 'timeout']],
    ])('%s beside %j is a warning that names the values', async (matcher, values) => {
      server.behave = knowsBesides({ values }, noFailures);
      expect(await preflight(errors(matcher))).toEqual([
        {
          level: 'warning',
          subject: 'success-rate',
          message: `prometheus-errors: no series ever had ${matcher}: the values of \`code\` are ${values.join(', ')}`,
          fix: expect.stringMatching(/^correct the value/),
        },
      ]);
    });

    it.each<[string, readonly string[]]>([
      ['code=~"5.."', ['200', '404']],
      ['code=~"5.."', ['200', '503']],
      ['code="500"', ['200']],
      ['code=~"5.."', ['2xx', '4xx']],
      ['code="5"', ['2', '4']],
      ['code=~"Unknown|Internal"', ['OK']],
      ['code="failure"', ['success']],
      ['code=~"5xx"', []],
      ['code!~"2.."', ['200']],
    ])('%s beside %j is not: a failure may still come', async (matcher, values) => {
      server.behave = knowsBesides({ values }, noFailures);
      expect(await preflight(errors(matcher))).toEqual([]);
    });

    it('is asked of the other labels of the selector', async () => {
      server.behave = knowsBesides({ values: ['200'] }, noFailures);
      await preflight(errors('code=~"5xx"'));
      const asked = server.received.map(({ url }) => new URL(url, 'http://a.test'));
      const [values] = asked.filter(({ pathname }) => pathname.includes('/label/'));
      expect(values?.pathname).toBe('/api/v1/label/code/values');
      expect(values?.searchParams.get('match[]')).toBe('http_requests_total{app="shop"}');
    });
  });
});
