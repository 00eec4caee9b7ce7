import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunReport } from '../../../src/report/record.js';
import { leaveFile, Workplace, type Ended } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { Prometheus } from './prometheus.js';
import { Service } from './service.js';

/** What users ask, before the deploy and after it, requests a second. */
const PER_SECOND = 10;
/** Time between two samples of the past, seconds. */
const SCRAPE = 15;
/** So much of the time before the deploy is known, seconds: more than what is read. */
const KNOWN = 4500;

interface Story {
  readonly name: string;
  /** The share that failed before the deploy; `minute`: of the hour before it, negative before that. */
  readonly before: (minute: number) => number;
  /** The share that fails from the deploy on. */
  readonly after: number;
  readonly duration: string;
  readonly code: number;
  readonly reason: RegExp;
  /** What the log says besides. */
  readonly said: RegExp;
  readonly isRolledBack: boolean;
}

const stories: readonly Story[] = [
  {
    name: 'from 0.1 % to 1 %',
    before: () => 0.001,
    after: 0.01,
    duration: '30s',
    code: 1,
    reason:
      /^[\d.]+ % of \d+ requests failed; in the worst five minutes of the hour before it was 0\.1 %, so up to 0\.5 % is accepted/,
    said: /success-rate: In the worst five minutes of the hour before it was 0\.1 %, so up to 0\.5 % is accepted \(the limit that was set: ≥ 95 %\)\./,
    isRolledBack: true,
  },
  {
    name: '91 % before, and 90 % after',
    before: () => 0.09,
    after: 0.1,
    duration: '24s',
    code: 4,
    reason:
      /^(90|90\.\d+|89\.\d+) % of \d+ requests succeeded \(limit 95 %\); it was 91 % in the hour before: not this deploy\./,
    said: /success-rate: The hour before was over the limit of ≥ 95 %/,
    isRolledBack: false,
  },
  {
    name: 'from 0.1 % to 8 %, and an incident before',
    before: (minute) => (minute >= 20 && minute < 35 ? 0.4 : 0.001),
    after: 0.08,
    duration: '60s',
    code: 1,
    reason:
      /^[\d.]+ % of \d+ requests failed; in the worst five minutes of the hour before it was 0\.1 %/,
    said: /3 of 12 blocks of the hour before were left out as an incident\./,
    isRolledBack: true,
  },
];

interface Result {
  readonly ended: Ended;
  readonly report: RunReport;
  readonly wasRolledBack: boolean;
}

/** The counters of an hour and more, as an instance of before the deploy had them: it has served for long. */
function pastOf(job: string, { before }: Story, deploy: number): readonly string[] {
  let good = 50_000;
  let bad = 7000;
  return Array.from({ length: KNOWN / SCRAPE + 1 }, (_, n) => {
    const at = deploy - KNOWN + n * SCRAPE;
    if (n > 0) {
      const share = before((at - SCRAPE - (deploy - 3600)) / 60);
      bad += PER_SECOND * SCRAPE * share;
      good += PER_SECOND * SCRAPE * (1 - share);
    }
    const labels = `job="${job}",instance="old:80"`;
    const line = (code: number, count: number): string =>
      `http_requests_total{${labels},code="${String(code)}"} ${String(Math.round(count))} ${String(at)}`;
    return [line(200, good), line(503, bad)];
  }).flat();
}

describeWith('a watch after an hour that a real Prometheus knows', lacking(), () => {
  const results = new Map<string, Result | Error>();
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const services = await Promise.all(
      stories.map(async ({ after }, n) => {
        const service = new Service();
        ends.push(() => service.remove());
        service.perSecond = PER_SECOND;
        service.failing = after;
        await service.start();
        return { service, name: `before-${String(n)}` };
      }),
    );
    const prometheus = new Prometheus(
      services.map(({ service, name }) => ({ name, scrapeSeconds: 1, targets: [service.target] })),
    );
    ends.push(() => prometheus.remove());
    // Without a snapshot a deploy is taken to have begun five minutes before the watch at least.
    const deploy = Math.floor(Date.now() / 1000) - 400;
    prometheus.backfill(
      sorted(stories.flatMap((story, n) => pastOf(services[n]!.name, story, deploy))),
    );
    await prometheus.start();
    await Promise.all(
      stories.map(async (story, n) => {
        const { name, service } = services[n]!;
        service.load();
        await prometheus.has(`http_requests_total{job="${name}",instance="${service.target}"} > 0`);
        const place = new Workplace();
        ends.push(() => {
          place.remove();
        });
        const telling = tell(story, { name, service, prometheus, place, deploy });
        results.set(story.name, await telling.catch((error: unknown) => error as Error));
      }),
    );
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  it.each(stories)('$name', (story) => {
    const result = results.get(story.name);
    if (result === undefined || result instanceof Error) throw result ?? new Error('no outcome');
    const { ended, report, wasRolledBack } = result;
    expect({ code: ended.code, reason: report.reason, output: ended.output }).toEqual({
      code: story.code,
      reason: expect.stringMatching(story.reason),
      output: expect.stringMatching(story.said),
    });
    expect(wasRolledBack).toBe(story.isRolledBack);
    const [check] = report.targets[0]!.checks.filter(({ id }) => id === 'success-rate');
    // Twelve blocks of five minutes, and every request of them.
    expect(check!.before).toMatchObject({ of: 12, requests: 3600 * PER_SECOND });
  });
});

/** By time, as they were scraped. */
function sorted(lines: readonly string[]): readonly string[] {
  const timeOf = (line: string): number => Number(line.split(' ').at(-1));
  return [...lines].sort((a, b) => timeOf(a) - timeOf(b));
}

async function tell(
  { duration }: Story,
  {
    name,
    service,
    prometheus,
    place,
    deploy,
  }: {
    readonly name: string;
    readonly service: Service;
    readonly prometheus: Prometheus;
    readonly place: Workplace;
    readonly deploy: number;
  },
): Promise<Result> {
  const flags = {
    'prometheus-url': prometheus.url,
    'prometheus-total': `http_requests_total{job="${name}"}`,
    'prometheus-errors': `http_requests_total{job="${name}",code=~"5.."}`,
    'prometheus-timeout': '10s',
    'warm-up': '4s',
    interval: '2s',
    duration,
    rollback: 'command',
    'rollback-command': leaveFile('healed'),
    'verify-timeout': '60s',
  };
  // The only system that tells when a job began.
  const env = {
    GITLAB_CI: 'true',
    CI_JOB_STARTED_AT: new Date(deploy * 1000).toISOString(),
  };
  const words = Object.entries(flags).flatMap(([id, value]) => [`--${id}`, value]);
  const running = place.start(['run', ...words], env);
  await running.until(() => existsSync(place.path('healed'))).catch(() => undefined);
  service.failing = 0;
  const ended = await running.ended;
  return { ended, report: place.report(), wasRolledBack: existsSync(place.path('healed')) };
}
