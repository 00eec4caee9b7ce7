import { describe, expect, it } from '@jest/globals';
import { latencyLimit } from '../../../src/support/values/time.js';
import { headers, parameters } from '../../../src/support/values/pairs.js';
import { regex } from '../../../src/support/values/expressions.js';
import { statusRanges } from '../../../src/support/values/numbers.js';
import { url, urls, webhooks } from '../../../src/support/values/url.js';

describe('url', () => {
  it.each(['http://a', 'https://user:pw@a.example:8443/x?y=1,2', 'http://[::1]:80/'])(
    'takes %s as it is',
    (given) => {
      expect(url().parse(given)).toEqual({ ok: true, value: given });
    },
  );

  it.each([
    ['ftp://a/b', 'ftp://a/b is neither http nor https'],
    ['ftp://u:hunter2@a/b?k=v', 'ftp://***@a/b?k=*** is neither http nor https'],
    ['app.example.com', '`app.example.com` is not a URL'],
    ['hunter2', 'is not a URL'],
    ['http://a b', 'has a space in it'],
    ['http://', 'is not a URL'],
  ])('refuses %s without showing a secret', (given, message) => {
    expect(url().parse(given)).toMatchObject({ ok: false, problem: { message } });
  });

  it('counts user info, and the URL that holds it, as secret', () => {
    expect(url().secretParts?.('https://me:p%40ss@a/x')).toEqual([
      'https://me:p%40ss@a/x',
      'me:p%40ss',
      'p%40ss',
      'p@ss',
    ]);
    expect(url().secretParts?.('https://tok%ZZen@a')).toEqual([
      'https://tok%ZZen@a',
      'tok%ZZen',
      'tok%ZZen',
      'tok%ZZen',
    ]);
    expect(url().secretParts?.('https://a/x@y')).toEqual([]);
  });
});

describe('webhooks', () => {
  it('counts the whole address as secret, and what comes after the host', () => {
    const address = 'https://hooks.example/services/T0/B0/hush?key=hushhush';
    const other = 'https://me:secret@x/y';
    expect(webhooks().secretParts?.(`${address}, ${other}`)).toEqual([
      address,
      '/services/T0/B0/hush',
      '?key=hushhush',
      'hushhush',
      '/services/T0/B0/hush',
      '?key=hushhush',
      'hushhush',
      other,
      other,
      'me:secret',
      'secret',
      'secret',
    ]);
  });

  it.each([
    ['https://hooks.slack.com/services/T00000000/B00000000/xxxxxxxxxxxx', 'xxxxxxxxxxxx'],
    ['https://discord.com/api/webhooks/123456789012345678/aB-c_d5678/slack', 'aB-c_d5678'],
    ['https://chat.example/hooks/k4gbpq6r7tdo8xn1', 'k4gbpq6r7tdo8xn1'],
    ['https://x.logic.azure.com/workflows/0a1b2c3d4e/paths/invoke?sig=Q%2FxZ12345', 'Q/xZ12345'],
  ])('of %s counts the token alone as secret, and no word of the API', (address, token) => {
    const parts = webhooks().secretParts?.(address) ?? [];
    expect(parts).toContain(token);
    for (const word of ['services', 'webhooks', 'slack', 'hooks', 'workflows', 'invoke'])
      expect(parts).not.toContain(word);
  });

  it('counts a text that is no URL as secret', () => {
    expect(webhooks().secretParts?.('T0/B0/hush')).toEqual(['T0/B0/hush']);
  });
});

describe('urls', () => {
  it.each([
    ['https://a', ['https://a']],
    ['https://a,https://b', ['https://a', 'https://b']],
    ['https://a/?x=1,2, http://b/\nhttp://c,', ['https://a/?x=1,2', 'http://b/', 'http://c']],
  ])('reads %j', (given, value) => {
    expect(urls().parse(given)).toEqual({ ok: true, value });
  });

  it.each([
    ['https://a,https://a', 'https://a is named twice'],
    ['https://a\nb', 'is not a URL'],
    [',', 'names no URL'],
  ])('refuses %j', (given, message) => {
    expect(urls().parse(given)).toMatchObject({ ok: false, problem: { message } });
  });

  it('prints without user info and query values', () => {
    expect(urls().print(['https://u:p@a/x?token=1', 'http://b'])).toBe(
      'https://***@a/x?token=***, http://b',
    );
  });
});

describe('statusRanges', () => {
  it.each([
    ['200-399', [{ from: 200, to: 399 }]],
    [
      '200-399,418',
      [
        { from: 200, to: 399 },
        { from: 418, to: 418 },
      ],
    ],
    [
      '200 - 204\n404',
      [
        { from: 200, to: 204 },
        { from: 404, to: 404 },
      ],
    ],
  ])('reads %j', (given, value) => {
    expect(statusRanges().parse(given)).toEqual({ ok: true, value });
  });

  it.each(['2xx', '399-200', '99', '600', '200-600', '200-', 'ok', ',', '200..300'])(
    'refuses %s',
    (given) => {
      expect(statusRanges().parse(given)).toMatchObject({ ok: false });
    },
  );

  it('prints what it reads', () => {
    expect(
      statusRanges().print([
        { from: 200, to: 299 },
        { from: 418, to: 418 },
      ]),
    ).toBe('200-299,418');
  });
});

