import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { configShape } from '../../src/inputs/configured.js';
import { renderJunit } from '../../src/report/junit.js';
import { outputsOf } from '../../src/report/outputs.js';
import { renderJson, reportShape, type RunReport } from '../../src/report/record.js';
import { renderSummary } from '../../src/report/summary.js';
import { finalLines } from '../../src/report/terminal.js';
import { createRedactor } from '../../src/support/redact.js';
import { aCheck, aReport, aTarget, reports } from '../support/reports.js';

const parse = (report: RunReport): RunReport => JSON.parse(renderJson(report)) as RunReport;
const valueOf = (report: RunReport): unknown => report.targets[0]?.checks[0]?.value;
const withValue = (value: number): RunReport =>
  aReport({ targets: [aTarget({ checks: [aCheck({ value })] })] });

describe('report.json', () => {
  it.each(Object.entries(reports))('has every member of the record: %s', (_name, report) => {
    const parsed = parse(report);
    expect(Object.keys(parsed)).toEqual(Object.keys(report));
    expect({ ...parsed, targets: [], detectionSeconds: null }).toEqual({
      ...report,
      targets: [],
      detectionSeconds: null,
    });
    expect(parsed.targets.map((t) => t.name)).toEqual(report.targets.map((t) => t.name));
  });

  it('is indented, ends with a line end, and is equal for equal records', () => {
    expect(renderJson(aReport())).toMatch(/^\{\n {2}"schema": 1,\n[^]*\n\}\n$/);
    expect(renderJson(aReport())).toBe(renderJson(aReport()));
  });

  it.each([
    [0.1 + 0.2, 0.3],
    [0.8633333333333333, 0.863333],
    [1234.56789012345, 1234.56789],
    [1.23456789e-9, 1.23457e-9],
    [-5.298317366548036, -5.298317],
    [300, 300],
    [2 ** 53 - 1, 2 ** 53 - 1],
  ])('writes the measured value %d as %d', (value, written) => {
    expect(valueOf(parse(withValue(value)))).toBe(written);
  });

  it.each([NaN, Infinity, -Infinity])('writes %d as null', (value) => {
    expect(valueOf(parse(withValue(value)))).toBeNull();
    expect(parse(aReport({ config: { value } })).config).toEqual({ value: null });
  });

  it('does not round configured values', () => {
    expect(parse(aReport()).config['min-success-rate']).toBe(99.9999999);
  });

  it('changes a measured value by less than a millionth, absolutely or relatively', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e12, min: -1e12 }),
        (x) => {
          const written = valueOf(parse(withValue(x))) as number;
          expect(Math.abs(written - x)).toBeLessThanOrEqual(Math.max(1e-6, Math.abs(x) * 1e-5));
        },
      ),
    );
  });
});

/** Everything of a report that is a word of ours. */
function ours({ targets, ...report }: RunReport): unknown {
  const { verdict, exitCode, startedAt, endedAt, detectedAt, tool, command } = report;
  const { system, runId } = report.host;
  return {
    ...{ verdict, exitCode, startedAt, endedAt, detectedAt, tool, command, system, runId },
    targets: targets.map(({ name, verdict, checks, rollback }) => ({
      ...{ name, verdict, status: rollback.status },
      checks: checks.map((check) => ({ ...check, subject: '', kinds: {} })),
      attempts: rollback.attempts.map(({ id, outcome, seconds }) => ({ id, outcome, seconds })),
    })),
  };
}

const keysOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? [...Object.keys(value), ...Object.values(value).flatMap(keysOf)]
    : [];
const wordsOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(wordsOf)
    : typeof value === 'string'
      ? [value]
      : [];

describe('a record whose every word of ours is a secret too', () => {
  it.each(Object.entries(reports))('keeps them, and is rendered: %s', (_name, report) => {
    const { redactAll } = createRedactor([
      ...wordsOf(ours(report)),
      ...keysOf(ours(report)),
      'heal',
    ]);
    const redacted = redactAll(report, reportShape(configShape));
    expect(ours(redacted)).toEqual(ours(report));
    expect(Object.keys(redacted)).toEqual(Object.keys(report));
    expect(outputsOf(redacted, 'r').verdict).toBe(report.verdict ?? '');
    expect(renderSummary(redacted)).toContain('##');
    expect(renderJunit(redacted)).toContain('<testsuites');
    expect(finalLines(redacted, 'r')[0]).toBe(finalLines(report, 'r')[0]);
  });

  it('has none in texts, addresses and names from elsewhere', () => {
    const secret = 'hush-hush';
    const text = `a ${secret}`;
    const check = aCheck({ subject: text, kinds: { [text]: 1 } });
    const target = aTarget({ reason: text, checks: [check] });
    const attempt = {
      detail: text,
      url: text,
      runId: text,
      from: { [text]: text },
      to: { a: [text] },
    };
    const rollback = {
      ...target.rollback,
      detail: text,
      attempts: target.rollback.attempts.map((each) => ({ ...each, ...attempt })),
    };
    const report = aReport({
      reason: text,
      host: { ...aReport().host, runUrl: text, project: text },
      targets: [{ ...target, rollback }],
      findings: [{ level: 'error', subject: 'ci', message: text, fix: text }],
      notices: [text],
      config: { url: text, checks: [{ options: { url: text } }], targets: { api: { url: text } } },
    });
    const { redactAll } = createRedactor([secret]);
    expect(JSON.stringify(redactAll(report, reportShape(configShape)))).not.toContain(secret);
  });

  it('keeps words and numbers of the configuration, and redacts its texts', () => {
    const config = { decision: 'balanced', duration: '5m', url: 'https://balanced.example' };
    const { redactAll } = createRedactor(['balanced', 'decision', '5m00']);
    expect(redactAll(aReport({ config }), reportShape(configShape)).config).toEqual({
      ...config,
      url: 'https://***.example',
    });
  });
});
