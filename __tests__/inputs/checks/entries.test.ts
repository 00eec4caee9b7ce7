import { describe, expect, it } from '@jest/globals';
import type { Resolution } from '../../../src/inputs/resolve.js';
import { resolveWith } from '../../support/resolve-inputs.js';

const server = 'http://prom.test';

/** Resolves `checks:` with these lines below it. */
function resolveChecks(
  lines: readonly string[],
  more: {
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: Readonly<Record<string, string>>;
    readonly inFile?: string;
  } = {},
): Resolution {
  const { inFile, ...rest } = more;
  const content = [...(inFile === undefined ? [] : [inFile]), 'checks:', ...lines].join('\n');
  return resolveWith({ ...rest, files: { 'rollgate.yml': content } });
}

/** Every judged check, as `id: limit`. */
function checksOf(resolution: Resolution): Readonly<Record<string, unknown>> {
  expect(resolution.problems).toEqual([]);
  return Object.fromEntries(
    resolution.checks.flatMap(({ checks }) => checks.map(({ id, ...rest }) => [id, rest])),
  );
}

describe('an entry of `checks`', () => {
  it('with several limits is one check for each, with the limit in its id', () => {
    const resolution = resolveChecks([
      '  - id: orders',
      '    source: prometheus',
      `    url: ${server}`,
      '    total: a_total',
      '    errors: b_total',
      '    latency: d_bucket',
      '    min-success-rate: 99.5',
      '    max-errors-per-minute: 3',
      '    max-latency: p99 < 1s',
    ]);
    expect(checksOf(resolution)).toEqual({
      'orders-success-rate': { limit: { metric: 'success-rate', minPercent: 99.5 } },
      'orders-errors-per-minute': {
        limit: { metric: 'errors-per-minute', max: 3, scaledTo: null },
      },
      'orders-latency': { limit: { metric: 'latency', percentile: 99, maxMs: 1000 } },
    });
  });

  it('with one limit has its own id', () => {
    const resolution = resolveChecks([
      '  - id: queue',
      '    source: prometheus',
      `    url: ${server}`,
      '    value: max(queue)',
      '    reducer: sum',
      '    max: 100',
      '  - source: prometheus',
      `    url: ${server}`,
      '    value: workers',
      '    min: 2',
    ]);
    expect(checksOf(resolution)).toEqual({
      queue: { limit: { metric: 'value', max: 100 } },
      'prometheus-min': { limit: { metric: 'value', min: 2 } },
    });
    expect(resolution.checks[0]?.options).toMatchObject({ value: 'max(queue)', reducer: 'sum' });
  });

  it('without a limit has those of the inputs that its source can read', () => {
    const resolution = resolveChecks(
      ['  - id: shop', '    source: http', '    url: http://shop.test'],
      { inFile: 'min-success-rate: 98\nmax-latency: p95 < 1s' },
    );
    expect(checksOf(resolution)).toEqual({
      'shop-success-rate': { limit: { metric: 'success-rate', minPercent: 98 } },
      'shop-errors-per-minute': {
        limit: { metric: 'errors-per-minute', max: 10, scaledTo: 60 },
        isByDefault: true,
      },
      'shop-latency': { limit: { metric: 'latency', percentile: 95, maxMs: 1000 } },
    });
  });

  it('with a limit has only its own, without those that are off', () => {
    const lines = ['  - id: a', '    source: http', '    url: http://shop.test'];
    expect(checksOf(resolveChecks([...lines, '    max-latency: p95 < 1s']))).toEqual({
      a: { limit: { metric: 'latency', percentile: 95, maxMs: 1000 } },
    });
    expect(checksOf(resolveChecks([...lines, '    max-errors-per-minute: off']))).toEqual({
      a: { limit: { metric: 'success-rate', minPercent: 95 }, isByDefault: true },
    });
  });

  it('is added to the checks of the inputs', () => {
    const resolution = resolveChecks(['  - source: http', '    url: http://other.test'], {
      flags: { url: 'http://shop.test' },
    });
    expect(Object.keys(checksOf(resolution))).toEqual([
      'success-rate',
      'errors-per-minute',
      'http-success-rate',
      'http-errors-per-minute',
    ]);
  });

  it('has its own policies for min-requests, no data and provider errors', () => {
    const resolution = resolveChecks([
      '  - id: a',
      '    source: prometheus',
      `    url: ${server}`,
      '    value: x',
      '    max: 1',
      '    min-requests: 7',
      '    on-no-data: ignore',
      '    on-provider-error: ignore',
    ]);
    expect(checksOf(resolution)).toEqual({
      a: {
        limit: { metric: 'value', max: 1 },
        minRequests: 7,
        onNoData: 'ignore',
        onProviderError: 'ignore',
      },
    });
  });

  it('has its other options from the inputs of the same meaning', () => {
    const { checks, problems } = resolveChecks(
      ['  - id: a', '    source: prometheus', '    value: x', '    max: 1'],
      {
        flags: { 'prometheus-timeout': '3s', 'prometheus-token': 'top-secret-1' },
        env: { ROLLGATE_PROMETHEUS_URL: server },
      },
    );
    expect(problems).toEqual([]);
    expect(checks[0]?.options).toMatchObject({
      url: server,
      timeout: 3000,
      token: 'top-secret-1',
      headers: undefined,
    });
  });

  describe('with a baseline', () => {
    const lines = [
      '  - id: a',
      '    source: prometheus',
      `    url: ${server}`,
      '    total: a_total{version="2"}',
      '    errors: b_total{version="2"}',
      '    baseline:',
      '      total: a_total{version="1"}',
      '      errors: b_total{version="1"}',
    ];

    it('and no limit is only compared', () => {
      const resolution = resolveChecks([...lines, '    baseline-margin: 1.5']);
      expect(checksOf(resolution)).toEqual({ a: { limit: { metric: 'relative', margin: 1.5 } } });
    });

    it('and a limit has both', () => {
      expect(checksOf(resolveChecks([...lines, '    min-success-rate: 99']))).toEqual({
        a: { limit: { metric: 'success-rate', minPercent: 99 }, baseline: { margin: 1 } },
      });
    });

    it('and latency from buckets is compared by latency', () => {
      const resolution = resolveChecks([
        '  - id: a',
        '    source: prometheus',
        `    url: ${server}`,
        '    latency: d_bucket{version="2"}',
        '    baseline: { latency: \'d_bucket{version="1"}\' }',
      ]);
      expect(checksOf(resolution)).toEqual({
        a: { limit: { metric: 'relative', margin: 1, of: 'latency' } },
      });
    });

    it('the baseline has the options of the entry, except its own', () => {
      const { checks } = resolveChecks([
        '  - source: prometheus',
        `    url: ${server}`,
        '    preset: istio',
        '    selector: version="2"',
        '    timeout: 4s',
        '    baseline:',
        '      selector: version="1"',
      ]);
      const [entry] = checks;
      expect(entry?.baseline).toMatchObject({
        url: server,
        preset: 'istio',
        timeout: 4000,
        selector: { matchers: [{ label: 'version', literal: '"1"' }] },
      });
      expect(entry?.nameOf('url', 'baseline')).toBe('baseline.url');
    });
  });

  it('takes maps and lists for options with several parts', () => {
    const { checks, problems } = resolveChecks([
      '  - source: http',
      '    url: http://shop.test',
      '    expect-status: [200-299, 404]',
      '  - source: prometheus',
      `    url: ${server}`,
      '    value: x',
      '    max: 1',
      '    parameters:',
      '      partial_response: false',
      '      region: eu=1',
    ]);
    expect(problems).toEqual([]);
    expect(checks.map(({ options }) => options)).toMatchObject([
      {
        'expect-status': [
          { from: 200, to: 299 },
          { from: 404, to: 404 },
        ],
      },
      { parameters: { partial_response: 'false', region: 'eu=1' } },
    ]);
  });

  it('belongs to every target without checks of its own', () => {
    const { targets, problems } = resolveWith({
      files: {
        'rollgate.yml': [
          'checks: [{ source: http, url: "http://all.test", min-success-rate: 99 }]',
          'targets:',
          '  - name: eu',
          '  - name: us',
          '    checks: [{ id: own, source: http, url: "http://us.test", min-success-rate: 99 }]',
        ].join('\n'),
      },
    });
    expect(problems).toEqual([]);
    expect(
      targets.map(({ checks }) => checks.flatMap(({ checks }) => checks.map(({ id }) => id))),
    ).toEqual([['http-success-rate'], ['own']]);
  });
});

