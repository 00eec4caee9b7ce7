import { describe, expect, it } from '@jest/globals';
import {
  createConfirmationWindow,
  type ConfirmationWindowOptions,
} from '../../src/gate/confirmation-window.js';
import type { EvaluatedCheck, MetricLimit, Observation } from '../../src/contract/check.js';
import { metricCheck } from '../support/stand-in-checks.js';

const rate: MetricLimit = { metric: 'success-rate', minPercent: 95 };
const relative: MetricLimit = { metric: 'relative', margin: 1 };
const perMinute: MetricLimit = { metric: 'errors-per-minute', max: 10, scaledTo: null };

/** What became of a check after this many seconds of a rollback. */
function after(
  seconds: number,
  observe: (second: number) => Observation,
  given: Partial<EvaluatedCheck> & {
    readonly limit: MetricLimit;
    readonly own?: boolean;
    readonly options?: Partial<ConfirmationWindowOptions>;
  },
): { isRight: boolean; words: string } {
  const { limit, own = false, options, ...more } = given;
  const check = {
    ...metricCheck(() => ({ kind: 'none', why: 'no-data' }), limit),
    ...(own ? {} : { realTraffic: true as const }),
    ...more,
  };
  const confirmation = createConfirmationWindow(check, limit, {
    minRequests: 20,
    requestsPerSecond: 10,
    timeout: 120_000,
    ...options,
  });
  for (let n = 0; n < seconds; n += 1)
    confirmation.add({ from: n * 1000, to: (n + 1) * 1000 }, observe(n));
  return { isRight: confirmation.isRight, words: confirmation.inWords() };
}

type Pair = readonly [samples: number, failures: number];
const both = (own: Pair, ofBaseline: Pair): Observation => ({
  kind: 'counts',
  samples: own[0],
  failures: own[1],
  seconds: 1,
  baseline: { samples: ofBaseline[0], failures: ofBaseline[1] },
});
const gone = (ofBaseline?: Pair): Observation => ({
  kind: 'none',
  why: 'no-data',
  detail: 'no series matches x',
  ...(ofBaseline === undefined
    ? {}
    : { baseline: { samples: ofBaseline[0], failures: ofBaseline[1] } }),
});

describe('the confirmation of a check without a baseline', () => {
  it('a selector that matches nothing after the rollback is not confirmed, and the reason says what to select', () => {
    expect(after(30, () => gone(), { limit: rate })).toEqual({
      isRight: false,
      words:
        'only 0 of the 20 requests needed for success-rate (no series matches x; what selects the new version alone sees nothing after a rollback: select the service, or give the check a baseline)',
    });
    expect(after(30, () => gone(), { limit: rate, own: true }).words).toBe(
      'only 0 of the 60 requests needed for success-rate (no series matches x)',
    );
  });

  it("needs as many requests as the check's own min-requests", () => {
    const observe = (): Observation => ({ kind: 'counts', samples: 1, failures: 0, seconds: 1 });
    expect(after(5, observe, { limit: rate, minRequests: 5 }).isRight).toBe(true);
    expect(after(5, observe, { limit: rate, minRequests: 6 }).isRight).toBe(false);
  });

  it('a value at its minimum is confirmed, one below is not', () => {
    const limit: MetricLimit = { metric: 'value', min: 5 };
    const of = (value: number) => (): Observation => ({ kind: 'value', value });
    expect(after(3, of(5), { limit }).isRight).toBe(true);
    expect(after(30, of(4.9), { limit })).toMatchObject({
      isRight: false,
      words: expect.stringMatching(/^the value was 4\.9 on average \(limit ≥ 5\)$/),
    });
  });
});

