import { describe, expect, it } from '@jest/globals';
import { resolveWith } from '../../support/resolve-inputs.js';

const counters = {
  'prometheus-url': 'http://prom.test',
  'prometheus-total': 'a_total',
  'prometheus-errors': 'b_total',
};
const baseline = {
  'prometheus-baseline-total': 'c_total',
  'prometheus-baseline-errors': 'd_total',
};
const preset = {
  'prometheus-url': 'http://prom.test',
  'prometheus-preset': 'istio',
  'prometheus-selector': 'version="2"',
};

/** What is judged by the inputs alone: each limit, and the margin of its baseline. */
function checksFrom(flags: Readonly<Record<string, string>>): readonly (readonly unknown[])[] {
  const { checks, problems } = resolveWith({ flags });
  expect(problems).toEqual([]);
  return checks.flatMap(({ source, checks }) =>
    checks.map(({ id, limit, baseline }) => [source, id, limit.metric, baseline?.margin]),
  );
}

describe('the checks of the inputs', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly (readonly unknown[])[]]>([
    [
      'a baseline, and no limit set',
      { ...counters, ...baseline, 'baseline-margin': '1.5' },
      [['prometheus', 'relative', 'relative', undefined]],
    ],
    [
      'a baseline and a limit',
      { ...counters, ...baseline, 'min-success-rate': '99', 'baseline-margin': '1.5' },
      [
        ['prometheus', 'success-rate', 'success-rate', 1.5],
        ['prometheus', 'errors-per-minute', 'errors-per-minute', 1.5],
      ],
    ],
    [
      'a baseline, and limits that are off',
      { ...counters, ...baseline, 'min-success-rate': 'off', 'max-errors-per-minute': 'off' },
      [['prometheus', 'relative', 'relative', undefined]],
    ],
    [
      'a baseline of requests, and latency',
      { ...counters, ...baseline, 'prometheus-latency': 'd_bucket', 'max-latency': 'p95 < 1s' },
      [
        ['prometheus', 'relative', 'relative', undefined],
        ['prometheus', 'latency', 'latency', undefined],
      ],
    ],
    [
      'a baseline of a preset, which has latency too',
      { ...preset, 'prometheus-baseline-selector': 'version="1"', 'max-latency': 'p95 < 1s' },
      [
        ['prometheus', 'relative', 'relative', undefined],
        ['prometheus', 'latency', 'latency', 1],
      ],
    ],
    [
      'a baseline of a preset, and a histogram',
      {
        ...preset,
        'prometheus-baseline-selector': 'version="1"',
        'prometheus-latency': 'd_bucket',
        'max-latency': 'p95 < 1s',
      },
      [
        ['prometheus', 'relative', 'relative', undefined],
        ['prometheus', 'latency', 'latency', undefined],
      ],
    ],
    [
      'a baseline for each URL',
      {
        url: 'http://a.test, http://b.test',
        'baseline-url': 'http://c.test, http://d.test',
        'max-latency': 'p95 < 1s',
      },
      [
        ['http', 'relative-1', 'relative', undefined],
        ['http', 'latency-1', 'latency', 1],
        ['http', 'relative-2', 'relative', undefined],
        ['http', 'latency-2', 'latency', 1],
      ],
    ],
    [
      'a value between two limits',
      {
        'prometheus-url': 'http://prom.test',
        'prometheus-value': 'q',
        'max-value': '5',
        'min-value': '1',
      },
      [
        ['prometheus', 'value-max', 'value', undefined],
        ['prometheus', 'value-min', 'value', undefined],
      ],
    ],
    [
      'a value with one limit',
      { 'prometheus-url': 'http://prom.test', 'prometheus-value': 'q', 'min-value': '1' },
      [['prometheus', 'value', 'value', undefined]],
    ],
  ])('%s', (_, flags, expected) => {
    expect(checksFrom(flags)).toEqual(expected);
  });

  it('have the names of the inputs in messages', () => {
    const { checks } = resolveWith({ flags: { ...counters, ...baseline } });
    expect(checks[0]?.nameOf('url')).toBe('prometheus-url');
    const [http] = resolveWith({ flags: { url: 'http://a.test' } }).checks;
    expect(http?.nameOf('url', 'baseline')).toBe('baseline-url');
  });

  it.each([
    [{ 'baseline-url': 'http://b.test' }, /needs `url`/],
    [
      { url: 'http://a.test, http://c.test', 'baseline-url': 'http://b.test' },
      /names 1, and `url`/,
    ],
  ])('%j: a problem of baseline-url', (flags, message) => {
    const { problems } = resolveWith({ flags });
    expect(problems.map((problem) => [problem.subject, problem.message])).toEqual([
      ['baseline-url', expect.stringMatching(message)],
    ]);
  });
});
