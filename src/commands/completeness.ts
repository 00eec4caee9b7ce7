import type { Problem } from '../support/errors.js';

/** Something must be looked at. */
export function withoutCheck(checks: readonly unknown[]): readonly Problem[] {
  if (checks.length > 0) return [];
  return [
    {
      subject: 'checks',
      message: 'there is nothing to check',
      fix: 'set `url` (and `health-url`), `prometheus-url` with its selectors, `kubernetes-health` or `compose-health`, or write `checks` into the configuration file, and leave at least one of the checks on',
    },
  ];
}

/** Something must be there to roll back with. */
export function withoutStrategy(configured: number): readonly Problem[] {
  if (configured > 0) return [];
  return [
    {
      subject: 'rollback',
      message: 'no strategy of the rollback chain is configured',
      fix: 'set `kubernetes-workload`, `helm-release`, `compose-project` or `canary-workload`, name `ci` in `rollback` (or set `ci-system`), or set `rollback-command` and `rollback: command`; to judge only, set `on-unhealthy: report`',
    },
  ];
}
