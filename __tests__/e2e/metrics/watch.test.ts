import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunReport } from '../../../src/report/record.js';
import { decodeRecording } from '../../../src/report/recording-reader.js';
import { systemClock } from '../../../src/support/clock.js';
import { leaveFile, Workplace, type Ended } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { GraphiteServer } from './graphite.js';
import { Influx, READER } from './influxdb.js';
import { Traffic } from './traffic.js';

interface Servers {
  readonly influx: Influx;
  readonly graphite: GraphiteServer;
}

interface Scene {
  readonly traffic: Traffic;
  readonly place: Workplace;
  readonly servers: Servers;
}

type Source = 'influxdb' | 'graphite';

interface Story {
  readonly name: string;
  /** Instead of counting requests and errors; `APP` stands for its name. */
  readonly options?: Readonly<Record<Source, readonly string[]>>;
  readonly failing?: number;
  /** The seconds count from the begin of the watch. */
  readonly during?: (
    scene: Scene,
    source: Source,
    at: (seconds: number) => Promise<void>,
  ) => Promise<void>;
  readonly code: number;
  readonly reason: RegExp;
  /** Servers of its own, and not those of the others. */
  readonly alone?: true;
}

const sources = ['influxdb', 'graphite'] as const;
const counts: Readonly<Record<Source, readonly string[]>> = {
  influxdb: [
    `total: SELECT count("duration") FROM "requests" WHERE "app" = 'APP' AND $timeFilter`,
    `errors: SELECT count("duration") FROM "requests" WHERE "app" = 'APP' AND "code" = '500' AND $timeFilter`,
    'min-success-rate: 95',
  ],
  graphite: ['total: APP.requests', 'errors: APP.errors', 'min-success-rate: 95'],
};
const access: Readonly<Record<Source, readonly string[]>> = {
  influxdb: ['database: shop', 'bucket: 2s', 'delay: 3s'],
  graphite: ['delay: 3s'],
};

