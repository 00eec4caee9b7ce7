import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Compared, compareBefore, deployTime } from '../../src/commands/before.js';
import { obstacle, prepareAll, proveAll } from '../../src/commands/prepare.js';
import { openSession, type Session, targetSessions } from '../../src/commands/session.js';
import type { MetricLimit } from '../../src/contract/check.js';
import type { Http } from '../../src/support/http.js';
import { Cancelled } from '../../src/support/abort.js';
import { drive } from '../support/drive.js';
import { entryWith } from '../support/entry.js';
import { MetricsHistory, process } from '../support/metrics-history.js';
import {
  type Behaviour,
  endless,
  json,
  StandInPrometheus,
} from '../support/stand-in-prometheus.js';
import { VirtualClock } from '../support/virtual-clock.js';

let clock: VirtualClock;
let server: StandInPrometheus;
let wire: Http;

beforeEach(async () => {
  clock = new VirtualClock();
  server = await StandInPrometheus.start();
  wire = server.http(clock);
});
afterEach(async () => {
  wire.close();
  await server.close();
});

const NOW = Date.UTC(2026, 0, 1);
const DEPLOY = NOW - 300_000;

/** The answers of a server that has seen this. */
function history(...processes: Parameters<typeof process>[0][]): Behaviour {
  const metrics = new MetricsHistory(processes.map((one) => process(one)));
  return answeredBy(metrics);
}

function answeredBy(metrics: MetricsHistory): Behaviour {
  return (response, query) => {
    const { url, body } = server.received.at(-1)!;
    json(metrics.answer(url, body, clock.now() / 1000))(response, query);
  };
}

const nothing = (): Behaviour => answeredBy(new MetricsHistory([]));

/** A run with this file, and what it writes. */
async function sessionOf(
  file: readonly string[],
  given: { readonly signal?: AbortSignal; readonly write?: (text: string) => void } = {},
): Promise<Session> {
  const session = await openSession(
    entryWith({
      clock,
      argv: ['run', '--on-unhealthy', 'report'],
      env: { ROLLGATE_CONFIG: 'rollgate.yml' },
      files: {
        read: (path: string) => (path === 'rollgate.yml' ? file.join('\n') : undefined),
      } as never,
      ...given,
    }),
  );
  expect(session.problems).toEqual([]);
  return { ...session, http: () => wire };
}

function driven<T>(work: Promise<T>): Promise<T> {
  return drive(
    clock,
    work,
    () => server.open,
    () => server.hanging,
  );
}

async function compare(
  file: readonly string[],
  given: Parameters<typeof sessionOf>[1] = {},
): Promise<readonly Compared[]> {
  const targets = targetSessions(await sessionOf(file, given));
  return driven(Promise.all(targets.map((target) => compareBefore(target, DEPLOY))));
}

const limitsOf = ({ session }: Compared): Readonly<Record<string, MetricLimit>> =>
  Object.fromEntries(
    session.resolution.checks.flatMap(({ checks }) => checks.map(({ id, limit }) => [id, limit])),
  );
const wordsOf = ({ said }: Compared): readonly string[] =>
  said.map(({ id, words }) => `${id}: ${words}`);

const flat = (): readonly string[] => [
  `prometheus-url: ${server.url}`,
  'prometheus-total: http_requests_total{job="shop"}',
  'prometheus-errors: http_requests_total{job="shop",code=~"5.."}',
];
const orders = (...more: readonly string[]): readonly string[] => [
  `prometheus-url: ${server.url}`,
  'checks:',
  '  - id: orders',
  '    source: prometheus',
  '    total: http_requests_total{version="canary"}',
  '    errors: http_requests_total{version="canary",code=~"5.."}',
  ...more.map((line) => `    ${line}`),
];
const stable = [
  'total: http_requests_total{version="stable"}',
  'errors: http_requests_total{version="stable",code=~"5.."}',
];

