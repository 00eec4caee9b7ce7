import { describe, expect, it } from '@jest/globals';
import { resolveWith } from '../../support/resolve-inputs.js';

const message = 'it is the same as `total`: every request would count as failed';
const prometheus = { 'prometheus-url': 'http://prom.test', 'min-success-rate': '95' };

describe('failures that are counted by the query of all requests', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'the inputs',
      { 'prometheus-total': 'a_total', 'prometheus-errors': 'a_total' },
      'prometheus-errors',
    ],
    [
      'in another order, with other quotes',
      {
        'prometheus-total': 'a_total{app="shop", code=~"5.."}',
        'prometheus-errors': "a_total{code=~'5..',app=`shop`}",
      },
      'prometheus-errors',
    ],
    [
      'of the baseline',
      {
        'prometheus-total': 'a_total',
        'prometheus-errors': 'b_total',
        'prometheus-baseline-total': 'c_total',
        'prometheus-baseline-errors': 'c_total',
      },
      'prometheus-baseline-errors',
    ],
  ])('are refused: %s', (_, flags, subject) => {
    expect(resolveWith({ flags: { ...prometheus, ...flags } }).problems).toMatchObject([
      { subject, message, fix: expect.stringMatching(/^select those that failed only/) },
    ]);
  });

  it.each<[string, readonly string[]]>([
    ['prometheus', ['url: http://a.test', 'total: a_total', 'errors: a_total']],
    ['json', ['url: http://a.test', 'total: /n', 'errors: " /n"']],
    ['graphite', ['url: http://a.test', 'total: a.b', 'errors: a.b']],
    [
      'newrelic',
      ['account: 1', 'total: SELECT count(*) FROM T', 'errors: SELECT count(*)  FROM T'],
    ],
    ['datadog', ['total: "sum:a{*}.as_count()"', 'errors: "sum:a{*}.as_count()"']],
    ['influxdb', ['url: http://a.test', 'database: d', 'total: SELECT 1', 'errors: SELECT 1']],
    ['cloudwatch', ['region: eu-central-1', 'namespace: A', 'total: B, C', 'errors: B, C']],
  ])('are refused in `checks`: %s', (source, lines) => {
    const { problems } = resolveWith({
      files: {
        'rollgate.yml': ['checks:', `  - source: ${source}`, ...lines.map((l) => `    ${l}`)].join(
          '\n',
        ),
      },
    });
    expect(problems).toMatchObject([{ message: expect.stringMatching(`\`errors\`: ${message}$`) }]);
  });

  it('below `baseline` too', () => {
    const file = [
      'checks:',
      '  - source: prometheus',
      '    url: http://a.test',
      '    total: a_total',
      '    errors: b_total',
      '    baseline:',
      '      total: c_total',
      '      errors: c_total',
    ].join('\n');
    expect(resolveWith({ files: { 'rollgate.yml': file } }).problems).toMatchObject([
      { message: expect.stringMatching(`\`baseline.errors\`: ${message}$`) },
    ]);
  });

  it('are not refused where one label tells them apart', () => {
    const flags = {
      ...prometheus,
      'prometheus-total': 'a_total{app="shop"}',
      'prometheus-errors': 'a_total{app="shop",code="500"}',
    };
    expect(resolveWith({ flags }).problems).toEqual([]);
  });
});
