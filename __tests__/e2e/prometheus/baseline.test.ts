import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunReport } from '../../../src/report/record.js';
import { leaveFile, Workplace, type Ended } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { Prometheus } from './prometheus.js';
import { REQUESTS_PER_SECOND, Service } from './service.js';

const SCRAPE_SECONDS = 1;
const INTERVAL_SECONDS = 2;

/** A canary and the version before it, side by side. */
interface Pair {
  readonly canary: Service;
  readonly old: Service;
}

interface Story {
  readonly name: string;
  readonly before: (pair: Pair) => void;
  /** Of the check, besides its source and its address; `CANARY` and `OLD` stand for the jobs. */
  readonly check: readonly string[];
  /** What the rollback does to the canary; it is gone with all of its series, or as good as the old version. */
  readonly rollback?: 'removes' | 'heals';
  readonly code: number;
  readonly reason: RegExp;
}

const counters: readonly string[] = [
  'total: http_requests_total{job="CANARY"}',
  'errors: http_requests_total{job="CANARY",code=~"5.."}',
  'baseline:',
  '  total: http_requests_total{job="OLD"}',
  '  errors: http_requests_total{job="OLD",code=~"5.."}',
];

const stories: readonly Story[] = [
  {
    name: 'a canary that alone fails, and is made good',
    before: ({ canary }) => {
      canary.failing = 0.2;
    },
    check: counters,
    rollback: 'heals',
    code: 1,
    reason: /^\d+ of \d+ requests failed \([\d.]+ %\), against 0 of \d+ of the baseline \(0 %\)/,
  },
  {
    name: 'a canary that alone fails, and is taken away',
    before: ({ canary }) => {
      canary.failing = 0.3;
    },
    check: ['min-success-rate: 95', ...counters],
    rollback: 'removes',
    code: 1,
    reason: /limit 95 %.* The baseline does better: 0 of \d+ of the baseline/,
  },
  {
    name: 'both fail',
    before: ({ canary, old }) => {
      canary.failing = 0.3;
      old.failing = 0.3;
    },
    check: ['min-success-rate: 95', ...counters],
    code: 4,
    reason: /but the baseline is equally affected/,
  },
  {
    name: 'both are good',
    before: () => undefined,
    check: counters,
    code: 0,
    reason: /^0 % of \d+ requests failed, against 0 of \d+ of the baseline \(0 %\)/,
  },
  {
    name: 'a canary that alone is slow',
    before: ({ canary }) => {
      canary.takes = 0.7;
    },
    check: [
      'latency: http_request_duration_seconds_bucket{job="CANARY"}',
      'baseline:',
      '  latency: http_request_duration_seconds_bucket{job="OLD"}',
    ],
    rollback: 'heals',
    code: 1,
    reason:
      /^(\d+) of \1 requests took longer than \d+ms \(100 %\), against 0 of \d+ of the baseline/,
  },
];

const flags: readonly string[] = [
  ...[
    '--warm-up',
    '2s',
    '--duration',
    '24s',
    '--interval',
    `${String(INTERVAL_SECONDS)}s`,
    '--verify-timeout',
    '60s',
  ],
  ...['--rollback', 'command', '--rollback-command', leaveFile('healed')],
];

describeWith('a canary and its baseline, by a real Prometheus', lacking(), () => {
  const results = new Map<string, { readonly ended: Ended; readonly report: RunReport } | Error>();
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const pairs = stories.map((): Pair => ({ canary: new Service(), old: new Service() }));
    await Promise.all(pairs.flatMap(({ canary, old }) => [canary.start(), old.start()]));
    const prometheus = new Prometheus(
      pairs.flatMap(({ canary, old }, n) => [
        { name: `canary-${String(n)}`, scrapeSeconds: SCRAPE_SECONDS, targets: [canary.target] },
        { name: `old-${String(n)}`, scrapeSeconds: SCRAPE_SECONDS, targets: [old.target] },
      ]),
    );
    ends.push(
      () => prometheus.remove(),
      ...pairs.flatMap(({ canary, old }) => [() => canary.remove(), () => old.remove()]),
    );
    await prometheus.start();
    await Promise.all(
      stories.map(async (story, n) => {
        const place = new Workplace();
        ends.push(() => {
          place.remove();
        });
        results.set(
          story.name,
          await tell(story, { place, prometheus, pair: pairs[n]!, n }).catch(
            (error: unknown) => error as Error,
          ),
        );
      }),
    );
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  it.each(stories)('$name', ({ name, code, reason }) => {
    const outcome = results.get(name);
    if (outcome === undefined || outcome instanceof Error)
      throw outcome ?? new Error('there is no outcome');
    const { ended, report } = outcome;
    expect({ code: ended.code, reason: report.reason, output: ended.output }).toEqual({
      code,
      reason: expect.stringMatching(reason),
      output: expect.anything(),
    });
    const [check] = report.targets[0]!.checks;
    // Both have the same traffic and are seen in the same intervals, but that one side may not count yet in the first of them.
    expect(Math.abs(check!.baseline!.samples - check!.samples)).toBeLessThan(
      1.5 * INTERVAL_SECONDS * REQUESTS_PER_SECOND,
    );
  });
});

async function tell(
  story: Story,
  scene: {
    readonly place: Workplace;
    readonly prometheus: Prometheus;
    readonly pair: Pair;
    readonly n: number;
  },
): Promise<{ ended: Ended; report: RunReport }> {
  const { place, prometheus, pair, n } = scene;
  const [canary, old] = [`canary-${String(n)}`, `old-${String(n)}`];
  story.before(pair);
  pair.canary.load();
  pair.old.load();
  for (const job of [canary, old]) await prometheus.has(`http_requests_total{job="${job}"} > 0`);
  const lines = story.check.map((line) => line.replace('CANARY', canary).replace('OLD', old));
  place.write(
    'rollgate.yml',
    [
      'checks:',
      '  - id: canary',
      '    source: prometheus',
      `    url: ${prometheus.url}`,
      ...lines.map((line) => `    ${line}`),
    ].join('\n'),
  );
  const running = place.start(['run', ...flags]);
  const rolledBack = running
    .until(() => existsSync(place.path('healed')))
    .then(() => {
      if (story.rollback === 'removes') prometheus.scrape(canary, []);
      pair.canary.failing = 0;
      pair.canary.takes = 0.02;
    })
    .catch(() => undefined);
  const ended = await running.ended;
  await rolledBack;
  return { ended, report: place.report() };
}
