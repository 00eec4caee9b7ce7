import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CheckResult } from '../../src/contract/check.js';
import { finalLines, liveLines, maxColumns, progressLine } from '../../src/report/terminal.js';
import {
  aCheck,
  aReport,
  aTarget,
  errorsWithin,
  healthWithin,
  latencyNoData,
  reports,
} from '../support/reports.js';

const moment = { elapsedMs: 130_400, totalMs: 330_000, phase: 'watch' } as const;
const within = aCheck({ outcome: 'within', samples: 240, shown: '98.75 %' });

describe('the progress line', () => {
  it('has the time, and the state of every metric', () => {
    expect(progressLine({ ...moment, checks: [healthWithin, within, errorsWithin] })).toBe(
      '  02:10/05:30  success 98.75 % of 240 (≥ 95 %)  errors 0.75 per minute (≤ 10 per minute)  health ok',
    );
  });

  it.each([
    ['warm-up', '  02:10/05:30  warm-up  health ok'],
    ['confirming', '  02:10/05:30  confirming  health ok'],
  ] as const)('shows the phase %s', (phase, line) => {
    expect(progressLine({ ...moment, phase, checks: [healthWithin] })).toBe(line);
  });

  it.each([
    ['breached', 'health failing'],
    ['no-data', 'health no answer yet'],
  ] as const)('shows a health check that is %s', (outcome, text) => {
    expect(progressLine({ ...moment, checks: [{ ...healthWithin, outcome }] })).toContain(text);
  });

  it('counts failures of the health check that are not yet enough in a row', () => {
    const health = { ...healthWithin, failures: 2, samples: 6 };
    expect(progressLine({ ...moment, checks: [health] })).toContain('health 2 of 6 failed');
  });

  it('shows a check without data, and a value by the name of its check', () => {
    const queue = aCheck({
      id: 'queue-length',
      kind: 'value',
      metric: 'value',
      shown: '7',
      limit: '≤ 9',
    });
    expect(progressLine({ ...moment, checks: [latencyNoData, queue] })).toBe(
      '  02:10/05:30  latency no data  queue-length 7 (≤ 9)',
    );
  });

  it('shows for how long a check has no data, in place of its last numbers', () => {
    const silentSince = new Map([[within.id, 90_000]]);
    expect(progressLine({ ...moment, checks: [within, healthWithin], silentSince })).toBe(
      '  02:10/05:30  success no data for 40s  health ok',
    );
  });

  it('shows the worst of several checks of a metric', () => {
    const worse = aCheck({ shown: '70 %', samples: 10, failures: 3 });
    expect(progressLine({ ...moment, checks: [within, worse, within] })).toContain(
      'success 70 % of 10 (≥ 95 %) (worst of 3)',
    );
  });

  it('shows hours after the first hour', () => {
    const line = progressLine({ ...moment, elapsedMs: 3_730_000, totalMs: 7_200_000, checks: [] });
    expect(line).toBe('  1:02:10/2:00:00');
  });

  it('shows a breached check in red when colours are on', () => {
    const line = progressLine({ ...moment, checks: [aCheck(), healthWithin] }, { colour: true });
    expect(line).toBe(
      '  02:10/05:30  \u001b[31msuccess 86.33 % of 300 (≥ 95 %)\u001b[0m  health ok',
    );
  });

  it('is never too wide, and counts the checks it left out', () => {
    const wide = (metric: 'success-rate' | 'errors-per-minute' | 'latency' | 'value') =>
      aCheck({ metric, shown: 'x'.repeat(100) });
    const checks = [
      wide('success-rate'),
      wide('errors-per-minute'),
      wide('latency'),
      wide('value'),
    ];
    const line = progressLine({ ...moment, checks });
    expect(line).toMatch(/ \+3$/);
    expect(line.length).toBeLessThanOrEqual(maxColumns);
  });
});

describe('the final lines', () => {
  it('have verdict, reason, rollback and report', () => {
    expect(finalLines(reports['rolled back']!, 'out/report.json')).toEqual([
      '↩️ Rolled back and verified',
      '   41 of 300 requests failed (86.3 % success, limit 95 %). This is not bad luck: a version within the limit would look',
      '   this bad in fewer than 1 in 2,223 watches.',
      '   Health passed 2 checks in a row after the rollback.',
      '   ci: verified after 11s: Workflow rollback.yml ran on main and ended with success.',
      '   https://github.com/acme/shop/actions/runs/4711',
      '   report: out/report.json',
    ]);
  });

  it('have every one of several targets', () => {
    const lines = finalLines(reports['several targets']!, 'out/report.json');
    expect(lines).toContain('   ✅ search: 99.1 % of 600 requests succeeded over 5m (limit 95 %).');
    expect(lines.some((line) => line.startsWith('   ❌ shop: 41 of 300'))).toBe(true);
  });

  it.each([
    ['healthy', 32],
    ['rolled back', 31],
    ['inconclusive', 33],
    ['misconfigured', 31],
  ])('colour the verdict when colours are on: %s', (name, code) => {
    const [first] = finalLines(reports[name]!, 'r', { colour: true });
    expect(first).toContain(`\u001b[${String(code)}m`);
  });

  it.each(Object.entries(reports))('have no colour when colours are off: %s', (_name, report) => {
    expect(finalLines(report, 'r').join('\n')).not.toContain('\u001b');
  });

  it('are never too wide, and lose no word', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 300 })), (words) => {
        const reason = words.join(' ');
        const lines = finalLines(aReport({ reason, targets: [aTarget()] }), 'r');
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(maxColumns);
        expect(lines.join('').replace(/\s/g, '')).toContain(reason.replace(/\s/g, ''));
      }),
    );
  });
});

