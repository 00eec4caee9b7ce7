import { getMaxListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { watch, windowsOf, type WatchOptions, type WatchOutcome } from '../../src/gate/watch.js';
import type { WatchEvent, WatchPlan } from '../../src/contract/check.js';
import { replay } from '../../src/gate/replay.js';
import type { RecordedEvent } from '../../src/contract/replay.js';
import { Cancelled } from '../../src/support/abort.js';
import {
  counts,
  defaultPlan,
  good,
  healthCheck,
  metricCheck,
  refused,
} from '../support/stand-in-checks.js';
import { VirtualClock } from '../support/virtual-clock.js';

function options(
  clock: VirtualClock,
  checks: WatchOptions['checks'],
  more: Partial<WatchOptions> = {},
): WatchOptions {
  return {
    plan: defaultPlan,
    checks,
    clock,
    signal: new AbortController().signal,
    observer: { event: () => undefined, tick: () => undefined },
    tickEvery: 10_000,
    ...more,
  };
}

/** A watch of one health check at default settings. */
function healthWatch(answer: Parameters<typeof healthCheck>[1]): Promise<WatchOutcome> {
  const clock = new VirtualClock();
  return clock.runUntil(watch(options(clock, [healthCheck(clock, answer)])));
}

describe('windowsOf', () => {
  it('never mixes the warm-up with the evaluated time, and covers all of it', () => {
    const windows = [...windowsOf({ warmUp: 15_000, duration: 25_000, interval: 10_000 })];
    expect(windows.map((w) => [w.from, w.to])).toEqual([
      [0, 10_000],
      [10_000, 15_000],
      [15_000, 25_000],
      [25_000, 35_000],
      [35_000, 40_000],
    ]);
  });
});

describe('watch', () => {
  it('a healthy watch runs to its end and is judged once', async () => {
    const clock = new VirtualClock();
    const traffic = metricCheck(() => counts(20, 0));
    const events: WatchEvent[] = [];
    const outcome = await clock.runUntil(
      watch(
        options(clock, [healthCheck(clock, () => ({ result: good })), traffic], {
          observer: { event: (event) => events.push(event), tick: () => undefined },
        }),
      ),
    );
    expect(outcome).toMatchObject({ verdict: 'healthy', decidedAt: 330_000, decidedBy: [] });
    expect(outcome.reason).toMatch(/the health check passed 67 of 67 checks over 5m/);
    expect(events.filter((e) => e.type === 'observation')).toHaveLength(33);
    expect(events.at(-1)).toEqual({ type: 'deadline' });
    expect(traffic.begun).toEqual([0]);
    expect(traffic.ended()).toBe(1);
    expect(clock.sleeping).toBe(0);
  });

  it.each([
    ['in the warm-up', 12_000],
    ['just after a check', 100_001],
    ['just before a check', 104_999],
    ['just before the end of the watch', 329_000],
  ])(
    'a service that refuses connections from some moment on is unhealthy within 15 s: %s',
    async (_, downAt) => {
      const outcome = await healthWatch((at) => ({ result: at >= downAt ? refused : good }));
      expect(outcome.verdict).toBe('unhealthy');
      const after = (outcome.decidedAt ?? 0) - downAt;
      expect(after).toBeGreaterThan(0);
      expect(after).toBeLessThanOrEqual(15_000);
    },
  );

  it.each([12_000, 100_001, 327_500])(
    'a service that hangs from %d ms on is unhealthy within 20 s',
    async (downAt) => {
      const outcome = await healthWatch((at) =>
        at >= downAt ? { result: { ok: false, detail: 'timeout' }, takes: 5000 } : { result: good },
      );
      expect(outcome.verdict).toBe('unhealthy');
      expect((outcome.decidedAt ?? 0) - downAt).toBeLessThanOrEqual(20_000);
    },
  );

  it('a service that never answers is unhealthy at the end of the warm-up', async () => {
    const never = await healthWatch(() => ({ result: refused }));
    expect(never).toMatchObject({ verdict: 'unhealthy', decidedAt: 30_000 });
    const hangs = await healthWatch(() => ({
      result: { ok: false, detail: 'timeout' },
      takes: 5000,
    }));
    expect(hangs).toMatchObject({ verdict: 'unhealthy', decidedAt: 35_000 });
    expect(hangs.reason).toMatch(/it has not passed once since the watch started/);
  });

  it('a service that needs 20 s to start listening is healthy', async () => {
    const outcome = await healthWatch((at) => ({ result: at < 20_000 ? refused : good }));
    expect(outcome.verdict).toBe('healthy');
  });

  describe('whose end is in doubt', () => {
    /** Fails in the last minute of the planned watch, and as long after it as is said. */
    function doubtful(until: number, signal?: AbortSignal) {
      const clock = new VirtualClock();
      const traffic = metricCheck(({ to }) => counts(20, to > 270_000 && to <= until ? 2 : 0));
      const events: RecordedEvent[] = [];
      const extended: unknown[] = [];
      const checks = [healthCheck(clock, () => ({ result: good })), traffic];
      const plan = { ...defaultPlan, extend: true };
      const observer = {
        event: (event: WatchEvent, at: number) => events.push({ event, at }),
        tick: () => undefined,
        extended: (extension: unknown) => extended.push(extension),
      };
      const work = watch(options(clock, checks, { plan, observer, ...(signal && { signal }) }));
      return { clock, work, events, extended, plan, checks };
    }

    it('goes on once, is told so, and is healthy when it is back within its limit', async () => {
      const { clock, work, events, extended, plan, checks } = doubtful(330_000);
      const outcome = await clock.runUntil(work);
      const extension = {
        by: 300_000,
        why: 'in the last minute 12 of 120 requests failed (90 % success, limit 95 %)',
      };
      expect(outcome).toMatchObject({ verdict: 'healthy', decidedAt: 630_000, extension });
      expect(outcome.reason).toContain('the health check passed 127 of 127 checks over 10m');
      expect(extended).toEqual([extension]);
      expect(events.filter(({ event }) => event.type === 'observation')).toHaveLength(63);
      expect(events.filter(({ event }) => event.type === 'deadline').map(({ at }) => at)).toEqual([
        330_000, 630_000,
      ]);
      expect(clock.sleeping).toBe(0);
      expect(replay(plan, checks, events)).toMatchObject({
        judgement: { verdict: 'healthy', reason: outcome.reason },
        decidedAt: 630_000,
        extension,
      });
      // As the same watch would have ended without it.
      const planned = events.slice(
        0,
        events.findIndex(({ event }) => event.type === 'deadline') + 1,
      );
      expect(replay(plan, checks, planned)).toMatchObject({ decidedAt: 330_000 });
      // It was cancelled while it went on: what it would have come to is not known.
      expect(replay(plan, checks, planned, { wasCut: true })).toMatchObject({
        judgement: null,
        endsAt: 330_000,
        extension,
      });
    });

    it('is unhealthy as soon as there is evidence', async () => {
      const { clock, work } = doubtful(Infinity);
      expect(await clock.runUntil(work)).toMatchObject({
        verdict: 'unhealthy',
        decidedAt: 400_000,
      });
    });

    it('is cancelled in the time that was added: it says how much there was', async () => {
      const stop = new AbortController();
      const { clock, work } = doubtful(330_000, stop.signal);
      void clock.sleep(400_000).then(() => {
        stop.abort(new Cancelled('SIGTERM'));
      });
      expect(await clock.runUntil(work)).toMatchObject({
        verdict: 'cancelled',
        reason:
          'Cancelled by SIGTERM after 6m 40s of 10m 30s: the new version is live and was not judged.',
      });
    });
  });

  describe('with a platform that goes back by itself', () => {
    const gone = 'shop/api went back to api:7 without this run';

    async function watched(
      failuresOf: (at: number) => number,
      more: Partial<WatchOptions> = {},
    ): Promise<{ outcome: WatchOutcome; events: RecordedEvent[]; asked: number }> {
      const clock = new VirtualClock();
      const events: RecordedEvent[] = [];
      let asked = 0;
      const traffic = metricCheck(({ to }) => counts(20, failuresOf(to)));
      const outcome = await clock.runUntil(
        watch(
          options(clock, [healthCheck(clock, () => ({ result: good })), traffic], {
            observer: { event: (event, at) => events.push({ event, at }), tick: () => undefined },
            goneBack: () => {
              asked += 1;
              return Promise.resolve(gone);
            },
            ...more,
          }),
        ),
      );
      expect(clock.sleeping).toBe(0);
      // A replay comes to the same, in the same moment.
      const checks = [healthCheck(clock, () => ({ result: good })), traffic];
      const { plan = defaultPlan } = more;
      expect(replay(plan, checks, events)).toMatchObject({
        judgement: { verdict: outcome.verdict, reason: outcome.reason },
        decidedAt: outcome.decidedAt,
      });
      return { outcome, events, asked };
    }

    it('what passed is unhealthy, by who went back', async () => {
      const { outcome, asked } = await watched(() => 0);
      expect(outcome).toMatchObject({
        ...{ verdict: 'unhealthy', decidedAt: 330_000, decidedBy: [] },
        reason: `${gone}.`,
      });
      expect(asked).toBe(1);
    });

    it('what had nothing to show is unhealthy too, and so is what passed early', async () => {
      const plan = { ...defaultPlan, minRequests: 100_000 };
      expect((await watched(() => 0, { plan })).outcome).toMatchObject({ reason: `${gone}.` });
      const early = await watched(() => 0, { plan: { ...defaultPlan, earlyPass: true } });
      expect(early.outcome).toMatchObject({ verdict: 'unhealthy', reason: `${gone}.` });
      expect(early.outcome.decidedAt).toBeLessThan(330_000);
      expect(early.asked).toBe(1);
    });

    it('what is unhealthy by its checks says so, and nobody is asked before the end', async () => {
      const { outcome, asked } = await watched(() => 10);
      expect(outcome.reason).toMatch(/requests failed/);
      expect(asked).toBe(0);
    });

    it('the end is in no doubt: the watch does not go on', async () => {
      const plan = { ...defaultPlan, extend: true };
      const { outcome, asked } = await watched((at) => (at > 280_000 ? 2 : 0), { plan });
      expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedAt: 330_000 });
      expect(outcome).not.toHaveProperty('extension');
      expect(asked).toBe(1);
    });

    it('nothing has gone back: the verdict is that of the checks', async () => {
      const { outcome, events } = await watched(() => 0, {
        goneBack: () => Promise.resolve(undefined),
      });
      expect(outcome.verdict).toBe('healthy');
      expect(events.at(-1)?.event).toEqual({ type: 'deadline' });
    });

    it('a signal while it is asked: cancelled, at once', async () => {
      const clock = new VirtualClock();
      const stop = new AbortController();
      const work = watch(
        options(clock, [healthCheck(clock, () => ({ result: good }))], {
          signal: stop.signal,
          goneBack: () => {
            stop.abort(new Cancelled('SIGTERM'));
            return new Promise(() => undefined);
          },
        }),
      );
      expect(await clock.runUntil(work)).toMatchObject({
        verdict: 'cancelled',
        reason: expect.stringContaining('Cancelled by SIGTERM after 5m 30s') as unknown,
      });
    });
  });

  it('a row of failures that is open at the end extends the watch, and is healthy when the service answers again', async () => {
    const outcome = await healthWatch((at) => ({
      result: at === 330_000 || at === 335_000 ? refused : good,
    }));
    expect(outcome).toMatchObject({ verdict: 'healthy', decidedAt: 345_000 });
  });

  it('late answers of health checks count in the order in which the checks started', async () => {
    // The check at 10 s succeeds after 9 s; the refusals at 15, 20 and 25 s must count after it, not before.
    const outcome = await healthWatch((at) =>
      at === 10_000 ? { result: good, takes: 9000 } : { result: at > 10_000 ? refused : good },
    );
    expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedAt: 25_000 });
    expect(outcome.reason).toMatch(/it last answered well 15s before/);
  });

  it('results and replay agree on what arrives with the judgement, on a slow machine', async () => {
    class SlowClock extends VirtualClock {
      lost = 0;
      override monotonic(): number {
        return super.monotonic() + this.lost;
      }
    }
    const clock = new SlowClock();
    const bad = metricCheck(() => counts(20, 20));
    const errors = metricCheck(() => counts(20, 20), {
      metric: 'errors-per-minute',
      max: 10,
      scaledTo: null,
    });
    const plan: WatchPlan = { ...defaultPlan, decision: 'strict' };
    const events: RecordedEvent[] = [];
    const outcome = await clock.runUntil(
      watch(
        options(clock, [bad, errors], {
          plan,
          observer: {
            event: (event, at) => {
              events.push({ at, event });
              // As when the disk that is recorded on is slow.
              if (at >= 40_000) clock.lost += 2;
            },
            tick: () => undefined,
          },
        }),
      ),
    );
    expect(outcome.verdict).toBe('unhealthy');
    const again = replay(plan, [bad, errors], events);
    expect(again.decidedAt).toBe(outcome.decidedAt);
    expect(again.results).toEqual(outcome.results);
    expect(outcome.results.map(({ samples }) => samples)).toEqual([20, 20]);
  });

  it('a slow answer does not delay the next interval', async () => {
    const clock = new VirtualClock();
    const moments: number[] = [];
    const slow = metricCheck(async (window) => {
      moments.push(clock.monotonic());
      await clock.sleep(25_000);
      return counts(20, window.from >= 30_000 ? 20 : 0);
    });
    const outcome = await clock.runUntil(watch(options(clock, [slow])));
    expect(moments.slice(0, 4)).toEqual([10_000, 20_000, 30_000, 40_000]);
    // The third evaluated interval ends at 60 s and is settled 25 s later.
    expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedAt: 85_000 });
  });

  it('a cancelled watch has no verdict', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const traffic = metricCheck(() => counts(20, 0));
    const watching = watch(
      options(clock, [healthCheck(clock, () => ({ result: good })), traffic], {
        signal: controller.signal,
      }),
    );
    await clock.advance(83_000);
    controller.abort(new Cancelled('SIGTERM'));
    const outcome = await watching;
    expect(outcome).toMatchObject({ verdict: 'cancelled', decidedAt: null });
    expect(outcome.reason).toBe(
      'Cancelled by SIGTERM after 1m 23s of 5m 30s: the new version is live and was not judged.',
    );
    expect(traffic.ended()).toBe(1);
    expect(clock.sleeping).toBe(0);
  });

  it('a watch that is cancelled before it starts has the verdict cancelled', async () => {
    const clock = new VirtualClock();
    const outcome = await watch(
      options(clock, [metricCheck(() => counts(20, 20))], {
        signal: AbortSignal.abort(new Cancelled('SIGINT')),
      }),
    );
    expect(outcome.verdict).toBe('cancelled');
  });

  it('an exception in a check is thrown by the watch, and not judged', async () => {
    const clock = new VirtualClock();
    const broken = metricCheck(() => {
      throw new TypeError('no such property');
    });
    await expect(clock.runUntil(watch(options(clock, [broken])))).rejects.toThrow(
      'no such property',
    );
    expect(clock.sleeping).toBe(0);
  });

  it('reports progress while it runs', async () => {
    const clock = new VirtualClock();
    const ticks: number[] = [];
    await clock.runUntil(
      watch(
        options(clock, [metricCheck(() => counts(20, 0))], {
          observer: {
            event: () => undefined,
            tick: ({ elapsed, results }) => {
              expect(results).toHaveLength(1);
              ticks.push(elapsed);
            },
          },
          tickEvery: 60_000,
        }),
      ),
    );
    expect(ticks).toEqual([60_000, 120_000, 180_000, 240_000, 300_000]);
  });

  it('many checks in many watches at once cause no listener warning', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const waited = new Set([signal]);
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (ms, given) => {
      if (given !== undefined) waited.add(given);
      return sleep(ms, given);
    };
    const checks = Array.from({ length: 12 }, () => metricCheck(() => counts(20, 0)));
    await clock.runUntil(
      Promise.all(
        Array.from({ length: 12 }, () =>
          watch(options(clock, checks, { plan: { ...defaultPlan, duration: 10_000 }, signal })),
        ),
      ),
    );
    expect([...waited].map((one) => getMaxListeners(one))).toEqual(new Array(13).fill(Infinity));
  });

  describe('that waits for samples that are late', () => {
    /** Samples come 60 s late. */
    const lateCheck = () => ({
      ...metricCheck(({ to }) => ({
        ...counts(20, 0),
        ...{ cadence: 10_000, until: Math.min(to - 60_000, 330_000) },
      })),
      lag: () => 60_000,
    });
    const withHealth = (isUp: (at: number) => boolean, every?: number): Promise<WatchOutcome> => {
      const clock = new VirtualClock();
      const health = healthCheck(clock, (at) => ({ result: isUp(at) ? good : refused }), every);
      return clock.runUntil(watch(options(clock, [lateCheck(), health])));
    };

    it('ends when they are there', async () => {
      const outcome = await withHealth(() => true);
      expect(outcome).toMatchObject({ verdict: 'healthy', decidedAt: 390_000 });
    });

    it('looks at the health meanwhile: a service that goes down is unhealthy', async () => {
      const outcome = await withHealth((at) => at < 342_000);
      expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedBy: ['health'] });
      expect(outcome.decidedAt).toBeLessThanOrEqual(342_000 + 15_000);
    });

    it('lets a row of failures decide that they came amid', async () => {
      const outcome = await withHealth((at) => at < 384_000);
      expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedBy: ['health'] });
    });

    it('does not wait for a health check that is rare', async () => {
      const outcome = await withHealth(() => true, 50_000);
      expect(outcome).toMatchObject({ verdict: 'healthy', decidedAt: 390_000 });
    });

    it('stops at once when the rest is bad', async () => {
      const clock = new VirtualClock();
      const check = {
        ...lateCheck(),
        observe: ({ to }: { to: number }) =>
          Promise.resolve({
            ...counts(20, to > 310_000 ? 20 : 0),
            ...{ cadence: 10_000, until: to - 60_000 },
          }),
      };
      const outcome = await clock.runUntil(watch(options(clock, [check])));
      expect(outcome).toMatchObject({ verdict: 'unhealthy' });
      expect(outcome.decidedAt).toBeGreaterThan(330_000);
      expect(outcome.decidedAt).toBeLessThan(390_000);
    });
  });
});