describe('latencyLimit', () => {
  it.each([
    ['p95 < 800ms', 95, 800],
    ['p95<800ms', 95, 800],
    ['P99.9 <= 1.5s', 99.9, 1500],
    ['p50 ≤ 1m', 50, 60_000],
  ])('reads %s', (given, percentile, maxMs) => {
    expect(latencyLimit().parse(given)).toEqual({ ok: true, value: { percentile, maxMs } });
  });

  it.each([
    ['p95', '`p95` is not a limit on latency'],
    ['800ms', '`800ms` is not a limit on latency'],
    ['p49 < 1s', '`p49 < 1s` is not a limit on latency'],
    ['p99.95 < 1s', '`p99.95 < 1s` is not a limit on latency'],
    ['p100 < 1s', '`p100 < 1s` is not a limit on latency'],
    ['p95 > 1s', '`p95 > 1s` is not a limit on latency'],
    ['p95 < 800', '`800` has no unit'],
    ['p95 < 0', '`p95 < 0` would refuse every request'],
  ])('refuses %s', (given, message) => {
    expect(latencyLimit().parse(given)).toMatchObject({ ok: false, problem: { message } });
  });

  it('prints what it reads', () => {
    expect(latencyLimit().print({ percentile: 99.9, maxMs: 1500 })).toBe('p99.9 < 1s500ms');
  });
});

describe('regex', () => {
  it('compiles the expression', () => {
    const parsed = regex().parse('"status":\\s*"ok"');
    expect(parsed.ok && parsed.value.test('{"status": "ok"}')).toBe(true);
    expect(parsed.ok && regex().print(parsed.value)).toBe('"status":\\s*"ok"');
  });

  it.each([
    ['(', '`(` is not a regular expression'],
    ['x'.repeat(1001), 'has 1001 characters'],
  ])('refuses %.10s', (given, message) => {
    expect(regex().parse(given)).toMatchObject({ ok: false, problem: { message } });
  });
});

describe('headers', () => {
  it('reads lines, with commas and colons in values', () => {
    expect(headers().parse('Accept: text/html, */*\n\n X-Time : 12:30 \nX-Empty:')).toEqual({
      ok: true,
      value: { Accept: 'text/html, */*', 'X-Time': '12:30', 'X-Empty': '' },
    });
  });

  it.each([
    ['Authorization Bearer hunter2', 'line 1 is not a header'],
    ['A: b\nhun ter2: c', 'line 2 is not a header'],
    [': hunter2', 'line 1 is not a header'],
    ['A: hunter2\u0007', 'the value in line 1 has characters that no header may hold'],
    ['A: hunter2 €', 'the value in line 1 has characters that no header may hold'],
    ['A: 1\na: hunter2', '`a` is given twice'],
  ])('refuses %j without showing its value', (given, message) => {
    const parsed = headers().parse(given);
    expect(parsed).toMatchObject({ ok: false, problem: { message } });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  it('reads __proto__ like any other name', () => {
    const parsed = headers().parse('__proto__: x');
    expect(parsed.ok && Object.entries(parsed.value)).toEqual([['__proto__', 'x']]);
  });

  it('counts values as secret, even of lines that it refuses', () => {
    expect(headers().secretParts?.('Authorization: Bearer tok\nX: y z\nnonsense')).toEqual([
      'Bearer tok',
      'tok',
      'y z',
      'nonsense',
    ]);
  });

  it('counts the values of headers as secret that are sent to nobody else, whatever their names', () => {
    const text =
      'Accept: text/html\nuser-agent: health\nCACHE-CONTROL : no-store\nX-Env: health\nAccept-Token: t';
    expect(headers().secretParts?.(text)).toEqual(['health', 't']);
  });

  it('prints names only', () => {
    expect(headers().print({ Authorization: 'Bearer tok' })).toBe('Authorization: ***');
  });
});

describe('parameters', () => {
  it('reads lines, with any text in values', () => {
    expect(parameters().parse('a=1\nB.c-d = x=y, z\nempty=')).toEqual({
      ok: true,
      value: { a: '1', 'B.c-d': 'x=y, z', empty: '' },
    });
  });

  it.each([
    ['a', '`a` has no name and value'],
    ['=b', '`=b` has no name and value'],
    ['1a=b', '`1a=b` has no name and value'],
    ['a=1\na=2', '`a` is given twice'],
  ])('refuses %j', (given, message) => {
    expect(parameters().parse(given)).toMatchObject({ ok: false, problem: { message } });
  });

  it('distinguishes case', () => {
    expect(parameters().parse('a=1\nA=2')).toEqual({ ok: true, value: { a: '1', A: '2' } });
  });

  it('prints what it reads', () => {
    expect(parameters().print({ a: '1', b: 'x y' })).toBe('a=1\nb=x y');
  });
});
