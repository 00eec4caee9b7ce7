import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunReport } from '../../../src/report/record.js';
import { decodeRecording } from '../../../src/report/recording-reader.js';
import { systemClock } from '../../../src/support/clock.js';
import { leaveFile, Workplace, type Ended, type Running } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { Prometheus } from './prometheus.js';
import { recount } from './recount.js';
import { Service } from './service.js';
import { SlowProxy } from './slow-proxy.js';

/** What one watch looks at, and what befalls it. */
interface Scene {
  readonly name: string;
  readonly service: Service;
  /** A second instance, which is not there at first. */
  readonly successor: Service;
  readonly place: Workplace;
  readonly prometheus: Prometheus;
  readonly proxy: SlowProxy;
}

interface Story {
  readonly name: string;
  readonly scrapeSeconds?: 1 | 15;
  /** `JOB` stands for the job of its own. */
  readonly flags?: Flags;
  readonly before?: (scene: Scene) => void;
  /** Called when the watch has begun; the seconds count from then. */
  readonly during?: (scene: Scene, at: (seconds: number) => Promise<void>) => Promise<void>;
  readonly code: number;
  readonly reason: RegExp;
  /** A server of its own: others watch with it. */
  readonly ownPrometheus?: true;
  /** Requests that the report counts, as a share of those that were sent; none by default. */
  readonly counted?: readonly [least: number, most: number];
  /** What the history of the server says afterwards, where it is something else than the live watch did. */
  readonly history?: RegExp;
}

/** The same verdict as the live watch, by its exit code. */
const historyOf: Readonly<Record<number, RegExp>> = {
  0: /Z {2}would have passed$/m,
  1: /Z {2}would have rolled back at \+\d\d:\d\d \(.+\)$/m,
  4: /Z {2}inconclusive: ./,
  5: /Z {2}would have rolled back at \+\d\d:\d\d \(.+\)$/m,
};

type Flags = Readonly<Record<string, string>>;

const quick: Flags = {
  'warm-up': '2s',
  duration: '24s',
  interval: '2s',
  // The history is asked at once: what a watch in doubt would have gone on for is not there yet.
  extend: 'false',
  'prometheus-timeout': '1s',
  'max-errors-per-minute': 'off',
  rollback: 'command',
  'rollback-command': leaveFile('healed'),
  'verify-timeout': '60s',
};
const slow: Flags = { duration: '75s', interval: '5s', 'verify-timeout': '100s' };
const latency: Flags = {
  'max-latency': 'p95 < 300ms',
  'min-success-rate': 'off',
  'prometheus-latency': 'http_request_duration_seconds_bucket{job="JOB"}',
};

