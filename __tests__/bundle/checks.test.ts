import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/support/clock.js';
import { leaveFile, quick, Workplace } from '../support/bundle.js';
import { serve, type HttpTestServer } from '../support/servers.js';
import { StandInPrometheus } from '../support/stand-in-prometheus.js';
import { failing, twoVersions, type Counted } from '../support/stand-in-versions.js';

let place: Workplace;
let prometheus: StandInPrometheus;
const servers: HttpTestServer[] = [];

beforeEach(async () => {
  place = new Workplace();
  prometheus = await StandInPrometheus.start();
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await prometheus.close();
  place.remove();
});

/** A service of which this share of the requests fails, until it is rolled back. */
async function service(share: number): Promise<string> {
  let requests = 0;
  const server = await serve((_, response) => {
    requests += 1;
    const fails = Math.floor(requests * share) > Math.floor((requests - 1) * share);
    response.statusCode = fails && place.read('healed') === undefined ? 503 : 200;
    response.end('ok');
  });
  servers.push(server);
  return server.url;
}

/** Scraped ten times a second. */
const scraped = (): number => Math.floor(systemClock.monotonic() / 100) / 10;

function configure(canary: string, old: string): void {
  place.write(
    'rollgate.yml',
    [
      'checks:',
      '  - id: page',
      '    source: http',
      `    url: ${canary}`,
      '    min-success-rate: 90',
      `    baseline: { url: ${JSON.stringify(old)} }`,
      '  - id: orders',
      '    source: prometheus',
      `    url: ${prometheus.url}`,
      '    total: http_requests_total{version="v2"}',
      '    errors: http_requests_total{version="v2",code=~"5.."}',
      '    min-success-rate: 95',
      '    baseline:',
      '      total: http_requests_total{version="v1"}',
      '      errors: http_requests_total{version="v1",code=~"5.."}',
      '',
    ].join('\n'),
  );
}

const flags = [
  ...quick,
  ...['--rollback', 'command', '--rollback-command', leaveFile('healed')],
  // Only those of the file.
  ...['--health-url', 'off'],
];

describe('checks of a configuration file', () => {
  it('a canary that alone is bad: rolled back and confirmed, whatever hits both in the other source', async () => {
    const shock: Counted = failing(100, 0.3);
    prometheus.behave = twoVersions(scraped, shock, shock);
    configure(await service(0.4), await service(0));
    const { code, output } = await place.run(['run', ...flags]);
    const report = place.report();
    expect(report.reason).toMatch(
      /^\d+ of \d+ requests failed \([\d.]+ % success, limit 90 %\).* The baseline does better: 0 of \d+ of the baseline/,
    );
    expect(output).toContain('Rolled back and verified');
    expect(code).toBe(1);
    expect(report.targets[0]?.checks).toMatchObject([
      { id: 'page', source: 'http', outcome: 'breached', baseline: { failures: 0 } },
      { id: 'orders', source: 'prometheus' },
    ]);
    const orders = report.targets[0]?.checks[1];
    expect(orders?.baseline?.failures).toBe(orders?.failures);
    expect(report.config.checks).toMatchObject([
      { id: 'page', source: 'http', where: 'line 2', checks: ['page'] },
      { id: 'orders', options: { url: prometheus.url }, baseline: {} },
    ]);
    const replayed = await place.run(['replay', 'rollgate-report/recording.ndjson']);
    expect(replayed.code).toBe(0);
    expect(replayed.output).not.toContain('otherwise');
    expect(replayed.output).toContain(report.reason);
  });

  it('canary and baseline bad alike: inconclusive, and nothing is rolled back', async () => {
    const shock: Counted = failing(100, 0.3);
    prometheus.behave = twoVersions(scraped, shock, shock);
    configure(await service(0.4), await service(0.4));
    const { code } = await place.run(['run', ...flags]);
    expect(place.report().reason).toMatch(/but the baseline is equally affected/);
    expect(code).toBe(4);
    expect(place.read('healed')).toBeUndefined();
  });

  it('validate shows them, or everything that is wrong with them at once', async () => {
    configure('http://canary.test/', 'http://old.test/');
    const valid = await place.run(['validate', ...flags]);
    expect(valid.code).toBe(0);
    expect(valid.output).toContain('page  ≥ 90 %  http://canary.test against http://old.test');
    expect(valid.output).toContain('check orders (prometheus, line 7)');
    expect(valid.output).toContain('baseline.total  http_requests_total{version="v1"}');
    place.write(
      'rollgate.yml',
      [
        'checks:',
        '  - source: http',
        '    headers: { X-Token: hunter2hunter2 }',
        '  - id: q',
        '    source: prometheus',
        '    urll: http://prom.test',
      ].join('\n'),
    );
    const invalid = await place.run(['validate', ...flags]);
    expect(invalid.code).toBe(2);
    expect(invalid.output).toContain('line 2, check http: `url`: is missing');
    expect(invalid.output).toContain('line 3, check http: `headers` holds a secret');
    expect(invalid.output).toContain('line 6, check `q` (prometheus): `urll` is not an option');
    expect(invalid.output).toContain('did you mean `url`?');
    expect(invalid.output).not.toContain('hunter2');
    expect(invalid.output).not.toContain('nothing to check');
  });

  it('a source that cannot be reached: exit 2 before the watch', async () => {
    configure(await service(0), await service(0));
    await prometheus.close();
    const { code, output } = await place.run(['run', ...flags]);
    expect(code).toBe(2);
    expect(output).toContain('orders: url: ');
    prometheus = await StandInPrometheus.start();
  });

  it('whose server is away for a while: one line when it goes, one when it is back, and both in the report', async () => {
    let requests = 0;
    const server = await serve((_, response) => {
      requests += 1;
      const isAway = requests === 3 || requests === 4;
      response.statusCode = isAway ? 503 : 200;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ depth: requests / 1000 }));
    });
    servers.push(server);
    place.write(
      'rollgate.yml',
      [
        'checks:',
        '  - id: queue',
        '    source: json',
        `    url: ${server.url}`,
        '    value: /depth',
        '    max: 5',
        '',
      ].join('\n'),
    );
    const { code, output } = await place.run(['run', ...flags]);
    expect(code).toBe(0);
    const lines = output.split('\n').filter((line) => line.includes('queue: '));
    expect(lines).toEqual([
      expect.stringMatching(/queue: no usable answer from json: .*503/),
      expect.stringMatching(/queue: json answers again, after [\d.]+m?s/),
    ]);
    expect(place.report().findings).toContainEqual({
      level: 'warning',
      subject: 'queue',
      message: expect.stringMatching(
        /^no usable answer from json from .* to .* of the watch: .*503/,
      ),
    });
  });
});
