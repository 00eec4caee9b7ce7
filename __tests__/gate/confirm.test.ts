import { describe, expect, it } from '@jest/globals';
import { confirm, type ConfirmOptions, type ConfirmOutcome } from '../../src/gate/confirm.js';
import { Cancelled } from '../../src/support/abort.js';
import { counts, good, healthCheck, metricCheck, refused } from '../support/stand-in-checks.js';
import { VirtualClock } from '../support/virtual-clock.js';

async function confirmed(
  build: (clock: VirtualClock) => ConfirmOptions['checks'],
  more: Partial<ConfirmOptions> = {},
): Promise<ConfirmOutcome & { readonly took: number; readonly sleeping: number }> {
  const clock = new VirtualClock();
  const outcome = await clock.runUntil(
    confirm({
      checks: build(clock),
      isRecovery: true,
      clock,
      signal: new AbortController().signal,
      timeout: 120_000,
      minRequests: 20,
      requestsPerSecond: 10,
      ...more,
    }),
  );
  return { ...outcome, took: clock.monotonic(), sleeping: clock.sleeping };
}

describe('confirm, after a rollback', () => {
  it.each([
    [true, 'all failing checks have recovered (watched for 1s)'],
    [false, 'all checks pass (watched for 1s)'],
  ])('says that checks have recovered only when one had failed: %s', async (isRecovery, detail) => {
    const outcome = await confirmed((clock) => [healthCheck(clock, () => ({ result: good }))], {
      isRecovery,
    });
    expect(outcome).toMatchObject({ confirmed: true, detail });
  });

  it('is confirmed as soon as health and traffic are within their limits', async () => {
    const outcome = await confirmed((clock) => [
      healthCheck(clock, () => ({ result: good })),
      metricCheck(() => counts(10, 0, 1)),
    ]);
    expect(outcome).toMatchObject({ confirmed: true, took: 6000, sleeping: 0 });
  });

  it('confirms with min-requests requests when the timeout leaves no time for more', async () => {
    const outcome = await confirmed(() => [metricCheck(() => counts(10, 0, 1))], { timeout: 5000 });
    expect(outcome).toMatchObject({ confirmed: true, took: 2000 });
  });

  it('waits until the old version answers', async () => {
    const outcome = await confirmed((clock) => [
      healthCheck(clock, (at) => ({ result: at < 30_000 ? refused : good })),
    ]);
    expect(outcome).toMatchObject({ confirmed: true, took: 31_000 });
  });

  it('is not confirmed while the health check fails, and says with what', async () => {
    const outcome = await confirmed((clock) => [healthCheck(clock, () => ({ result: refused }))]);
    expect(outcome).toEqual({
      confirmed: false,
      detail: 'the health check still fails (connection refused)',
      took: 120_000,
      sleeping: 0,
    });
  });

  it('is not confirmed when the health check shows nothing any more, even after a good answer', async () => {
    const outcome = await confirmed((clock) => [
      healthCheck(clock, (at) => ({
        result: at < 1000 ? good : { ok: null, detail: 'the engine does not answer' },
      })),
    ]);
    expect(outcome).toMatchObject({
      confirmed: false,
      detail: 'nothing could be seen of the health (the engine does not answer)',
    });
  });

  it('is not confirmed when as many requests fail as before the rollback', async () => {
    const outcome = await confirmed(() => [metricCheck(() => counts(10, 3, 1))]);
    expect(outcome.confirmed).toBe(false);
    expect(outcome.detail).toMatch(/^\d+ of \d+ requests failed \(70 % success, limit 95 %\)$/);
  });

  it('confirms when only the first seconds after the rollback were bad', async () => {
    const outcome = await confirmed(() => [
      metricCheck((window) => counts(10, window.from < 5000 ? 10 : 0, 1)),
    ]);
    expect(outcome.confirmed).toBe(true);
  });

  it('is not confirmed without enough requests, or without any data', async () => {
    const outcome = await confirmed(() => [metricCheck(() => counts(0, 0, 1))]);
    expect(outcome.detail).toBe('only 0 of the 60 requests needed for success-rate');
    const silent = await confirmed(() => [metricCheck(() => ({ kind: 'none', why: 'no-data' }))]);
    expect(silent.confirmed).toBe(false);
  });

  it('confirms a latency check by its own limit', async () => {
    const latency = { metric: 'latency', percentile: 95, maxMs: 800 } as const;
    expect((await confirmed(() => [metricCheck(() => counts(10, 0, 1), latency)])).confirmed).toBe(
      true,
    );
    expect((await confirmed(() => [metricCheck(() => counts(10, 2, 1), latency)])).confirmed).toBe(
      false,
    );
  });

  it('ends at once, not confirmed, when it is cancelled', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const confirming = confirm({
      checks: [healthCheck(clock, () => ({ result: refused }))],
      isRecovery: true,
      clock,
      signal: controller.signal,
      timeout: 120_000,
      minRequests: 20,
      requestsPerSecond: 10,
    });
    await clock.advance(3000);
    controller.abort(new Cancelled('SIGTERM'));
    expect((await confirming).confirmed).toBe(false);
    expect(clock.sleeping).toBe(0);
  });

  it('runs a test again as often as it says, one at a time, until it passes', async () => {
    const begun: number[] = [];
    const outcome = await confirmed((clock) => {
      const check = healthCheck(
        clock,
        (at) => ({ result: at < 25_000 ? refused : good, takes: 4000 }),
        10_000,
      );
      return [
        {
          ...check,
          id: 'smoke',
          source: 'command',
          isParticular: true,
          limit: { metric: 'health', failures: 2, successes: 1 },
          probe: (signal) => {
            begun.push(clock.monotonic());
            return check.probe(signal);
          },
        },
      ];
    });
    expect(begun).toEqual([0, 10_000, 20_000, 30_000]);
    expect(outcome).toMatchObject({ confirmed: true, took: 34_000 });
  });

  it.each([
    [refused, 'the test smoke still fails (connection refused)'],
    [
      { ok: null, detail: 'no such program' },
      'nothing could be seen by the test smoke (no such program)',
    ],
  ])('says of a test that does not pass what is wrong: %j', async (result, detail) => {
    const outcome = await confirmed((clock) => [
      {
        ...healthCheck(clock, () => ({ result }), 10_000),
        ...{ id: 'smoke', source: 'command', isParticular: true },
      },
    ]);
    expect(outcome).toMatchObject({ confirmed: false, detail });
  });

  describe('an alert, which looks back over a time of its own,', () => {
    const alert = (clock: VirtualClock, endsAt: number) => ({
      ...healthCheck(clock, (at) => ({ result: at < endsAt ? refused : good }), 10_000),
      ...({ id: 'pages', source: 'alerts', isParticular: true, recovery: 300_000 } as const),
      limit: { metric: 'health', failures: 1, successes: 1 } as const,
    });

    it('may end later than the others must be right', async () => {
      const outcome = await confirmed((clock) => [
        healthCheck(clock, () => ({ result: good })),
        alert(clock, 250_000),
      ]);
      expect(outcome).toMatchObject({ confirmed: true, took: 250_000 });
    });

    it('is not waited for longer than that', async () => {
      const outcome = await confirmed((clock) => [alert(clock, 400_000)]);
      expect(outcome).toMatchObject({
        confirmed: false,
        took: 300_000,
        detail: 'the alerts pages still fire (connection refused)',
      });
    });

    it('is not waited for where something else is still wrong', async () => {
      const outcome = await confirmed((clock) => [
        healthCheck(clock, () => ({ result: refused })),
        alert(clock, 200_000),
      ]);
      expect(outcome).toMatchObject({ confirmed: false, took: 120_000 });
    });
  });
});
