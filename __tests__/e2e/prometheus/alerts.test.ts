import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/support/clock.js';
import { type Ended, leaveFile, Workplace } from '../../support/bundle.js';
import type { RunReport } from '../../../src/report/record.js';
import { describeWith } from '../components.js';
import { until } from '../kubernetes/until.js';
import { Alertmanager } from './alertmanager.js';
import { lacking } from './components.js';
import { Prometheus } from './prometheus.js';
import { Service } from './service.js';

interface Scene {
  readonly service: Service;
  readonly alertmanager: Alertmanager;
  readonly prometheus: Prometheus;
}

type Provider = 'prometheus' | 'alertmanager';

interface Story {
  readonly name: string;
  readonly providers: readonly Provider[];
  /** Options of the check besides. */
  readonly check: readonly string[];
  /** Without a snapshot what fires at the first look was there before. */
  readonly isRecorded?: true;
  /** Before the deploy. */
  readonly before?: (scene: Scene) => Promise<void>;
  /** Between the snapshot and the watch, which is when a deploy is done. */
  readonly deploy?: (scene: Scene) => Promise<void>;
  /** In the sixth second of the watch. */
  readonly later?: (scene: Scene) => Promise<void> | void;
  readonly code: number;
  readonly reason: RegExp;
  readonly status: string;
}

const both = ['prometheus', 'alertmanager'] as const;
const long = ({ service }: Scene): void => {
  service.waiting = 100;
};

const stories: readonly Story[] = [
  {
    name: 'that fired before the deploy, at the first look',
    providers: both,
    check: ['selector: service="shop"'],
    code: 0,
    reason: /^No alert of a began \(\d+ looks\) over 24s/,
    status: 'not-needed',
  },
  {
    name: 'that fired before the deploy, by the snapshot',
    providers: both,
    isRecorded: true,
    check: ['names: OldTrouble'],
    code: 0,
    reason: /^No alert of a began/,
    status: 'not-needed',
  },
  {
    name: 'that begins in the watch, and looks back over a time of its own after the rollback',
    providers: both,
    isRecorded: true,
    check: ['selector: service="shop"', 'recovery: 90s'],
    later: long,
    code: 1,
    reason: /^An alert of a began after the deploy: QueueIsLong since \d\d:\d\d:\d\d UTC\.$/,
    status: 'verified',
  },
  {
    name: 'that begins between the snapshot and the watch',
    providers: ['prometheus'],
    isRecorded: true,
    check: ['names: QueueIsLong'],
    deploy: async (scene) => {
      // An alert begins within the second in which the snapshot was taken, or later.
      await systemClock.sleep(1500);
      long(scene);
      await scene.prometheus.has('ALERTS{alertname="QueueIsLong",alertstate="firing"}');
    },
    code: 1,
    reason: /^An alert of a began after the deploy: QueueIsLong since/,
    status: 'verified',
  },
  {
    name: 'that is pending, because its `for` is not over',
    providers: ['prometheus'],
    check: ['names: QueueStaysLong'],
    later: long,
    code: 0,
    reason: /^No alert of a began/,
    status: 'not-needed',
  },
  {
    name: 'that is silenced',
    providers: ['alertmanager'],
    check: ['selector: service="shop"'],
    before: ({ alertmanager }) => alertmanager.silence('QueueIsLong'),
    later: long,
    code: 0,
    reason: /^No alert of a began/,
    status: 'not-needed',
  },
  {
    name: 'of a source that is stopped in the middle',
    providers: ['alertmanager'],
    check: ['selector: service="shop"'],
    later: ({ alertmanager }) => alertmanager.stop(),
    code: 4,
    reason: /^What a looks at could not be seen at the end of the watch/,
    status: 'not-needed',
  },
];

const all = stories.flatMap((story) => story.providers.map((provider) => ({ ...story, provider })));

describeWith('an alert, by a real Prometheus and a real Alertmanager', lacking(), () => {
  const results = new Map<
    (typeof all)[number],
    { readonly ended: Ended; readonly report: RunReport } | Error
  >();
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    await Promise.all(
      all.map(async (story) => {
        results.set(story, await tell(story, ends).catch((error: unknown) => error as Error));
      }),
    );
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  describe.each(both)('%s', (provider) => {
    it.each(all.filter((story) => story.provider === provider))('$name', (story) => {
      const result = results.get(story);
      if (result === undefined || result instanceof Error) throw result ?? new Error('no result');
      const { ended, report } = result;
      expect({
        code: ended.code,
        reason: report.reason,
        status: report.targets[0]?.rollback.status,
        output: ended.output,
      }).toEqual({
        code: story.code,
        reason: expect.stringMatching(story.reason),
        status: story.status,
        output: expect.anything(),
      });
    });
  });
});

async function tell(
  story: (typeof all)[number],
  ends: (() => unknown)[],
): Promise<{ readonly ended: Ended; readonly report: RunReport }> {
  const service = new Service();
  const alertmanager = await Alertmanager.create();
  ends.push(
    () => service.remove(),
    () => alertmanager.remove(),
  );
  await Promise.all([service.start(), alertmanager.start()]);
  const prometheus = new Prometheus(
    [{ name: 'shop', scrapeSeconds: 1, targets: [service.target] }],
    {},
    {
      alertmanager: alertmanager.target,
      rules: [
        { alert: 'OldTrouble', expr: 'vector(1)', labels: { service: 'shop' } },
        {
          alert: 'QueueIsLong',
          expr: 'max_over_time(queue_length{queue="orders"}[15s]) > 10',
          labels: { service: 'shop', severity: 'page' },
        },
        {
          alert: 'QueueStaysLong',
          expr: 'queue_length{queue="orders"} > 10',
          for: '10m',
          labels: { service: 'queue' },
        },
      ],
    },
  );
  const place = new Workplace();
  ends.push(
    () => prometheus.remove(),
    () => {
      place.remove();
    },
  );
  await prometheus.start();
  const scene: Scene = { service, alertmanager, prometheus };
  await until('the old trouble to be known', () => alertmanager.has('OldTrouble'));
  await prometheus.has('queue_length');
  await story.before?.(scene);
  place.write(
    'rollgate.yml',
    [
      'checks:',
      ...['  - id: a', '    source: alerts', `    provider: ${story.provider}`, '    every: 1s'],
      ...story.check.map((line) => `    ${line}`),
    ].join('\n'),
  );
  const env = {
    ROLLGATE_RUN_ID: 'build-42',
    ROLLGATE_ALERTS_URL: story.provider === 'prometheus' ? prometheus.url : alertmanager.url,
  };
  const flags = ['--rollback', 'command', '--rollback-command', leaveFile('healed')];
  if (story.isRecorded === true) {
    const taken = await place.run(['snapshot', ...flags], env);
    if (taken.code !== 0) throw new Error(taken.output);
  }
  await story.deploy?.(scene);
  const running = place.start(
    [
      ...['run', '--warm-up', '2s', '--duration', '24s', '--interval', '2s', ...flags],
      // Less than the alert needs to end: it has a time of its own.
      ...['--verify-timeout', '5s'],
    ],
    env,
  );
  await running.printed('watching');
  await Promise.race([running.ended, systemClock.sleep(6000)]);
  await story.later?.(scene);
  await running
    .until(() => place.read('healed') !== undefined)
    .then(() => {
      service.waiting = 3;
    })
    .catch(() => undefined);
  return { ended: await running.ended, report: place.report() };
}
