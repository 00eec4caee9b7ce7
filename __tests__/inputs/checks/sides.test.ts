import { describe, expect, it } from '@jest/globals';
import { resolveWith } from '../../support/resolve-inputs.js';

const url = 'http://shop.test/x';
const prometheus = {
  'prometheus-url': 'http://prom.test',
  'prometheus-total': 'a_total',
  'prometheus-errors': 'b_total',
};

describe('a canary and a baseline with the same request', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['the same URL', { url, 'baseline-url': url }, 'baseline-url'],
    [
      'the same URL in another spelling',
      { url: 'http://shop.test', 'baseline-url': 'http://SHOP.test:80/' },
      'baseline-url',
    ],
    [
      'the same URL and headers',
      { url, 'baseline-url': url, headers: 'X-Canary: a', 'baseline-headers': 'x-canary: a' },
      'baseline-url',
    ],
    [
      'the same URL, and headers off for both',
      { url, 'baseline-url': url, 'baseline-headers': 'off' },
      'baseline-url',
    ],
    [
      'the same counters',
      {
        ...prometheus,
        'prometheus-baseline-total': 'a_total',
        'prometheus-baseline-errors': 'b_total',
      },
      'prometheus-baseline-total',
    ],
  ])('is refused: %s', (_, flags, subject) => {
    expect(resolveWith({ flags }).problems).toEqual([
      {
        subject,
        message: 'both sides ask the same: the new version would be compared with itself',
        fix: 'give each side an address, a selector or headers of its own',
      },
    ]);
  });

  it.each<[string, readonly string[], string]>([
    ['http', ['    source: http', `    url: ${url}`, '    baseline:', `      url: ${url}`], 'http'],
    [
      'http, with a fragment, which is never sent',
      ['    source: http', `    url: ${url}`, '    baseline:', `      url: ${url}#old`],
      'http',
    ],
    [
      'prometheus',
      [
        '    source: prometheus',
        '    url: http://prom.test',
        '    total: a_total',
        '    errors: b_total',
        '    baseline:',
        '      total: a_total',
        '      errors: b_total',
      ],
      'prometheus',
    ],
    [
      'prometheus, in another order and with other quotes',
      [
        '    source: prometheus',
        '    url: http://prom.test',
        '    total: a_total{app="shop",job="x"}',
        '    errors: a_total{app="shop",job="x",code=~"5.."}',
        '    baseline:',
        "      total: a_total{job='x', app=`shop`}",
        '      errors: a_total{code=~"5..",job="x",app="shop"}',
      ],
      'prometheus',
    ],
  ])('is refused in an entry of %s', (_, lines, source) => {
    const file = ['checks:', '  - id: a', ...lines, ''].join('\n');
    const { problems } = resolveWith({ files: { 'rollgate.yml': file } });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(
      `check \`a\` (${source}): \`baseline\`: what it says is the same`,
    );
  });
});

describe('headers of canary and baseline', () => {
  const sides = (flags: Readonly<Record<string, string>>): unknown => {
    const { checks, problems } = resolveWith({ flags });
    expect(problems).toEqual([]);
    return [checks[0]?.options.headers, checks[0]?.baseline?.headers];
  };

  it.each<[string, Readonly<Record<string, string>>, unknown]>([
    [
      'the same by default',
      { url, 'baseline-url': 'http://old.test', headers: 'A: b' },
      [{ A: 'b' }, { A: 'b' }],
    ],
    [
      'its own',
      {
        url,
        'baseline-url': url,
        headers: 'X-Canary: always',
        'baseline-headers': 'X-Canary: never',
      },
      [{ 'X-Canary': 'always' }, { 'X-Canary': 'never' }],
    ],
    [
      'off',
      { url, 'baseline-url': url, headers: 'X-Canary: always', 'baseline-headers': 'off' },
      [{ 'X-Canary': 'always' }, 'off'],
    ],
  ])('are %s', (_, flags, expected) => {
    expect(sides(flags)).toEqual(expected);
  });

  it('may be the only difference between an entry and its baseline', () => {
    const file = ['checks:', '  - id: a', '    source: http', '    baseline: {}', ''].join('\n');
    const { checks, problems } = resolveWith({
      files: { 'rollgate.yml': file },
      env: {
        ROLLGATE_CHECK_A_URL: url,
        ROLLGATE_CHECK_A_HEADERS: 'X-Canary: always',
        ROLLGATE_CHECK_A_BASELINE_HEADERS: 'X-Canary: never',
      },
    });
    expect(problems).toEqual([]);
    expect(checks[0]?.baseline).toMatchObject({ url, headers: { 'X-Canary': 'never' } });
  });

  it('need an address for the baseline that is not only in the file', () => {
    const flags = { url, 'baseline-headers': 'X-Canary: never' };
    expect(resolveWith({ flags }).problems.map(({ subject }) => subject)).toEqual([
      'baseline-headers',
    ]);
    const file = [
      'checks:',
      '  - id: a',
      '    source: http',
      `    url: ${url}`,
      '    baseline: {}',
      '',
    ];
    const { problems } = resolveWith({
      files: { 'rollgate.yml': file.join('\n') },
      env: { ROLLGATE_CHECK_A_BASELINE_HEADERS: 'Authorization: secret123' },
    });
    expect(problems.map(({ message }) => message)).toEqual([
      'line 4, check `a` (http): `url`: is in the file, and `headers` would be sent there',
    ]);
  });
});
