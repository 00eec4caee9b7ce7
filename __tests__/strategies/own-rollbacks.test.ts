import { describe, expect, it } from '@jest/globals';
import { OwnRollbacks } from '../../src/strategies/own-rollbacks.js';
import { Cancelled } from '../../src/support/abort.js';

const never = new AbortController().signal;

describe('the rollbacks of a run', () => {
  it('those of one thing go one after the other, and know whether they have waited', async () => {
    const rollbacks = new OwnRollbacks();
    const log: string[] = [];
    const work =
      (name: string) =>
      async (hasWaited: boolean): Promise<void> => {
        log.push(`${name} begins${hasWaited ? ' after another' : ''}`);
        await Promise.resolve();
        log.push(`${name} ends`);
      };
    await Promise.all([
      ...['a', 'b', 'c'].map((name) => rollbacks.inTurn('api', never, work(name))),
      rollbacks.inTurn('worker', never, work('w')),
    ]);
    expect(log.filter((line) => !line.startsWith('w'))).toEqual([
      ...['a begins', 'a ends', 'b begins after another', 'b ends'],
      ...['c begins after another', 'c ends'],
    ]);
    expect(log.slice(0, 2)).toEqual(['a begins', 'w begins']);
  });

  it('one that fails lets the next one try', async () => {
    const rollbacks = new OwnRollbacks();
    const first = rollbacks.inTurn('api', never, () => Promise.reject(new Error('no')));
    const second = rollbacks.inTurn('api', never, (hasWaited) => Promise.resolve(hasWaited));
    await expect(first).rejects.toThrow('no');
    await expect(second).resolves.toBe(true);
  });

  it('who waits ends when it is stopped, and was not begun', async () => {
    const rollbacks = new OwnRollbacks();
    let end: () => void = () => undefined;
    const first = rollbacks.inTurn('api', never, () => new Promise<void>((done) => (end = done)));
    const stop = new AbortController();
    let isBegun = false;
    const second = rollbacks.inTurn('api', stop.signal, () => {
      isBegun = true;
      return Promise.resolve();
    });
    stop.abort(new Cancelled('SIGTERM'));
    await expect(second).rejects.toBeInstanceOf(Cancelled);
    end();
    await first;
    expect(isBegun).toBe(false);
  });

  it('what was added is known until it is removed', () => {
    const rollbacks = new OwnRollbacks();
    rollbacks.add('api to 7');
    expect([rollbacks.has('api to 7'), rollbacks.has('api to 8')]).toEqual([true, false]);
    rollbacks.remove('api to 7');
    expect(rollbacks.has('api to 7')).toBe(false);
  });
});