const stories: readonly Story[] = [
  {
    name: 'healthy, with 2 % errors',
    before: ({ service }) => {
      service.failing = 0.02;
    },
    code: 0,
    reason: /^9[78](\.\d+)? % of [\d,]+ requests succeeded \(limit 95 %\)/,
    counted: [0.75, 1],
  },
  {
    name: 'from 2 % to 8 % errors',
    before: ({ service }) => {
      service.failing = 0.02;
    },
    during: async ({ service }, at) => {
      await at(6);
      service.failing = 0.08;
    },
    code: 1,
    reason: /^[\d,]+ of [\d,]+ requests failed \(9\d(?:\.\d+)? % success, limit 95 %\)/,
  },
  {
    name: 'every request fails',
    during: async ({ service }, at) => {
      await at(8);
      service.failing = 1;
    },
    code: 1,
    reason: /^[\d,]+ of [\d,]+ requests failed .* not bad luck/,
  },
  {
    name: 'the process ends, and there is a health check',
    flags: { 'health-interval': '1s' },
    during: async ({ service }, at) => {
      await at(8);
      await service.stop();
    },
    code: 3,
    reason: /^The health check failed 3 times in a row \(connection refused\)/,
    history: /also checks health[^]*inconclusive: No data for success-rate/,
  },
  {
    name: 'restarted: the counters begin anew',
    during: async ({ service }, at) => {
      await at(10);
      await service.stop();
      await service.start();
    },
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
    counted: [0.65, 1],
  },
  {
    name: 'replaced by another instance',
    during: async ({ service, successor, name, prometheus }, at) => {
      await at(10);
      await successor.start();
      successor.load();
      prometheus.scrape(name, [successor.target]);
      await service.stop();
    },
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
    counted: [0.6, 1],
  },
  {
    name: 'replaced by an instance that fails',
    during: async ({ service, successor, name, prometheus }, at) => {
      await at(6);
      successor.failing = 0.3;
      await successor.start();
      successor.load();
      prometheus.scrape(name, [successor.target]);
      await service.stop();
    },
    code: 1,
    reason: /^[\d,]+ of [\d,]+ requests failed/,
  },
  {
    name: 'no longer scraped',
    during: async ({ name, prometheus }, at) => {
      await at(8);
      prometheus.scrape(name, []);
    },
    code: 4,
    reason: /^No data for success-rate in the last [\dms ]+ of the watch/,
  },
  {
    name: 'no longer scraped, which counts as unhealthy',
    flags: { 'on-no-data': 'unhealthy', 'on-unhealthy': 'report' },
    during: async ({ name, prometheus }, at) => {
      await at(8);
      prometheus.scrape(name, []);
    },
    code: 5,
    reason: /No data for .*, which counts as unhealthy/,
  },
  {
    name: 'Prometheus is stopped and started in the middle',
    ownPrometheus: true,
    flags: { duration: '40s' },
    during: async ({ prometheus }, at) => {
      await at(10);
      await prometheus.stop();
      await at(18);
      await prometheus.start();
    },
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
    counted: [0.75, 1],
  },
  {
    name: 'Prometheus becomes slower than the timeout',
    during: async ({ proxy }, at) => {
      await at(6);
      proxy.delay = 2500;
    },
    code: 4,
    reason: /^No usable answer for success-rate in the last [\dms ]+ of the watch \(/,
    // What came too late for the watch is there.
    history: /would have passed/,
  },
  {
    name: 'Prometheus becomes slower than the timeout, which is ignored beside a health check',
    flags: { 'on-provider-error': 'ignore', 'health-interval': '1s' },
    during: async ({ proxy }, at) => {
      await at(6);
      proxy.delay = 2500;
    },
    code: 0,
    reason: /^The health check passed \d+ of \d+ checks .* was left out\.$/,
  },
  {
    name: 'slow requests',
    flags: latency,
    during: async ({ service }, at) => {
      await at(6);
      service.takes = 0.7;
    },
    code: 1,
    reason: /^[\d,]+ of [\d,]+ requests took longer than 300ms/,
  },
  {
    name: 'requests between two borders of the histogram',
    flags: latency,
    before: ({ service }) => {
      service.takes = 0.2;
    },
    code: 4,
    reason: /^0 of [\d,]+ requests took longer than 300ms .*, and up to [\d,]+ may have/,
  },
  {
    name: 'healthy, scraped every 15 s',
    scrapeSeconds: 15,
    flags: slow,
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
    counted: [0.5, 1],
  },
  {
    name: 'a third fails, scraped every 15 s',
    scrapeSeconds: 15,
    flags: slow,
    before: ({ service }) => {
      service.failing = 1 / 3;
    },
    code: 1,
    reason: /^[\d,]+ of [\d,]+ requests failed/,
  },
  {
    name: 'errors per minute of real traffic',
    flags: { 'min-success-rate': 'off', 'max-errors-per-minute': '60' },
    during: async ({ service }, at) => {
      await at(6);
      service.failing = 0.25;
    },
    code: 1,
    reason: /errors per minute, limit 60\)/,
  },
];

interface Result {
  readonly ended: Ended;
  readonly report: RunReport;
  readonly recording: string;
  /** What `replay --prometheus` said of the same time, when all was over. */
  readonly replayed: Ended;
  /** Requests that users sent while the watch lasted. */
  readonly sent: number;
}

