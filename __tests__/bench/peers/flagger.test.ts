import { describe, expect, it } from '@jest/globals';
import { documented, FlaggerRule, type Checked } from '../../../bench/peers/flagger.js';

/** The round in which it decides, and how; a round that rolls back asks nothing any more. */
function decide(checks: readonly Checked[]): string {
  const rule = new FlaggerRule(documented);
  for (const [index, checked] of checks.entries()) {
    const round = String(index + 1);
    if (rule.rollsBack) return `rolled back in round ${round}`;
    if (rule.take(checked)) return `promoted in round ${round}`;
  }
  return rule.rollsBack ? `rolled back in round ${String(checks.length + 1)}` : 'undecided';
}

const times = <T>(count: number, one: T): T[] => new Array<T>(count).fill(one);

describe("Flagger's rule: interval 1m, threshold 5, five steps, at least 95 %", () => {
  it.each<[string, readonly Checked[], string]>([
    ['five good checks', times(5, 97), 'promoted in round 5'],
    ['exactly at the limit', times(5, 95), 'promoted in round 5'],
    ['an outage: a round after the fifth failed check', times(5, 0), 'rolled back in round 6'],
    ['just below the limit', times(5, 94.999), 'rolled back in round 6'],
    ['no values', times(5, 'no values'), 'rolled back in round 6'],
    ['queries that fail', times(5, 'query failed'), 'rolled back in round 6'],
    ['four failed checks are waited for', [...times(4, 0), ...times(5, 99)], 'promoted in round 9'],
    [
      'failed checks add up, in a row or not',
      [0, 99, 0, 99, 'query failed', 99, 'no values', 99, 0],
      'rolled back in round 10',
    ],
    ['it goes bad after three steps', [99, 99, 99, ...times(5, 50)], 'rolled back in round 9'],
    ['it goes bad after the last step', [...times(5, 99), 0], 'promoted in round 5'],
    ['nothing but four checks', times(4, 99), 'undecided'],
  ])('%s', (_, checks, expected) => {
    expect(decide(checks)).toBe(expected);
  });
});