describe('the hour before a deploy', () => {
  it('gives the limit, and is said', async () => {
    server.behave = history({ failing: 0.01 });
    const [compared] = await compare(flat());
    expect(limitsOf(compared!)['success-rate']).toEqual({
      metric: 'success-rate',
      minPercent: expect.closeTo(98.45, 2),
    });
    expect(wordsOf(compared!)).toEqual([
      expect.stringMatching(
        /^success-rate: In the worst five minutes of the hour before it was 1 %, so up to 1\.55 % is accepted/,
      ),
      expect.stringMatching(
        /^errors-per-minute: (10 errors per minute are 1\.67 % of the traffic of the hour before)/,
      ),
    ]);
  });

  it('is not asked for where nobody wants it', async () => {
    server.behave = history({ failing: 0.01 });
    const [compared] = await compare([...flat(), 'compare-before: off']);
    expect(compared!.said).toEqual([]);
    expect(server.received).toEqual([]);
  });

  it.each([
    ['of the baseline', ['before: {}', 'baseline:']],
    ['that `before` of the check names', ['before:']],
  ])('a canary that was not there before: the history %s', async (_, keys) => {
    const old = history({ failing: 0.01 });
    const none = nothing();
    server.behave = (response, query) => {
      (query.includes('version="canary"') ? none : old)(response, query);
    };
    const below = stable.map((line) => `  ${line}`);
    const [compared] = await compare(orders('min-success-rate: 95', ...keys, ...below));
    expect(server.queries.at(-1)).toMatch(/version="stable"/);
    expect(limitsOf(compared!)).toEqual({
      orders: { metric: 'success-rate', minPercent: expect.closeTo(98.45, 2) },
    });
  });

  it('a canary that was there before is compared with itself', async () => {
    const canary = history({ failing: 0.02 });
    const other = history({ failing: 0 });
    server.behave = (response, query) => {
      (query.includes('version="canary"') ? canary : other)(response, query);
    };
    const [compared] = await compare(
      orders(
        'min-success-rate: 95',
        'before: {}',
        'baseline:',
        ...stable.map((line) => `  ${line}`),
      ),
    );
    expect(server.queries.some((query) => query.includes('stable'))).toBe(false);
    expect(limitsOf(compared!)).toMatchObject({ orders: { minPercent: expect.closeTo(96.95, 2) } });
  });

  it('a canary that was not there before, and no baseline: no limit, and it is said', async () => {
    server.behave = nothing();
    const [compared] = await compare(orders('min-success-rate: 95', 'before: {}'));
    expect(limitsOf(compared!)).toEqual({ orders: { metric: 'success-rate', minPercent: 95 } });
    expect(wordsOf(compared!)).toEqual([
      'orders: No limit from the hour before: only 0 requests (300 needed).',
    ]);
  });

  it('each target is compared with its own', async () => {
    const good = history({ failing: 0.01 });
    const bad = history({ failing: 0.1 });
    server.behave = (response, query) => {
      (query.includes('job="cart"') ? bad : good)(response, query);
    };
    const [shop, cart] = await compare([
      ...flat(),
      'max-errors-per-minute: off',
      'targets:',
      '  - name: shop',
      '  - name: cart',
      '    prometheus-total: http_requests_total{job="cart"}',
      '    prometheus-errors: http_requests_total{job="cart",code=~"5.."}',
    ]);
    expect(limitsOf(shop!)['success-rate']).toMatchObject({ minPercent: expect.closeTo(98.45, 2) });
    expect(limitsOf(cart!)['success-rate']).toMatchObject({ minPercent: expect.closeTo(84.95, 2) });
    expect(wordsOf(cart!)).toEqual([
      expect.stringMatching(/^success-rate: The hour before was over the limit of ≥ 95 %/),
    ]);
  });

  it('a server that refuses: the limits stay, and it is said', async () => {
    server.behave = json('{"status":"error","error":"who are you"}', 401);
    const [compared] = await compare([...flat(), 'max-errors-per-minute: off']);
    expect(limitsOf(compared!)).toEqual({
      'success-rate': { metric: 'success-rate', minPercent: 95 },
    });
    expect(wordsOf(compared!)).toEqual([
      expect.stringMatching(
        /^success-rate: No limit from the hour before: http:\S+: it answered 401: who are you\.$/,
      ),
    ]);
    expect(compared!.said.every(({ isNews }) => isNews)).toBe(true);
  });

  it('history that never comes: given up after half a minute, and it is said', async () => {
    server.behave = endless();
    const before = clock.monotonic();
    const [compared] = await compare([
      ...flat(),
      'prometheus-timeout: 5m',
      'max-errors-per-minute: off',
    ]);
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(30_000);
    expect(clock.monotonic() - before).toBeLessThan(31_000);
    expect(limitsOf(compared!)).toEqual({
      'success-rate': { metric: 'success-rate', minPercent: 95 },
    });
    expect(wordsOf(compared!)).toEqual([
      'success-rate: No limit from the hour before: reading the hour before the deploy took longer than 30 s.',
    ]);
    expect(clock.sleeping).toBe(0);
  });

  it('history that never comes keeps no watch from beginning', async () => {
    const now = history({ failing: 0.01 });
    const hang = endless();
    server.behave = (response, query) => {
      const isPast = server.received.at(-1)!.url.endsWith('/query_range');
      (isPast ? hang : now)(response, query);
    };
    let output = '';
    const session = await sessionOf([...flat(), 'prometheus-timeout: 5m'], {
      write: (text) => {
        output += text;
      },
    });
    const proven = await driven(prepareAll(session).then(proveAll));
    expect(obstacle(proven)).toBeUndefined();
    expect(proven[0]!.checks.map(({ id, limit }) => [id, limit])).toEqual([
      ['success-rate', { metric: 'success-rate', minPercent: 95 }],
      ['errors-per-minute', { metric: 'errors-per-minute', max: 10, scaledTo: null }],
    ]);
    expect(output).toContain(
      'success-rate: No limit from the hour before: reading the hour before the deploy took longer than 30 s.',
    );
  });

  it('a signal ends the reading', async () => {
    const stop = new AbortController();
    const hang = endless();
    server.behave = (response, query) => {
      hang(response, query);
      stop.abort(new Cancelled('SIGTERM'));
    };
    await expect(compare(flat(), { signal: stop.signal })).rejects.toThrow('cancelled by SIGTERM');
    expect(clock.sleeping).toBe(0);
  });
});

