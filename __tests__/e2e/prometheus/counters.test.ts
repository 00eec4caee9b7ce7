import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunReport } from '../../../src/report/record.js';
import { systemClock } from '../../../src/support/clock.js';
import { leaveFile, Workplace, type Ended } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { Cluster } from './cluster.js';
import { lacking } from './components.js';
import { Prometheus } from './prometheus.js';
import { recount } from './recount.js';

type Exporter = ConstructorParameters<typeof Cluster>[0];

/** A watch by counters of several processes, and what befalls them. */
interface Story {
  readonly name: string;
  readonly exporter: Exporter;
  /** Pods with a worker each, whose counters Prometheus adds up. */
  readonly recorded?: true;
  readonly flags?: Readonly<Record<string, string>>;
  /** Called when the watch has begun; the seconds count from then. */
  readonly during: (scene: Scene, at: (seconds: number) => Promise<void>) => Promise<void>;
  readonly code: number;
  readonly reason: RegExp;
  readonly finding?: RegExp;
}

interface Scene {
  readonly job: string;
  readonly clusters: readonly Cluster[];
  readonly prometheus: Prometheus;
}

const wentBack = /went back although no process restarted: .*: left out once$/;
const replaced: Story['during'] = async ({ clusters: [cluster] }, at) => {
  await at(10);
  cluster?.replaceOne();
};

const stories: readonly Story[] = [
  {
    name: 'one worker of four is replaced: the interval is left out',
    exporter: 'together',
    during: replaced,
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
    finding: wentBack,
  },
  {
    name: 'one worker of four is replaced, without start times: the interval is left out',
    exporter: 'together-without-start',
    during: replaced,
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
    finding: wentBack,
  },
  {
    name: 'one worker of four is replaced by one that fails with the others: that is found',
    exporter: 'together',
    during: async (scene, at) => {
      await replaced(scene, at);
      scene.clusters[0]?.fail(0.3);
    },
    code: 5,
    reason: /^[\d,]+ of [\d,]+ requests failed/,
    finding: wentBack,
  },
  {
    name: 'workers answer in turn: there are no usable data',
    exporter: 'in-turn',
    during: () => Promise.resolve(),
    code: 4,
    reason: /^No data for success-rate .* are those of several processes that answer in turn/,
  },
  {
    name: 'workers answer in turn, which counts as unhealthy: on-no-data decides',
    exporter: 'in-turn',
    flags: { 'on-no-data': 'unhealthy' },
    during: () => Promise.resolve(),
    code: 5,
    reason: /several processes that answer in turn.*, which counts as unhealthy/,
  },
  {
    name: 'a pod goes out of a recorded sum: the interval is left out',
    exporter: 'together',
    recorded: true,
    during: async ({ clusters, job, prometheus }, at) => {
      await at(10);
      prometheus.scrape(
        job,
        clusters.slice(1).map(({ target }) => target),
      );
    },
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
    finding: wentBack,
  },
];

interface Result {
  readonly ended: Ended;
  readonly report: RunReport;
  readonly recording: string;
}

describeWith('counters of several processes in a real Prometheus', lacking(), () => {
  const results = new Map<string, Result | Error>();
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const clusters = stories.map(({ exporter, recorded }) =>
      Array.from(
        { length: recorded === true ? 4 : 1 },
        () => new Cluster(exporter, recorded === true ? 1 : 4),
      ),
    );
    ends.push(...clusters.flat().map((cluster) => () => cluster.remove()));
    await Promise.all(clusters.flat().map((cluster) => cluster.start()));
    const prometheus = new Prometheus(
      stories.map((_, n) => ({
        name: `service-${String(n)}`,
        scrapeSeconds: 1,
        targets: clusters[n]!.map(({ target }) => target),
      })),
      { 'job:http_requests:sum': 'sum by (job, code) (http_requests_total)' },
    );
    ends.push(() => prometheus.remove());
    await prometheus.start();
    await Promise.all(
      stories.map(async (story, n) => {
        const scene = { job: `service-${String(n)}`, clusters: clusters[n]!, prometheus };
        const result = await tell(story, scene).catch((error: unknown) => error as Error);
        results.set(story.name, result);
      }),
    );
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  it.each(stories)('$name', ({ name, code, reason, finding }) => {
    const result = results.get(name);
    if (result === undefined || result instanceof Error) throw result ?? new Error('no result');
    const { ended, report, recording } = result;
    expect({ code: ended.code, reason: report.reason, output: ended.output }).toEqual({
      code,
      reason: expect.stringMatching(reason),
      output: expect.anything(),
    });
    const [check] = report.targets[0]!.checks;
    const { total = 0, errors = 0 } = recount(recording, check!.id);
    expect({ samples: total, failures: errors }).toEqual({
      samples: check!.samples,
      failures: check!.failures,
    });
    if (finding === undefined) return;
    expect(report.findings).toContainEqual({
      level: 'warning',
      subject: 'success-rate',
      message: expect.stringMatching(finding),
    });
  });
});

async function tell(story: Story, scene: Scene): Promise<Result> {
  const { job, prometheus } = scene;
  const metric = story.recorded === true ? 'job:http_requests:sum' : 'http_requests_total';
  await prometheus.has(`${metric}{job="${job}"} > 0`);
  const place = new Workplace();
  try {
    const flags = {
      'prometheus-url': prometheus.url,
      'prometheus-total': `${metric}{job="${job}"}`,
      'prometheus-errors': `${metric}{job="${job}",code=~"5.."}`,
      'max-errors-per-minute': 'off',
      ...{ 'warm-up': '4s', duration: '24s', interval: '2s' },
      ...{ rollback: 'command', 'rollback-command': leaveFile('healed'), 'on-unhealthy': 'report' },
      ...story.flags,
    };
    const words = Object.entries(flags).flatMap(([id, value]) => [`--${id}`, value]);
    const running = place.start(['run', ...words]);
    await running.printed('watching');
    await running.until(() => existsSync(place.path('rollgate-report/recording.ndjson')));
    const began = systemClock.monotonic();
    await story.during(scene, (seconds) =>
      systemClock.sleep(began + seconds * 1000 - systemClock.monotonic()),
    );
    const ended = await running.ended;
    return {
      ended,
      report: place.report(),
      recording: place.read('rollgate-report/recording.ndjson') ?? '',
    };
  } finally {
    place.remove();
  }
}
