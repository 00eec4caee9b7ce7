import { describe, expect, it } from '@jest/globals';
import { decodeReport } from '../../src/report/report-reader.js';
import { renderJson, type RunReport } from '../../src/report/record.js';
import { aCheck, aReport, aTarget, reports } from '../support/reports.js';

/** What is left of it in `report.json`. */
function asWritten(report: RunReport): unknown {
  return JSON.parse(renderJson(report));
}

/** Every field that a report may have. */
const full = aReport({
  shard: { index: 2, count: 5, allTargets: ['default', 'api'] },
  targets: [
    aTarget({
      extension: { seconds: 60, why: 'the last minute is over the limit' },
      checks: [
        aCheck({
          excused: true,
          baseline: { samples: 10, failures: 1, slower: { '800': 3 } },
          slowerThan: 800,
          series: [
            {
              ...{ t: 10, samples: 20, failures: 1, logE: 0.4, value: 3 },
              baseline: { samples: 20, failures: 0 },
            },
          ],
          connections: 10,
          remoteAddresses: 2,
          before: {
            set: { metric: 'success-rate', minPercent: 95 },
            isByDefault: true,
            effect: 'stricter',
            limit: 0.01,
            why: 'few requests',
            worst: 0.006,
            usual: null,
            requests: 600,
            blocks: [{ failures: 1, requests: 50 }],
            minutes: 10,
            of: 12,
            leftOut: 1,
            inWords: 'at most 1 %',
          },
        }),
      ],
    }),
  ],
  findings: [{ level: 'warning', subject: 'ci', message: 'no token', fix: 'give one' }],
  notices: ['ignored'],
});

describe('decodeReport', () => {
  it.each(Object.entries({ ...reports, full }))('%s: as it was written', (_, report) => {
    expect(decodeReport(renderJson(report))).toEqual({ ok: true, value: asWritten(report) });
  });

  it('leaves out what a newer version has added', () => {
    const text = JSON.stringify({ ...aReport(), mood: 'good' });
    expect(decodeReport(text)).toEqual({ ok: true, value: aReport() });
  });

  it.each<[string, string, string]>([
    ['an empty file', '', 'it is not JSON'],
    ['one that was cut short', renderJson(aReport()).slice(0, 200), 'it is not JSON'],
    ['no object', '[]', 'it is not a report of Rollgate'],
    ['that of another tool', '{"suites":[],"errors":[]}', 'it is not a report of Rollgate'],
    [
      'one of another schema',
      JSON.stringify({ ...aReport(), schema: 2 }),
      'it is not a report of schema 1: `schema` is not as expected',
    ],
    [
      'an exit code of nobody',
      JSON.stringify({ ...aReport(), exitCode: 9 }),
      'it is not a report of schema 1: `exitCode` is not as expected',
    ],
    [
      'a verdict of nobody',
      JSON.stringify({ ...aReport(), targets: [{ ...aTarget(), verdict: 'fine' }] }),
      'it is not a report of schema 1: `targets.0.verdict` is not as expected',
    ],
    [
      'a shard that cannot be',
      JSON.stringify({ ...aReport(), shard: { index: 6, count: 5, allTargets: [] } }),
      'it is not a report of schema 1: `shard` is not as expected',
    ],
  ])('%s is refused, and nothing of it is shown', (_, text, message) => {
    expect(decodeReport(text)).toEqual({ ok: false, problem: { message } });
  });
});
