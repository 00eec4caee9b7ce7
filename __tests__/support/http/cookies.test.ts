import { describe, expect, it } from '@jest/globals';
import { createCookies } from '../../../src/support/http/cookies.js';

const now = Date.UTC(2026, 0, 1);

describe('the cookies of redirects', () => {
  it.each<[string, string, string, string, string | undefined]>([
    ['the same host', 'http://a.test/', 's=1', 'http://a.test/x', 's=1'],
    ['another host', 'http://a.test/', 's=1', 'http://b.test/', undefined],
    ['a host below, without Domain', 'http://a.test/', 's=1', 'http://x.a.test/', undefined],
    [
      'a host below, with Domain',
      'http://a.test/',
      's=1; Domain=.A.test',
      'http://x.a.test/',
      's=1',
    ],
    ['a strange Domain', 'http://a.test/', 's=1; Domain=b.test', 'http://b.test/', undefined],
    ['a Domain of one label', 'http://a.test/', 's=1; Domain=test', 'http://b.test/', undefined],
    ['another port', 'http://a.test:81/', 's=1', 'http://a.test:82/', 's=1'],
    ['a path below', 'http://a.test/in', 's=1; Path=/in', 'http://a.test/in/x', 's=1'],
    [
      'a path that only looks alike',
      'http://a.test/',
      's=1; Path=/in',
      'http://a.test/inn',
      undefined,
    ],
    ['the folder of the page', 'http://a.test/x/y', 's=1', 'http://a.test/x/z', 's=1'],
    [
      'http, and the cookie is Secure',
      'https://a.test/',
      's=1; Secure',
      'http://a.test/',
      undefined,
    ],
    ['https, and the cookie is Secure', 'https://a.test/', 's=1; Secure', 'https://a.test/', 's=1'],
    ['an equals sign in the value', 'http://a.test/', 's=a=b', 'http://a.test/', 's=a=b'],
    ['one that is over', 'http://a.test/', 's=1; Max-Age=0', 'http://a.test/', undefined],
    [
      'a date in the past',
      'http://a.test/',
      's=1; Expires=Thu, 01 Jan 2015 00:00:00 GMT',
      'http://a.test/',
      undefined,
    ],
    ['nonsense', 'http://a.test/', 'nonsense', 'http://a.test/', undefined],
  ])('for %s', (_, from, line, to, header) => {
    const cookies = createCookies();
    cookies.take(from, [line], now);
    expect(cookies.headerFor(to, undefined)).toBe(header);
  });

  it("are replaced and removed by name, and come after the caller's own", () => {
    const cookies = createCookies();
    cookies.take('http://a.test/', ['a=1', 'b=2'], now);
    cookies.take('http://a.test/', ['a=3', 'b=; Max-Age=-1'], now);
    expect(cookies.headerFor('http://a.test/', 'own=x')).toBe('own=x; a=3');
    expect(cookies.headerFor('http://b.test/', 'own=x')).toBe('own=x');
  });
});
