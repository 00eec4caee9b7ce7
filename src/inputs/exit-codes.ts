/** What the process tells with its exit code, by name. */
export const exitCodes = {
  healthy: 0,
  rolledBack: 1,
  usage: 2,
  needsPerson: 3,
  inconclusive: 4,
  withheld: 5,
  cancelled: 6,
  internal: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The meaning of each exit code, for help and documents. */
export const exitCodeTable: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: exitCodes.healthy, meaning: 'healthy (or not judged: this is a rollback run)' },
  { code: exitCodes.rolledBack, meaning: 'unhealthy; rolled back and verified' },
  {
    code: exitCodes.usage,
    meaning:
      'bad configuration or usage, or nothing usable to check or to roll back with; nothing was touched',
  },
  {
    code: exitCodes.needsPerson,
    meaning:
      'unhealthy; the rollback failed, is unverified, or the old version is unhealthy too: a person is needed',
  },
  { code: exitCodes.inconclusive, meaning: 'inconclusive; nothing was rolled back' },
  {
    code: exitCodes.withheld,
    meaning:
      'unhealthy; rollback withheld (`dry-run`, `on-unhealthy: report`, the live version is no longer ours)',
  },
  {
    code: exitCodes.cancelled,
    meaning: 'cancelled before a verdict: the new version is live and was not judged',
  },
  { code: exitCodes.internal, meaning: 'internal error: nothing may be assumed' },
];
