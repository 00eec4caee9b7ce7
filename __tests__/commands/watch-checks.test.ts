import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createChecks } from '../../src/sources/registry.js';
import type { Check, WatchEvent } from '../../src/contract/check.js';
import { confirm, type ConfirmOutcome } from '../../src/gate/confirm.js';
import { watch, type WatchOutcome } from '../../src/gate/watch.js';
import type { Http } from '../../src/support/http.js';
import { drive } from '../support/drive.js';
import { defaultPlan } from '../support/stand-in-checks.js';
import { StandInTransport, type Reply } from '../support/stand-in-transport.js';
import { resolveWith } from '../support/resolve-inputs.js';
import { StandInPrometheus } from '../support/stand-in-prometheus.js';
import { failing, twoVersions } from '../support/stand-in-versions.js';
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

/** Everything is scraped at every full second. */
const second = (): number => Math.floor(clock.monotonic() / 1000);

/** The checks of a configuration file, made as the commands make them. */
function checksOf(file: readonly string[], http: Http): Promise<readonly Check[]> {
  const { settings, checks, problems } = resolveWith({
    files: { 'rollgate.yml': file.join('\n') },
  });
  expect(problems).toEqual([]);
  return createChecks({
    settings,
    entries: checks,
    clock,
    http: () => http,
    exec: () => Promise.reject(new Error('nothing is run')),
    env: {},
    redact: (text) => text,
    random: () => 0.5,
    leastRate: 0,
    commandEnv: {},
    platform: process.platform,
    logLines: 0,
  });
}

interface Watched extends WatchOutcome {
  readonly events: readonly WatchEvent[];
}

/** A whole watch at default settings. */
async function watched(file: readonly string[], http: Http): Promise<Watched> {
  const events: WatchEvent[] = [];
  const watching = watch({
    plan: defaultPlan,
    checks: await checksOf(file, http),
    clock,
    signal: new AbortController().signal,
    observer: { event: (event) => events.push(event), tick: () => undefined },
    tickEvery: 60_000,
  });
  const outcome = await drive(
    clock,
    watching,
    () => server.open,
    () => server.hanging,
  );
  return { ...outcome, events };
}

async function confirmed(file: readonly string[], http: Http): Promise<ConfirmOutcome> {
  const confirming = confirm({
    checks: (await checksOf(file, http)).filter(({ kind }) => kind !== 'health'),
    isRecovery: true,
    clock,
    signal: new AbortController().signal,
    timeout: 120_000,
    minRequests: 20,
    requestsPerSecond: 10,
  });
  return drive(
    clock,
    confirming,
    () => server.open,
    () => server.hanging,
  );
}

const counters = (version: string): readonly string[] => [
  `total: http_requests_total{version="${version}"}`,
  `errors: http_requests_total{version="${version}",code=~"5.."}`,
];
const orders = (...more: readonly string[]): readonly string[] => [
  'checks:',
  '  - id: orders',
  '    source: prometheus',
  `    url: ${server.url}`,
  ...counters('v2').map((line) => `    ${line}`),
  ...more.map((line) => `    ${line}`),
  '    baseline:',
  ...counters('v1').map((line) => `      ${line}`),
];

