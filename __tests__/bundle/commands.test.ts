import { writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ailingService, watching } from '../support/ailing-service.js';
import { leaveFile, type Workplace } from '../support/bundle.js';
import { serve, type HttpTestServer } from '../support/servers.js';
import { withWorkplace } from '../support/with-workplace.js';

let place: Workplace;
const servers = withWorkplace((fresh) => {
  place = fresh;
});

async function service(failing: number): Promise<HttpTestServer> {
  const server = await ailingService(place, failing);
  servers.push(server);
  return server;
}

describe('the bundle, with a bad command line', () => {
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
    [
      'no strategy configured',
      ['run', '--url', 'http://127.0.0.1:9'],
      'no strategy of the rollback chain',
    ],
    ['an unknown command', ['rnu'], 'did you mean `run`'],
  ])('%s: exit 2', async (_, args, message) => {
    const { code, output } = await place.run(args);
    expect(code).toBe(2);
    expect(output.toLowerCase()).toContain(message.toLowerCase());
  });

  it('a strategy that cannot work: exit 2 before the watch', async () => {
    const server = await service(0);
    const { code, output } = await place.run(watching(server.url, 'no-such-program --now'));
    expect(code).toBe(2);
    expect(output).toContain('no-such-program');
    expect(server.received).toHaveLength(0);
  });
});

