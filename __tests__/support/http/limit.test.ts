import { getEventListeners } from 'node:events';
import { expect, it } from '@jest/globals';
import { RequestLimit } from '../../../src/support/http/limit.js';
import { VirtualClock } from '../virtual-clock.js';

function limited(): {
  readonly clock: VirtualClock;
  readonly parent: AbortController;
  readonly limit: RequestLimit;
  readonly heard: string[];
} {
  const clock = new VirtualClock();
  const parent = new AbortController();
  const limit = new RequestLimit(clock, 1000, parent.signal);
  const heard: string[] = [];
  limit.addEventListener('abort', () => heard.push('first'));
  limit.addEventListener('abort', () => heard.push('second'));
  return { clock, parent, limit, heard };
}

it('tells every listener once when the time is over', async () => {
  const { clock, parent, limit, heard } = limited();
  await clock.advance(999);
  expect([limit.aborted, ...heard]).toEqual([false]);
  await clock.advance(1);
  parent.abort();
  expect([limit.aborted, ...heard]).toEqual([true, 'first', 'second']);
});

it('ends with the signal of the caller, and leaves no timer', () => {
  const { clock, parent, limit, heard } = limited();
  parent.abort();
  expect([limit.aborted, ...heard]).toEqual([true, 'first', 'second']);
  expect(clock.sleeping).toBe(0);
});

it('is over at once when the caller has given up before', () => {
  const clock = new VirtualClock();
  expect(new RequestLimit(clock, 1000, AbortSignal.abort()).aborted).toBe(true);
  expect(clock.sleeping).toBe(0);
});

it('leaves nothing behind when the work is done', () => {
  const { clock, parent, limit, heard } = limited();
  limit.clear();
  expect(clock.sleeping).toBe(0);
  expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  parent.abort();
  expect([limit.aborted, ...heard]).toEqual([false]);
});

it('no longer tells a listener that was taken away', async () => {
  const { clock, limit, heard } = limited();
  const gone = (): void => {
    heard.push('gone');
  };
  limit.addEventListener('abort', gone);
  limit.removeEventListener('abort', gone);
  await clock.advance(1000);
  expect(heard).toEqual(['first', 'second']);
});
