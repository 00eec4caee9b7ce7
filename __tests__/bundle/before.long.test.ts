import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/support/clock.js';
import { leaveFile, Workplace } from '../support/bundle.js';
import { MetricsHistory, process } from '../support/metrics-history.js';
import { serve, type HttpTestServer } from '../support/servers.js';

let place: Workplace;
let server: HttpTestServer;
let keepsHistory: boolean;

beforeEach(() => {
  place = new Workplace();
  keepsHistory = true;
});

afterEach(async () => {
  await server.close();
  place.remove();
});

const now = (): number => systemClock.now() / 1000;

/** A service of a hundred requests a second: this share of them failed until a moment ago, and that share since, until it is rolled back. */
async function service(before: number, since: number): Promise<void> {
  const changed = now();
  const began = changed - 7200;
  let healed = Infinity;
  const metrics = new MetricsHistory([
    process({
      every: 0.25,
      phase: 0,
      total: (at) => Math.floor(100 * (at - began)),
      errors: (at) => {
        const bad = Math.max(0, Math.min(at, healed) - changed);
        const usual = Math.min(at, changed) - began + Math.max(0, at - healed);
        return Math.floor(100 * (before * usual + since * bad));
      },
      startedAt: () => began,
    }),
  ]);
  server = await serve(({ url, body }, response) => {
    if (place.read('healed') !== undefined) healed = Math.min(healed, now());
    if (!keepsHistory && url.includes('query_range')) response.statusCode = 500;
    response.setHeader('Content-Type', 'application/json');
    response.end(metrics.answer(url, body, now()));
  });
}

const counted = (): readonly string[] => [
  ...['--prometheus-url', server.url, '--prometheus-total', 'http_requests_total'],
  ...['--prometheus-errors', 'http_errors_total', '--max-errors-per-minute', 'off'],
  ...['--rollback', 'command', '--rollback-command', leaveFile('healed')],
];

function watch(...flags: readonly string[]): ReturnType<Workplace['run']> {
  return place.run([
    ...['run', ...counted(), '--duration', '8s', '--warm-up', '1s', '--interval', '500ms'],
    ...['--verify-timeout', '30s', ...flags],
  ]);
}

describe('a watch with the hour before', () => {
  it('finds 0.1 % that become 3 %, rolls back, and confirms by the same limit', async () => {
    await service(0.001, 0.03);
    const { code, output } = await watch();
    const sentence =
      /in the worst five minutes of the hour before it was 0\.1 %, so up to 0\.5 % is accepted/;
    expect(output).toMatch(new RegExp(`success-rate: I${sentence.source.slice(1)} \\(the limit`));
    const report = place.report();
    expect(report).toMatchObject({ verdict: 'unhealthy', exitCode: 1 });
    expect(report.reason).toMatch(sentence);
    expect(report.targets[0]).toMatchObject({
      checks: [{ limit: '≥ 99.5 %', before: { effect: 'stricter', leftOut: 0, of: 12 } }],
      rollback: { status: 'verified' },
    });
    expect(place.read('rollgate-report/summary.md')).toMatch(
      /the limit, from the hour before the deploy/,
    );
    expect(code).toBe(1);

    const again = await place.run(['replay', 'rollgate-report/recording.ndjson']);
    expect(again.output).toContain('limits: as they were');
    expect(again.output.split(report.reason.slice(0, 60))).toHaveLength(3);
  });

  it('does not find them without it', async () => {
    await service(0.001, 0.03);
    const { code } = await watch('--compare-before', 'off');
    expect(code).toBe(0);
  });

  it('91 % before and 90 % after: inconclusive, and nothing is rolled back', async () => {
    await service(0.09, 0.1);
    const { code, output } = await watch('--on-inconclusive', 'rollback');
    expect(code).toBe(4);
    expect(output).toMatch(
      /it was 9[01](\.\d)? % in the hour before: not this deploy\. Nothing was/,
    );
    expect(place.read('healed')).toBeUndefined();
    expect(place.report().targets[0]).toMatchObject({ rollback: { status: 'not-needed' } });
  });

  it('a server that cannot tell of it: that is said, and the limit that was set is in force', async () => {
    keepsHistory = false;
    await service(0.001, 0.03);
    const { code, output } = await watch();
    expect(code).toBe(0);
    expect(output).toMatch(
      /^success-rate: No limit from the hour before: http:\S+: it answered 500\.$/m,
    );
    expect(output.split('No limit from the hour before')).toHaveLength(2);
  });

  it('preflight shows what the limit would be now', async () => {
    await service(0.001, 0.001);
    const { code, output } = await place.run([
      'preflight',
      ...counted(),
      '--min-success-rate',
      '99.9',
      '--compare-before',
      'on',
    ]);
    expect(code).toBe(0);
    expect(output).toContain(
      'success-rate: The limit that was set stays (≥ 99.9 %): by the hour before up to 0.5 % failures would be accepted.',
    );
  });
});
