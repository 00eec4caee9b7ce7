import { describe, expect, it } from '@jest/globals';
import { watch, type WatchOutcome } from '../../src/gate/watch.js';
import { defaultPlan } from '../support/stand-in-checks.js';
import { StandInTransport, type Reply } from '../support/stand-in-transport.js';
import { config, createHttpChecks, type HttpConfig } from '../support/http-source-config.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** A probe as the service sees it. */
interface Probe {
  /** Milliseconds since the start of the watch. */
  readonly at: number;
  readonly isHealth: boolean;
  /** Counts the probes of traffic after the warm-up, from 1; 0 in the warm-up. */
  readonly requests: number;
}

/** A whole watch at default settings: the real prober, checks and judge, on a clock of the test. */
function watched(
  service: (probe: Probe) => Reply,
  changes: Partial<HttpConfig> = {},
  plan = defaultPlan,
): Promise<WatchOutcome> {
  const clock = new VirtualClock();
  let requests = 0;
  const http = new StandInTransport(clock, ({ url }) => {
    const at = clock.monotonic();
    const isHealth = url.endsWith('/health');
    if (!isHealth && at >= defaultPlan.warmUp) requests += 1;
    return service({ at, isHealth, requests: isHealth ? 0 : requests });
  });
  const checks = createHttpChecks(
    config({ healthUrls: ['http://app.example/health'], ...changes }),
    { http, clock },
  );
  return clock.runUntil(
    watch({
      plan,
      checks,
      clock,
      signal: new AbortController().signal,
      observer: { event: () => undefined, tick: () => undefined },
      tickEvery: 60_000,
    }),
  );
}

const good: Reply = { after: 5 };
const bad: Reply = { status: 503, after: 5 };
const refused: Reply = { fails: 'refused' };
const hangs: Reply = { after: 3_600_000 };

describe('a watch at default settings', () => {
  it('a service that answers 100 % well is healthy at the end', async () => {
    const outcome = await watched(() => good);
    expect(outcome).toMatchObject({ verdict: 'healthy' });
    expect(outcome.decidedAt).toBeLessThan(335_100);
    expect(outcome.reason).toMatch(/^100 % of 600 requests succeeded/);
  });

  it('a service that fails 30 % is unhealthy within two minutes, and the reason counts the failures', async () => {
    const outcome = await watched(({ isHealth, requests }) =>
      !isHealth && requests % 10 < 3 ? bad : good,
    );
    expect(outcome.verdict).toBe('unhealthy');
    expect(outcome.decidedAt).toBeLessThanOrEqual(120_000);
    expect(outcome.reason).toMatch(/^\d+ of \d+ requests failed \(70 % success, limit 95 %\)/);
  });

  it.each([
    ['refuses', refused, 15_000],
    ['answers 503', bad, 15_010],
    ['hangs', hangs, 20_000],
  ])(
    'a service that answered and then %s is unhealthy within its time, from any moment on',
    async (_, down, limit) => {
      for (const downAt of [5001, 12_345, 29_999, 30_001, 99_999, 200_002, 327_500, 329_999]) {
        const outcome = await watched(({ at }) => (at >= downAt ? down : good));
        expect(outcome.verdict).toBe('unhealthy');
        expect((outcome.decidedAt ?? Infinity) - downAt).toBeLessThanOrEqual(limit);
      }
    },
  );

  it.each([
    ['refuses', refused, 30_000],
    ['hangs', hangs, 35_000],
  ])(
    'a service that never answers (it %s) is unhealthy when the warm-up is over',
    async (_, reply, at) => {
      const outcome = await watched(() => reply);
      expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedAt: at, decidedBy: ['health'] });
    },
  );

  it('a service that needs 20 s to start listening is healthy', async () => {
    const outcome = await watched(({ at }) => (at < 20_000 ? refused : good));
    expect(outcome.verdict).toBe('healthy');
  });

  it.each([0.2, 2, 3, 7, 20, 50])(
    'exactly 95.0 %% at %d requests/s is healthy, one success less is unhealthy',
    async (rate) => {
      const limits = { requestsPerSecond: rate, maxErrorsPerMinute: 'off' } as const;
      const exact = await watched(({ requests }) => (requests % 20 === 1 ? bad : good), limits);
      expect(exact.reason).toMatch(/^95 % of/);
      expect(exact.verdict).toBe('healthy');
      const last = 300 * rate;
      const less = await watched(
        ({ requests }) => (requests % 20 === 1 || requests === last ? bad : good),
        limits,
      );
      expect(less.verdict).toBe('unhealthy');
      expect(less.decidedBy).toEqual(['success-rate']);
    },
  );

  it.each([0.2, 2, 3, 7, 20, 50])(
    'exactly 10 errors a minute at %d requests/s are healthy, one more is unhealthy',
    async (rate) => {
      const limits = { requestsPerSecond: rate, minSuccessRate: 'off' } as const;
      const exact = await watched(({ requests }) => (requests % 6 === 1 ? bad : good), limits);
      expect(exact.reason).toMatch(/^10 errors per minute \(limit 10\)/);
      expect(exact.verdict).toBe('healthy');
      const last = 300 * rate;
      const more = await watched(
        ({ requests }) => (requests % 6 === 1 || requests === last ? bad : good),
        limits,
      );
      expect(more.verdict).toBe('unhealthy');
      expect(more.decidedBy).toEqual(['errors-per-minute']);
    },
  );

  it('19 requests are inconclusive, 20 are healthy', async () => {
    const slow = { requestsPerSecond: 0.1 };
    const enough = await watched(() => good, slow, { ...defaultPlan, duration: 200_000 });
    expect(enough.verdict).toBe('healthy');
    const tooFew = await watched(() => good, slow, { ...defaultPlan, duration: 190_000 });
    expect(tooFew).toMatchObject({
      verdict: 'inconclusive',
      reason: 'Only 19 requests in 3m 10s (20 needed): not enough to judge success-rate.',
    });
  });
});
