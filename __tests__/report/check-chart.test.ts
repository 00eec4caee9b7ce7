import { describe, expect, it } from '@jest/globals';
import type { Before, CheckResult } from '../../src/contract/check.js';
import { limitInWords } from '../../src/gate/words.js';
import {
  baselineInWords,
  evidenceChart,
  isDrawn,
  pointInWords,
  valueChart,
} from '../../src/report/check-chart.js';
import { renderSvg } from '../../src/report/html-chart.js';
import { aCheck, aTarget, errorsWithin, healthWithin } from '../support/reports.js';

const frame = { id: 'a', warmUp: 10 };
const svgOf = (check: CheckResult): string => renderSvg(valueChart(check, frame)).text;
const values = (check: CheckResult): readonly (readonly (number | null)[])[] =>
  valueChart(check, frame).lines.map(({ points }) => points.map(({ y }) => y));

function beforeOf(over: Partial<Before>): CheckResult['before'] {
  return {
    set: { metric: 'success-rate', minPercent: 95 },
    effect: 'kept',
    limit: null,
    worst: null,
    usual: null,
    requests: 0,
    blocks: [],
    of: 0,
    leftOut: 0,
    inWords: '',
    ...over,
  };
}

const rates = aCheck({
  ...errorsWithin,
  limit: '≤ 10 per minute',
  series: [
    { t: 10, samples: 20, failures: 1, logE: 0, value: 3 },
    { t: 20, samples: 20, failures: 8, logE: 1, value: 24 },
  ],
});

describe('the chart of a check', () => {
  it('shows the share of good requests, with a gap where there were none, beside the limit', () => {
    const chart = valueChart(aCheck(), frame);
    expect(values(aCheck())).toEqual([[100, 70, null, 55.00000000000001]]);
    expect(chart.levels).toEqual([{ style: 'limit', label: 'limit', y: 95 }]);
    expect(chart.worse).toBe('below');
    expect(chart.description).toBe(
      'Success rate: 100 % at 00:10, lowest 55 % at 00:40, 55 % at 00:40 at the end. Limit: 95 %.',
    );
  });

  it('shows errors per minute and values as they were measured; more is worse', () => {
    expect(values(rates)).toEqual([[3, 24]]);
    expect(valueChart(rates, frame)).toMatchObject({ worse: 'above', levels: [{ y: 10 }] });
    const value = aCheck({ ...rates, kind: 'value', metric: 'value', limit: '≤ 1,234.5' });
    expect(valueChart(value, frame).levels).toMatchObject([{ y: 1234.5 }]);
    const least = { ...value, limit: '≥ 0.5' };
    expect(valueChart(least, frame)).toMatchObject({ worse: 'below', levels: [{ y: 0.5 }] });
  });

  it.each([
    { metric: 'success-rate', minPercent: 99.95 } as const,
    { metric: 'latency', percentile: 99.95, maxMs: 800 } as const,
  ])("reads the limit from the gate's own words: %j", (limit) => {
    const check = aCheck({ metric: limit.metric, limit: limitInWords(limit) });
    expect(valueChart(check, frame).levels).toMatchObject([{ y: 99.95 }]);
  });

  it('shows the baseline as a line of its own, told apart by its dashes and in words', () => {
    const check = aCheck({
      metric: 'relative',
      limit: 'no worse than the baseline',
      baseline: { samples: 40, failures: 0 },
      series: aCheck().series.map((point) => ({
        ...point,
        baseline: { samples: 10, failures: 1 },
      })),
    });
    expect(values(check)[1]).toEqual([90, 90, 90, 90]);
    expect(valueChart(check, frame).levels).toEqual([]);
    const svg = svgOf(check);
    expect(svg).toMatch(/class="l-baseline"[^>]*stroke-dasharray="7 4"/);
    expect(svg).toMatch(/class="l-value"[^>]*stroke-dasharray="none"/);
    expect(svg.replace(/<[^>]*>|\s+/g, ' ')).toMatch(
      /success rate, new version +\(solid line\).*baseline +\(dashed line\)/,
    );
    expect(baselineInWords(check, check.series[0]!)).toBe('90 %');
  });

  it.each([
    [
      'stricter',
      0.02,
      '≥ 98 %',
      [
        ['limit, from the hour before the deploy', 98],
        ['limit as configured', 95],
      ],
    ],
    [
      'over',
      0.1,
      '≥ 90 %',
      [
        ['limit, from the hour before the deploy', 90],
        ['limit as configured', 95],
      ],
    ],
    [
      'kept',
      0.02,
      '≥ 95 %',
      [
        ['limit', 95],
        ['what the hour before the deploy would allow', 98],
      ],
    ],
    ['kept', null, '≥ 95 %', [['limit', 95]]],
  ] as const)(
    'shows what the hour before the deploy made of the limit: %s %p',
    (effect, limit, words, levels) => {
      const check = aCheck({ limit: words, before: beforeOf({ effect, limit })! });
      expect(valueChart(check, frame).levels.map(({ label, y }) => [label, y])).toEqual(levels);
    },
  );

  it('is there from two points with a value on', () => {
    const one = [{ t: 10, samples: 1, failures: 0, logE: 0 }];
    expect(isDrawn(aCheck({ series: one }))).toBe(false);
    expect(isDrawn(aCheck({ series: [...one, { t: 20, samples: 0, failures: 0, logE: 0 }] }))).toBe(
      false,
    );
    expect(isDrawn(aCheck())).toBe(true);
    expect(isDrawn(healthWithin)).toBe(false);
    // An older version has left no values.
    expect(isDrawn(errorsWithin)).toBe(false);
  });

  it('has no number that is none, whatever the values are', () => {
    const odd = aCheck({
      ...rates,
      series: [0, 1e300, -5, Infinity, NaN].map((value, i) => ({
        t: i,
        samples: 1,
        failures: 0,
        logE: 0,
        value,
      })),
    });
    for (const check of [
      odd,
      { ...odd, series: odd.series.map((point) => ({ ...point, t: 0, value: 7 })) },
    ])
      expect(svgOf(check)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('names its axes, title and description for those who do not see it', () => {
    const svg = svgOf(aCheck());
    expect(svg).toMatch(/<svg[^>]*role="img"[^>]*aria-labelledby="a-t a-d"/);
    expect(svg).toContain('<title id="a-t">success-rate: success rate during the watch</title>');
    expect(svg).toContain('<desc id="a-d">Success rate: 100 % at 00:10');
    expect(svg).toMatch(/>\s*success rate, %\s*<\/text/);
    expect(svg).toContain('time since the watch began (mm:ss)');
    expect(pointInWords(aCheck(), { t: 1, samples: 0, failures: 0, logE: 0 })).toBe('');
  });
});

describe('the chart of the evidence', () => {
  it('shows the odds that are shared by the checks of a target, beside what is enough to act', () => {
    const chart = evidenceChart(aCheck(), aTarget({ checks: [aCheck(), errorsWithin] }), frame);
    expect(chart?.levels).toMatchObject([
      { label: 'enough to act (1 in 100)', y: expect.closeTo(2) },
    ]);
    expect(chart?.description).toContain('Highest: 1 in 2,223.');
    expect(chart?.ticks?.map((tick) => chart.tick?.(tick))).toEqual([
      '1',
      '10',
      '100',
      '1,000',
      '10,000',
    ]);
  });

  it.each([
    ['nothing against it', errorsWithin],
    ['no evidence', healthWithin],
  ])('is left out for a check with %s', (_, check) => {
    expect(evidenceChart(check, aTarget({ checks: [check] }), frame)).toBeUndefined();
  });
});
