import { describe, expect, it } from '@jest/globals';
import { redirectOf, type Hop } from '../../../src/support/http/redirect.js';

const hop: Hop = {
  method: 'POST',
  url: 'https://a.example/dir/page?q=1',
  headers: { Authorization: 's', 'Content-Type': 'text/plain', Accept: 'x', 'X-Own': 'y' },
  body: 'b',
};
const to = (status: number, location: string): Parameters<typeof redirectOf>[1] => ({
  status,
  headers: { location },
});

describe('the request after a redirect', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [302, 'HEAD', 'HEAD'],
  ])('after %i a %s becomes a %s', (status, method, expected) => {
    const next = redirectOf({ ...hop, method }, to(status, '/x')) as Hop;
    expect(next.method).toBe(expected);
    const becameGet = method !== 'GET' && expected === 'GET';
    expect(next.body).toBe(becameGet ? undefined : 'b');
    expect('Content-Type' in next.headers).toBe(!becameGet);
  });

  it.each([
    ['other', 'https://a.example/dir/other'],
    ['/other', 'https://a.example/other'],
    ['?z', 'https://a.example/dir/page?z'],
    ['//b.example/', 'https://b.example/'],
    ['http://[::1]:8080/', 'http://[::1]:8080/'],
  ])('resolves %s', (location, url) => {
    expect(redirectOf(hop, to(302, location))).toMatchObject({ url });
  });

  it.each([
    ['the same origin', 'https://a.example:443/', true],
    ['another host', 'https://b.example/', false],
    ['another port', 'https://a.example:8443/', false],
    ['another scheme', 'http://a.example/', false],
    ['a subdomain', 'https://x.a.example/', false],
  ])('to %s (%s) keeps headers that may be secret: %s', (_, location, kept) => {
    const next = redirectOf(hop, to(307, location)) as Hop;
    expect('Authorization' in next.headers).toBe(kept);
    expect('X-Own' in next.headers).toBe(kept);
    expect(next.headers).toMatchObject({ Accept: 'x', 'Content-Type': 'text/plain' });
  });

  it.each([['javascript:alert(1)'], ['file:///etc/passwd'], ['ftp://a.example/'], ['http://']])(
    'to %s is not followed',
    (location) => {
      expect(redirectOf(hop, to(302, location))).toBe('unusable');
    },
  );

  it.each([200, 300, 304, 305, 404])('with %i is the answer itself', (status) => {
    expect(redirectOf(hop, to(status, '/x'))).toBeUndefined();
  });

  it('without a location is the answer itself', () => {
    expect(redirectOf(hop, { status: 302, headers: {} })).toBeUndefined();
  });
});