describe('the bundle, other commands', () => {
  it('the demo cares for nothing that is configured here, and says first what happens', async () => {
    place.write(
      'rollgate.yml',
      'min-requests: 1000000\nkubernetes-workload: deployment/shop\nno-such-input: 1\n',
    );
    const { code, output } = await place.run(['demo', '--fast'], {
      GITHUB_ACTIONS: 'true',
      GITHUB_TOKEN: 'not-a-token',
      INPUT_DURATION: 'no duration',
      INPUT_COMMAND: 'rollback',
      ROLLGATE_DECISION: 'no-decision',
      ROLLGATE_COMMAND: 'snapshot',
      ROLLGATE_UNKNOWN: '1',
    });
    const [first, second, third] = output.split('\n');
    expect(first).toMatch(/^What happens now, in about ten seconds/);
    expect(second).toMatch(/^Version 2 .* 4 of 10 requests fail\.$/);
    expect(third).toMatch(/^Rollgate watches it, .* rolls back to version 1/);
    expect(output).not.toMatch(/ROLLGATE_UNKNOWN|kubernetes|::/);
    expect(output).toContain('↩️ Rolled back and verified');
    expect(code).toBe(0);
    expect(place.report('rollgate-report/demo')).toMatchObject({
      exitCode: 1,
      host: { system: 'local' },
    });
  });

  it('version, help, completion and schema work whatever the configuration says', async () => {
    place.write('rollgate.yml', 'duration: "5m\n');
    for (const word of ['--version', '-v', 'version'])
      expect(await place.run([word])).toEqual({ code: 0, output: '0.1.0\n' });
    const help = await place.run(['--help']);
    expect(help.code).toBe(0);
    expect(help.output).toContain('--min-success-rate');
    expect(await place.run(['help'])).toEqual(help);
    const ofCombine = await place.run(['combine', '--help']);
    expect(ofCombine.code).toBe(0);
    expect(ofCombine.output).toContain('--reports');
    expect(ofCombine.output).not.toContain('--max-latency');
    expect(await place.run(['help', 'combine'])).toEqual(ofCombine);
    const completion = await place.run(['completion', 'bash']);
    expect(completion.code).toBe(0);
    expect(completion.output).toContain('complete -F _rollgate rollgate\n');
    const schema = await place.run(['schema']);
    expect(schema.code).toBe(0);
    expect(JSON.parse(schema.output)).toHaveProperty(['properties', 'min-success-rate']);
  });

  it.each([
    [['help', 'rnu'], 'did you mean `run`?'],
    [['rnu', '--help'], 'did you mean `run`?'],
    [['completion', 'zhs'], 'did you mean `zsh`?'],
    [['schema', 'x'], 'write `rollgate schema`'],
  ])('%j: exit 2, and nothing is run', async (args, message) => {
    const { code, output } = await place.run(args);
    expect(code).toBe(2);
    expect(output).toContain(message);
    expect(place.files()).toEqual({});
  });

  it.each([['run'], ['validate'], ['preflight']])(
    '%s: a file that is no YAML is one problem, said once',
    async (command) => {
      place.write('rollgate.yml', 'url: http://127.0.0.1:9\nduration: "5m\nrollback: [a\n');
      const { code, output } = await place.run([command]);
      expect(code).toBe(2);
      expect(output.split('\n').filter((line) => line !== '' && !line.includes('report'))).toEqual([
        '🔧 Configuration error: nothing was touched',
        expect.stringMatching(/^ {2}rollgate\.yml: line 4, column 1: /),
      ]);
    },
  );

  it('a bad flag and a missing check are said once each', async () => {
    const { output } = await place.run(['run', '--rollback', 'commnad', '--duratio', '5m']);
    for (const subject of ['--duratio: ', 'rollback: '])
      expect(output.split(subject)).toHaveLength(2);
    expect(output.match(/Configuration error/g)).toHaveLength(1);
    expect(place.report().reason).toContain('--duratio');
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

  it('validate refuses a secret of the environment for an address of the file', async () => {
    writeFileSync(place.path('rollgate.yml'), 'url: http://127.0.0.1:9/\non-unhealthy: report\n');
    const { code, output } = await place.run(['validate'], {
      ROLLGATE_HEADERS: 'Authorization: Bearer s3cr3t-t0ken',
    });
    expect(output).toContain('ROLLGATE_URL');
    expect(output).not.toContain('s3cr3t');
    expect(code).toBe(2);
  });

  it('preflight says that everything would work, or lists every finding', async () => {
    const { url } = await service(0);
    const good = await place.run(['preflight', ...watching(url).slice(1)]);
    expect(good.code).toBe(0);
    expect(good.output).toContain('preflight passed');
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

  it('rollback runs the chain now: exit 0, verified by the checks', async () => {
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

  it('rollback without a check: verified by the strategy alone, and the reason says so', async () => {
    const { code } = await place.run([
      ...['rollback', '--rollback', 'command', '--rollback-command', leaveFile('healed')],
    ]);
    expect(code).toBe(0);
    expect(place.report().targets[0]?.rollback).toMatchObject({
      status: 'verified',
      healthConfirmed: null,
    });
    expect(place.report().reason).toContain('No check is configured');
  });

  it.each([
    ['that fails', 'echo "registry unreachable" >&2; exit 1'],
    ['that does nothing', 'true'],
  ])('rollback of a healthy service by a command %s: not confirmed, exit 3', async (_, command) => {
    const server = await serve((_, response) => response.end('ok'));
    servers.push(server);
    const memory = ['--rollback-snapshot-command', 'cat version'];
    const chain = ['--rollback', 'command', '--rollback-command', command];
    place.write('version', 'v1');
    expect((await place.run(['snapshot', ...chain, ...memory])).code).toBe(0);
    place.write('version', 'v9');
    const rolled = await place.run(['rollback', '--url', server.url, ...chain, ...memory]);
    expect(rolled).toMatchObject({ code: 3 });
    expect(rolled.output).toContain('ROLLBACK NOT CONFIRMED: look now');
    expect(rolled.output).toContain('revision v9 → v1 (not confirmed)');
    expect(place.report().targets[0]?.rollback.detail).toMatch(
      /^v9 runs now, not v1; all checks pass \(.*\), but none was seen to fail before: that does not prove the rollback$/,
    );
    expect(rolled.output).not.toContain('v9 runs now, not v1. v9 runs now');
    expect(place.report().targets[0]?.rollback).toMatchObject({
      status: 'unverified',
      versionConfirmed: false,
      healthConfirmed: true,
    });

    const blind = await place.run(['rollback', '--url', server.url, ...chain]);
    expect(blind.code).toBe(command === 'true' ? 0 : 3);
    expect(blind.output).not.toContain('failing checks have recovered');
  });

  it('rollback that fails: exit 3, with the line of the integration guide', async () => {
    const { code, output } = await place.run([
      ...['rollback', '--rollback', 'kubernetes', '--kubernetes-workload', 'deployment/api'],
      ...['--kubeconfig', 'none.yaml'],
    ]);
    expect(code).toBe(3);
    expect(output).toContain('❌ Rollback failed: no strategy could act (kubernetes: ');
  });

  it('a snapshot is used in the same run, and ignored with a notice in another', async () => {
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
      targets: [{ name: 'default', strategies: {} }],
    });
    const same = await place.run(watching(url), github('77'));
    expect(same.output).not.toContain('is ignored');
    const other = await place.run(watching(url), github('78'));
    expect(other.output).toContain('is ignored: it was taken by github run 77');
  });
});
