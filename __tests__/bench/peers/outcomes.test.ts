import { describe, expect, it } from '@jest/globals';
import { cellOf, table, type Outcome } from '../../../bench/peers/outcomes.js';

const passed = (seconds: number): Outcome => ({ verdict: 'passed', seconds });
const failed = (seconds: number): Outcome => ({ verdict: 'failed', seconds });
const error = (seconds: number): Outcome => ({ verdict: 'error', seconds });

describe('a cell of the table of peers', () => {
  it.each<[string, readonly Outcome[], number | undefined, string]>([
    ['all alike', [passed(300.2), passed(300.4)], undefined, 'passed 300'],
    ['a range of seconds', [failed(0.3), failed(60.2)], undefined, 'failed 0–60'],
    [
      'different verdicts are counted',
      [passed(330), failed(90), passed(330)],
      undefined,
      '2 passed 330, 1 failed 90',
    ],
    ['from the fault too', [failed(180), failed(190)], 120, 'failed 180–190 [60–70]'],
    [
      'no decision before the fault is because of it',
      [failed(60), failed(180)],
      120,
      'failed 60–180',
    ],
    [
      'who misses the fault has no time from it',
      [passed(330), error(160)],
      120,
      '1 passed 330, 1 error 160 [40]',
    ],
  ])('%s', (_, outcomes, faultAt, expected) => {
    expect(cellOf(outcomes, faultAt)).toBe(expected);
  });

  it('a table in Markdown', () => {
    expect(table(['a', 'b'], [['1', '2']])).toEqual(['| a | b |', '| --- | --- |', '| 1 | 2 |']);
  });
});
