import { describe, expect, it } from '@jest/globals';
import { createPace, Limits } from '../../../src/sources/http/limits.js';

describe('the pace of requests to an origin', () => {
  it('halves with each rate limit, down to one request in 10 s, and then counts a failure', () => {
    const pace = createPace();
    const lane = pace.join(500);
    const spacings: number[] = [];
    let now = 0;
    for (; ; now += 500) {
      if (lane.turn(now) !== 'now') continue;
      if (lane.ask(now).limited({}, now + 10) === 'failure') break;
      spacings.push(pace.spacing());
    }
    expect(spacings).toEqual([1000, 2000, 4000, 8000, 10_000]);
    expect(now).toBe(25_000);
  });

  it('rate limits of requests sent together count once', () => {
    const pace = createPace();
    const lane = pace.join(500);
    const asked = [0, 500, 1000].map((at) => lane.ask(at));
    expect(asked.map((each) => each.limited({}, 1200))).toEqual(['no-data', 'no-data', 'no-data']);
    expect(pace.spacing()).toBe(1000);
  });

  it('waits for Retry-After, but no longer than a minute', () => {
    const pace = createPace();
    const lane = pace.join(500);
    lane.ask(0).limited({ retryAfterMs: 3_600_000 }, 0);
    expect([59_999, 60_000].map((now) => lane.turn(now))).toEqual(['blind', 'now']);
  });

  it('is at once the slowest when waiting for Retry-After did not help', () => {
    const pace = createPace();
    const lane = pace.join(500);
    lane.ask(0).limited({ retryAfterMs: 5000 }, 0);
    expect(lane.ask(5000).limited({ retryAfterMs: 5000 }, 5010)).toBe('no-data');
    expect(pace.spacing()).toBe(10_000);
    expect(lane.ask(15_010).limited({ retryAfterMs: 5000 }, 15_020)).toBe('failure');
    expect(lane.turn(25_010)).toBe('now');
  });

  it('is divided among the checks of the origin', () => {
    const pace = createPace();
    const [url, health] = [pace.join(500), pace.join(5000)];
    health.ask(0).answered();
    for (let n = 0, now = 0; n < 8; n++, now += 30_000) url.ask(now).limited({}, now);
    expect(pace.spacing()).toBeLessThanOrEqual(20_000);
    expect(health.turn(4999)).toBe('slowed');
  });

  it('is kept for the confirmation', () => {
    const limits = new Limits();
    limits.of('http://a.test/x').join(500).ask(0).limited({}, 0);
    expect(limits.allowed(10)).toBe(1);
    expect(limits.allowed(0.5)).toBe(0.5);
    const later = limits.of('http://a.test/y').join(100);
    later.ask(60_000).answered();
    expect([60_500, 61_000].map((now) => later.turn(now))).toEqual(['slowed', 'now']);
    expect(limits.of('http://b.test/').spacing()).toBe(0);
  });
});