describe('variables of an entry', () => {
  const lines = ['  - id: my.orders', '    source: http', '    max-latency: p95 < 1s'];

  it('set its addresses and secrets', () => {
    const { checks, problems, secrets, notices } = resolveChecks(lines, {
      env: {
        ROLLGATE_CHECK_MY_ORDERS_URL: 'http://shop.test',
        ROLLGATE_CHECK_MY_ORDERS_HEADERS: 'Authorization: Bearer abcdef123',
        ROLLGATE_CHECK_MY_ORDERS_URLS: 'http://x.test',
      },
    });
    expect(problems).toEqual([]);
    expect(checks[0]?.options).toMatchObject({
      url: 'http://shop.test',
      headers: { Authorization: 'Bearer abcdef123' },
    });
    expect(secrets).toEqual(expect.arrayContaining(['Bearer abcdef123', 'abcdef123']));
    expect(notices).toEqual([
      'The variable ROLLGATE_CHECK_MY_ORDERS_URLS is not an input and is ignored; did you mean `ROLLGATE_CHECK_MY_ORDERS_URL`?',
    ]);
  });

  it('go before the file and the inputs', () => {
    const { checks } = resolveChecks(
      [...lines, '    url: http://file.test', '    request-timeout: 1s'],
      {
        env: {
          ROLLGATE_CHECK_MY_ORDERS_URL: 'http://variable.test',
          ROLLGATE_CHECK_MY_ORDERS_REQUEST_TIMEOUT: '2s',
          ROLLGATE_REQUEST_TIMEOUT: '3s',
        },
      },
    );
    expect(checks[0]?.options).toMatchObject({
      url: 'http://variable.test',
      'request-timeout': 2000,
    });
  });

  it('are named in messages, without their values', () => {
    const { problems } = resolveChecks(lines, {
      env: {
        ROLLGATE_CHECK_MY_ORDERS_URL: 'http://shop.test',
        ROLLGATE_CHECK_MY_ORDERS_REQUESTS_PER_SECOND: '1000',
        ROLLGATE_CHECK_MY_ORDERS_HEADERS: 'hunter2 is no header',
      },
    });
    expect(problems.map(({ message }) => message)).toEqual([
      'line 2, check `my.orders` (http): `requests-per-second`: `1000` is out of range (from ROLLGATE_CHECK_MY_ORDERS_REQUESTS_PER_SECOND)',
      'line 2, check `my.orders` (http): `headers`: line 1 is not a header (from ROLLGATE_CHECK_MY_ORDERS_HEADERS)',
    ]);
  });
});

