import { writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ailingService, watching } from '../support/ailing-service.js';
import { bundle, leaveFile, node, quick, type Workplace } from '../support/bundle.js';
import {
  certificates,
  proxy,
  refusing,
  serve,
  serveTls,
  type HttpTestServer,
} from '../support/servers.js';
import { withWorkplace } from '../support/with-workplace.js';

let place: Workplace;
const servers = withWorkplace((fresh) => {
  place = fresh;
});

async function service(failing: number, healthStatus = 200): Promise<HttpTestServer> {
  const server = await ailingService(place, failing, healthStatus);
  servers.push(server);
  return server;
}

/** What went wrong in any check; which of them decided is a matter of speed. */
function kindsOf(workplace: Workplace): readonly string[] {
  return (workplace.report().targets[0]?.checks ?? []).flatMap(({ kinds }) => Object.keys(kinds));
}

describe('the bundle, run on a real service', () => {
  it('a good service: healthy, exit 0', async () => {
    const { url } = await service(0);
    const { code, output } = await place.run(watching(url));
    expect(output).toContain('✅ Healthy');
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

  it('30 % failures: rolled back and verified, exit 1, and the reason counts them', async () => {
    const { url } = await service(0.3);
    const { code, output } = await place.run(watching(url));
    expect(code).toBe(1);
    expect(output).toContain('Rolled back and verified');
    const report = place.report();
    expect(report.reason).toMatch(
      /^\d+ of \d+ requests failed \((69|7[01])(\.\d)? % success, limit 95 %\)/,
    );
    expect(report.targets[0]?.rollback).toMatchObject({
      status: 'verified',
      healthConfirmed: true,
      versionConfirmed: null,
      attempts: [{ id: 'command', outcome: 'verified' }],
    });
    expect(place.read('rollgate-report/summary.md')).toMatch(/^## ↩️ Rolled back and verified\n/);
    expect(place.read('rollgate-report/junit.xml')).toContain('<testsuites');
    const recording = place.read('rollgate-report/recording.ndjson')?.trim().split('\n') ?? [];
    expect(JSON.parse(recording.at(-1) ?? '')).toMatchObject({
      type: 'judgement',
      judgement: { verdict: 'unhealthy' },
    });
  });

  it('a health check that fails: unhealthy by health', async () => {
    const { url } = await service(0, 500);
    const { code } = await place.run(watching(url));
    expect(code).toBe(1);
    expect(place.report().reason).toMatch(
      /^The health check failed \d+ times in a row \(.*status 500\); it has not passed once since the watch started\. It may never have worked: /,
    );
  });

  it('a service that goes away in the middle: unhealthy by health', async () => {
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
      attempts: [{ id: 'command', outcome: 'triggered' }],
    });
  });

  it('a service that never answers: unhealthy when the warm-up ends', async () => {
    const url = await refusing();
    const { code } = await place.run(watching(url, leaveFile('touched')));
    expect(code).toBe(3);
    const report = place.report();
    expect(report.reason).toMatch(
      /connection refused.*it has not passed once since the watch started/,
    );
    expect(report.targets[0]?.rollback.status).toBe('still-unhealthy');
  });

  it('a rollback that changes nothing: still-unhealthy, exit 3', async () => {
    const { url } = await service(0.3);
    const { code, output } = await place.run(watching(url, 'exit 0'));
    expect(code).toBe(3);
    expect(output).toContain('🚨 Rolled back, still unhealthy');
    expect(place.report().targets[0]?.rollback).toMatchObject({
      status: 'still-unhealthy',
      healthConfirmed: false,
    });
  });

  it('too few requests: inconclusive, exit 4, no rollback', async () => {
    const { url } = await service(0);
    const few = watching(url).map((word) => (word === '40' ? '2' : word));
    const { code } = await place.run(few);
    expect(code).toBe(4);
    expect(place.report().reason).toBe(
      'Only 6 requests in 3s (20 needed): not enough to judge success-rate. Nothing was rolled back.',
    );
    expect(place.read('healed')).toBeUndefined();
  });

  it('on-inconclusive: rollback rolls back an inconclusive one', async () => {
    const { url } = await service(0);
    const few = watching(url).map((word) => (word === '40' ? '2' : word));
    const { code } = await place.run([...few, '--on-inconclusive', 'rollback']);
    expect(code).toBe(1);
    expect(place.report()).toMatchObject({ verdict: 'inconclusive', exitCode: 1 });
    expect(place.read('healed')).toBe('');
  });

  it('on-inconclusive: rollback by a command that fails is not confirmed by checks that never failed', async () => {
    const { url } = await service(0);
    const few = watching(url, 'exit 1').map((word) => (word === '40' ? '2' : word));
    const { code } = await place.run([...few, '--on-inconclusive', 'rollback']);
    expect(code).toBe(3);
    expect(place.report().targets[0]?.rollback).toMatchObject({
      status: 'unverified',
      healthConfirmed: true,
    });
  });

  it('a dry run prints what it would do, does nothing, exit 5', async () => {
    const { url } = await service(0.3);
    const { code, output } = await place.run([...watching(url), '--dry-run']);
    expect(code).toBe(5);
    expect(output).toContain('it would have done this');
    expect(place.report().targets[0]?.rollback.status).toBe('withheld');
    expect(place.read('healed')).toBeUndefined();
  });

  it('on-unhealthy: report needs no strategy and rolls nothing back: exit 5', async () => {
    const { url } = await service(0.3);
    const { code } = await place.run([
      ...['run', '--url', url, '--on-unhealthy', 'report'],
      ...quick,
    ]);
    expect(code).toBe(5);
    expect(place.report().targets[0]?.rollback).toMatchObject({ status: 'withheld', attempts: [] });
  });

  it('fail-on: none exits 0, and the report keeps the code 1', async () => {
    const { url } = await service(0.3);
    const { code, output } = await place.run([...watching(url), '--fail-on', 'none']);
    expect(code).toBe(0);
    expect(output).toContain('fail-on does not name this verdict');
    expect(place.report()).toMatchObject({ verdict: 'unhealthy', exitCode: 1 });
  });

  it('a rollback run: exit 0, and no request is sent', async () => {
    const server = await service(1);
    const { code } = await place.run(watching(server.url), { ROLLBACK: 'Yes' });
    expect(code).toBe(0);
    expect(place.report()).toMatchObject({ verdict: 'not-judged', exitCode: 0 });
    expect(place.report().reason).toContain('ROLLBACK in the environment');
    expect(server.received).toHaveLength(0);
  });

  it('a service with its own TLS authority: healthy with ca-file, not judged without', async () => {
    const identity = await certificates();
    const server = await serveTls((_, response) => response.end('ok'), identity);
    servers.push(server);
    writeFileSync(place.path('ca.pem'), identity.ca);
    const trusted = await place.run([...watching(server.url), '--ca-file', 'ca.pem']);
    expect(trusted.code).toBe(0);
    const untrusted = await place.run(watching(server.url, 'exit 0'));
    expect(untrusted.code).toBe(4);
    expect(kindsOf(place)).toContain('TLS failure');
    expect(place.report().reason).toContain('set `ca-file`');
  });

  it('NODE_TLS_REJECT_UNAUTHORIZED=0: certificates are verified all the same, and it says so', async () => {
    const identity = await certificates();
    const server = await serveTls((_, response) => response.end('ok'), identity);
    servers.push(server);
    const off = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { code, output } = await place.run(watching(server.url, 'exit 0'), off);
    expect(code).toBe(4);
    expect(kindsOf(place)).toContain('TLS failure');
    expect(output).toContain(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are verified.',
    );
    writeFileSync(place.path('ca.pem'), identity.ca);
    const trusted = await place.run([...watching(server.url), '--ca-file', 'ca.pem'], off);
    expect(trusted.code).toBe(0);
  });

  it('through a tunnel of a proxy, with DEBUG set: nothing is said of the address, which has a password', async () => {
    const identity = await certificates();
    const [server, way] = await Promise.all([
      serveTls((_, response) => response.end('ok'), identity),
      proxy(),
    ]);
    servers.push(server, way);
    writeFileSync(place.path('ca.pem'), identity.ca);
    const { code, output } = await place.run([...watching(server.url), '--ca-file', 'ca.pem'], {
      HTTPS_PROXY: way.url.replace('//', '//me:hunter2@'),
      DEBUG: '*',
    });
    expect(code).toBe(0);
    expect(way.requested[0]).toMatch(/^CONNECT /);
    expect(output).not.toMatch(/hunter2|proxy-agent/);
  });

  it.each(['socks5://127.0.0.1:1', '::bad::', 'http://127.0.0.1:1'])(
    'a proxy that cannot be used (%s): inconclusive, nothing is rolled back',
    async (address) => {
      const { url } = await service(0);
      const flags = ['--rollback', 'command', '--rollback-command', leaveFile('healed')];
      const { code, output } = await place.run(
        ['run', '--url', url, '--health-url', 'off', ...quick, ...flags],
        { HTTP_PROXY: address },
      );
      expect(code).toBe(4);
      expect(output).toContain('check HTTP_PROXY, HTTPS_PROXY and NO_PROXY');
      expect(place.read('healed')).toBeUndefined();
    },
  );

  const onUnix = process.platform === 'win32' ? it.skip : it;
  onUnix('no file descriptors left for probes: no data, nothing is rolled back', async () => {
    // Every answer waits until the test ends, so that connections pile up.
    const held: (() => void)[] = [];
    const server = await serve((_, response) => {
      held.push(() => response.end());
    });
    servers.push(server);
    const flags = [
      ...['run', '--url', server.url, '--health-url', 'off', '--max-errors-per-minute', 'off'],
      ...['--warm-up', '500ms', '--duration', '3s', '--interval', '500ms'],
      ...['--requests-per-second', '200', '--request-timeout', '10s'],
      ...['--rollback', 'command', '--rollback-command', leaveFile('healed')],
    ];
    const { ended } = place.launch('sh', [
      ...['-c', 'ulimit -n 60; exec "$0" "$@"', node, bundle],
      ...flags,
    ]);
    const { code, output } = await ended;
    for (const answer of held) answer();
    expect(output).toContain('shortage on this machine (EMFILE)');
    expect(code).toBe(4);
    expect(place.read('healed')).toBeUndefined();
  });
});