describe('a watch of a canary and its baseline by Prometheus', () => {
  it('only the canary fails more: unhealthy', async () => {
    server.behave = twoVersions(second, failing(10, 0.05), failing(10, 0.01));
    const { verdict, reason, decidedBy, results, decidedAt } = await watched(orders(), wire);
    expect({ verdict, decidedBy }).toEqual({ verdict: 'unhealthy', decidedBy: ['orders'] });
    expect(reason).toMatch(
      /^\d+ of \d+ requests failed \((4\.\d+|5) %\), against \d+ of \d+ of the baseline \((0\.\d+|1) %\)/,
    );
    expect(decidedAt).toBeLessThan(230_000);
    expect(results[0]).toMatchObject({
      source: 'prometheus',
      subject: `http_requests_total{version="v2"} against http_requests_total{version="v1"} on ${server.url}`,
    });
  });

  it('both fail alike: healthy', async () => {
    server.behave = twoVersions(second, failing(10, 0.5), failing(10, 0.5));
    const compared = await watched(orders(), wire);
    expect(compared).toMatchObject({ verdict: 'healthy' });
  });

  it('both over the limit: inconclusive, and the reason names the baseline', async () => {
    server.behave = twoVersions(second, failing(10, 0.3), failing(10, 0.3));
    const { verdict, reason } = await watched(orders('min-success-rate: 95'), wire);
    expect(verdict).toBe('inconclusive');
    expect(reason).toMatch(/but the baseline is equally affected: 900 of 3,000 of the baseline/);
  });

  it('the canary over the limit and worse: unhealthy', async () => {
    server.behave = twoVersions(second, failing(10, 0.3), failing(10, 0.01));
    const { verdict, reason } = await watched(orders('min-success-rate: 95'), wire);
    expect(verdict).toBe('unhealthy');
    expect(reason).toMatch(/limit 95 %.*The baseline does better: \d+ of \d+ of the baseline/);
  });

  it('both versions are read from the same answers, in the same intervals', async () => {
    server.behave = twoVersions(second, failing(10, 0), failing(20, 0.1));
    const { events } = await watched(orders(), wire);
    const counted = events.flatMap((event) =>
      event.type === 'observation' && event.observation.kind === 'counts'
        ? [event.observation]
        : [],
    );
    expect(counted.length).toBeGreaterThan(25);
    for (const { samples, baseline } of counted) expect(baseline?.samples).toBe(2 * samples);
    const scrapes = server.queries.filter((query) => query.includes('rollgate_part'));
    expect(new Set(scrapes).size).toBe(1);
    expect(scrapes[0]).toContain('"baseline-total"');
  });

  it('a canary that is gone: inconclusive, without data', async () => {
    server.behave = twoVersions(
      second,
      (second) => (second < 100 ? failing(10, 0)(second) : undefined),
      failing(10, 0),
    );
    const { verdict, reason, results } = await watched(orders(), wire);
    expect(verdict).toBe('inconclusive');
    expect(reason).toMatch(/^No (data|usable answer) for orders in the last \d+m/);
    expect(results[0]?.missing.noData).toBeGreaterThan(10);
  });

  it('a canary that is gone is confirmed by the old version, within its limit', async () => {
    server.behave = twoVersions(second, () => undefined, failing(10, 0.01));
    expect(await confirmed(orders(), wire)).toMatchObject({ confirmed: true });
    expect(await confirmed(orders('min-success-rate: 95'), wire)).toMatchObject({
      confirmed: true,
    });
    server.behave = twoVersions(second, () => undefined, failing(10, 0.3));
    expect(await confirmed(orders('min-success-rate: 95'), wire)).toMatchObject({
      confirmed: false,
      detail: expect.stringMatching(/^of the old version, \d+ of \d+ requests failed/),
    });
  });
});

/** Services by their host: the share of requests that fails. */
function services(shares: Readonly<Record<string, number>>): StandInTransport {
  const counts = new Map<string, number>();
  return new StandInTransport(clock, ({ url }): Reply => {
    const { hostname } = new URL(url);
    const n = (counts.get(hostname) ?? 0) + 1;
    counts.set(hostname, n);
    const share = shares[hostname] ?? 0;
    const fails = Math.floor(n * share) > Math.floor((n - 1) * share);
    return { status: fails ? 503 : 200, after: 5 };
  });
}

