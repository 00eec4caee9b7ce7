import type { SeriesPoint } from '../../../src/contract/check.js';
import type { RunReport } from '../../../src/report/record.js';
import {
  aCheck,
  aReport,
  aRollback,
  anAttempt,
  aTarget,
  healthyTarget,
  healthWithin,
  latencyNoData,
} from '../../support/reports.js';

/** A long word that has no place to break, as addresses and digests are. */
const longWord = `https://shop.example/${'a-very-long-path-without-a-blank/'.repeat(8)}`;

/** A watch of five minutes that goes bad after two. */
const course: readonly SeriesPoint[] = Array.from({ length: 30 }, (_, i) => ({
  t: (i + 1) * 10,
  samples: i === 14 ? 0 : 40,
  failures: i < 12 ? i % 2 : 6 + (i % 3),
  logE: i < 12 ? -0.2 : (i - 11) * 0.45,
  baseline: { samples: 120, failures: (i * 7) % 5 },
}));

/** A canary beside its baseline, errors per minute, and a value under a limit from the hour before. */
export const baselineReport: RunReport = aReport({
  config: {
    url: 'https://shop.example',
    'kubernetes-workload': 'deployment/shop',
    'kubernetes-namespace': 'shop-production',
    'warm-up': '30s',
  },
  detectedAt: '2026-11-02T10:05:05.000Z',
  detectionSeconds: 300,
  endedAt: '2026-11-02T10:06:10.000Z',
  targets: [
    aTarget({
      checks: [
        aCheck({
          id: 'canary-success',
          metric: 'relative',
          limit: 'no worse than the baseline',
          shown: '90.21 % (baseline 98.4 %)',
          baseline: { samples: 3600, failures: 57 },
          series: course,
        }),
        aCheck({
          id: 'errors-per-minute',
          kind: 'rate',
          metric: 'errors-per-minute',
          limit: '≤ 12 per minute',
          shown: '21.4 per minute',
          series: course.map((point) => ({
            ...point,
            value: point.failures * 6,
          })),
        }),
        aCheck({
          id: 'queue-depth',
          kind: 'value',
          metric: 'value',
          outcome: 'within',
          limit: '≤ 1,500',
          shown: '812',
          kinds: {},
          series: course.map(({ t }, i) => ({
            t,
            samples: 1,
            failures: 0,
            logE: 0,
            value: 800 + 90 * Math.sin(i / 3),
          })),
          before: {
            set: { metric: 'value', max: 2000 },
            effect: 'stricter',
            limit: 1500,
            worst: 1000,
            usual: 900,
            requests: 0,
            blocks: [],
            of: 12,
            leftOut: 1,
            inWords:
              'The limit is 1,500: 1.5 times the worst five minutes of the hour before the deploy (the limit that was set: ≤ 2,000). 1 of 12 blocks of the hour before were left out as an incident.',
          },
        }),
        healthWithin,
        latencyNoData,
      ],
      rollback: aRollback({
        attempts: [
          anAttempt({
            id: 'kubernetes',
            from: { workload: 'deployment/shop', revision: 42, images: { shop: 'shop:2.1.0' } },
            to: { workload: 'deployment/shop', revision: 41, images: { shop: 'shop:2.0.9' } },
            url: null,
            runId: null,
            detail: 'deployment/shop is back at revision 41, and 6 of 6 pods are ready.',
          }),
        ],
      }),
    }),
  ],
});

export const manyChecks: RunReport = aReport({
  targets: [
    aTarget({
      checks: [
        ...Array.from({ length: 197 }, (_, i) =>
          aCheck({
            id: `endpoint-${String(i + 1)}`,
            outcome: 'within',
            failures: 0,
            kinds: {},
            subject: i === 0 ? longWord : `https://shop.example/api/${String(i + 1)}`,
            series: course,
          }),
        ),
        aCheck({ id: 'endpoint-198', subject: longWord }),
        aCheck({ id: 'endpoint-199' }),
        latencyNoData,
      ],
    }),
  ],
});

export const manyTargets: RunReport = aReport({
  notices: [`ROLLGATE_${'X'.repeat(200)} is not known`],
  targets: [
    ...Array.from({ length: 12 }, (_, i) => ({
      ...healthyTarget,
      name: `service-${String(i + 1)}`,
    })),
    aTarget({ name: 'checkout', reason: `41 of 300 requests to ${longWord} failed.` }),
    aTarget({
      name: 'payments',
      rollback: aRollback({ status: 'withheld', detail: 'dry-run is set', attempts: [] }),
    }),
  ],
});
