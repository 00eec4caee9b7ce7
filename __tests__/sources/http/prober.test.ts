import { afterEach, describe, expect, it } from '@jest/globals';
import { createSchedule, runProber, type ProbeResult } from '../../../src/sources/http/prober.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const good: ProbeResult = { sent: true, ok: true, kind: '', latencyMs: 1 };

function start(perSecond: number, answerAfter: (index: number) => number = () => 0) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const sent: number[] = [];
  const settled = new Map<number, ProbeResult>();
  const running = runProber({
    schedule: createSchedule(perSecond),
    clock,
    origin: 0,
    send: async (signal) => {
      const after = answerAfter(sent.length);
      sent.push(clock.monotonic());
      if (after > 0) {
        await clock.sleep(after, signal).catch(() => undefined);
      }
      return good;
    },
    settled: (probe, result) => {
      if (settled.has(probe)) throw new Error(`probe ${String(probe)} settled twice`);
      settled.set(probe, result);
    },
    signal: stop.signal,
  });
  stops.push(async () => {
    stop.abort();
    await running;
  });
  return { clock, stop, sent, settled, running };
}
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('runProber', () => {
  it.each([
    [0.1, 60_000, 6],
    [2, 30_000, 60],
    [7, 10_000, 70],
    [500, 4000, 2000],
  ])('at %d/s sends in %d ms exactly %d, each when it is due', async (perSecond, ms, count) => {
    const { clock, sent, settled } = start(perSecond);
    await clock.advance(ms - 1);
    expect(sent).toHaveLength(count);
    sent.forEach((at, index) => {
      expect(Math.abs(at - (index * 1000) / perSecond)).toBeLessThanOrEqual(0.5);
    });
    expect(settled.size).toBe(count);
  });

  it('sends on time while answers are slow', async () => {
    const { clock, sent, settled } = start(10, (index) => (index % 2 === 0 ? 30_000 : 0));
    await clock.advance(9999);
    expect(sent).toHaveLength(100);
    expect(settled.size).toBe(50);
    await clock.advance(30_000);
    expect([...settled.keys()].filter((probe) => probe < 100)).toHaveLength(100);
  });

  it('sends at once what a short pause delayed', async () => {
    const { clock, sent } = start(10);
    await clock.advance(950);
    await clock.jump(800);
    expect(sent).toHaveLength(18);
    expect(sent.slice(10)).toEqual(Array.from({ length: 8 }, () => 1750));
    await clock.advance(49);
    expect(sent).toHaveLength(18);
    await clock.advance(1);
    expect(sent).toHaveLength(19);
  });

  it('does not send probes more than a second late, and counts them as not sent', async () => {
    const { clock, sent, settled } = start(10);
    await clock.advance(950);
    await clock.jump(60_000);
    const unsent = [...settled].filter(([, result]) => !result.sent).map(([probe]) => probe);
    expect(unsent).toEqual(Array.from({ length: 590 }, (_, index) => index + 10));
    expect(sent).toHaveLength(10 + 10);
    expect(settled.size).toBe(610);
  });

  it('at its end sends nothing more, reports nothing, and leaves no timer', async () => {
    const { clock, stop, sent, settled, running } = start(10, () => 5000);
    await clock.advance(999);
    stop.abort();
    await running;
    await clock.advance(60_000);
    expect(sent).toHaveLength(10);
    expect(settled.size).toBe(0);
    expect(clock.sleeping).toBe(0);
  });
});
