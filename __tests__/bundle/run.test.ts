import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { leaveFile, quick, Workplace } from '../support/bundle.js';
import {
  certificates,
  refusing,
  serve,
  serveTls,
  type HttpTestServer,
} from '../support/servers.js';

let place: Workplace;
const servers: { close(): Promise<void> }[] = [];

beforeEach(() => {
  place = new Workplace();
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  place.remove();
});

/** A service of which this share of the requests to `/` fails until the file `healed` is there. */
async function service(failing: number, healthStatus = 200): Promise<HttpTestServer> {
  let requests = 0;
  const server = await serve((request, response) => {
    const healed = existsSync(place.path('healed'));
    if (request.url === '/health') response.statusCode = healed ? 200 : healthStatus;
    else {
      requests += 1;
      const fails =
        !healed && Math.floor(requests * failing) > Math.floor((requests - 1) * failing);
      response.statusCode = fails ? 503 : 200;
    }
    response.end('ok');
  });
  servers.push(server);
  return server;
}

/** The flags that watch this service and roll it back with a command line. */
function watching(url: string, command = leaveFile('healed')): string[] {
  return [
    ...['run', '--url', url, '--health-url', `${url}/health`],
    ...quick,
    ...['--rollback', 'command', '--rollback-command', command],
  ];
}

