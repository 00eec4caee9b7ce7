import type { CheckResult } from '../../src/contract/check.js';
import type { RollbackReport, Attempt } from '../../src/contract/strategy.js';
import { notNeeded, type RunReport, type TargetReport } from '../../src/report/record.js';

/** A success-rate check that was breached: 41 of 300. */
export function aCheck(over: Partial<CheckResult> = {}): CheckResult {
  return {
    id: 'success-rate',
    kind: 'ratio',
    metric: 'success-rate',
    source: 'http',
    subject: 'https://shop.example/health',
    limit: '≥ 95 %',
    outcome: 'breached',
    samples: 300,
    failures: 41,
    value: 0.8633333333333333,
    shown: '86.33 %',
    evidence: { logE: 8.4, maxLogE: 8.4, threshold: 5.298317366548036 },
    kinds: { 'status 503': 30, timeout: 11 },
    missing: { noData: 0, providerErrors: 0 },
    series: [
      { t: 10, samples: 20, failures: 0, logE: 0 },
      { t: 20, samples: 20, failures: 6, logE: 2.1 },
      { t: 30, samples: 0, failures: 0, logE: 2.1 },
      { t: 40, samples: 20, failures: 9, logE: 8.4 },
    ],
    ...over,
  };
}

export const errorsWithin = aCheck({
  id: 'errors-per-minute',
  kind: 'rate',
  metric: 'errors-per-minute',
  limit: '≤ 10 per minute',
  outcome: 'within',
  value: 0.75,
  shown: '0.75 per minute',
  failures: 3,
  kinds: { timeout: 3 },
  evidence: { logE: 0.1, maxLogE: 0.4, threshold: 5.298317366548036 },
});

export const healthWithin = aCheck({
  id: 'health',
  kind: 'health',
  metric: 'health',
  limit: 'fewer than 3 failed checks in a row',
  outcome: 'within',
  samples: 12,
  failures: 0,
  value: null,
  shown: '12 of 12 checks passed',
  evidence: null,
  kinds: {},
  series: [],
});

export const latencyNoData = aCheck({
  id: 'latency',
  metric: 'latency',
  limit: 'p95 ≤ 800ms',
  outcome: 'no-data',
  samples: 0,
  failures: 0,
  value: null,
  shown: '',
  evidence: { logE: 0, maxLogE: 0, threshold: 5.298317366548036 },
  kinds: {},
  missing: { noData: 4, providerErrors: 1 },
  series: [],
});

export function anAttempt(over: Partial<Attempt> = {}): Attempt {
  return {
    id: 'ci',
    outcome: 'verified',
    detail: 'Workflow rollback.yml ran on main and ended with success.',
    from: {},
    to: {},
    url: 'https://github.com/acme/shop/actions/runs/4711',
    runId: '4711',
    seconds: 11.04,
    ...over,
  };
}

export const skippedAttempt = anAttempt({
  id: 'kubernetes',
  outcome: 'skipped',
  detail: 'not configured: set `kubernetes-workload`',
  url: null,
  runId: null,
  seconds: 0,
});

export function aRollback(over: Partial<RollbackReport> = {}): RollbackReport {
  return {
    status: 'verified',
    detail: 'Health passed 2 checks in a row after the rollback.',
    seconds: 12.3,
    versionConfirmed: null,
    healthConfirmed: true,
    attempts: [skippedAttempt, anAttempt()],
    ...over,
  };
}

export function aTarget(over: Partial<TargetReport> = {}): TargetReport {
  return {
    name: 'default',
    verdict: 'unhealthy',
    reason:
      '41 of 300 requests failed (86.3 % success, limit 95 %). This is not bad luck: a version within the limit would look this bad in fewer than 1 in 2,223 watches.',
    checks: [aCheck(), errorsWithin, healthWithin],
    rollback: aRollback(),
    ...over,
  };
}

export const healthyTarget = aTarget({
  name: 'search',
  verdict: 'healthy',
  reason: '99.1 % of 600 requests succeeded over 5m (limit 95 %).',
  checks: [
    aCheck({
      outcome: 'within',
      failures: 5,
      samples: 600,
      value: 0.99166,
      shown: '99.17 %',
      kinds: {},
    }),
  ],
  rollback: notNeeded,
});

