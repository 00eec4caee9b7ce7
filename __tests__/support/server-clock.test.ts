import { describe, expect, it } from '@jest/globals';
import { createServerClock } from '../../src/support/clock.js';
import { VirtualClock } from './virtual-clock.js';

const date = (seconds: number): Readonly<Record<string, string>> => ({
  date: new Date(seconds * 1000).toUTCString(),
});

describe('the clock of a server', () => {
  it('is that of this machine until an answer has a Date, and then runs on from it', async () => {
    const clock = new VirtualClock();
    const here = clock.now() / 1000;
    const there = createServerClock(clock);
    expect(there.now()).toBe(here);
    there.learn(date(here + 600));
    expect(there.now()).toBe(here + 600);
    await clock.advance(90_000);
    expect(there.now()).toBe(here + 690);
    expect(there.at(clock.monotonic() - 60_000)).toBe(here + 630);
  });

  it('ignores a difference of two seconds, and follows a real change', () => {
    const clock = new VirtualClock();
    const here = clock.now() / 1000;
    const there = createServerClock(clock);
    there.learn(date(here + 600));
    there.learn(date(here + 598));
    expect(there.now()).toBe(here + 600);
    there.learn(date(here));
    expect(there.now()).toBe(here);
  });

  it.each([
    {},
    { date: '' },
    { date: 'yesterday' },
    { date: '+275760-09-13T00:00:00Z' },
    { date: '-271821-04-20T00:00:00Z' },
  ])('learns nothing from %j', (headers) => {
    const clock = new VirtualClock();
    const there = createServerClock(clock);
    there.learn(headers);
    expect(there.now()).toBe(clock.now() / 1000);
  });
});
