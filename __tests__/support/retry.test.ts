import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Cancelled } from '../../src/support/abort.js';
import {
  PermanentError,
  TransientError,
  backoffMs,
  isTransientStatus,
  retryAfterMs,
  retryRead,
  waitBefore,
  type RetryOptions,
} from '../../src/support/retry.js';
import { VirtualClock } from './virtual-clock.js';

const now = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

describe('retryAfterMs', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    // Milliseconds where seconds are due, and what no timer holds: never longer than an hour.
    [{ 'retry-after': '30000' }, HOUR],
    [{ 'retry-after': '2147484' }, HOUR],
    [{ 'retry-after': '9'.repeat(400) }, HOUR],
    [{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, HOUR],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9'.repeat(400) }, HOUR],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' }, 0],
    [{ 'retry-after': '-5' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 90) }, 90_000],
    [{ 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': String(now / 1000 + 90) }, undefined],
    [{ 'x-ratelimit-remaining': '0' }, undefined],
    [
      {
        'retry-after': '5',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(now / 1000 + 90),
      },
      5000,
    ],
    [{}, undefined],
  ])('%j: %s', (headers, expected) => {
    expect(retryAfterMs((name) => headers[name], now)).toBe(expected);
  });
});

describe('isTransientStatus', () => {
  it.each([
    [200, false],
    [400, false],
    [403, false],
    [404, false],
    [408, true],
    [429, true],
    [500, true],
    [599, true],
    [600, false],
  ])('%i: %s', (status, expected) => {
    expect(isTransientStatus(status)).toBe(expected);
  });
});

describe('backoffMs', () => {
  it('is from half to all of a wait that doubles up to 10 s', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, chance) => {
          const full = Math.min(10_000, 500 * 2 ** (attempt - 1));
          const wait = backoffMs(attempt, () => chance);
          expect(wait).toBeGreaterThanOrEqual(full / 2);
          expect(wait).toBeLessThanOrEqual(full);
        },
      ),
    );
  });
});

describe('waitBefore', () => {
  it.each([
    [0, 250],
    [undefined, 250],
    [100, 250],
    [20_000, 20_000],
  ])('asked to wait %p ms before the second attempt: %d ms', (askedMs, expected) => {
    expect(waitBefore(1, askedMs, () => 0)).toBe(expected);
  });
});

describe('retryRead', () => {
  const read = (script: (Error | string)[], options: Partial<RetryOptions> = {}) => {
    const clock = new VirtualClock(now);
    const times: number[] = [];
    const work = retryRead(
      () => {
        times.push(clock.monotonic());
        const next = script[Math.min(times.length, script.length) - 1];
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      {
        clock,
        signal: new AbortController().signal,
        random: () => 0,
        budgetMs: 60_000,
        attempts: 4,
        ...options,
      },
    );
    work.catch(() => undefined);
    return { clock, times, work };
  };

  it('retries after transient errors', async () => {
    const { clock, work, times } = read([new Error('reset'), new TransientError('502'), 'yes']);
    expect(await clock.runUntil(work)).toBe('yes');
    expect(times).toEqual([0, 250, 750]);
  });

  it('waits as long as Retry-After says', async () => {
    const { clock, work, times } = read([new TransientError('429', 7000), 'yes']);
    expect(await clock.runUntil(work)).toBe('yes');
    expect(times).toEqual([0, 7000]);
  });

  it.each<[string, Error[], Partial<RetryOptions>, number]>([
    ['a permanent error', [new PermanentError('404')], {}, 1],
    ['the last attempt', [new TransientError('x')], {}, 4],
    ['a wait longer than the budget', [new TransientError('x', 61_000)], {}, 1],
    ['the end of the budget', [new TransientError('x')], { budgetMs: 300, attempts: 99 }, 2],
  ])('rejects with the error: %s', async (_, script, options, attempts) => {
    const { clock, work, times } = read(script, options);
    await expect(clock.runUntil(work)).rejects.toBe(script[0]);
    expect(times).toHaveLength(attempts);
    expect(clock.sleeping).toBe(0);
  });

  it('treats a returned failure like a thrown one', async () => {
    const clock = new VirtualClock(now);
    const times: number[] = [];
    const script = [{ retryAfterMs: 3000 }, { transient: true }, { transient: false }];
    const work = retryRead(
      () => {
        times.push(clock.monotonic());
        return Promise.resolve(script[times.length - 1]);
      },
      {
        clock,
        signal: new AbortController().signal,
        random: () => 0,
        budgetMs: 60_000,
        attempts: 9,
        failureIn: (failure) => failure,
      },
    );
    expect(await clock.runUntil(work)).toEqual({ transient: false });
    expect(times).toEqual([0, 3000, 3500]);
  });

  it('rejects with the reason of the signal, also during a wait', async () => {
    const stop = new AbortController();
    const { clock, work } = read([new TransientError('x', 30_000)], { signal: stop.signal });
    await clock.advance(1000);
    stop.abort(new Cancelled('SIGTERM'));
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect(clock.sleeping).toBe(0);
  });
});
