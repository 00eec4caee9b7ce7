import { describe, expect, it } from '@jest/globals';
import { outputTable } from '../../src/contract/outcome.js';
import { outputsOf } from '../../src/report/outputs.js';
import { notNeeded } from '../../src/report/record.js';
import {
  aCheck,
  aReport,
  aRollback,
  anAttempt,
  aTarget,
  errorsWithin,
  healthyTarget,
  reports,
} from '../support/reports.js';

const path = 'rollgate-report/report.json';

describe('the outputs', () => {
  it('have fixed names, in this order', () => {
    expect(outputTable.map((output) => output.id)).toEqual([
      'verdict',
      'reason',
      'rolled-back',
      'rollback-status',
      'rollback-strategy',
      'rollback-url',
      'rollback-run-id',
      'success-rate',
      'errors-per-minute',
      'detection-seconds',
      'report',
    ]);
  });

  it('hold verdict, rollback and measured values of an unhealthy run', () => {
    const report = aReport();
    expect(outputsOf(report, path)).toEqual({
      verdict: 'unhealthy',
      reason: report.reason,
      'rolled-back': 'true',
      'rollback-status': 'verified',
      'rollback-strategy': 'ci',
      'rollback-url': 'https://github.com/acme/shop/actions/runs/4711',
      'rollback-run-id': '4711',
      'success-rate': '86.33',
      'errors-per-minute': '0.75',
      'detection-seconds': '40.0',
      report: path,
    });
  });

  it.each(Object.entries(reports))('are all set, each on one line: %s', (_name, report) => {
    const outputs = outputsOf(report, path);
    expect(Object.keys(outputs)).toEqual(outputTable.map((output) => output.id));
    for (const value of Object.values(outputs)) expect(value).toMatch(/^[^\n]*$/);
  });

  it('are empty for a run with bad configuration', () => {
    expect(outputsOf(reports.misconfigured!, path)).toMatchObject({
      verdict: '',
      'rolled-back': 'false',
      'rollback-status': '',
      'rollback-strategy': '',
      'rollback-url': '',
      'rollback-run-id': '',
      'success-rate': '',
      'errors-per-minute': '',
      'detection-seconds': '',
    });
  });

  it.each(['not-needed', 'unverified', 'still-unhealthy', 'failed', 'withheld'] as const)(
    'have rolled-back false for the rollback status %s',
    (status) => {
      const report = aReport({ targets: [aTarget({ rollback: aRollback({ status }) })] });
      expect(outputsOf(report, path)).toMatchObject({
        'rolled-back': 'false',
        'rollback-status': status,
      });
    },
  );

  it('are about the first unhealthy target, or else the first', () => {
    const shop = aTarget({ name: 'shop', checks: [aCheck({ value: 0.5 })] });
    const other = aTarget({ checks: [aCheck({ value: 0.1 })] });
    const first = { ...healthyTarget, rollback: notNeeded };
    const outputs = outputsOf(aReport({ targets: [first, shop, other] }), path);
    expect(outputs['success-rate']).toBe('50.00');
    expect(outputsOf(aReport({ targets: [first] }), path)['success-rate']).toBe('99.17');
  });

  it('hold the worst of several checks of a metric, with two decimals', () => {
    const checks = [
      aCheck({ value: 0.99 }),
      aCheck({ value: 0.97 }),
      aCheck({ value: null }),
      { ...errorsWithin, value: 2 },
      { ...errorsWithin, value: 11.005 },
    ];
    expect(outputsOf(aReport({ targets: [aTarget({ checks })] }), path)).toMatchObject({
      'success-rate': '97.00',
      'errors-per-minute': '11.01',
    });
  });

  it('name the verified strategy, and the run that a person should open', () => {
    const attempts = [
      anAttempt({ outcome: 'triggered', detail: 'timed out' }),
      anAttempt({ id: 'scale-down', url: null, runId: null }),
    ];
    const report = aReport({ targets: [aTarget({ rollback: aRollback({ attempts }) })] });
    expect(outputsOf(report, path)).toMatchObject({
      'rollback-strategy': 'scale-down',
      'rollback-run-id': '4711',
    });
  });
});