describe('the confirmation of a check with a limit and a baseline', () => {
  const given = { limit: rate, baseline: { margin: 1 } };

  it('is confirmed when its own requests are within the limit', () => {
    expect(after(2, () => both([10, 0], [10, 9]), given).isRight).toBe(true);
    expect(after(60, () => both([10, 3], [10, 3]), given).isRight).toBe(false);
  });

  it('is confirmed when the canary is gone and the old version is within the limit', () => {
    expect(after(2, () => gone([10, 0]), given)).toEqual({
      isRight: true,
      words: 'of the old version, 0 of 20 requests failed (100 % success, limit 95 %)',
    });
    // Its series stand there for a while, and count nothing any more.
    expect(after(2, () => both([0, 0], [10, 0]), given).isRight).toBe(true);
  });

  it('is not confirmed when the old version is over the limit', () => {
    expect(after(60, () => gone([10, 2]), given)).toMatchObject({
      isRight: false,
      words: expect.stringMatching(
        /^of the old version, \d+ of \d+ requests failed \(80 % success/,
      ),
    });
  });

  it('does not count the old version while the canary still gets requests', () => {
    const observe = (n: number): Observation =>
      n % 2 === 0 ? gone([15, 0]) : both([1, 1], [15, 0]);
    expect(after(15, observe, given).isRight).toBe(false);
    const trailing = (n: number): Observation => (n < 3 ? both([1, 1], [15, 0]) : gone([15, 0]));
    expect(after(4, trailing, given).isRight).toBe(false);
    expect(after(5, trailing, given).isRight).toBe(true);
  });

  it('a canary that is gone has no errors per minute: it is confirmed, whatever the old version fails', () => {
    const limit = { limit: perMinute, baseline: { margin: 1 } };
    expect(after(2, () => gone([100, 5]), limit).isRight).toBe(true);
    expect(after(2, () => both([100, 5], [100, 0]), limit).isRight).toBe(false);
  });

  it('is not confirmed when the canary is gone and nothing is known of the baseline', () => {
    expect(after(60, () => gone(), given)).toEqual({
      isRight: false,
      words: 'only 0 of the 20 requests needed for success-rate (no series matches x)',
    });
  });
});

describe('the confirmation of a check that is only compared with its baseline', () => {
  it('is confirmed when the canary fails no more often than the baseline, within chance', () => {
    expect(after(2, () => both([10, 1], [10, 1]), { limit: relative }).isRight).toBe(true);
    expect(after(2, (n) => both([10, n], [10, 0]), { limit: relative }).isRight).toBe(true);
    expect(after(60, () => both([10, 3], [10, 0]), { limit: relative })).toMatchObject({
      isRight: false,
      words: expect.stringMatching(/^\d+ of \d+ requests failed \(30 %\), against 0 of \d+ of the/),
    });
  });

  it('a canary that fails three times as often is confirmed with a margin of 3, one that fails six times as often is not', () => {
    const limit: MetricLimit = { metric: 'relative', margin: 3 };
    expect(after(30, () => both([10, 3], [10, 1]), { limit }).isRight).toBe(true);
    expect(after(30, () => both([10, 6], [10, 1]), { limit }).isRight).toBe(false);
  });

  it('is not confirmed before the canary and the baseline have enough requests', () => {
    expect(after(30, () => both([10, 0], [0, 0]), { limit: relative }).isRight).toBe(false);
    expect(after(1, () => both([30, 0], [10, 0]), { limit: relative }).isRight).toBe(false);
    expect(after(2, () => both([30, 0], [10, 0]), { limit: relative }).isRight).toBe(true);
    expect(after(5, () => both([10, 0], [10, 0]), { limit: relative, own: true }).isRight).toBe(
      false,
    );
    expect(after(6, () => both([10, 0], [10, 0]), { limit: relative, own: true }).isRight).toBe(
      true,
    );
  });

  it('is confirmed when the canary is gone, since nothing is left to be worse', () => {
    expect(after(2, () => gone([10, 4]), { limit: relative }).isRight).toBe(true);
    expect(after(1, () => gone([10, 4]), { limit: relative }).isRight).toBe(false);
  });

  it('compares latency at each border: as slow as the baseline is confirmed, slower is not', () => {
    const limit: MetricLimit = { metric: 'relative', margin: 1, of: 'latency' };
    const slow = (own: number, ofBaseline: number): Observation => ({
      kind: 'counts',
      samples: 10,
      failures: 0,
      seconds: 1,
      slower: { 100: own, 500: own },
      baseline: { samples: 10, failures: 0, slower: { 100: ofBaseline, 500: ofBaseline } },
    });
    expect(after(4, () => slow(5, 5), { limit }).isRight).toBe(true);
    expect(after(60, () => slow(5, 2), { limit }).isRight).toBe(false);
  });
});