describe('the bundle, run on a real service', () => {
  it('a good one: healthy, exit 0', async () => {
    const { url } = await service(0);
    const { code, output } = await place.run(watching(url));
    expect(output).toContain('✅ healthy');
    expect(code).toBe(0);
    const report = place.report();
    expect(report).toMatchObject({ schema: 1, verdict: 'healthy', exitCode: 0, command: 'run' });
    expect(report.targets[0]?.rollback.status).toBe('not-needed');
    expect(report.targets[0]?.checks.find((c) => c.id === 'success-rate')).toMatchObject({
      outcome: 'within',
      samples: 120,
      failures: 0,
    });
    expect(place.read('healed')).toBeUndefined();
  });

  it('one that fails 30 %: rolled back and verified, exit 1, and the sentence counts', async () => {
    const { url } = await service(0.3);
    const { code, output } = await place.run(watching(url));
    expect(code).toBe(1);
    expect(output).toContain('Rolled back, and verified');
    const report = place.report();
    expect(report.reason).toMatch(
      /^\d+ of \d+ requests failed \((69|7[01])(\.\d)? % success, limit 95 %\)/,
    );
    expect(report.targets[0]?.rollback).toMatchObject({
      status: 'verified',
      healthConfirmed: true,
      versionConfirmed: null,
      rungs: [{ id: 'command', outcome: 'verified' }],
    });
    expect(place.read('rollgate-report/summary.md')).toMatch(/^## ❌ Unhealthy/);
    expect(place.read('rollgate-report/junit.xml')).toContain('<testsuites');
    const recording = place.read('rollgate-report/recording.ndjson')?.trim().split('\n') ?? [];
    expect(JSON.parse(recording.at(-1) ?? '')).toMatchObject({
      type: 'judgement',
      judgement: { verdict: 'unhealthy' },
    });
  });

  it('one whose health check fails: unhealthy by health', async () => {
    const { url } = await service(0, 500);
    const { code } = await place.run(watching(url));
    expect(code).toBe(1);
    expect(place.report().reason).toMatch(
      /^The health check failed \d+ times in a row \(.*status 500\); it has not answered well since the watch began\.$/,
    );
  });

  it('one that goes away in the middle: unhealthy by health', async () => {
    const server = await service(0);
    const running = place.start(watching(server.url, 'exit 7'));
    await running.printed('watching');
    while (server.received.length < 40) await new Promise((go) => setImmediate(go));
    await server.close();
    const { code } = await running.ended;
    expect(code).toBe(3);
    const report = place.report();
    expect(report.reason).toMatch(
      /3 times in a row \(.*connection refused\); it last answered well/,
    );
    expect(report.targets[0]?.rollback).toMatchObject({
      status: 'unverified',
      rungs: [{ id: 'command', outcome: 'triggered' }],
    });
  });

  it('one that never answers: unhealthy when the warm-up ends', async () => {
    const url = await refusing();
    const { code } = await place.run(watching(url, leaveFile('touched')));
    expect(code).toBe(3);
    const report = place.report();
    expect(report.reason).toMatch(
      /connection refused.*it has not answered well since the watch began/,
    );
    expect(report.targets[0]?.rollback.status).toBe('still-unhealthy');
  });

  it('a rollback that changes nothing: still-unhealthy, exit 3', async () => {
    const { url } = await service(0.3);
    const { code, output } = await place.run(watching(url, 'exit 0'));
    expect(code).toBe(3);
    expect(output).toContain('still unhealthy');
    expect(place.report().targets[0]?.rollback).toMatchObject({
      status: 'still-unhealthy',
      healthConfirmed: false,
    });
  });

  it('too few requests: inconclusive, exit 4, nothing started', async () => {
    const { url } = await service(0);
    const few = watching(url).map((word) => (word === '40' ? '2' : word));
    const { code } = await place.run(few);
    expect(code).toBe(4);
    expect(place.report().reason).toBe(
      'Only 6 requests in 3s (20 needed): not enough to judge success-rate. Nothing was rolled back.',
    );
    expect(place.read('healed')).toBeUndefined();
  });

  it('an inconclusive verdict may roll back too', async () => {
    const { url } = await service(0);
    const few = watching(url).map((word) => (word === '40' ? '2' : word));
    const { code } = await place.run([...few, '--on-inconclusive', 'rollback']);
    expect(code).toBe(1);
    expect(place.report()).toMatchObject({ verdict: 'inconclusive', exitCode: 1 });
    expect(place.read('healed')).toBe('');
  });

  it('a dry run prints what it would do, does nothing, exit 5', async () => {
    const { url } = await service(0.3);
    const { code, output } = await place.run([...watching(url), '--dry-run']);
    expect(code).toBe(5);
    expect(output).toContain('it would have done this');
    expect(place.report().targets[0]?.rollback.status).toBe('withheld');
    expect(place.read('healed')).toBeUndefined();
  });

  it('on-unhealthy: report judges only, and needs no rung', async () => {
    const { url } = await service(0.3);
    const { code } = await place.run([
      ...['run', '--url', url, '--on-unhealthy', 'report'],
      ...quick,
    ]);
    expect(code).toBe(5);
    expect(place.report().targets[0]?.rollback).toMatchObject({ status: 'withheld', rungs: [] });
  });

  it('fail-on: none keeps the job green and the code in the report', async () => {
    const { url } = await service(0.3);
    const { code, output } = await place.run([...watching(url), '--fail-on', 'none']);
    expect(code).toBe(0);
    expect(output).toContain('fail-on does not name this verdict');
    expect(place.report()).toMatchObject({ verdict: 'unhealthy', exitCode: 1 });
  });

  it('in a rollback run judges nothing and starts nothing', async () => {
    const server = await service(1);
    const { code } = await place.run(watching(server.url), { ROLLBACK: 'Yes' });
    expect(code).toBe(0);
    expect(place.report()).toMatchObject({ verdict: 'not-judged', exitCode: 0 });
    expect(place.report().reason).toContain('ROLLBACK in the environment');
    expect(server.received).toHaveLength(0);
  });

  it('over TLS with an own authority', async () => {
    const identity = await certificates();
    const server = await serveTls((_, response) => response.end('ok'), identity);
    servers.push(server);
    writeFileSync(place.path('ca.pem'), identity.ca);
    const trusted = await place.run([...watching(server.url), '--ca-file', 'ca.pem']);
    expect(trusted.code).toBe(0);
    const untrusted = await place.run(watching(server.url, 'exit 0'));
    expect(untrusted.code).toBe(3);
    expect(place.report().reason).toContain('TLS failure');
  });
});

describe('the bundle, given nonsense', () => {
  it('lists every problem, sends nothing, exit 2', async () => {
    const server = await service(0);
    const { code, output } = await place.run([
      ...[
        'run',
        '--url',
        server.url,
        '--min-sucess-rate',
        '99',
        '--duration',
        '5',
        '--decision',
        'maybe',
      ],
      ...[
        '--min-success-rate',
        '0.95',
        '--rollback',
        'kubernetes,teleport',
        '--ca-file',
        'none.pem',
      ],
    ]);
    expect(code).toBe(2);
    for (const part of [
      'min-sucess-rate',
      'min-success-rate',
      'duration',
      'decision',
      'teleport',
      'none.pem',
    ])
      expect(output).toContain(part);
    expect(output).toMatch(/did you mean/i);
    expect(output).not.toMatch(/\bat .*\.js:\d+/);
    expect(server.received).toHaveLength(0);
    expect(place.report()).toMatchObject({ verdict: null, exitCode: 2, targets: [] });
  });

  it.each([
    [
      'nothing to check',
      ['run', '--rollback', 'command', '--rollback-command', 'true'],
      'nothing to check',
    ],
    ['no rung', ['run', '--url', 'http://127.0.0.1:9'], 'no rung of the rollback chain'],
    ['an unknown command', ['rnu'], 'did you mean `run`'],
  ])('%s: exit 2', async (_, args, message) => {
    const { code, output } = await place.run(args);
    expect(code).toBe(2);
    expect(output.toLowerCase()).toContain(message.toLowerCase());
  });

  it('a rung that cannot work ends it before the watch, exit 2', async () => {
    const server = await service(0);
    const { code, output } = await place.run(watching(server.url, 'no-such-program --now'));
    expect(code).toBe(2);
    expect(output).toContain('no-such-program');
    expect(server.received).toHaveLength(0);
  });
});

describe('the bundle, other commands', () => {
  it('--version and --help need nothing', async () => {
    const version = await place.run(['--version']);
    expect(version).toEqual({ code: 0, output: '0.1.0\n' });
    const help = await place.run(['--help']);
    expect(help.code).toBe(0);
    expect(help.output).toContain('--min-success-rate');
  });

  it('validate prints the effective configuration without secrets', async () => {
    writeFileSync(place.path('rollgate.yml'), 'duration: 2m\non-unhealthy: report\n');
    const { code, output } = await place.run(['validate', '--url', 'http://127.0.0.1:9/'], {
      ROLLGATE_HEADERS: 'Authorization: Bearer s3cr3t-t0ken',
    });
    expect(output).toMatch(/duration\s+2m\s+\(.*rollgate\.yml/);
    expect(output).toMatch(/headers\s+\*\*\*/);
    expect(output).not.toContain('s3cr3t');
    expect(code).toBe(0);
  });

  it('validate refuses to send a secret from outside the file to an address inside it', async () => {
    writeFileSync(place.path('rollgate.yml'), 'url: http://127.0.0.1:9/\non-unhealthy: report\n');
    const { code, output } = await place.run(['validate'], {
      ROLLGATE_HEADERS: 'Authorization: Bearer s3cr3t-t0ken',
    });
    expect(output).toContain('ROLLGATE_URL');
    expect(output).not.toContain('s3cr3t');
    expect(code).toBe(2);
  });

  it('preflight says that all would work, or every finding', async () => {
    const { url } = await service(0);
    const good = await place.run(['preflight', ...watching(url).slice(1)]);
    expect(good.code).toBe(0);
    expect(good.output).toContain('everything would work');
    const bad = await place.run([
      'preflight',
      '--rollback',
      'command,ci',
      '--rollback-command',
      'nope-nope',
    ]);
    expect(bad.code).toBe(2);
    expect(bad.output).toContain('there is nothing to check');
    expect(bad.output).toContain('nope-nope');
    expect(bad.output).toContain('ci-system');
  });

  it('rollback runs the chain now', async () => {
    const { url } = await service(0.5);
    const args = watching(url).slice(1);
    const done = await place.run(['rollback', ...args, '--reason', 'the shop is on fire']);
    expect(done.code).toBe(0);
    expect(place.report()).toMatchObject({
      command: 'rollback',
      verdict: 'not-judged',
      targets: [{ rollback: { status: 'verified', healthConfirmed: true } }],
    });
    expect(place.report().reason).toContain('the shop is on fire');
  });

  it('rollback without a check trusts the rung, and says so', async () => {
    const { code } = await place.run([
      ...['rollback', '--rollback', 'command', '--rollback-command', leaveFile('healed')],
    ]);
    expect(code).toBe(0);
    expect(place.report().targets[0]?.rollback).toMatchObject({
      status: 'verified',
      healthConfirmed: null,
    });
    expect(place.report().reason).toContain('no check is configured');
  });

  it('rollback that fails: exit 3, with the line of the integration guide', async () => {
    const { code, output } = await place.run([
      ...['rollback', '--rollback', 'kubernetes,command', '--rollback-command', 'exit 4'],
      ...['--kubernetes-workload', 'deployment/api'],
    ]);
    expect(code).toBe(3);
    expect(output).toContain('does not have this rung yet');
  });

  it('a snapshot is taken, used in the same run, and ignored loudly in another', async () => {
    const { url } = await service(0);
    const github = (run: string): Record<string, string> => ({
      GITHUB_ACTIONS: 'true',
      GITHUB_RUN_ID: run,
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SERVER_URL: 'https://github.test',
    });
    const taken = await place.run(['snapshot', ...watching(url).slice(1)], github('77'));
    expect(taken.code).toBe(0);
    expect(JSON.parse(place.read('rollgate-report/snapshot.json') ?? '')).toMatchObject({
      schema: 1,
      host: { system: 'github', runId: '77', attempt: 1 },
      targets: [{ name: 'default', rungs: {} }],
    });
    const same = await place.run(watching(url), github('77'));
    expect(same.output).not.toContain('is ignored');
    const other = await place.run(watching(url), github('78'));
    expect(other.output).toContain('is ignored: it was taken by github run 77');
  });
});