describe('a problem of an entry', () => {
  const http = ['  - id: a', '    source: http', '    url: http://shop.test'];
  const prometheus = ['  - id: a', '    source: prometheus', `    url: ${server}`];

  it.each<[string, readonly string[], readonly (string | RegExp)[]]>([
    [
      'no source',
      ['  - id: a'],
      [
        'line 2, check `a`: `source` is missing → say where the data come from: one of `http`, `prometheus`, `datadog`, `cloudwatch`, `newrelic`, `influxdb`, `graphite`, `json`, `command`, `alerts`',
      ],
    ],
    [
      'an unknown source',
      ['  - id: a', '    source: promethus'],
      [/^line 3, check `a`: `source`: `promethus` is not known here → did you mean `prometheus`\?/],
    ],
    [
      'an unknown option',
      [...http, '    requests-per-secnd: 3'],
      [
        'line 5, check `a` (http): `requests-per-secnd` is not an option of the source http → did you mean `requests-per-second`?',
      ],
    ],
    [
      'a limit on what the source cannot read',
      [...http, '    max: 3'],
      [
        'line 5, check `a` (http): `max` has no meaning for a check of the source http → take it out',
      ],
    ],
    [
      'an invalid value',
      [...http, '    min-success-rate: 0.95'],
      [
        /^line 5, check `a` \(http\): `min-success-rate`: `0.95` is less than one percent → .*write `95`/,
      ],
    ],
    [
      'an invalid id',
      ['  - id: a b', '    source: http', '    url: http://shop.test'],
      [/^line 2, check `a b` \(http\): `id`: `a b` is not accepted → write it like up to 63/],
    ],
    [
      'no address',
      ['  - id: a', '    source: http'],
      ['line 2, check `a` (http): `url`: is missing → give it'],
    ],
    [
      'no server',
      ['  - id: a', '    source: prometheus', '    value: x', '    max: 1'],
      ['line 2, check `a` (prometheus): `url`: is missing → give it, or set `prometheus-url`'],
    ],
    [
      'nothing to read',
      prometheus,
      [/^line 3, check `a` \(prometheus\): `source`: nothing is asked for → give `total` and/],
    ],
    [
      'a total without errors',
      [...prometheus, '    total: a_total'],
      ['line 5, check `a` (prometheus): `total`: it needs `errors` → give `errors` too'],
    ],
    [
      'a preset without labels',
      [...prometheus, '    preset: spring'],
      [/^line 5, .*`preset`: without `selector` it would judge everything/],
    ],
    [
      'labels without a preset',
      [...prometheus, '    selector: app="shop"', '    value: x', '    max: 1'],
      [/^line 5, .*`selector`: it belongs to a preset/],
    ],
    [
      'counters and a preset',
      [...prometheus, '    preset: spring', '    selector: app="shop"', '    total: a_total'],
      [/^line 7, .*`total`: `preset` says already what is counted/],
    ],
    [
      'a value without a limit',
      [...prometheus, '    value: x'],
      [
        'line 3, check `a` (prometheus): `source`: there is a value without a limit → give `max` or `min`',
      ],
    ],
    [
      'latency without a limit',
      [...prometheus, '    latency: d_bucket'],
      [
        'line 3, check `a` (prometheus): `source`: there is latency without a limit → give `max-latency`',
      ],
    ],
    [
      'requests without a limit, and latency with one',
      [
        ...prometheus,
        '    total: a',
        '    errors: b',
        '    latency: d',
        '    max-latency: p95 < 1s',
      ],
      [
        /`source`: there are requests without a limit → give `min-success-rate` or `max-errors-per-minute`$/,
      ],
    ],
    [
      'a limit without anything to read',
      [...prometheus, '    value: x', '    max: 1', '    max-latency: p95 < 1s'],
      [/^line 7, .*`max-latency`: nothing is read for it/],
    ],
    [
      'limits that are all off',
      [...http, '    min-success-rate: off', '    max-errors-per-minute: off'],
      [/`source`: every limit is `off`/],
    ],
    [
      'a reducer without a value',
      [...prometheus, '    total: a', '    errors: b', '    reducer: sum'],
      [/^line 7, .*`reducer`: it belongs to `value`/],
    ],
    [
      'a baseline that is text',
      [...http, '    baseline: http://old.test'],
      [/^line 5, .*`baseline` is a map → give `url`, `headers` below it/],
    ],
    [
      'a baseline without an address',
      [...http, '    baseline: {}'],
      [/^line 5, .*`baseline`: it has no address → give the `url` of the old version/],
    ],
    [
      'a baseline of a counter alone',
      [...prometheus, '    total: a', '    errors: b', '    baseline:', '      total: c'],
      [/^line 7, .*`baseline`: it has no `errors`/],
    ],
    [
      'a baseline of a value',
      [...prometheus, '    value: x', '    max: 1', '    baseline: { total: c, errors: d }'],
      [
        /only requests and latency can be compared/,
        /`baseline.total`: the check itself/,
        /`baseline.errors`/,
      ],
    ],
    [
      'an option that is the same for canary and baseline',
      [...http, '    baseline:', '      url: http://old.test', '      expect-status: 200'],
      [
        /^line 7, .*`expect-status` is the same for the baseline as for the check → write it outside/,
      ],
    ],
    [
      'an unknown option of a baseline',
      [...http, '    baseline:', '      url: http://old.test', '      urll: x'],
      [/^line 7, .*`urll` is not an option of a baseline → did you mean `url`\?/],
    ],
    [
      'an id of another check',
      [...http, '    min-success-rate: 9', ...http, '    min-success-rate: 9'],
      ['line 6, check `a` (http): `id`: another check is called `a` → give it another `id`'],
    ],
    [
      'two entries without an id',
      ['  - source: http', '    url: http://a.test', '  - source: http', '    url: http://b.test'],
      [
        /^line 4, check http: `source`: another check is called `http-success-rate` → give it an `id`/,
      ],
    ],
    [
      'the id of a strategy',
      ['  - id: ci', '    source: http', '    url: http://a.test', '    min-success-rate: 9'],
      [/`id`: another check is called `ci`/],
    ],
    [
      'a map in place of text',
      [...http, '    expect-body: { a: b }'],
      [/^line 5, .*`expect-body` must be a text/],
    ],
  ])('%s', (_, lines, expected) => {
    const { problems, checks } = resolveChecks(lines);
    const messages = problems.map(({ message, fix }) =>
      fix === undefined ? message : `${message} → ${fix}`,
    );
    expect(messages).toEqual(
      expected.map((each) =>
        typeof each === 'string' ? each : (expect.stringMatching(each) as unknown),
      ),
    );
    expect(new Set(problems.map(({ subject }) => subject))).toEqual(new Set(['rollgate.yml']));
    expect(checks.length).toBeLessThanOrEqual(1);
  });

  it('several problems are reported at once', () => {
    const { problems } = resolveChecks([
      '  - source: htp',
      '  - source: http',
      '    url: shop',
      '    expect-status: 700',
      '  - id: c',
      '    source: prometheus',
      '    total: rate(a[5m])',
    ]);
    expect(problems.map(({ message }) => /^line \d+/.exec(message)?.[0])).toEqual(
      expect.arrayContaining(['line 2', 'line 4', 'line 5', 'line 6', 'line 8']),
    );
  });
});

