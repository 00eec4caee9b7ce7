import { describe, expect, it } from '@jest/globals';
import { estimate } from '../../../src/sources/http/checks.js';
import type { MetricLimit } from '../../../src/contract/check.js';
import type { Finding } from '../../../src/contract/result.js';
import { config, checksOf, type HttpConfig } from '../../support/http-source-config.js';

const errors = (max: number): MetricLimit => ({ metric: 'errors-per-minute', max, scaledTo: 60 });
const rate = (minPercent: number): MetricLimit => ({ metric: 'success-rate', minPercent });

function estimated(
  id: string,
  limit: MetricLimit,
  changes: Partial<HttpConfig> = {},
): readonly Finding[] {
  const probing = config(changes);
  return estimate({ id, limit }, { ...probing, checks: checksOf(probing) });
}

describe('estimate', () => {
  it.each([
    [10, 95, '10 allows 83.33 % success: min-success-rate (95 %) decides'],
    [1.2, 95, '1.2 allows 98 % success: it decides, and not min-success-rate (95 %)'],
    [3, 95, '3 allows 95 % success, the same as min-success-rate'],
    [0, 99.9, '0 allows 100 % success: it decides, and not min-success-rate (99.9 %)'],
    [10, 'off' as const, '10 allows 83.33 % success'],
  ])('says what %d errors a minute mean with %s %% success', (max, minSuccessRate, meaning) => {
    expect(estimated('errors-per-minute', errors(max), { minSuccessRate })).toEqual([
      {
        level: 'notice',
        subject: 'errors-per-minute',
        message: `with own probes, max-errors-per-minute ${meaning}`,
      },
    ]);
  });

  it('says nothing of a limit that the user did not set', () => {
    const probing = { ...config({ minSuccessRate: 95 }), isErrorLimitUnset: true };
    expect(
      estimate(
        { id: 'errors-per-minute', limit: errors(10) },
        { ...probing, checks: checksOf(probing) },
      ),
    ).toEqual([]);
  });

  it.each([60, 100])('warns that %d errors a minute can never be exceeded', (max) => {
    const [finding] = estimated('errors-per-minute', errors(max));
    expect(finding).toMatchObject({ level: 'warning' });
    expect(finding?.message).toContain('can never be exceeded');
  });

  it.each([
    ['the defaults', rate(95), {}],
    ['a limit of 100 %', rate(100), {}],
    ['p99 over five minutes', { metric: 'latency', percentile: 99, maxMs: 800 } as const, {}],
    ['just enough', rate(99.5), {}],
  ])('has no finding for %s', (_, limit, changes) => {
    expect(estimated('x', limit, changes)).toEqual([]);
  });

  it.each<[string, MetricLimit, Partial<HttpConfig>, string, string]>([
    [
      'fewer requests than min-requests',
      rate(50),
      { requestsPerSecond: 0.1, duration: 60_000 },
      '6 requests in 1m are too few: min-requests is 20',
      'raise requests-per-second to 0.4, or lengthen duration',
    ],
    [
      'a limit that is too fine for the watch',
      rate(99.9),
      {},
      '600 requests in 5m are too few: this limit needs 3,000 to tell it from a breach',
      'raise requests-per-second to 10, or lengthen duration',
    ],
    [
      'a percentile that is too fine for the watch',
      { metric: 'latency', percentile: 99.9, maxMs: 800 },
      {},
      '600 requests in 5m are too few: this limit needs 3,000 to tell it from a breach',
      'raise requests-per-second to 10, or lengthen duration',
    ],
  ])('warns of %s', (_, limit, changes, message, fix) => {
    expect(estimated('x', limit, changes)).toEqual([
      { level: 'warning', subject: 'x', message, fix },
    ]);
  });
});
