import { describe, expect, it } from '@jest/globals';
import { isFromCache } from '../../../src/sources/http/cache.js';

describe('an answer from a cache', () => {
  it.each<[Readonly<Record<string, string>>, boolean]>([
    [{}, false],
    [{ age: '3600' }, true],
    [{ age: '0' }, false],
    [{ 'x-cache': 'HIT' }, true],
    [{ 'x-cache': 'Hit from cloudfront' }, true],
    [{ 'x-cache': 'TCP_HIT from a23' }, true],
    [{ 'x-cache': 'MISS, HIT' }, true],
    [{ 'x-cache': 'MISS' }, false],
    [{ 'cf-cache-status': 'HIT' }, true],
    [{ 'cf-cache-status': 'DYNAMIC' }, false],
    [{ 'x-cache-status': 'STALE' }, true],
    [{ 'cache-status': 'ExampleCache; hit; ttl=30' }, true],
    [{ 'cache-status': 'ExampleCache; fwd=miss' }, false],
  ])('is told by %j: %s', (headers, expected) => {
    expect(isFromCache(headers)).toBe(expected);
  });
});
