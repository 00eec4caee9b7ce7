import { describe, expect, it } from '@jest/globals';
import { resolveWith } from '../support/resolve-inputs.js';

const server = { 'prometheus-url': 'http://prometheus.test' };
const counters = { ...server, 'prometheus-total': 'a_total', 'prometheus-errors': 'b_total' };
const preset = {
  ...server,
  'prometheus-preset': 'istio',
  'prometheus-selector': 'destination_workload="shop"',
};

describe('the prometheus inputs', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['counters', counters],
    ['a preset', preset],
    ['a preset with a limit on latency', { ...preset, 'max-latency': 'p95 < 1s' }],
    [
      'a preset with a histogram of its own',
      { ...preset, 'max-latency': 'p95 < 1s', 'prometheus-latency': 'd_bucket' },
    ],
    ['latency that is probed', { ...counters, 'max-latency': 'p95 < 1s', url: 'http://shop.test' }],
    ['a value', { ...server, 'prometheus-value': 'sum(x)', 'max-value': '3' }],
    [
      'a baseline',
      {
        ...counters,
        'prometheus-baseline-total': 'c_total',
        'prometheus-baseline-errors': 'd_total',
        'baseline-margin': '1.5',
      },
    ],
    ['a preset with a baseline', { ...preset, 'prometheus-baseline-selector': 'a="b"' }],
    [
      'a value that must not be too small',
      { ...server, 'prometheus-value': 'x', 'min-value': '3' },
    ],
    ['a token', { ...counters, 'prometheus-token': 'abc' }],
    ['user and password', { ...counters, 'prometheus-token': 'me:my secret' }],
    ['no Prometheus input', {}],
  ])('%s: no problem', (_, flags) => {
    expect(resolveWith({ flags }).problems).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, readonly (readonly [string, RegExp])[]]>([
    ['a server without a query', server, [['prometheus-url', /^nothing is asked/]]],
    [
      'everything without a server',
      { 'prometheus-total': 'a', 'prometheus-token': 't' },
      [
        ['prometheus-token', /`prometheus-url` is not/],
        ['prometheus-total', /\(from --prometheus-total\), and `prometheus-url` is not/],
      ],
    ],
    [
      'a total without errors',
      { ...server, 'prometheus-total': 'a' },
      [['prometheus-total', /needs `prometheus-errors`/]],
    ],
    [
      'errors without a total',
      { ...server, 'prometheus-errors': 'a' },
      [['prometheus-errors', /needs `prometheus-total`/]],
    ],
    [
      'counters and a preset',
      { ...preset, ...counters },
      [
        ['prometheus-total', /preset.* says already/],
        ['prometheus-errors', /preset.* says already/],
      ],
    ],
    [
      'a preset for everything',
      { ...server, 'prometheus-preset': 'spring' },
      [['prometheus-preset', /would judge everything/]],
    ],
    [
      'labels without a preset',
      { ...counters, 'prometheus-selector': 'a="b"' },
      [['prometheus-selector', /belongs to a preset/]],
    ],
    [
      'a histogram without a limit',
      { ...counters, 'prometheus-latency': 'd_bucket' },
      [['prometheus-latency', /there is no limit/]],
    ],
    [
      'a limit without a measurement',
      { ...counters, 'max-latency': 'p95 < 1s' },
      [['max-latency', /nothing measures latency/]],
    ],
    [
      'a value without a limit',
      { ...server, 'prometheus-value': 'q' },
      [['prometheus-value', /needs `max-value` or `min-value`/]],
    ],
    [
      'a limit without a value',
      { ...counters, 'max-value': '1' },
      [['max-value', /needs `prometheus-value`/]],
    ],
    [
      'half of a baseline',
      { ...counters, 'prometheus-baseline-total': 'c_total' },
      [['prometheus-baseline-total', /needs `prometheus-baseline-errors`/]],
    ],
    [
      'a baseline selector without a preset',
      {
        ...server,
        'prometheus-value': 'x',
        'max-value': '1',
        'prometheus-baseline-selector': 'a="b"',
      },
      [['prometheus-baseline-selector', /needs `prometheus-preset`/]],
    ],
    [
      'a baseline URL, and counters',
      { ...counters, url: 'http://a.test', 'baseline-url': 'http://b.test' },
      [['baseline-url', /counted by Prometheus, and not probed/]],
    ],
    [
      'a baseline without a server',
      { 'prometheus-baseline-total': 'c_total', 'min-value': '3' },
      [
        ['prometheus-baseline-total', /`prometheus-url` is not/],
        ['min-value', /`prometheus-url` is not/],
      ],
    ],
    [
      'several credentials',
      {
        ...counters,
        'prometheus-url': 'http://u:p@prometheus.test',
        'prometheus-token': 't',
        'prometheus-headers': 'authorization: Bearer x',
      },
      [
        [
          'prometheus-token',
          /several credentials: `prometheus-token` and the header .* and the user/,
        ],
      ],
    ],
    [
      'a query instead of a counter',
      { ...counters, 'prometheus-total': 'sum(rate(a[5m]))' },
      [['prometheus-total', /is an expression/]],
    ],
    [
      'the scheme before a token',
      { ...counters, 'prometheus-token': 'Bearer abc' },
      [['prometheus-token', /name of a scheme/]],
    ],
    [
      'a token with a space',
      { ...counters, 'prometheus-token': 'a b' },
      [['prometheus-token', /characters that no token has/]],
    ],
  ])('%s: a problem', (_, flags, expected) => {
    expect(
      resolveWith({ flags }).problems.map(({ subject, message }) => [subject, message]),
    ).toEqual(expected.map(([subject, message]) => [subject, expect.stringMatching(message)]));
  });

  it('a token of user and password: the password alone is masked, too', () => {
    const { secrets } = resolveWith({ flags: { ...counters, 'prometheus-token': 'me:geheim' } });
    expect(secrets).toEqual(expect.arrayContaining(['me:geheim', 'geheim']));
  });

  it('a token for a server that only the file names: a problem', () => {
    const { problems } = resolveWith({
      env: { ROLLGATE_PROMETHEUS_TOKEN: 'geheim' },
      files: {
        'rollgate.yml':
          'prometheus-url: http://elsewhere.test\nprometheus-total: a\nprometheus-errors: b\n',
      },
    });
    expect(problems).toHaveLength(1);
  });

  it('probes that are not sent: no notice about them', () => {
    const { notices } = resolveWith({
      flags: { ...counters, url: 'http://shop.test', duration: '10s', interval: '1s' },
    });
    expect(notices).toEqual([]);
  });
});
