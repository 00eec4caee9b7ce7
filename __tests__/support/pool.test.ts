import { describe, expect, it } from '@jest/globals';
import { inPool } from '../../src/support/pool.js';

describe('inPool', () => {
  it('runs at most so many at once, and returns results in order', async () => {
    let open = 0;
    let most = 0;
    const doubled = await inPool(3, [5, 1, 4, 2, 3, 0, 6], async (n) => {
      open += 1;
      most = Math.max(most, open);
      for (let turns = n; turns > 0; turns -= 1) await Promise.resolve();
      open -= 1;
      return n * 2;
    });
    expect(doubled).toEqual([10, 2, 8, 4, 6, 0, 12]);
    expect(most).toBe(3);
  });

  it('starts nothing after a failure, and rejects with it', async () => {
    const begun: number[] = [];
    await expect(
      inPool(1, [1, 2, 3], async (n) => {
        begun.push(n);
        if (n === 2) throw new Error('no');
        return Promise.resolve(n);
      }),
    ).rejects.toThrow('no');
    expect(begun).toEqual([1, 2]);
  });

  it('without items returns an empty list', async () => {
    expect(await inPool(2, [], () => Promise.reject(new Error('never')))).toEqual([]);
  });
});
