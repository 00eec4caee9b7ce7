import { describe, expect, it } from '@jest/globals';
import { checkSentence } from '../../src/report/words.js';
import { renderSummary } from '../../src/report/summary.js';
import { aCheck, aReport, aTarget } from '../support/reports.js';

const excused = aCheck({
  id: 'orders',
  outcome: 'breached',
  excused: true,
  shown: '70 %',
  limit: '≥ 95 %',
  samples: 100,
  failures: 30,
  kinds: {},
  baseline: { samples: 100, failures: 31 },
});

describe('the sentence about a compared check', () => {
  it('over the limit like its baseline says so, and is not called breached', () => {
    expect(checkSentence(excused)).toBe(
      'orders: 70 % is over the limit, and the baseline does no better (≥ 95 %); 30 of 100 failed.',
    );
    const summary = renderSummary(aReport({ targets: [aTarget({ checks: [excused] })] }));
    expect(summary).toContain('❔ baseline too');
    expect(summary).not.toContain('❌ breached');
  });

  it('by latency counts the requests slower than the decisive border', () => {
    const slow = aCheck({
      id: 'speed',
      metric: 'relative',
      limit: 'no slower than the baseline',
      outcome: 'within',
      shown: '98 % within 500ms (baseline 97 %)',
      samples: 100,
      failures: 2,
      slowerThan: 500,
      kinds: {},
    });
    expect(checkSentence(slow)).toContain('; 2 of 100 slower than 500ms.');
  });
});
