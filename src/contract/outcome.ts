import { strategyIds } from './strategy.js';

/** The exit codes of the process. `commands/exit-code.ts` decides which one. */
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
export const exitCodeTable: readonly {
  readonly code: ExitCode;
  readonly meaning: string;
  /** At most 44 characters, for a screen that has little room. */
  readonly short: string;
}[] = [
  {
    code: exitCodes.healthy,
    short: 'healthy',
    meaning: 'healthy (or not judged: this is a rollback run)',
  },
  {
    code: exitCodes.rolledBack,
    short: 'unhealthy; rolled back and verified',
    meaning: 'unhealthy; rolled back and verified',
  },
  {
    code: exitCodes.usage,
    short: 'bad configuration; nothing was touched',
    meaning:
      'bad configuration or usage, or nothing usable to check or to roll back with; nothing was touched',
  },
  {
    code: exitCodes.needsPerson,
    short: 'unhealthy; rollback failed or unverified',
    meaning:
      'unhealthy; the rollback failed, is unverified, or the old version is unhealthy too: a person is needed',
  },
  {
    code: exitCodes.inconclusive,
    short: 'inconclusive; nothing was rolled back',
    meaning: 'inconclusive; nothing was rolled back',
  },
  {
    code: exitCodes.withheld,
    short: 'unhealthy; rollback withheld',
    meaning:
      'unhealthy; rollback withheld (`dry-run`, `on-unhealthy: report`, another deploy has replaced the watched version)',
  },
  {
    code: exitCodes.cancelled,
    short: 'cancelled before a verdict',
    meaning: 'cancelled before a verdict: the new version is live and was not judged',
  },
  {
    code: exitCodes.internal,
    short: 'internal error; check by hand',
    meaning: 'internal error: the state is unknown, check by hand',
  },
];

/** The outputs, in the order in which every page and wrapper lists them. */
export const outputTable = [
  {
    id: 'verdict',
    description:
      '`healthy`, `unhealthy`, `inconclusive`, `cancelled`, or `not-judged` in a rollback run. Empty when the run ended before there could be one.',
  },
  { id: 'reason', description: 'Why, in one sentence with numbers.' },
  {
    id: 'rolled-back',
    description: '`true` only when the rollback is verified, else `false`.',
  },
  {
    id: 'rollback-status',
    description:
      '`not-needed`, `verified`, `unverified`, `still-unhealthy`, `failed` or `withheld`.',
  },
  {
    id: 'rollback-strategy',
    description: `The strategy that rolled back: one of ${strategyIds.map((id) => `\`${id}\``).join(', ')}.`,
  },
  {
    id: 'rollback-url',
    description: 'The run or object of the rollback, to look at.',
  },
  { id: 'rollback-run-id', description: 'The id of the rollback run.' },
  { id: 'success-rate', description: 'Successful requests in percent, e.g. `97.00`.' },
  { id: 'errors-per-minute', description: 'Failed requests per minute, e.g. `0.75`.' },
  {
    id: 'detection-seconds',
    description: 'Seconds from the start of the watch to the verdict, e.g. `31.2`.',
  },
  { id: 'report', description: 'The path of `report.json`.' },
] as const satisfies readonly { readonly id: string; readonly description: string }[];

export type OutputId = (typeof outputTable)[number]['id'];