describe('secrets of an entry', () => {
  it.each([
    ['headers', ['    headers: { Authorization: "Bearer hunter2hunter2" }']],
    ['headers as text', ['    headers: "Authorization: Bearer hunter2hunter2"']],
    ['a password in the address', ['    url: http://me:hunter2hunter2@shop.test']],
    [
      'a password in the address of a baseline',
      ['    url: http://shop.test', '    baseline: { url: "http://me:hunter2hunter2@shop.test" }'],
    ],
  ])('in the file are refused: %s', (_, lines) => {
    const { problems, secrets, checks } = resolveChecks([
      '  - id: a',
      '    source: http',
      '    min-success-rate: 99',
      ...lines,
    ]);
    expect(JSON.stringify(problems)).toContain('secrets do not belong in a file');
    expect(JSON.stringify(problems)).toContain('ROLLGATE_CHECK_A_');
    expect(JSON.stringify(problems)).not.toContain('hunter2');
    expect(secrets.some((secret) => secret.includes('hunter2hunter2'))).toBe(true);
    expect(checks).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    ['its own address', ['    url: http://evil.test'], '`url`: is in the file'],
    [
      'the address of its baseline',
      ['    baseline: { url: "http://evil.test" }'],
      '`baseline.url`: is in the file',
    ],
  ])('are not sent to an address of the file: %s', (_, lines, expected) => {
    const env = {
      ROLLGATE_CHECK_A_HEADERS: 'X-Token: hunter2hunter2',
      ...(lines[0]?.includes('baseline') === true && {
        ROLLGATE_CHECK_A_URL: 'http://shop.test',
      }),
    };
    const { problems } = resolveChecks(
      ['  - id: a', '    source: http', '    min-success-rate: 99', ...lines],
      { env },
    );
    const [problem, ...others] = problems;
    expect(others).toEqual([]);
    expect(problem?.message).toContain(expected);
    expect(problem?.message).toContain('`headers` would be sent there');
    expect(problem?.fix).toMatch(/by the variable ROLLGATE_CHECK_A_(BASELINE_)?URL$/);
  });

  it('of the inputs are not sent to another server', () => {
    const { problems, checks } = resolveChecks(
      [
        '  - id: a',
        '    source: prometheus',
        '    url: http://other.test',
        '    value: x',
        '    max: 1',
      ],
      {
        env: {
          ROLLGATE_PROMETHEUS_URL: server,
          ROLLGATE_PROMETHEUS_TOKEN: 'hunter2hunter2',
          ROLLGATE_PROMETHEUS_HEADERS: 'X-Scope-OrgID: shop',
          ROLLGATE_HEADERS: 'Authorization: Bearer abcdef123',
        },
      },
    );
    expect(problems).toEqual([]);
    expect(checks[0]?.options).toMatchObject({
      url: 'http://other.test',
      token: undefined,
      headers: undefined,
    });
    const http = resolveChecks(['  - { id: a, source: http, url: "http://other.test" }'], {
      env: { ROLLGATE_HEADERS: 'Authorization: Bearer abcdef123' },
    });
    expect(http.problems).toEqual([]);
    expect(http.checks[0]?.options).toMatchObject({ headers: undefined });
  });

  it('in the address and as a token are a problem', () => {
    const { problems } = resolveChecks(['  - { id: a, source: prometheus, value: x, max: 1 }'], {
      env: {
        ROLLGATE_CHECK_A_URL: 'http://me:hunter2hunter2@prom.test',
        ROLLGATE_CHECK_A_TOKEN: 'hunter3hunter3',
        ROLLGATE_CHECK_A_HEADERS: 'authorization: Bearer x',
      },
    });
    expect(problems.map(({ message }) => message)).toEqual([
      'line 2, check `a` (prometheus): `token`: there are several credentials: `token` and the header `Authorization` of `headers` and the user in `url`',
    ]);
  });

  it('are not sent to an address that the inputs have from the file', () => {
    const { problems } = resolveChecks(
      ['  - id: a', '    source: prometheus', '    value: x', '    max: 1'],
      {
        inFile: `prometheus-url: ${server}`,
        env: { ROLLGATE_CHECK_A_TOKEN: 'hunter2hunter2' },
      },
    );
    expect(problems.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('`token` would be sent there')]),
    );
  });

  it('are sent to an address from a variable', () => {
    const { problems, checks } = resolveChecks(
      ['  - id: a', '    source: prometheus', '    value: x', '    max: 1'],
      {
        env: {
          ROLLGATE_CHECK_A_URL: server,
          ROLLGATE_CHECK_A_TOKEN: 'hunter2hunter2',
        },
      },
    );
    expect(problems).toEqual([]);
    expect(checks[0]?.options).toMatchObject({ url: server, token: 'hunter2hunter2' });
  });
});
