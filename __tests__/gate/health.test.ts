import { describe, expect, it } from '@jest/globals';
import { createHealth } from '../../src/gate/health.js';

const limit = { metric: 'health', failures: 3, successes: 2 } as const;

/** `.` a good check, `x` a failed one, `?` one that showed nothing; one every 5 s. */
function stateAfter(results: string, warmUp = 30_000): string {
  const health = createHealth(limit, warmUp);
  Array.from(results, (result, i) => {
    const ok = result === '?' ? null : result === '.';
    health.push(i * 5000, { ok, detail: ok === true ? '' : 'refused' });
  });
  return health.state;
}

describe('health after a row of checks', () => {
  it.each([
    ['no check yet is undecided', '', 'undecided'],
    ['one good check is undecided', '.', 'undecided'],
    ['two good checks in a row are up', '..', 'up'],
    ['two failures after it was up are undecided', '..xx', 'undecided'],
    ['three failures in a row after it was up are down, even in the warm-up', '..xxx', 'down'],
    ['a success in between resets the count of failures', '..xx.xx', 'undecided'],
    ['failures and successes in turn never decide', '.x.x.x.x.x.x', 'undecided'],
    ['a service that never answered is undecided in the warm-up', 'xxxxxx', 'undecided'],
    [
      'a service that never answered is down with the first check after the warm-up',
      'xxxxxxx',
      'down',
    ],
    ['a service that answers after 20 s is up', 'xxxx..', 'up'],
    [
      'a service that first answers with the check at the end of the warm-up is up',
      'xxxxxx..',
      'up',
    ],
    ['a check that shows nothing is no failure', '..xx??', 'undecided'],
    ['a check that shows nothing does not interrupt a row of failures', '..xx??x', 'down'],
    ['a check that shows nothing does not interrupt a row of good checks', '.?.', 'up'],
    ['checks that never showed anything are undecided', '????????????', 'undecided'],
  ])('%s', (_, results, state) => {
    expect(stateAfter(results)).toBe(state);
  });

  it('without a warm-up three failures in a row are down, two are not', () => {
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
