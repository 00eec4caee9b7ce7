import { describe, expect, it } from '@jest/globals';
import { createHealth } from '../../src/gate/health.js';

const limit = { metric: 'health', failures: 3, successes: 2 } as const;

/** `.` a good look, `x` a failed one, `?` one that showed nothing; one every 5 s. */
function stateAfter(results: string, warmUp = 30_000): string {
  const health = createHealth(limit, warmUp);
  Array.from(results, (result, i) => {
    const ok = result === '?' ? null : result === '.';
    health.push(i * 5000, { ok, detail: ok === true ? '' : 'refused' });
  });
  return health.state;
}

describe('createHealth', () => {
  it.each([
    ['nothing yet', '', 'undecided'],
    ['one good look', '.', 'undecided'],
    ['two good looks', '..', 'up'],
    ['two failures after it was up', '..xx', 'undecided'],
    ['three failures after it was up, still in the warm-up', '..xxx', 'down'],
    ['a success in between resets the count', '..xx.xx', 'undecided'],
    ['flapping never decides', '.x.x.x.x.x.x', 'undecided'],
    ['never answered, in the warm-up', 'xxxxxx', 'undecided'],
    ['never answered, first look at the end of the warm-up', 'xxxxxxx', 'down'],
    ['needs 20 s to listen', 'xxxx..', 'up'],
    ['answers for the first time with the look at the end of the warm-up', 'xxxxxx..', 'up'],
    ['a look that shows nothing is no failure', '..xx??', 'undecided'],
    ['and does not break a row of failures', '..xx??x', 'down'],
    ['nor a row of good looks', '.?.', 'up'],
    ['nothing was ever seen', '????????????', 'undecided'],
  ])('%s', (_, results, state) => {
    expect(stateAfter(results)).toBe(state);
  });

  it('without a warm-up needs the full row of failures', () => {
    expect(stateAfter('xx', 0)).toBe('undecided');
    expect(stateAfter('xxx', 0)).toBe('down');
  });

  it('counts the failures by kind and remembers when it last answered', () => {
    const health = createHealth(limit, 0);
    health.push(0, { ok: true, detail: '' });
    health.push(5000, { ok: false, detail: 'timeout' });
    health.push(10_000, { ok: false, detail: 'timeout' });
    expect(health).toMatchObject({
      checks: 3,
      failed: 2,
      failedInARow: 2,
      lastGoodAt: 0,
      lastDetail: 'timeout',
      kinds: { timeout: 2 },
    });
  });
});