const stories: readonly Story[] = [
  {
    name: 'healthy, with 2 % errors',
    failing: 0.02,
    code: 0,
    reason: /^9[789](\.\d+)? % of [\d,]+ requests succeeded \(limit 95 %\)/,
  },
  {
    name: 'healthy, without an error: nothing was ever sent of them',
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
  },
  {
    name: 'from 2 % to 20 % errors',
    failing: 0.02,
    during: async ({ traffic }, _, at) => {
      await at(8);
      traffic.failing = 0.2;
    },
    code: 1,
    reason: /^[\d,]+ of [\d,]+ requests failed \(/,
  },
  {
    name: 'the service is silent',
    during: async ({ traffic }, _, at) => {
      await at(6);
      traffic.stop();
    },
    code: 4,
    reason: /^No (data|usable answer) for [\w-]+ in the last/,
  },
  {
    name: 'the server is stopped and started in the middle',
    alone: true,
    during: async ({ servers: { influx, graphite } }, source, at) => {
      await at(8);
      await (source === 'influxdb' ? influx.stop() : graphite.stopWeb());
      await at(13);
      await (source === 'influxdb' ? influx.start() : graphite.startWeb());
    },
    code: 0,
    reason: /^100 % of [\d,]+ requests succeeded/,
  },
  {
    name: 'a value that is too high',
    options: {
      influxdb: [
        `value: SELECT max("duration") FROM "requests" WHERE "app" = 'APP' AND $timeFilter`,
        'max: 50',
      ],
      graphite: ['value: APP.duration', 'max: 50'],
    },
    during: async ({ traffic }, _, at) => {
      await at(8);
      traffic.takes = 200;
    },
    code: 1,
    reason: /^the value was \d+(\.\d+)? on average \(limit ≤ 50\)/,
  },
];

interface Result {
  readonly ended: Ended;
  readonly report: RunReport;
  readonly recording: string;
  /** The recording, judged again. */
  readonly replayed: Ended;
}

describeWith('a watch by the numbers of a real InfluxDB and a real Graphite', lacking(), () => {
  const results = new Map<string, Result | Error>();
  const ends: (() => unknown)[] = [];
  const keyOf = (story: Story, source: Source): string => `${source}: ${story.name}`;
  const outcomeOf = (story: Story, source: Source): Result => {
    const outcome = results.get(keyOf(story, source));
    if (outcome === undefined || outcome instanceof Error)
      throw outcome ?? new Error('there is no outcome');
    return outcome;
  };

  async function startServers(): Promise<Servers> {
    const servers = { influx: new Influx(), graphite: new GraphiteServer() };
    ends.push(
      () => servers.influx.remove(),
      () => servers.graphite.remove(),
    );
    await Promise.all([servers.influx.start(), servers.graphite.start()]);
    await servers.influx.fill();
    return servers;
  }

  beforeAll(async () => {
    const shared = await startServers();
    const all = stories.flatMap((story, n) =>
      sources.map((source) => ({ story, source, app: `${source}${String(n)}` })),
    );
    const scenes = await Promise.all(
      all.map(async ({ story, app }) => {
        const servers = story.alone === true ? await startServers() : shared;
        const scene = { traffic: new Traffic(app, servers), place: new Workplace(), servers };
        ends.push(
          () => {
            scene.traffic.stop();
          },
          () => {
            scene.place.remove();
          },
        );
        return scene;
      }),
    );
    await Promise.all(
      all.map(async ({ story, source, app }, n) => {
        const outcome = await tell(story, source, app, scenes[n]!).catch(
          (error: unknown) => error as Error,
        );
        results.set(keyOf(story, source), outcome);
      }),
    );
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  describe.each(sources)('%s', (source) => {
    it.each(stories)('$name', (story) => {
      const { ended, report } = outcomeOf(story, source);
      expect({ code: ended.code, reason: report.reason, output: ended.output }).toEqual({
        code: story.code,
        reason: expect.stringMatching(story.reason),
        output: expect.anything(),
      });
      expect(ended.output).not.toContain(READER.password);
    });

    it.each(stories)('$name: a replay of the recording gives the same judgement', (story) => {
      const { recording, replayed } = outcomeOf(story, source);
      const { verdict, reason } = decodeRecording(recording).targets[0]!.judgement!;
      expect(replayed.output).toMatch(new RegExp(`^  now:    ${verdict} at `, 'm'));
      expect(replayed.output.split(reason)).toHaveLength(3);
    });

    it.each(stories.filter(({ options }) => options === undefined))(
      '$name: the raw answers in the recording give the same counts',
      (story) => {
        const { report, recording } = outcomeOf(story, source);
        const [check] = report.targets[0]!.checks.filter((each) => each.source === source);
        const counted = recordedCounts(recording);
        expect([check!.samples, check!.failures]).toEqual(counted);
      },
    );
  });
});

async function tell(story: Story, source: Source, app: string, scene: Scene): Promise<Result> {
  const { place, traffic, servers } = scene;
  traffic.failing = story.failing ?? 0;
  traffic.start();
  // Preflight looks for what was sent before.
  await systemClock.sleep(4000);
  const options = [...access[source], ...(story.options ?? counts)[source]];
  place.write(
    'rollgate.yml',
    ['checks:', `  - source: ${source}`, ...options.map((line) => `    ${line}`)]
      .join('\n')
      .replaceAll('APP', app),
  );
  const running = place.start(
    [
      ...['run', '--warm-up', '2s', '--duration', '30s', '--interval', '2s'],
      ...['--rollback', 'command', '--rollback-command', leaveFile('healed')],
      ...['--verify-timeout', '60s', '--max-errors-per-minute', 'off'],
    ],
    {
      ROLLGATE_INFLUXDB_URL: servers.influx.url,
      ROLLGATE_INFLUXDB_TOKEN: `${READER.user}:${READER.password}`,
      ROLLGATE_GRAPHITE_URL: servers.graphite.url,
    },
  );
  await running.printed('watching');
  const begun = systemClock.monotonic();
  await story.during?.(scene, source, (seconds) =>
    systemClock.sleep(begun + seconds * 1000 - systemClock.monotonic()),
  );
  await Promise.race([running.ended, healing(running, place, traffic)]);
  const ended = await running.ended;
  const recording = 'rollgate-report/recording.ndjson';
  return {
    ended,
    report: place.report(),
    recording: place.read(recording) ?? '',
    replayed: await place.run(['replay', recording]),
  };
}

/** The rollback command heals the service. */
async function healing(
  running: ReturnType<Workplace['start']>,
  place: Workplace,
  traffic: Traffic,
): Promise<void> {
  await running.until(() => place.read('healed') !== undefined).catch(() => undefined);
  traffic.failing = 0;
  traffic.takes = 12.5;
}

/** Requests and failures of the watch, by the raw numbers alone. */
function recordedCounts(recording: string): readonly [number, number] {
  const [target] = decodeRecording(recording).targets;
  let samples = 0;
  let failures = 0;
  for (const { event } of target?.events ?? []) {
    if (event.type !== 'observation') continue;
    for (const { buckets = [] } of (event.observation.raw ?? []) as readonly Raw[])
      for (const [, total, errors] of buckets) {
        samples += total;
        failures += errors;
      }
  }
  return [samples, failures];
}

/** What this needs of an entry of the recording. */
interface Raw {
  readonly buckets?: readonly (readonly [start: number, total: number, errors: number])[];
}
