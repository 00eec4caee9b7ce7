import { describe, expect, it } from '@jest/globals';
import { leaveFile, quick, type Workplace } from '../support/bundle.js';
import { serve } from '../support/servers.js';
import { withWorkplace } from '../support/with-workplace.js';

let place: Workplace;
const servers = withWorkplace((fresh) => {
  place = fresh;
});

/** A service of which every request fails while `broken`, until the file is there. */
async function service(broken: boolean, healedBy = 'never'): Promise<string> {
  const server = await serve((_, response) => {
    response.statusCode = broken && place.read(healedBy) === undefined ? 503 : 200;
    response.end('ok');
  });
  servers.push(server);
  return server.url;
}

const flags = ['--rollback', 'command', ...quick];

function configure(targets: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
  const lines = Object.entries(targets).flatMap(([name, inputs]) => [
    `  - name: ${name}`,
    ...Object.entries(inputs).map(([id, value]) => `    ${id}: ${JSON.stringify(value)}`),
  ]);
  place.write('rollgate.yml', ['targets:', ...lines, ''].join('\n'));
}

describe('several targets', () => {
  it('one is bad: it alone is rolled back, while the others are still watched, and the worst verdict wins', async () => {
    configure({
      good: { url: await service(false), 'rollback-command': leaveFile('good') },
      bad: { url: await service(true, 'bad'), 'rollback-command': leaveFile('bad') },
      unsure: {
        url: await service(false),
        'min-requests': '1000000',
        'rollback-command': leaveFile('unsure'),
      },
    });
    const { code, output } = await place.run(['run', ...flags]);
    expect(output).toContain('watching 3 targets: good, bad, unsure');
    expect(output).toMatch(/^\[bad\] unhealthy after /m);
    expect(output).toMatch(/^\[bad\] command: /m);
    expect(code).toBe(1);
    const report = place.report();
    expect(report).toMatchObject({
      verdict: 'unhealthy',
      exitCode: 1,
      targets: [
        { name: 'good', verdict: 'healthy', rollback: { status: 'not-needed' } },
        { name: 'bad', verdict: 'unhealthy', rollback: { status: 'verified' } },
        { name: 'unsure', verdict: 'inconclusive', rollback: { status: 'not-needed' } },
      ],
    });
    expect(report.reason).toMatch(
      /^bad: .* 3 targets: 1 unhealthy \(bad\), 1 inconclusive \(unsure\), 1 healthy\.$/,
    );
    expect(report.config).toMatchObject({ targets: { unsure: { 'min-requests': '1000000' } } });
    // Taken back while the others were watched on.
    const lines = output.split('\n');
    const index = (text: string): number => lines.findIndex((line) => line.startsWith(text));
    expect(index('[bad] command: verified')).toBeLessThan(index('[good] healthy'));
    expect([place.read('good'), place.read('unsure')]).toEqual([undefined, undefined]);
    expect(place.read('rollgate-report/junit.xml')?.match(/<testsuite /g)).toHaveLength(3);
    // The recording of all of them tells the same once more.
    const replayed = await place.run(['replay', 'rollgate-report/recording.ndjson']);
    expect(replayed.code).toBe(0);
    for (const verdict of ['healthy', 'unhealthy', 'inconclusive'])
      expect(replayed.output).toContain(verdict);
  });

  it('rollback-scope: all rolls back every target but those that only report', async () => {
    configure({
      good: { url: await service(false), 'rollback-command': leaveFile('good') },
      bad: { url: await service(true, 'bad'), 'rollback-command': leaveFile('bad') },
      kept: {
        url: await service(false),
        'on-unhealthy': 'report',
        'rollback-command': leaveFile('kept'),
      },
    });
    const { code } = await place.run(['run', ...flags, '--rollback-scope', 'all']);
    expect(code).toBe(1);
    const { targets } = place.report();
    expect(targets).toMatchObject([
      { name: 'good', verdict: 'cancelled', rollback: { status: 'verified' } },
      { name: 'bad', verdict: 'unhealthy', rollback: { status: 'verified' } },
      { name: 'kept', verdict: 'cancelled', rollback: { status: 'withheld' } },
    ]);
    expect(targets[0]?.reason).toMatch(
      /^Not judged: target bad is rolled back, and `rollback-scope` is `all`\. Its watch was ended after \d/,
    );
    expect([place.read('good'), place.read('bad'), place.read('kept')]).toEqual([
      '',
      '',
      undefined,
    ]);
  });

  it('rollback-scope: all rolls back a target that was already healthy', async () => {
    configure({
      early: { url: await service(false), duration: '1s', 'rollback-command': leaveFile('early') },
      bad: {
        url: await service(true, 'bad'),
        'health-url': 'off',
        'warm-up': '2s',
        'rollback-command': leaveFile('bad'),
      },
    });
    const { code } = await place.run(['run', ...flags, '--rollback-scope', 'all']);
    expect(code).toBe(1);
    expect(place.report().targets).toMatchObject([
      { name: 'early', verdict: 'healthy', rollback: { status: 'verified' } },
      { name: 'bad', verdict: 'unhealthy', rollback: { status: 'verified' } },
    ]);
  });

  it('two with problems: exit 2, each problem with the name of its target', async () => {
    configure({ one: { url: 'http://127.0.0.1:1' }, two: { 'rollback-command': 'true' } });
    const { code, output } = await place.run(['run', ...flags]);
    expect(code).toBe(2);
    expect(output).toContain('one/rollback: it names `command`, and `rollback-command` is not set');
    expect(output).toContain('two/checks: there is nothing to check');
  });

  it('share a snapshot file, and are validated and rolled back by name', async () => {
    configure({
      one: { url: await service(false), 'rollback-command': leaveFile('one') },
      two: { url: await service(false), 'rollback-command': leaveFile('two') },
    });
    expect((await place.run(['snapshot', '--rollback', 'command'])).code).toBe(0);
    const { targets } = JSON.parse(place.read('rollgate-report/snapshot.json') ?? '') as {
      targets: { name: string }[];
    };
    expect(targets.map(({ name }) => name)).toEqual(['one', 'two']);

    const validated = await place.run(['validate', ...flags]);
    expect(validated.output).toContain('[two] rollback chain');
    expect(validated.code).toBe(0);

    const proven = await place.run(['preflight', ...flags]);
    expect(proven.output).toContain('[one] preflight passed');
    expect(proven.code).toBe(0);

    const rolled = await place.run(['rollback', ...flags, '--target', 'two']);
    expect(rolled.code).toBe(0);
    expect([place.read('one'), place.read('two')]).toEqual([undefined, '']);
    expect(place.report().targets.map(({ name }) => name)).toEqual(['two']);

    expect((await place.run(['rollback', ...flags])).code).toBe(0);
    expect(place.read('one')).toBe('');
    expect(place.report().targets.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('SIGTERM: a target that is watched is cancelled, one that is being rolled back is unverified', async () => {
    const wait = `"${process.execPath}" -e "require('fs').writeFileSync('begun','');setTimeout(()=>{},60000)"`;
    configure({
      bad: { url: await service(true), 'rollback-command': wait },
      good: { url: await service(false), duration: '60s', 'rollback-command': leaveFile('good') },
    });
    const running = place.start(['run', ...flags]);
    await running.until(() => place.read('begun') !== undefined);
    running.child.kill('SIGTERM');
    const { code } = await running.ended;
    expect(code).toBe(3);
    expect(place.report()).toMatchObject({
      verdict: 'unhealthy',
      exitCode: 3,
      targets: [
        { name: 'bad', verdict: 'unhealthy', rollback: { status: 'unverified' } },
        { name: 'good', verdict: 'cancelled', rollback: { status: 'not-needed' } },
      ],
    });
    expect(place.read('good')).toBeUndefined();
  });
});
