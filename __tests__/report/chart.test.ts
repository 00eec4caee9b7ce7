import { describe, expect, it } from '@jest/globals';
import { limitInWords } from '../../src/gate/words.js';
import type { SeriesPoint } from '../../src/contract/check.js';
import { renderChart } from '../../src/report/chart.js';
import { aCheck, errorsWithin, healthWithin } from '../support/reports.js';

/** Without the front matter, which is the same for all. */
const lines = (chart: string): string[] =>
  chart
    .replace(/^---\n.*?^---\n/ms, '')
    .split('\n')
    .map((line) => line.trim());
const title = (chart: string): string | undefined =>
  lines(chart).find((line) => line.startsWith('title '));
const numbers = (line: string | undefined): number[] =>
  (JSON.parse(line!.replace(/^\S+ (".*?" )?/, '')) as (string | number)[]).map(Number);

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
      const share = parseInt(hex.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe('the chart in the summary', () => {
  it('shows the success rate next to its limit, without points that have no data', () => {
    expect(lines(renderChart([errorsWithin, aCheck()]))).toEqual([
      '```mermaid',
      'xychart-beta',
      'title "blue: success rate, grey: limit"',
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
    expect(numbers(lines(renderChart([check]))[6])).toEqual([99.95, 99.95, 99.95]);
  });

  it('draws its lines in colours that are seen on white and on dark, and names them', () => {
    expect(renderChart([aCheck()]).split('\n').slice(0, 8)).toEqual([
      '```mermaid',
      '---',
      'config:',
      '    themeVariables:',
      '        xyChart:',
      '            plotColorPalette: "#2f81f7, #8b949e"',
      '---',
      'xychart-beta',
    ]);
    for (const [, colour = ''] of renderChart([aCheck()]).matchAll(/#([\da-f]{6})/g))
      // Graphics need a contrast of 3 with what is beside them: WCAG 2.2, 1.4.11.
      for (const page of ['ffffff', '0d1117'])
        expect(contrast(colour, page)).toBeGreaterThanOrEqual(3);
    const latency = aCheck({ metric: 'latency', limit: 'p90 ≤ 800ms' });
    expect(title(renderChart([latency]))).toBe(
      'title "blue: requests that were fast enough, grey: limit"',
    );
    expect(title(renderChart([errorsWithin]))).toBe(
      'title "blue: evidence that the limit is broken, grey: enough to act"',
    );
    expect(title(renderChart([aCheck({ limit: 'no worse than the baseline' })]))).toBe(
      'title "blue: success rate"',
    );
  });

  it('shows the breached one of several success rates', () => {
    const good = aCheck({ outcome: 'within', series: [] });
    expect(lines(renderChart([good, aCheck()]))[5]).toBe('line [100, 70, 55]');
  });

  it('shows the share of fast requests when there is no success rate', () => {
    const check = aCheck({ metric: 'latency', limit: 'p90 ≤ 800ms' });
    expect(lines(renderChart([healthWithin, check])).slice(4, 7)).toEqual([
      'y-axis "% fast enough" 40 --> 100',
      'line [100, 70, 55]',
      'line [90, 90, 90]',
    ]);
  });

  it('shows the evidence next to its threshold when no check is a share', () => {
    expect(lines(renderChart([healthWithin, errorsWithin])).slice(4, 7)).toEqual([
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
    const shown = numbers(drawn[5]);
    expect(shown).toHaveLength(30);
    expect(shown.slice(0, 2)).toEqual([50, 100]);
    expect(numbers(drawn[3]).slice(-1)).toEqual([2390]);
  });

  it('keeps its lines inside the frame, from 0 to 100', () => {
    const flat = (failures: number): string =>
      lines(
        renderChart([
          aCheck({
            series: [10, 20].map((t) => ({ t, samples: 100, failures, logE: 0 })),
          }),
        ]),
      )[4]!;
    expect(flat(0)).toBe('y-axis "success %" 94 --> 100');
    expect(flat(100)).toBe('y-axis "success %" 0 --> 100');
  });
});