describe('a watch of a canary and its baseline by probes', () => {
  const file = (...more: readonly string[]): readonly string[] => [
    'checks:',
    '  - id: shop',
    '    source: http',
    '    url: http://canary.test/',
    '    requests-per-second: 5',
    ...more.map((line) => `    ${line}`),
    '    baseline: { url: http://old.test/ }',
  ];

  it.each<[string, readonly [number, number], readonly string[], string, RegExp]>([
    [
      'only the canary bad: unhealthy',
      [0.1, 0],
      [],
      'unhealthy',
      /against \d+ of \d+ of the baseline/,
    ],
    [
      'both bad, compared alone: healthy',
      [0.4, 0.4],
      [],
      'healthy',
      /against 600 of 1,500 of the baseline/,
    ],
    [
      'both over the limit: inconclusive',
      [0.4, 0.4],
      ['min-success-rate: 95'],
      'inconclusive',
      /the baseline is equally affected/,
    ],
    [
      'only the canary over the limit: unhealthy',
      [0.4, 0],
      ['min-success-rate: 95'],
      'unhealthy',
      /The baseline does better/,
    ],
    [
      'the canary over the limit, the baseline worse: inconclusive',
      [0.1, 0.3],
      ['min-success-rate: 95'],
      'inconclusive',
      /equally/,
    ],
    ['both good: healthy', [0, 0], ['min-success-rate: 95'], 'healthy', /^100 %/],
  ])('%s', async (_, [canary, old], more, verdict, reason) => {
    const http = services({ 'canary.test': canary, 'old.test': old });
    const outcome = await watched(file(...more), http);
    expect(outcome).toMatchObject({ verdict, reason: expect.stringMatching(reason) });
  });

  it('canary and baseline get as many probes, at the same moments', async () => {
    const http = services({});
    const { results, events } = await watched(file(), http);
    const at = (host: string): number[] =>
      http.sent.filter(({ request }) => request.url.includes(host)).map(({ at }) => at);
    expect(at('canary')).toEqual(at('old'));
    expect(results[0]).toMatchObject({
      samples: 1500,
      baseline: { samples: 1500, failures: 0 },
      subject: 'http://canary.test against http://old.test',
    });
    expect(
      events.every(
        (event) =>
          event.type !== 'observation' ||
          (event.observation.kind === 'counts' &&
            event.observation.baseline?.samples === event.observation.samples),
      ),
    ).toBe(true);
  });

  it('the input baseline-url compares them, too', async () => {
    const http = services({ 'canary.test': 0.1, 'old.test': 0 });
    const outcome = await watched(
      ['url: http://canary.test/', 'health-url: off', 'baseline-url: http://old.test/'],
      http,
    );
    expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedBy: ['relative'] });
  });
});

describe('a watch with checks of several sources', () => {
  it('judges each check by its own limit, and names the breached one', async () => {
    server.behave = twoVersions(second, failing(10, 0.1), failing(10, 0));
    const { verdict, decidedBy, results } = await watched(
      [
        'checks:',
        '  - id: page',
        '    source: http',
        '    url: http://shop.test/',
        '    max-latency: p95 < 1s',
        '  - id: orders',
        '    source: prometheus',
        `    url: ${server.url}`,
        ...counters('v2').map((line) => `    ${line}`),
        '    min-success-rate: 99',
        '    max-errors-per-minute: 10000',
      ],
      both(services({}), wire),
    );
    expect({ verdict, decidedBy }).toEqual({
      verdict: 'unhealthy',
      decidedBy: ['orders-success-rate'],
    });
    expect(results.map(({ id, source, outcome }) => [id, source, outcome])).toEqual([
      ['page', 'http', 'within'],
      ['orders-success-rate', 'prometheus', 'breached'],
      ['orders-errors-per-minute', 'prometheus', 'within'],
    ]);
    // The evidence is shared by all three.
    expect(results[0]?.evidence?.threshold).toBeCloseTo(Math.log(300), 12);
  });

  it('asks the server once an interval for all checks of one entry', async () => {
    server.behave = twoVersions(second, failing(10, 0), failing(10, 0));
    await watched(
      [
        'checks:',
        '  - id: orders',
        '    source: prometheus',
        `    url: ${server.url}`,
        ...counters('v2').map((line) => `    ${line}`),
      ],
      wire,
    );
    // One before the first of 33 windows, and one at the end of each.
    expect(server.queries).toHaveLength(34);
  });
});

/** The stand-in for what it serves, and the services for everything else. */
function both(services: Http, prometheus: Http): Http {
  return {
    request: (request) =>
      (request.url.startsWith(server.url) ? prometheus : services).request(request),
    close: () => undefined,
  };
}
