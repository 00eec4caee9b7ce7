import type { RunReport } from '../../../src/report/record.js';
import type { TestBed } from './test-bed.js';

/** One call of the wrapper, as a user writes it into a pipeline. */
export interface Gate {
  /** Names its step or job; letters only. */
  readonly name: string;
  /** By id; a driver hands those that are secrets over as its system does that. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** What a user has done with one repository. */
export interface Pipeline {
  /** One after the other; each runs whatever became of the one before. */
  readonly gates: readonly Gate[];
  /** Files of the repository. */
  readonly files?: Readonly<Record<string, string>>;
  /** The pipeline is a rollback: the driver sets what its system starts rollback pipelines with. */
  readonly isRollback?: true;
}

/** What one gate came to. */
export interface Came {
  /** `null`: the pipeline had no such job, as it is right in a rollback. */
  readonly exitCode: number | null;
  readonly report: RunReport | null;
  /** As a later step or job sees them, by the id of the output. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Ended {
  /** By the name of the gate. */
  readonly gates: Readonly<Record<string, Came>>;
  /** All that the system printed. */
  readonly log: string;
}

/** The wrapper of one CI system, run by that system's own machinery. */
export interface Driver {
  readonly system: string;
  /** What lacks on this machine, in a sentence. */
  readonly lacking: string | undefined;
  run(pipeline: Pipeline, bed: TestBed): Promise<Ended>;
}

/** What every wrapper must come to. */
interface Expected {
  readonly verdict: RunReport['verdict'];
  readonly exitCode: number;
  readonly status?: string;
  /** Outcomes, by strategy. */
  readonly attempts?: Readonly<Record<string, string>>;
}

export interface Case {
  readonly name: string;
  readonly pipeline: (bed: TestBed) => Pipeline;
  /** By the name of the gate. */
  readonly expected: Readonly<Record<string, Expected>>;
  /** How many rollback pipelines were started. */
  readonly started: number;
  /** The image that the workload runs afterwards. */
  readonly image: 'shop:1' | 'shop:2';
}

/** A watch of a few seconds, whose limits of time are far from what a busy machine needs. */
const quick = {
  'warm-up': '1s',
  duration: '4s',
  interval: '1s',
  'requests-per-second': '20',
  'health-interval': '500ms',
  'request-timeout': '15s',
  'max-errors-per-minute': 'off',
  // It ends as soon as all is well.
  'verify-timeout': '90s',
};

const healthy = ({ goodUrl }: TestBed): Readonly<Record<string, string>> => ({
  ...quick,
  url: `${goodUrl}/`,
  'health-url': `${goodUrl}/health`,
  rollback: 'kubernetes',
  'kubernetes-workload': 'deployment/shop',
});

const bad = (bed: TestBed): Readonly<Record<string, string>> => ({
  ...quick,
  url: `${bed.badUrl}/`,
  'health-url': `${bed.badUrl}/health`,
  rollback: 'ci',
  ...bed.pipelineInputs,
});

const rolledBack = { verdict: 'unhealthy', exitCode: 1, status: 'verified' } as const;
const untouched = { started: 0, image: 'shop:2' } as const;

export const cases: readonly Case[] = [
  {
    name: 'a healthy deployment',
    pipeline: (bed) => ({ gates: [{ name: 'gate', inputs: healthy(bed) }] }),
    expected: { gate: { verdict: 'healthy', exitCode: 0, status: 'not-needed', attempts: {} } },
    ...untouched,
  },
  {
    name: 'a bad one, with a rollback pipeline',
    pipeline: (bed) => ({ gates: [{ name: 'gate', inputs: bad(bed) }] }),
    expected: { gate: { ...rolledBack, attempts: { ci: 'verified' } } },
    started: 1,
    image: 'shop:2',
  },
  {
    name: 'a bad one, with Kubernetes',
    pipeline: (bed) => ({
      gates: [
        {
          name: 'gate',
          inputs: {
            ...bad(bed),
            rollback: 'kubernetes,ci',
            'kubernetes-workload': 'deployment/shop',
          },
        },
      ],
    }),
    expected: { gate: { ...rolledBack, attempts: { kubernetes: 'verified' } } },
    started: 0,
    image: 'shop:1',
  },
  {
    name: 'a bad one, and `dry-run` in the configuration file only',
    pipeline: (bed) => ({
      gates: [{ name: 'gate', inputs: bad(bed) }],
      files: { 'rollgate.yml': 'dry-run: true\n' },
    }),
    expected: {
      gate: {
        verdict: 'unhealthy',
        exitCode: 5,
        status: 'withheld',
        attempts: { ci: 'skipped' },
      },
    },
    ...untouched,
  },
  {
    name: 'two gates in one pipeline',
    pipeline: (bed) => ({
      gates: [
        { name: 'first', inputs: { ...bad(bed), 'report-dir': 'reports/first' } },
        { name: 'second', inputs: { ...healthy(bed), 'report-dir': 'reports/second' } },
      ],
    }),
    expected: {
      first: { ...rolledBack, attempts: { ci: 'verified' } },
      second: { verdict: 'healthy', exitCode: 0, status: 'not-needed', attempts: {} },
    },
    started: 1,
    image: 'shop:2',
  },
  {
    name: 'a rollback pipeline',
    pipeline: (bed) => ({
      gates: [{ name: 'gate', inputs: bad(bed) }],
      isRollback: true,
    }),
    expected: { gate: { verdict: 'not-judged', exitCode: 0 } },
    ...untouched,
  },
  {
    name: 'a configuration that cannot be used',
    pipeline: (bed) => ({
      gates: [{ name: 'gate', inputs: { ...bad(bed), 'min-success-rate': '0.95' } }],
    }),
    expected: { gate: { verdict: null, exitCode: 2 } },
    ...untouched,
  },
];

/** What of a report must be the same whatever the system: nothing that was measured, no address and no name of the run. */
export function comparable(report: RunReport): unknown {
  const { verdict, exitCode, command, schema, reason, targets } = report;
  // What preflight says of the rollback pipeline is the system's own.
  const findings = report.findings.filter(({ subject }) => subject !== 'ci');
  return {
    schema,
    command,
    verdict,
    exitCode,
    // The name of the variable is the system's.
    reason: withoutNumbers(reason).replace(/ \(from \S+\)/g, ''),
    findings: findings.map(({ level, subject }) => ({ level, subject })),
    targets: targets.map(({ name, verdict: own, checks, rollback }) => ({
      name,
      verdict: own,
      checks: checks.map(({ id, kind, source, limit, outcome }) => ({
        ...{ id, kind, source, limit, outcome },
      })),
      rollback: {
        status: rollback.status,
        versionConfirmed: rollback.versionConfirmed,
        healthConfirmed: rollback.healthConfirmed,
        attempts: rollback.attempts.map(({ id, outcome, from, to }) => ({
          id,
          outcome,
          from,
          to,
        })),
      },
    })),
  };
}

/** Nor where the marker of a rollback was found. */
function withoutNumbers(text: string): string {
  return text.replace(/^(This is a rollback run) \(.*?\):/, '$1:').replace(/\d+(\.\d+)?/g, '#');
}
