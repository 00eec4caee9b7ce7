import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { leaveFile, Workplace, type Ended } from '../../support/bundle.js';
import { systemClock } from '../../../src/support/clock.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { Prometheus } from './prometheus.js';
import { Service } from './service.js';

interface Story {
  readonly name: string;
  /** Of the check, besides its source and its address; `JOB` stands for the job. */
  readonly check: readonly string[];
  /** What waits for the service from the sixth second on; usually it is 3, and a third more at times. */
  readonly later?: number;
  readonly code: number;
  readonly reason: RegExp;
}

const orders = 'value: queue_length{job="JOB",queue="orders"}';

const stories: readonly Story[] = [
  {
    name: 'within its limit',
    check: [orders, 'max: 10'],
    code: 0,
    reason: /^3\.\d+ on average \(limit ≤ 10\) over 24s/,
  },
  {
    name: 'above its limit',
    check: [orders, 'max: 10'],
    later: 100,
    code: 1,
    reason: /^the value was \d+(\.\d+)? on average \(limit ≤ 10\)/,
  },
  {
    name: 'below its limit',
    check: [orders, 'min: 2'],
    later: 0.1,
    code: 1,
    reason: /^the value was [01]\.\d+ on average \(limit ≥ 2\)/,
  },
  {
    name: 'of any expression',
    check: ['value: 100 * sum(up{job="JOB"}) / count(up{job="JOB"})', 'min: 90'],
    code: 0,
    reason: /^100 on average \(limit ≥ 90\)/,
  },
  {
    name: 'of several series, without a reducer',
    check: ['value: queue_length{job="JOB"}', 'max: 10'],
    code: 2,
    reason:
      /^A check would not work, so nothing was watched: .*value: the query gives 2 series, and one number is needed/,
  },
  {
    name: 'of several series, with a reducer',
    check: ['value: queue_length{job="JOB"}', 'reducer: sum', 'max: 10'],
    code: 0,
    reason: /^4\.\d+ on average \(limit ≤ 10\)/,
  },
  {
    name: 'of a query that does not parse',
    check: ['value: sum((', 'max: 10'],
    code: 2,
    reason:
      /^A check would not work, so nothing was watched: .*value: http:\S+: it answered 400: .*parse error/,
  },
];

const flags: readonly string[] = [
  ...['--warm-up', '2s', '--duration', '24s', '--interval', '2s', '--verify-timeout', '60s'],
  ...['--rollback', 'command', '--rollback-command', leaveFile('healed')],
];

describeWith('a value, by a real Prometheus', lacking(), () => {
  const results = new Map<string, { readonly ended: Ended; readonly reason: string } | Error>();
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const services = stories.map(() => new Service());
    await Promise.all(services.map((service) => service.start()));
    const prometheus = new Prometheus(
      services.map(({ target }, n) => ({
        name: `value-${String(n)}`,
        scrapeSeconds: 1,
        targets: [target],
      })),
    );
    ends.push(() => prometheus.remove(), ...services.map((service) => () => service.remove()));
    await prometheus.start();
    await Promise.all(
      stories.map(async (story, n) => {
        const place = new Workplace();
        ends.push(() => {
          place.remove();
        });
        const scene = { place, prometheus, service: services[n]!, job: `value-${String(n)}` };
        const outcome = await tell(story, scene).catch((error: unknown) => error as Error);
        results.set(story.name, outcome);
      }),
    );
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  it.each(stories)('$name', ({ name, code, reason }) => {
    const outcome = results.get(name);
    if (outcome === undefined || outcome instanceof Error)
      throw outcome ?? new Error('there is no outcome');
    const { ended } = outcome;
    expect({ code: ended.code, reason: outcome.reason, output: ended.output }).toEqual({
      code,
      reason: expect.stringMatching(reason),
      output: expect.anything(),
    });
  });
});

async function tell(
  story: Story,
  scene: {
    readonly place: Workplace;
    readonly prometheus: Prometheus;
    readonly service: Service;
    readonly job: string;
  },
): Promise<{ readonly ended: Ended; readonly reason: string }> {
  const { place, prometheus, service, job } = scene;
  await prometheus.has(`queue_length{job="${job}"}`);
  const lines = [
    `url: ${prometheus.url}`,
    ...story.check.map((line) => line.replaceAll('JOB', job)),
  ];
  place.write(
    'rollgate.yml',
    ['checks:', '  - source: prometheus', ...lines.map((line) => `    ${line}`)].join('\n'),
  );
  const running = place.start(['run', ...flags]);
  if (story.later !== undefined) {
    await running.until(() => place.read('rollgate-report/recording.ndjson') !== undefined);
    await systemClock.sleep(6000);
    service.waiting = story.later;
  }
  const healed = running
    .until(() => existsSync(place.path('healed')))
    .then(() => {
      service.waiting = 3;
    })
    .catch(() => undefined);
  const ended = await running.ended;
  await healed;
  return { ended, reason: place.report().reason };
}
