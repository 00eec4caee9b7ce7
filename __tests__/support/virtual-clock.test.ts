import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from './virtual-clock.js';

describe('VirtualClock', () => {
  it('wakes sleepers in the order of their times, each at its time', async () => {
    const clock = new VirtualClock();
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.monotonic()]);
    };
    const all = Promise.all([sleeper('late', 30), sleeper('early', 10), sleeper('also early', 10)]);
    await clock.advance(20);
    expect(woken).toEqual([
      ['early', 10],
      ['also early', 10],
    ]);
    expect(clock.monotonic()).toBe(20);
    await clock.advance(10);
    await all;
    expect(woken[2]).toEqual(['late', 30]);
    expect(clock.sleeping).toBe(0);
  });

  it('runs a loop of sleeps within one advance', async () => {
    const clock = new VirtualClock(1000);
    const times: number[] = [];
    const loop = (async () => {
      for (let k = 0; k < 5; k++) {
        await clock.sleep(7);
        times.push(clock.now());
      }
    })();
    await clock.advance(100);
    await loop;
    expect(times).toEqual([1007, 1014, 1021, 1028, 1035]);
  });

  it('ends a sleep with the reason of its signal', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const sleep = clock.sleep(1000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
    expect(clock.sleeping).toBe(0);
  });

  it('wakes sleepers late, all together, after a jump', async () => {
    const clock = new VirtualClock();
    const woken: number[] = [];
    void clock.sleep(10).then(() => woken.push(clock.monotonic()));
    void clock.sleep(20).then(() => woken.push(clock.monotonic()));
    await clock.jump(5000);
    expect(woken).toEqual([5000, 5000]);
  });

  it('runs until a promise settles, and no further', async () => {
    const clock = new VirtualClock();
    void clock.sleep(5000);
    const work = clock
      .sleep(60)
      .then(() => clock.sleep(40))
      .then(() => 'done');
    await expect(clock.runUntil(work)).resolves.toBe('done');
    expect(clock.monotonic()).toBe(100);
  });

  it('lets real work run while nothing sleeps', async () => {
    const clock = new VirtualClock();
    const { readFile } = await import('node:fs/promises');
    await expect(clock.runUntil(readFile('package.json', 'utf8'))).resolves.toContain('rollgate');
  });

  it('rejects when the promise can never settle', async () => {
    const clock = new VirtualClock();
    await expect(clock.runUntil(new Promise(() => undefined), 10)).rejects.toThrow(
      'nothing sleeps',
    );
  });
});
