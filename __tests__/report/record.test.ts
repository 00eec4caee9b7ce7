import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderJson, type RunReport } from '../../src/report/record.js';
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