describeWith('a watch by the numbers of a real Prometheus', lacking(), () => {
  const results = new Map<string, Result | Error>();
  const outcomeOf = ({ name }: Story): Result => {
    const outcome = results.get(name);
    if (outcome === undefined || outcome instanceof Error)
      throw outcome ?? new Error('there is no outcome');
    return outcome;
  };
  const scenes: Scene[] = [];
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const services = await Promise.all(
      stories.map(async (_, n) => {
        const service = new Service();
        await service.start();
        return { service, name: `service-${String(n)}` };
      }),
    );
    const jobs = services.map(({ service, name }, n) => ({
      name,
      scrapeSeconds: stories[n]!.scrapeSeconds ?? 1,
      targets: [service.target],
    }));
    const shared = new Prometheus(jobs);
    for (const [n, story] of stories.entries()) {
      const { service, name } = services[n]!;
      const prometheus = story.ownPrometheus === true ? new Prometheus([jobs[n]!]) : shared;
      const scene: Scene = {
        ...{ name, service, prometheus, place: new Workplace(), successor: new Service() },
        proxy: new SlowProxy(() => prometheus.url),
      };
      scenes.push(scene);
      ends.push(
        () => service.remove(),
        () => scene.successor.remove(),
        () => {
          scene.proxy.close();
        },
        () => {
          scene.place.remove();
        },
      );
    }
    const servers = [...new Set(scenes.map(({ prometheus }) => prometheus))];
    ends.push(...servers.map((server) => () => server.remove()));
    await Promise.all(servers.map((server) => server.start()));
    await Promise.all(
      scenes.map(async (scene, n) => {
        const { name } = stories[n]!;
        results.set(name, await tell(stories[n]!, scene).catch((error: unknown) => error as Error));
      }),
    );
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  describe.each(stories)('$name', (story) => {
    it('has the expected verdict, code and reason', () => {
      const { ended, report } = outcomeOf(story);
      expect({ code: ended.code, reason: report.reason, output: ended.output }).toEqual({
        code: story.code,
        reason: expect.stringMatching(story.reason),
        output: expect.anything(),
      });
    });

    it('the raw answers in the recording give the same counts', () => {
      const { report, recording } = outcomeOf(story);
      const [check] = report.targets[0]!.checks.filter(({ source }) => source === 'prometheus');
      const {
        total,
        requests,
        errors = 0,
        'within-above': within = 0,
      } = recount(recording, check!.id);
      expect({ samples: total ?? requests ?? 0 }).toEqual({ samples: check!.samples });
      expect(requests === undefined ? errors : requests - within).toBe(check!.failures);
    });

    it('the history of the server gives the same judgement', () => {
      const { replayed } = outcomeOf(story);
      expect(replayed.output).toMatch(story.history ?? historyOf[story.code]!);
      expect(replayed.code).toBe(0);
    });

    it('counts no more requests than were sent, and not many fewer', () => {
      const { report, sent } = outcomeOf(story);
      const [check] = report.targets[0]!.checks.filter(({ source }) => source === 'prometheus');
      const [least, most] = story.counted ?? [0, 1];
      process.stdout.write(
        `${story.name}: ${report.verdict ?? ''} after ${String(report.detectionSeconds)} s, ${String(check!.samples)} of ${String(sent)} requests\n`,
      );
      expect(check!.samples).toBeGreaterThanOrEqual(least * sent);
      expect(check!.samples).toBeLessThanOrEqual(most * sent);
    });
  });
});

async function tell(story: Story, scene: Scene): Promise<Result> {
  const { service, successor, place, prometheus, proxy, name } = scene;
  await proxy.start();
  story.before?.(scene);
  service.load();
  await prometheus.has(`http_requests_total{job="${name}"} > 0`);
  const own = story.flags ?? {};
  const flags: Flags = {
    'prometheus-url': proxy.url,
    'prometheus-total': 'http_requests_total{job="JOB"}',
    'prometheus-errors': 'http_requests_total{job="JOB",code=~"5.."}',
    ...('health-interval' in own ? { 'health-url': `${service.url}/health` } : {}),
    ...quick,
    ...own,
  };
  const words = (all: Flags): string[] =>
    Object.entries(all).flatMap(([id, value]) => [`--${id}`, value.replace('JOB', name)]);
  const running = place.start(['run', ...words(flags)]);
  await running.printed('watching');
  await running.until(() => existsSync(place.path('rollgate-report/recording.ndjson')));
  const sentBefore = service.sent + successor.sent;
  const began = systemClock.monotonic();
  const at = (seconds: number): Promise<void> =>
    systemClock.sleep(began + seconds * 1000 - systemClock.monotonic());
  const healed = heal(scene, running);
  await story.during?.(scene, at);
  const ended = await running.ended;
  await healed;
  const sent = service.sent + successor.sent - sentBefore;
  const recording = place.read('rollgate-report/recording.ndjson') ?? '';
  const replayed = await place.run([
    ...['replay', '--prometheus', '--at', beganAt(recording)],
    ...words({ ...flags, 'prometheus-url': prometheus.url, 'prometheus-timeout': '10s' }),
  ]);
  return {
    ended,
    report: place.report(),
    recording,
    replayed,
    sent,
  };
}

/** A live watch asks a little after the time that it asks for: what is scraped just then is there when it asks. */
function beganAt(recording: string): string {
  const { startedAt } = decodeRecording(recording);
  return new Date(Date.parse(startedAt) + 20).toISOString();
}

/** The rollback: the old version answers everything, and soon. */
async function heal({ place, service, successor }: Scene, running: Running): Promise<void> {
  await running.until(() => existsSync(place.path('healed'))).catch(() => undefined);
  for (const each of [service, successor]) {
    each.failing = 0;
    each.takes = 0.02;
  }
}
