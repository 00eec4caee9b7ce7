import { describe, expect, it } from '@jest/globals';
import { createStalls } from '../../src/support/clock.js';

describe('how late a timer is because the process was stalled', () => {
  it.each<[string, readonly number[], number, number]>([
    ['none: it fires when it is due', [50, 100, 150], 199, 0],
    ['none: no timer is exact', [53, 110, 169], 220, 0],
    ['one that is over', [50, 400, 450], 460, 300],
    ['one that lasts', [50, 100], 450, 300],
    ['two, one of which lasts', [50, 400], 650, 300 + 200],
  ])('%s', (_, beats, now, sum) => {
    const stalls = createStalls(50, 0);
    for (const beat of beats) stalls.beat(beat);
    expect(stalls.until(now)).toBe(sum);
    // To ask changes nothing.
    expect(stalls.until(now)).toBe(sum);
  });
});