describe('the time of the deploy', () => {
  const at = (jobStartedAt: number | undefined, takenAt?: string): number =>
    deployTime(
      { entry: entryWith({ clock }), info: { jobStartedAt } as never },
      takenAt === undefined ? undefined : { takenAt },
    );

  it.each<[string, number | undefined, string | undefined, number]>([
    ['is that of the snapshot', NOW - 900_000, '2025-12-31T23:58:00Z', NOW - 120_000],
    ['is never later than now', undefined, '2026-01-01T00:10:00Z', NOW],
    ['is the start of the job, without a snapshot', NOW - 900_000, undefined, NOW - 900_000],
    ['is five minutes ago at least, without a snapshot', NOW - 20_000, undefined, NOW - 300_000],
    ['is five minutes ago where nothing is known', undefined, undefined, NOW - 300_000],
    [
      'with a snapshot without a time, is that of one without',
      NOW - 900_000,
      'soon',
      NOW - 900_000,
    ],
  ])('%s', (_, started, taken, expected) => {
    expect(at(started, taken)).toBe(expected);
  });

  it.each<[string, Record<string, string>, number | undefined]>([
    [
      'GitLab says when its job began',
      { CI_JOB_STARTED_AT: '2025-12-31T23:40:00Z' },
      NOW - 1_200_000,
    ],
    ['GitLab says nothing', {}, undefined],
    ['GitLab says what is no time', { CI_JOB_STARTED_AT: 'yesterday' }, undefined],
  ])('%s', async (_, env, expected) => {
    const { info } = await openSession(
      entryWith({ clock, argv: ['run'], env: { GITLAB_CI: 'true', ...env } }),
    );
    expect(info.jobStartedAt).toBe(expected);
  });
});
