import { describe, expect, it } from '@jest/globals';
import { isFromCache, limitSign } from '../../../src/sources/http/signs.js';

describe('an answer with headers of a cache', () => {
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
  ])('%j: from a cache: %s', (headers, expected) => {
    expect(isFromCache(headers)).toBe(expected);
  });
});

describe('an answer with headers of a rate limiter or a firewall', () => {
  it.each<[number, Readonly<Record<string, string>>, number | 'no' | undefined]>([
    [429, {}, undefined],
    [429, { 'retry-after': '7' }, 7000],
    [403, {}, 'no'],
    [403, { 'cf-mitigated': 'challenge' }, undefined],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000' }, 0],
    [403, { 'x-ratelimit-remaining': '12' }, 'no'],
    [403, { 'ratelimit-remaining': '0', 'retry-after': '3' }, 3000],
    [403, { ratelimit: '"default";r=0;t=30' }, undefined],
    [403, { ratelimit: 'limit=10, remaining=0, reset=30' }, undefined],
    [503, { ratelimit: '"default";r=50;t=30' }, 'no'],
    [503, { 'x-akamai-request-id': '1' }, undefined],
    [503, { 'x-akamai-transformed': '9' }, 'no'],
    [405, { 'x-amzn-waf-action': 'captcha' }, undefined],
    [202, { 'x-amzn-waf-action': 'challenge' }, undefined],
    [202, {}, 'no'],
    [503, { 'retry-after': '30' }, 'no'],
    [500, { 'x-ratelimit-remaining': '0' }, 'no'],
  ])('%i with %j: wait %s', (status, headers, expected) => {
    const sign = limitSign(status, headers, 2_000_000_000);
    if (expected === 'no') expect(sign).toBeUndefined();
    else expect(sign).toMatchObject({ retryAfterMs: expected });
  });
});