describe('a check that tells one thing', () => {
  const limit = { metric: 'health', failures: 2, successes: 1 } as const;

  /** @param takes milliseconds */
  function test(
    clock: VirtualClock,
    answer: (at: number) => { result: typeof good; takes?: number },
    more: Partial<ReturnType<typeof healthCheck>> = {},
  ): { readonly check: ReturnType<typeof healthCheck>; readonly begun: number[] } {
    const begun: number[] = [];
    const check = healthCheck(clock, answer, 30_000);
    return {
      begun,
      check: {
        ...check,
        id: 'smoke',
        source: 'command',
        limit,
        isParticular: true,
        ...more,
        probe: (signal) => {
          begun.push(clock.monotonic());
          return check.probe(signal);
        },
      },
    };
  }

  it('is not probed beside itself, however long it takes', async () => {
    const clock = new VirtualClock();
    const { check, begun } = test(clock, () => ({ result: good, takes: 70_000 }));
    const outcome = await clock.runUntil(watch(options(clock, [check])));
    expect(begun).toEqual([0, 90_000, 180_000, 270_000]);
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      reason: 'The test smoke passed 4 of 4 runs over 5m.',
    });
  });

  it('is unhealthy after its failures in a row', async () => {
    const clock = new VirtualClock();
    const { check } = test(clock, (at) => ({
      result: at < 100_000 ? good : { ok: false, detail: 'exited with code 1' },
    }));
    expect(await clock.runUntil(watch(options(clock, [check])))).toMatchObject({
      verdict: 'unhealthy',
      decidedAt: 150_000,
      reason:
        'The test smoke failed 2 times in a row (exited with code 1); it last passed 1m before.',
      decidedBy: ['smoke'],
    });
  });

  it('that hangs does not keep the watch from ending for long', async () => {
    const clock = new VirtualClock();
    const { check, begun } = test(clock, () => ({
      result: { ok: null, detail: 'took longer than 1m (`timeout`), and was ended' },
      takes: 60_000,
    }));
    const outcome = await clock.runUntil(watch(options(clock, [check])));
    expect(outcome.verdict).toBe('inconclusive');
    // The one at the end, and as many more as a row of failures takes.
    expect(begun.filter((at) => at >= 330_000)).toHaveLength(3);
    expect(outcome.decidedAt).toBe(330_000 + 3 * 60_000);
  });

  it('that has just failed at the end is run again soon, however seldom it is run', async () => {
    const clock = new VirtualClock();
    const { check } = test(clock, (at) => ({
      result: at < 330_000 ? good : { ok: false, detail: 'exited with code 1' },
    }));
    const outcome = await clock.runUntil(watch(options(clock, [{ ...check, every: 3_600_000 }])));
    expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedAt: 340_000 });
  });

  it('that is probed once is probed when the warm-up ends', async () => {
    const clock = new VirtualClock();
    const { check, begun } = test(clock, () => ({ result: good }), { once: true });
    const outcome = await clock.runUntil(watch(options(clock, [check])));
    expect(begun).toEqual([30_000]);
    expect(outcome.verdict).toBe('healthy');
  });

  /** As timers of Node do: a fraction of a millisecond. */
  class EarlyClock extends VirtualClock {
    override sleep(ms: number, signal?: AbortSignal): Promise<void> {
      return super.sleep(ms - 0.6, signal);
    }
  }

  it.each([
    ['a timer', new VirtualClock(), 30_000],
    ['a timer that fires early', new EarlyClock(), 29_999.4],
  ])('that is probed once and fails is unhealthy at once, by %s', async (_, clock, decidedAt) => {
    const once = { once: true, limit: { ...limit, failures: 1 } } as const;
    const failing = { result: { ok: false, detail: 'exited with code 99' } };
    const { check } = test(clock, () => failing, once);
    expect(await clock.runUntil(watch(options(clock, [check])))).toMatchObject({
      verdict: 'unhealthy',
      decidedAt,
      reason: expect.stringMatching(/^The test smoke failed \(exited with code 99\);/) as unknown,
    });
  });

  it('that is probed once and shows nothing is inconclusive, and not probed again', async () => {
    const clock = new VirtualClock();
    const blind = { result: { ok: null, detail: 'could not be started' } };
    const { check, begun } = test(clock, () => blind, { once: true });
    const outcome = await clock.runUntil(watch(options(clock, [check])));
    expect(begun).toHaveLength(1);
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason:
        'What smoke looks at could not be seen at any time of the watch: could not be started. Not enough to judge.',
    });
  });

  it('is not kept waiting by another check that is in the middle of a row', async () => {
    const clock = new VirtualClock();
    const { check, begun } = test(clock, () => ({ result: good }));
    const flapping = healthCheck(clock, (at) => ({
      result: Math.floor(at / 5000) % 2 === 0 ? good : refused,
    }));
    await clock.runUntil(watch(options(clock, [flapping, check])));
    expect(begun.at(-1)).toBe(330_000);
  });

  it('is over when its last probe is, when the watch is cancelled', async () => {
    const clock = new VirtualClock();
    let isOver = false;
    const { check } = test(clock, () => ({ result: good }), {});
    const slow = {
      ...check,
      probe: (signal: AbortSignal) =>
        clock.sleep(60_000, signal).catch(async (reason: unknown) => {
          // It takes a moment to end what it has begun.
          await clock.sleep(900);
          isOver = true;
          throw reason;
        }) as Promise<never>,
    };
    const cancel = new AbortController();
    const watching = watch(options(clock, [slow], { signal: cancel.signal }));
    await clock.runUntil(clock.sleep(1000));
    cancel.abort(new Cancelled('SIGTERM'));
    expect((await clock.runUntil(watching)).verdict).toBe('cancelled');
    expect(isOver).toBe(true);
  });

  describe('of whose source nothing is seen', () => {
    const blind = { result: { ok: null, detail: 'no such program' } } as const;

    it('is left out, where that is asked for', async () => {
      const clock = new VirtualClock();
      const { check } = test(clock, () => blind, { onProviderError: 'ignore' });
      const health = healthCheck(clock, () => ({ result: good }));
      expect(await clock.runUntil(watch(options(clock, [health, check])))).toMatchObject({
        verdict: 'healthy',
        reason: expect.stringMatching(
          /^The health check passed 67 of 67 checks over 5m\. What smoke looks at could not be seen \(no such program\): the check was left out\.$/,
        ) as unknown,
      });
    });

    it('is inconclusive when nothing else is judged', async () => {
      const clock = new VirtualClock();
      const { check } = test(clock, () => blind, { onProviderError: 'ignore' });
      expect(await clock.runUntil(watch(options(clock, [check])))).toMatchObject({
        verdict: 'inconclusive',
      });
    });

    it('is inconclusive by default', async () => {
      const clock = new VirtualClock();
      const { check } = test(clock, () => blind);
      const health = healthCheck(clock, () => ({ result: good }));
      expect(await clock.runUntil(watch(options(clock, [health, check])))).toMatchObject({
        verdict: 'inconclusive',
        decidedBy: ['smoke'],
      });
    });
  });
});
