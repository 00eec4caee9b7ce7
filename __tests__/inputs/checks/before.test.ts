import { describe, expect, it } from '@jest/globals';
import type { CheckEntry } from '../../../src/contract/check.js';
import type { Resolution } from '../../../src/inputs/resolve.js';
import { resolveWith } from '../../support/resolve-inputs.js';

const flat = {
  'prometheus-url': 'http://prom.test',
  'prometheus-total': 'http_requests_total',
  'prometheus-errors': 'http_errors_total',
};

const entry = [
  '  - id: orders',
  '    source: prometheus',
  '    url: http://prom.test',
  '    total: a_total{version="canary"}',
  '    errors: b_total{version="canary"}',
];

function resolve(
  lines: readonly string[],
  flags: Readonly<Record<string, string>> = {},
): Resolution {
  return resolveWith({ flags, files: { 'rollgate.yml': ['checks:', ...lines].join('\n') } });
}

function planOf(resolution: Resolution): CheckEntry['before'] {
  expect(resolution.problems).toEqual([]);
  return resolution.checks[0]?.before;
}

describe('whether limits are compared with the hour before', () => {
  it.each<[string, Readonly<Record<string, string>>, 'all' | 'defaults' | undefined]>([
    ['nothing is set: defaults only', {}, 'defaults'],
    ['min-success-rate is set: no', { 'min-success-rate': '99' }, undefined],
    ['min-success-rate is off: no', { 'min-success-rate': 'off' }, undefined],
    ['max-errors-per-minute is set: defaults only', { 'max-errors-per-minute': '3' }, 'defaults'],
    ['on: all', { 'compare-before': 'on' }, 'all'],
    ['on, and min-success-rate: all', { 'compare-before': 'on', 'min-success-rate': '99' }, 'all'],
    ['off: no', { 'compare-before': 'off' }, undefined],
  ])('%s', (_, flags, tightens) => {
    const resolution = resolveWith({ flags: { ...flat, ...flags } });
    expect(planOf(resolution)?.tightens).toBe(tightens);
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, string | undefined]>([
    ['a limit of the check: no', ['    min-success-rate: 99'], {}, undefined],
    ['another limit of the check: defaults', ['    max-errors-per-minute: 99'], {}, 'defaults'],
    ['off in the check: no', ['    before: off'], { 'compare-before': 'on' }, undefined],
    [
      'a map in the check: all',
      ['    min-success-rate: 99', '    before:', '      margin: 2'],
      {},
      'all',
    ],
  ])('of a check, %s', (_, lines, flags, tightens) => {
    expect(planOf(resolve([...entry, ...lines], flags))?.tightens).toBe(tightens);
  });

  it('own probes have no history', () => {
    const resolution = resolveWith({ flags: { url: 'http://shop.test' } });
    expect(planOf(resolution)).toBeUndefined();
  });
});

describe('how limits are compared with the hour before', () => {
  it('margin and floor are those of the inputs, or of the check', () => {
    const flags = { 'before-margin': '2', 'before-floor': '1%' };
    expect(planOf(resolve(entry, flags))).toEqual({ tightens: 'defaults', margin: 2, floor: 0.01 });
    const own = ['    before:', '      margin: 3', '      floor: 0.1'];
    expect(planOf(resolve([...entry, ...own], flags))).toEqual({
      ...{ tightens: 'all', margin: 3, floor: 0.001 },
    });
  });

  it('the hour before may be read by selectors of its own', () => {
    const plan = planOf(
      resolve([
        ...entry,
        ...['    before:', '      total: a_total{version="stable"}'],
        '      errors: b_total{version="stable"}',
      ]),
    );
    expect(plan?.options).toMatchObject({
      url: 'http://prom.test',
      total: { name: 'a_total', matchers: [{ literal: '"stable"' }] },
      errors: { name: 'b_total', matchers: [{ literal: '"stable"' }] },
    });
  });

  it.each<[string, readonly string[], RegExp]>([
    ['another word', ['    before: yesterday'], /`yesterday` is not known here/],
    [
      'an option that it has not',
      ['    before:', '      url: http://x.test'],
      /`url` is not an option of `before`/,
    ],
    ['a margin below 1', ['    before:', '      margin: 0.5'], /`before\.margin`/],
    [
      'a selector of another time',
      ['    before:', '      total: a_total offset 1h'],
      /`before\.total`: .*reads another time/,
    ],
  ])('%s is refused, with its line', (_, lines, message) => {
    const [problem] = resolve([...entry, ...lines]).problems;
    expect(problem?.message).toMatch(/^line (7|8), check `orders` \(prometheus\)/);
    expect(problem?.message).toMatch(message);
  });

  it('a source that cannot tell of the past has no `before`', () => {
    const { problems } = resolve([
      ...['  - source: http', '    url: http://shop.test', '    before: off'],
    ]);
    expect(problems[0]?.message).toMatch(/`before` has no meaning for a check of the source http/);
  });

  it('a baseline that is the same at another time is refused, with the way out', () => {
    const { problems } = resolveWith({
      flags: {
        ...flat,
        'prometheus-baseline-total': 'http_requests_total offset 1d',
        'prometheus-baseline-errors': 'http_errors_total offset 1d',
      },
    });
    expect(problems[0]?.message).toContain('reads another time');
    expect(problems[0]?.fix).toContain('`compare-before: on`');
  });
});
