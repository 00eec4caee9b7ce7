import { getMaxListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import {
  Cancelled,
  deadline,
  DeadlineReached,
  lastingSignal,
  raceSignal,
  whenAborted,
} from '../../src/support/abort.js';
import { systemClock } from '../../src/support/clock.js';
import { VirtualClock } from './virtual-clock.js';

describe('whenAborted', () => {
  it('a signal that is aborted later: called once, then', () => {
    const controller = new AbortController();
    let calls = 0;
    whenAborted(controller.signal, () => (calls += 1));
    expect(calls).toBe(0);
    controller.abort();
    expect(calls).toBe(1);
  });

  it('a signal that is aborted already: called at once', () => {
    let calls = 0;
    whenAborted(AbortSignal.abort(), () => (calls += 1));
    expect(calls).toBe(1);
  });

  it('a wait that was ended: not called', () => {
    const controller = new AbortController();
    let calls = 0;
    whenAborted(controller.signal, () => (calls += 1))();
    controller.abort();
    expect(calls).toBe(0);
  });
});

it.each<[string, (signal: AbortSignal) => unknown]>([
  ['whenAborted', (signal) => whenAborted(signal, () => undefined)],
  ['a race', (signal) => raceSignal(Promise.resolve(), signal)],
  ['a sleep', (signal) => systemClock.sleep(0, signal)],
  ['a sleep of the virtual clock', (signal) => void new VirtualClock().sleep(1, signal)],
  [
    'a deadline',
    (signal) => {
      deadline(new VirtualClock(), 1, 'it', signal).clear();
    },
  ],
])('%s on a signal that many wait for: Node warns of no leak', async (_name, wait) => {
  const { signal } = new AbortController();
  await wait(signal);
  expect(getMaxListeners(signal)).toBe(Infinity);
});

describe('lastingSignal', () => {
  const grace = [8000, 1500] as const;

  it.each([
    ['the time is over', new DeadlineReached('it', 1000), 8000],
    ['we must leave', new Cancelled('SIGTERM'), 1500],
  ])('%s: aborts with the same reason after the grace', async (_name, reason, ms) => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const lasting = lastingSignal(controller.signal, clock, ...grace);
    controller.abort(reason);
    await clock.advance(ms - 1);
    expect(lasting.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lasting.signal.reason).toBe(reason);
  });

  it('the work is done before the grace is over: never aborts, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const lasting = lastingSignal(AbortSignal.abort(new Cancelled('SIGINT')), clock, ...grace);
    lasting.clear();
    await clock.advance(10_000);
    expect(lasting.signal.aborted).toBe(false);
    expect(clock.sleeping).toBe(0);
  });
});
