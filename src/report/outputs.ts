import type { OutputId } from '../contract/outcome.js';
import { oneLine } from '../support/text.js';
import { decisiveAttempt, type RunReport, startedRun, type TargetReport } from './record.js';

/**
 * The outputs of a run: all of them, always, each on one line; empty where there is no data. They speak of the
 * first unhealthy target, else of the first one.
 */
export function outputsOf(report: RunReport, reportPath: string): Record<OutputId, string> {
  const target = report.targets.find((t) => t.verdict === 'unhealthy') ?? report.targets[0];
  const rollback = target?.rollback;
  const attempt = rollback && decisiveAttempt(rollback);
  const run = rollback && startedRun(rollback);
  const successRate = worst(target, 'success-rate', Math.min);
  return {
    verdict: report.verdict ?? '',
    // A dotenv file, `$BASH_ENV` and Azure's variables hold one line each.
    reason: oneLine(report.reason, 1000),
    'rolled-back': String(rollback?.status === 'verified'),
    'rollback-status': rollback?.status ?? '',
    'rollback-strategy': attempt?.id ?? '',
    'rollback-url': run?.url ?? '',
    'rollback-run-id': run?.runId ?? '',
    'success-rate': decimals(successRate === null ? null : successRate * 100, 2),
    'errors-per-minute': decimals(worst(target, 'errors-per-minute', Math.max), 2),
    'detection-seconds': decimals(report.detectionSeconds, 1),
    report: reportPath,
  };
}

function worst(
  target: TargetReport | undefined,
  metric: 'success-rate' | 'errors-per-minute',
  pick: (...values: number[]) => number,
): number | null {
  const values = (target?.checks ?? [])
    .filter((check) => check.metric === metric)
    .map((check) => check.value)
    .filter((value) => value !== null);
  return values.length === 0 ? null : pick(...values);
}

function decimals(value: number | null, digits: number): string {
  return value === null || !Number.isFinite(value) ? '' : value.toFixed(digits);
}