const wordsOf = (lines: readonly string[]): readonly string[] =>
  lines.join(' ').trim().split(/\s+/);

describe('the final lines on a narrow terminal', () => {
  it.each([30, 60, 119, 200])('of %i columns break between words', (columns) => {
    for (const report of Object.values(reports)) {
      const lines = finalLines(report, 'out/report.json', { colour: false, columns });
      const [, ...below] = lines.filter((line) => !line.includes('https://'));
      for (const line of below) expect(line.length).toBeLessThanOrEqual(Math.min(columns, 120));
      const wide = finalLines(report, 'out/report.json', { colour: false, columns: 200 });
      if (columns > 30) expect(wordsOf(lines)).toEqual(wordsOf(wide));
    }
  });
});

describe('the live view', () => {
  const point = (failures: number, t: number) => ({ t, samples: 20, failures, logE: 0 });
  const watched = (checks: readonly CheckResult[]): readonly string[] =>
    liveLines({ elapsedMs: 130_000, totalMs: 330_000, phase: 'watch', checks });

  it('has a line for each check, the worst first: its course, its value, and the evidence on its way', () => {
    const bad = aCheck({
      shown: '86.33 %',
      samples: 300,
      limit: '≥ 95 %',
      evidence: { logE: 2.3, maxLogE: 2.3, threshold: 4.6 },
      series: [0, 0, 1, 2, 10].map((failures, n) => point(failures, 10 * n)),
    });
    const fine = aCheck({
      id: 'health',
      kind: 'health',
      metric: 'health',
      outcome: 'within',
      failures: 0,
      evidence: null,
      series: [],
    });
    expect(watched([fine, bad])).toEqual([
      '  02:10/05:30',
      `  success-rate  ▁▁▁▂█${' '.repeat(15)}  success 86.33 % of 300 (≥ 95 %)  evidence 50 %`,
      `  health        ${' '.repeat(20)}  health ok`,
    ]);
  });

  it.each([
    ['a share within a tenth keeps low', [point(0, 0), point(1, 10)], '▁▅'],
    ['no requests in an interval', [{ ...point(0, 0), samples: 0 }], '▁'],
    [
      'values are drawn by their own size',
      [
        { ...point(0, 0), value: 4 },
        { ...point(0, 10), value: 8 },
      ],
      '▅█',
    ],
    ['values that are all 0', [{ ...point(0, 0), value: 0 }], '▁'],
    [
      'only the last twenty intervals',
      Array.from({ length: 50 }, (_, n) => point(0, n)),
      '▁'.repeat(20),
    ],
  ])('%s', (_, series, drawn) => {
    const [, line = ''] = watched([aCheck({ series })]);
    expect(line.slice('  success-rate  '.length).split('  ')[0]?.trim()).toBe(drawn);
  });

  it('of 200 checks stays on a screen', () => {
    const many = Array.from({ length: 200 }, (_, n) => aCheck({ id: `check-${String(n)}` }));
    const lines = watched(many);
    expect(lines).toHaveLength(14);
    expect(lines.at(-1)).toBe('  +188 more');
  });

  it('shows value and limit first where a line does not fit', () => {
    const checks = [
      aCheck({ shown: '86.33 %', samples: 300, limit: '≥ 95 %' }),
      aCheck({
        id: 'errors-per-minute',
        metric: 'errors-per-minute',
        shown: '60 per minute',
        limit: '≤ 10 per minute',
      }),
    ];
    const narrow = liveLines(
      { elapsedMs: 130_000, totalMs: 330_000, phase: 'watch', checks },
      { colour: false, columns: 30 },
    );
    expect(narrow.map((line) => line.slice(0, 30).trimEnd())).toEqual([
      '  02:10/05:30',
      expect.stringMatching(/^ {2}success 86\.33 \(≥ 95 %\)/),
      expect.stringMatching(/^ {2}errors 60 \(≤ 10 per minute\)/),
    ]);
  });
});