export function aReport(over: Partial<RunReport> = {}): RunReport {
  const target = aTarget();
  return {
    schema: 1,
    tool: { name: 'rollgate', version: '0.1.0' },
    command: 'run',
    host: {
      system: 'github',
      runUrl: 'https://github.com/acme/shop/actions/runs/4700',
      runId: '4700',
      attempt: 1,
      project: 'acme/shop',
    },
    verdict: 'unhealthy',
    exitCode: 1,
    reason: target.reason,
    startedAt: '2026-11-02T10:00:00.000Z',
    endedAt: '2026-11-02T10:00:55.000Z',
    detectedAt: '2026-11-02T10:00:40.000Z',
    detectionSeconds: 40.04,
    targets: [target],
    findings: [],
    notices: [],
    config: { 'min-success-rate': 99.9999999, 'github-token': '***' },
    ...over,
  };
}

/** Far more than any rendering has room for. */
export function aHugeReport(): RunReport {
  const long = 'ü'.repeat(5000);
  const targets = Array.from({ length: 300 }, (_, i) =>
    aTarget({
      name: `target-${String(i)}`,
      reason: long,
      checks: Array.from({ length: 20 }, () => aCheck({ subject: long, shown: long })),
      rollback: aRollback({ attempts: [anAttempt({ detail: long })], detail: long }),
    }),
  );
  return aReport({ targets, reason: long });
}

/** Reports of every way a run can end. */
export const reports: Readonly<Record<string, RunReport>> = {
  'rolled back': aReport(),
  healthy: aReport({
    verdict: 'healthy',
    exitCode: 0,
    reason: healthyTarget.reason,
    targets: [{ ...healthyTarget, name: 'default' }],
    detectionSeconds: 330,
  }),
  'still unhealthy': aReport({
    exitCode: 3,
    targets: [
      aTarget({
        rollback: aRollback({
          status: 'still-unhealthy',
          detail: 'The success rate after the rollback is 70 % of 40 requests.',
          healthConfirmed: false,
        }),
      }),
    ],
  }),
  'rollback failed': aReport({
    exitCode: 3,
    targets: [
      aTarget({
        rollback: aRollback({
          status: 'failed',
          detail: 'No strategy could roll back.',
          attempts: [
            skippedAttempt,
            anAttempt({
              outcome: 'failed',
              detail:
                'GitHub answered 403: the token may not start workflows. Give it `actions: write`.',
              url: null,
              runId: null,
            }),
          ],
        }),
      }),
    ],
  }),
  unverified: aReport({
    exitCode: 3,
    targets: [
      aTarget({
        rollback: aRollback({
          status: 'unverified',
          detail: 'The run waits for an approval.',
          attempts: [anAttempt({ outcome: 'triggered', detail: 'The run waits for an approval.' })],
        }),
      }),
    ],
  }),
  withheld: aReport({
    exitCode: 5,
    targets: [
      aTarget({
        rollback: aRollback({
          status: 'withheld',
          detail: 'dry-run is set; it would have started workflow rollback.yml on main.',
          attempts: [],
        }),
      }),
    ],
  }),
  inconclusive: aReport({
    verdict: 'inconclusive',
    exitCode: 4,
    reason: 'Only 7 requests in 5m (20 needed): not enough to judge success-rate.',
    targets: [
      aTarget({
        verdict: 'inconclusive',
        reason: 'Only 7 requests in 5m (20 needed): not enough to judge success-rate.',
        checks: [latencyNoData],
        rollback: notNeeded,
      }),
    ],
  }),
  cancelled: aReport({
    verdict: 'cancelled',
    exitCode: 6,
    reason: 'Cancelled by SIGTERM after 12s: the new version is live and was not judged.',
    detectedAt: null,
    detectionSeconds: null,
    targets: [aTarget({ verdict: 'cancelled', reason: 'Cancelled.', rollback: notNeeded })],
  }),
  'not judged': aReport({
    verdict: 'not-judged',
    exitCode: 0,
    reason: 'This is a rollback run (ROLLBACK=true): nothing is judged.',
    detectedAt: null,
    detectionSeconds: null,
    targets: [],
  }),
  misconfigured: aReport({
    verdict: null,
    exitCode: 2,
    reason: 'The configuration has 2 problems; nothing was touched.',
    detectedAt: null,
    detectionSeconds: null,
    targets: [],
    findings: [
      {
        level: 'error',
        subject: 'min-success-rate',
        message: '"0.95" would be less than one percent',
        fix: 'write 95',
      },
      { level: 'warning', subject: 'ci', message: 'the workflow declares no input `rollback_id`' },
    ],
    notices: ['ROLLGATE_URLL is not known; did you mean ROLLGATE_URL?'],
  }),
  'several targets': aReport({ targets: [healthyTarget, aTarget({ name: 'shop' })] }),
};
