import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseBuckets } from '../../../src/sources/prometheus/latency.js';
import { bucketMsOf } from '../../../src/sources/prometheus/measurements.js';

const found = (les: readonly string[], count = 3): Map<string, number> =>
  new Map(les.map((le) => [le, count]));
const usual = ['0.005', '0.1', '0.5', '1', '2.5', '+Inf'];

describe('the choice of histogram buckets', () => {
  it.each<[number, string, string]>([
    [500, '0.5', '0.5'],
    [800, '1', '0.5'],
    [2500, '2.5', '2.5'],
    [5, '0.005', '0.005'],
  ])('takes the nearest borders around %d ms', (maxMs, above, below) => {
    expect(chooseBuckets(found(usual), 1000, maxMs)).toMatchObject({
      value: { above: { le: above }, below: { le: below }, all: '+Inf' },
    });
  });

  it('reads 0.3 s as exactly 300 ms', () => {
    expect(chooseBuckets(found(['0.3', '0.7', '+Inf']), 1000, 300)).toMatchObject({
      value: { above: { borderMs: 300 }, below: { borderMs: 300 } },
    });
  });

  it('leaves out borders that some histogram lacks', () => {
    const some = new Map([...found(usual), ['0.8', 1]] as [string, number][]);
    expect(chooseBuckets(some, 1000, 800)).toMatchObject({
      value: { above: { le: '1' }, below: { le: '0.5' } },
    });
  });

  it.each<[readonly string[], number, RegExp]>([
    [
      usual,
      3000,
      /^its buckets \(5ms, 100ms, 500ms, 1000ms, 2500ms\) have no border at or above the limit$/,
    ],
    [usual, 4, /have no border at or below the limit$/],
    [['+Inf'], 500, /no bucket besides/],
    [['0.1', '0.5'], 500, /no bucket with le="\+Inf"/],
    [[''], 500, /no bucket with le="\+Inf"/],
  ])('names what is missing in %j for %d ms', (les, maxMs, message) => {
    expect(chooseBuckets(found(les), 1000, maxMs)).toMatchObject({
      problem: { message: expect.stringMatching(message), fix: expect.anything() },
    });
  });

  it('never counts a fast request as slow, nor a slow one as fast', () => {
    const borders = fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(borders, fc.integer({ min: 1, max: 5000 }), (all, maxMs) => {
        const chosen = chooseBuckets(found([...all.map(String), '+Inf']), 1, maxMs);
        const hasBoth = all.some((each) => each >= maxMs) && all.some((each) => each <= maxMs);
        expect(chosen.ok).toBe(hasBoth);
        if (!chosen.ok) return;
        expect(chosen.value.above.borderMs).toBe(Math.min(...all.filter((each) => each >= maxMs)));
        expect(chosen.value.below.borderMs).toBe(Math.max(...all.filter((each) => each <= maxMs)));
      }),
    );
  });
});

describe('bucketMsOf', () => {
  it.each([
    ['http_request_duration_seconds_bucket', 1000],
    ['istio_request_duration_milliseconds_bucket', 1],
    ['request_latency_ms_bucket', 1],
    ['rpc_duration_us_bucket', 0.001],
    ['grpc_server_handling_seconds_bucket', 1000],
    ['items_bucket', 1000],
  ])('%s', (name, ms) => {
    expect(bucketMsOf({ name, matchers: [] })).toBe(ms);
  });
});
