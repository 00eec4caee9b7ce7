import { describe, expect, it } from '@jest/globals';
import { limitInWords } from '../../src/gate/words.js';
import type { SeriesPoint } from '../../src/contract/check.js';
import { renderChart } from '../../src/report/chart.js';
import { aCheck, errorsWithin, healthWithin } from '../support/reports.js';

const lines = (chart: string): string[] => chart.split('\n').map((line) => line.trim());
const numbers = (line: string | undefined): number[] =>
  (JSON.parse(line!.replace(/^\S+ (".*?" )?/, '')) as (string | number)[]).map(Number);

describe('the chart in the summary', () => {
  it('shows the success rate next to its limit, without points that have no data', () => {
    expect(lines(renderChart([errorsWithin, aCheck()]))).toEqual([
      '```mermaid',
      'xychart-beta',
      'x-axis "seconds" ["10", "20", "40"]',
      'y-axis "success %" 40 --> 100',
      'line [100, 70, 55]',
      'line [95, 95, 95]',
      '```',
    ]);
  });

  it.each([
    { metric: 'success-rate', minPercent: 99.95 } as const,
    { metric: 'latency', percentile: 99.95, maxMs: 800 } as const,
  ])("reads the limit from the gate's own words: %j", (limit) => {
    const check = aCheck({ metric: limit.metric, limit: limitInWords(limit) });
    expect(numbers(lines(renderChart([check]))[5])).toEqual([99.95, 99.95, 99.95]);
  });

  it('shows the breached one of several success rates', () => {
    const good = aCheck({ outcome: 'within', series: [] });
    expect(lines(renderChart([good, aCheck()]))[4]).toBe('line [100, 70, 55]');
  });

  it('shows the share of fast requests when there is no success rate', () => {
    const check = aCheck({ metric: 'latency', limit: 'p90 ≤ 800ms' });
    expect(lines(renderChart([healthWithin, check])).slice(3, 6)).toEqual([
      'y-axis "% fast enough" 40 --> 100',
      'line [100, 70, 55]',
      'line [90, 90, 90]',
    ]);
  });

  it('shows the evidence next to its threshold when no check is a share', () => {
    expect(lines(renderChart([healthWithin, errorsWithin])).slice(3, 6)).toEqual([
      'y-axis "evidence against errors-per-minute" -1 --> 10',
      'line [0, 2.1, 2.1, 8.4]',
      'line [5.3, 5.3, 5.3, 5.3]',
    ]);
  });

  it.each([
    ['no check', []],
    ['a health check alone', [healthWithin]],
    ['one point', [aCheck({ series: [{ t: 10, samples: 1, failures: 0, logE: 0 }] })]],
  ])('is left out for %s', (_name, checks) => {
    expect(renderChart(checks)).toBe('');
  });

  it('merges neighbours of many points to 30, and keeps every request', () => {
    const series = Array.from({ length: 239 }, (_, i): SeriesPoint => ({
      t: (i + 1) * 10,
      samples: 10,
      failures: i < 8 ? 5 : 0,
      logE: 0,
    }));
    const drawn = lines(renderChart([aCheck({ series })]));
    const shown = numbers(drawn[4]);
    expect(shown).toHaveLength(30);
    expect(shown.slice(0, 2)).toEqual([50, 100]);
    expect(numbers(drawn[2]).slice(-1)).toEqual([2390]);
  });

  it('keeps its lines inside the frame, from 0 to 100', () => {
    const flat = (failures: number): string =>
      lines(
        renderChart([
          aCheck({
            series: [10, 20].map((t) => ({ t, samples: 100, failures, logE: 0 })),
          }),
        ]),
      )[3]!;
    expect(flat(0)).toBe('y-axis "success %" 94 --> 100');
    expect(flat(100)).toBe('y-axis "success %" 0 --> 100');
  });
});
