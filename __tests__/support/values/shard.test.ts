import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jumpHash, shard, shardInWords, shardOf } from '../../../src/support/values/shard.js';

const names = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
const counts = fc.integer({ min: 1, max: 1000 });

/** `target-0`, `target-1` and so on: names that differ as little as users' names do. */
function targets(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `target-${String(n)}`);
}

describe('jumpHash', () => {
  // The vectors of https://github.com/dgryski/go-jump (jump_test.go).
  it.each([
    [1n, 1, 0],
    [42n, 57, 43],
    [0xdead10ccn, 1, 0],
    [0xdead10ccn, 666, 361],
    [256n, 1024, 520],
  ])('%s in %d buckets: %d', (key, buckets, bucket) => {
    expect(jumpHash(key, buckets)).toBe(bucket);
  });

  it('is in its range for every key', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), counts, (key, buckets) => {
        const bucket = jumpHash(key, buckets);
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < buckets).toBe(true);
      }),
    );
  });
});

describe('shardOf', () => {
  // Computed apart from this program, by the figure of the paper in Python and hashlib: they may never change, as the jobs of one run
  // may have been started by different versions.
  it.each([
    ['api', [1, 1, 3, 3, 7, 72]],
    ['worker', [1, 2, 2, 4, 4, 78]],
    ['web', [1, 2, 2, 2, 2, 58]],
    ['checkout', [1, 1, 1, 5, 5, 5]],
    ['target-0', [1, 1, 1, 1, 1, 24]],
    ['target-999', [1, 2, 3, 5, 5, 63]],
  ])('%s is in the shards %j of 1, 2, 3, 5, 8 and 100', (name, expected) => {
    expect([1, 2, 3, 5, 8, 100].map((count) => shardOf(name, count))).toEqual(expected);
  });

  it('with one shard more a target stays where it is, or goes into the new one', () => {
    fc.assert(
      fc.property(names, counts, (name, count) => {
        expect([shardOf(name, count), count + 1]).toContain(shardOf(name, count + 1));
      }),
    );
  });

  it.each([2, 5, 20])('1,000 targets are even over %d shards', (count) => {
    const sizes = Array.from({ length: count }, () => 0);
    for (const name of targets(1000)) sizes[shardOf(name, count) - 1]! += 1;
    const share = 1000 / count;
    // Five standard deviations of a binomial: one even scheme in a million is that far off.
    const most = 5 * Math.sqrt(share * (1 - 1 / count));
    for (const size of sizes) expect(Math.abs(size - share)).toBeLessThan(most);
  });
});

describe('the type of `shard`', () => {
  it.each([
    ['1/1', { index: 1, count: 1 }],
    ['2/5', { index: 2, count: 5 }],
    ['2 / 5', { index: 2, count: 5 }],
    ['1000/1000', { index: 1000, count: 1000 }],
  ])('%s', (text, value) => {
    expect(shard().parse(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['2', /is not a shard/, /such as `2\/5`/],
    ['2 of 5', /is not a shard/, /such as `2\/5`/],
    ['-1/5', /is not a shard/, /such as `2\/5`/],
    ['1.5/5', /is not a shard/, /such as `2\/5`/],
    ['/5', /is not a shard/, /such as `2\/5`/],
    ['0/5', /counts from 0/, /the first shard is `1\/5`: add 1/],
    ['6/5', /there is no shard `6\/5`/, /from `1\/N` to `N\/N`/],
    ['0/0', /there is no shard `0\/0`/, /from `1\/N` to `N\/N`/],
    ['1/1001', /there is no shard `1\/1001`/, /at most 1000/],
  ])('%s is refused', (text, message, fix) => {
    expect(shard().parse(text)).toEqual({
      ok: false,
      problem: {
        message: expect.stringMatching(message) as unknown,
        fix: expect.stringMatching(fix) as unknown,
      },
    });
  });

  it('what is printed is read as the same', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const value = { index: Math.min(a, b), count: Math.max(a, b) };
        expect(shard().parse(shardInWords(value))).toEqual({ ok: true, value });
      }),
    );
  });
});
