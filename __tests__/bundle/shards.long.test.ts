import { rmSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type RunReport, startedRun } from '../../src/report/record.js';
import { shardOf } from '../../src/support/values/shard.js';
import { leaveFile, node, type Ended, type Workplace } from '../support/bundle.js';
import { serve, type HttpTestServer } from '../support/servers.js';
import { standIns } from '../support/stand-ins.js';
import { withWorkplace } from '../support/with-workplace.js';

let place: Workplace;
const servers = withWorkplace((fresh) => {
  place = fresh;
});

const COUNT = 5;
const names = Array.from({ length: 60 }, (_, n) => `svc-${String(n)}`);

/** What every target of these tests is: its requests fail for good, until it is rolled back, or not at all. */
type Kind = 'healthy' | 'unhealthy' | 'hopeless' | 'inconclusive';

/** One server for all targets: each is a path of its own, and heals when its rollback has left a file. */
async function services(kinds: Readonly<Record<string, Kind>>): Promise<HttpTestServer> {
  const server = await serve(({ url }, response) => {
    const name = url.slice(1);
    const kind = kinds[name];
    const isBad =
      kind === 'hopeless' || (kind === 'unhealthy' && place.read(`${name}.done`) === undefined);
    response.statusCode = isBad ? 503 : 200;
    response.end('ok');
  });
  servers.push(server);
  return server;
}

/** Writes `rollgate.yml`, with targets of these kinds. */
async function configure(
  kinds: Readonly<Record<string, Kind>>,
  more: (name: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<void> {
  const { url } = await services(kinds);
  const targets = Object.entries(kinds).map(([name, kind]) => ({
    name,
    url: `${url}/${name}`,
    'rollback-command': leaveFile(`${name}.done`),
    ...(kind === 'inconclusive' ? { 'min-requests': '1000000' } : {}),
    // What never heals need not be waited for.
    ...(kind === 'hopeless' ? { 'verify-timeout': '1s' } : {}),
    ...more(name),
  }));
  place.write(
    'rollgate.yml',
    JSON.stringify({
      rollback: 'command',
      'warm-up': '0s',
      duration: '2s',
      interval: '500ms',
      'requests-per-second': '4',
      'min-requests': '4',
      'health-interval': '400ms',
      'health-failures': '2',
      'verify-timeout': '20s',
      'max-errors-per-minute': 'off',
      extend: 'false',
      targets,
    }),
  );
}

function runShard(index: number, ...flags: readonly string[]): Promise<Ended> {
  return place.run(['run', '--shard', `${String(index)}/${String(COUNT)}`, ...flags]);
}

function folderOf(index: number): string {
  return `rollgate-report/shard-${String(index)}-of-${String(COUNT)}`;
}

/** All shards, one after the other. */
async function runShards(): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  for (let index = 1; index <= COUNT; index += 1) ended.push(await runShard(index));
  return ended;
}

function verdictsOf(report: RunReport): readonly string[] {
  return report.targets.map(
    ({ name, verdict, rollback }) => `${name} ${verdict} ${rollback.status}`,
  );
}

const inShard = (index: number): readonly string[] =>
  names.filter((name) => shardOf(name, COUNT) === index);

describe('60 targets in 5 shards', () => {
  it('have the verdicts, the code and the report that they have in one process', async () => {
    const kinds: Record<string, Kind> = Object.fromEntries(names.map((name) => [name, 'healthy']));
    const [first = '', second = ''] = inShard(2);
    kinds[first] = 'unhealthy';
    kinds[second] = 'inconclusive';
    kinds[inShard(4)[0]!] = 'unhealthy';
    await configure(kinds);

    const shards = await runShards();
    expect(shards.map(({ code }) => code)).toEqual([0, 1, 0, 1, 0]);
    expect(shards[1]?.output).toContain(`shard 2/5: ${String(inShard(2).length)} of 60 targets`);
    const combined = await place.run(['combine', 'rollgate-report']);
    expect(combined.output).toContain(
      'combining 5 reports of 5 shards: nothing is rolled back here, each shard does that for its own targets',
    );
    const report = place.report();
    expect(report).toMatchObject({
      command: 'combine',
      verdict: 'unhealthy',
      exitCode: 1,
      shards: { count: 5, command: 'run', missing: [] },
    });
    expect(report.config).toMatchObject({
      duration: '2s',
      targets: { [second]: { 'min-requests': '1000000' } },
    });
    expect(place.read('rollgate-report/junit.xml')?.match(/<testsuite /g)).toHaveLength(60);
    expect(place.read('rollgate-report/summary.md')).toContain('### Shards');
    const rolledBack = Object.keys(kinds).filter((name) => kinds[name] === 'unhealthy');
    expect(names.filter((name) => place.read(`${name}.done`) !== undefined)).toEqual(rolledBack);

    // The bad ones are bad again.
    for (const name of rolledBack) rmSync(place.path(`${name}.done`));
    const again = await place.run(['run', '--report-dir', 'one']);
    const one = place.report('one');
    expect(verdictsOf(one)).toEqual(verdictsOf(report));
    expect([combined.code, again.code]).toEqual([1, 1]);
    // Of what differs between two watches of the same, there are the numbers only.
    const counted = / 60 targets: .*$/;
    expect(counted.exec(report.reason)?.[0]).toBe(counted.exec(one.reason)?.[0]);
  }, 120_000);
});

describe('a few targets in 5 shards', () => {
  /** One target in each of the shards 1, 2 and 3, and none in the others. */
  const [a = '', b = '', c = ''] = [1, 2, 3].map((index) => inShard(index)[0]!);

  it('a shard without targets ends with 0, and is not missing', async () => {
    await configure({ [a]: 'healthy', [b]: 'healthy', [c]: 'healthy' });
    const shards = await runShards();
    expect(shards.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(shards[3]?.output).toContain(
      'No target is in shard 4/5 of 3 targets: there was nothing to do.',
    );
    expect(place.report(folderOf(4))).toMatchObject({
      verdict: 'not-judged',
      exitCode: 0,
      targets: [],
      shard: { index: 4, count: 5, allTargets: [a, b, c] },
    });
    // A pattern, as a shell expands it.
    const paths = [1, 2, 3, 4, 5].map((index) => `${folderOf(index)}/report.json`);
    const { code } = await place.run(['combine', ...paths, '--report-dir', 'all']);
    expect(code).toBe(0);
    expect(place.report('all')).toMatchObject({ verdict: 'healthy', shards: { missing: [] } });
  });

  it('a rollback that failed in one shard: 3 for all, and the other rollback stands', async () => {
    await configure({ [a]: 'unhealthy', [b]: 'hopeless', [c]: 'healthy' });
    const shards = await runShards();
    expect(shards.map(({ code }) => code)).toEqual([1, 3, 0, 0, 0]);
    const { code, output } = await place.run(['combine']);
    expect(code).toBe(3);
    expect(verdictsOf(place.report())).toEqual([
      `${a} unhealthy verified`,
      `${b} unhealthy still-unhealthy`,
      `${c} healthy not-needed`,
    ]);
    expect(output).toContain('🚨 Rolled back, still unhealthy (1 of 3 targets)');
    // Combining again finds the same: what it has written is not taken for a shard.
    expect((await place.run(['combine'])).code).toBe(3);
  });

  it('a missing shard is inconclusive, and no fail-on excuses that; a second report of a shard is refused', async () => {
    await configure({ [a]: 'healthy', [b]: 'healthy', [c]: 'healthy' });
    await runShard(1);
    await runShard(3);
    const { code, output } = await place.run(['combine', '--fail-on', 'none']);
    expect(code).toBe(4);
    expect(output).toContain(
      `1 target (${b}) not judged: shard 2/5 left no report, and what it did is not known.`,
    );
    expect(output).toContain('Shard 4/5 left no report; no target is in it, so none is missing.');
    expect(verdictsOf(place.report())).toEqual([
      `${a} healthy not-needed`,
      `${b} inconclusive not-needed`,
      `${c} healthy not-needed`,
    ]);

    await runShard(1, '--report-dir', 'rollgate-report/again');
    const refused = await place.run(['combine']);
    expect(refused.code).toBe(2);
    expect(refused.output).toMatch(/combine: shard 1\/5 has two reports: .*again.* and /);
    expect(place.report()).toMatchObject({ verdict: null, exitCode: 2 });
  });

  it('reports that are none, or not of a shard, are refused when named, and left out when found', async () => {
    await configure({ [a]: 'healthy', [b]: 'healthy', [c]: 'healthy' });
    for (const index of [1, 2, 3]) await runShard(index);
    place.write('rollgate-report/e2e/report.json', '{"suites":[]}');
    const found = await place.run(['combine']);
    expect(found.code).toBe(0);
    expect(place.report().notices).toContainEqual(
      expect.stringMatching(/e2e.report\.json is not combined: it is not a report of Rollgate\.$/),
    );
    for (const [path, says] of [
      ['rollgate-report/e2e/report.json', 'it is not a report of Rollgate'],
      ['rollgate-report/report.json', 'it is not of a shard, but one that `combine` has made'],
      ['reports/*/report.json', 'there is no such file or folder → only a shell makes paths'],
      ['rollgate.yml', 'it is not a report of Rollgate'],
    ] as const) {
      const { code, output } = await place.run(['combine', path, '--report-dir', 'other']);
      expect(output).toContain(`${path}: ${says}`);
      expect(code).toBe(2);
    }
    const none = await place.run(['combine', '--report-dir', 'nothing']);
    expect(none.output).toContain('nothing: there is no such file or folder');
    expect(none.code).toBe(2);
  });

  it('the reports of another run are refused', async () => {
    await configure({ [a]: 'healthy', [b]: 'healthy', [c]: 'healthy' });
    for (const index of [1, 2, 3]) await runShard(index, '--run-id', '77');
    const { code, output } = await place.run(['combine', '--run-id', '78']);
    expect(code).toBe(2);
    expect(output).toContain(
      'combine: the reports are those of local run 77, and this is local run 78',
    );
    expect((await place.run(['combine', '--run-id', '77'])).code).toBe(0);
  });

  it('the configuration of a target is none of its business', async () => {
    await configure({ [a]: 'healthy', [b]: 'healthy', [c]: 'healthy' });
    for (const index of [1, 2, 3]) await runShard(index);
    const { code } = await place.run(['combine'], { ROLLGATE_PROMETHEUS_TOTAL: 'up' });
    expect(code).toBe(0);
    const { output } = await place.run(['combine', '--fail-on', 'everything', '--shard', '1/5']);
    expect(output).toContain('fail-on: ');
    expect(output).toContain('shard: it is set (from --shard), and `combine` has no shards');
  });

  it('one snapshot of all targets serves every shard', async () => {
    const kinds: Record<string, Kind> = { [a]: 'healthy', [b]: 'healthy', [c]: 'healthy' };
    await configure(kinds, (name) => ({
      // Version 2 from the deploy on, and version 1 again once it is rolled back.
      'rollback-snapshot-command': `"${node}" -p "const there = require('fs').existsSync; there('deployed') && !there('${name}.done') ? 'v2' : 'v1'"`,
    }));
    const taken = await place.run(['snapshot', '--run-id', '77']);
    expect(taken.output).toContain(
      `what a rollback by ${a}/command, ${b}/command, ${c}/command returns to`,
    );
    place.write('deployed', '');
    kinds[a] = 'unhealthy';
    const { code, output } = await runShard(1, '--run-id', '77');
    expect(output).not.toContain('The snapshot');
    expect(code).toBe(1);
    const [attempt] = place.report(folderOf(1)).targets[0]?.rollback.attempts ?? [];
    expect(attempt).toMatchObject({
      outcome: 'verified',
      from: { revision: 'v2' },
      to: { revision: 'v1' },
    });
  });

  it('the rollback pipeline is started once for each target, whichever shard it is in, and however often that is tried', async () => {
    const standIn = await standIns.github!('well');
    servers.push(standIn);
    await configure({ [a]: 'hopeless', [b]: 'hopeless', [c]: 'healthy' }, () => ({
      rollback: 'ci',
    }));
    // As a job that does not tell the program its place in the matrix.
    const env = { ...standIn.guideVariables(), GITHUB_RUN_ID: '42', GITHUB_JOB: 'gate' };
    for (const index of [1, 2, 3])
      await place.run(['run', '--shard', `${String(index)}/5`], {
        ...env,
        GITHUB_RUN_ATTEMPT: '1',
      });
    expect(standIn.started).toBe(2);
    const again = await place.run(['run', '--shard', '1/5'], { ...env, GITHUB_RUN_ATTEMPT: '1' });
    expect(again.output).toContain('Another attempt of this run had started it.');
    await place.run(['combine'], { ...env, GITHUB_RUN_ATTEMPT: '1' });
    expect(standIn.started).toBe(2);
    const ids = place.report().targets.map(({ rollback }) => startedRun(rollback)?.runId);
    expect(new Set(ids).size).toBe(3);
  });

  it('one rollback by hand, in shards', async () => {
    await configure({ [a]: 'healthy', [b]: 'healthy', [c]: 'healthy' });
    for (const index of [1, 2, 3, 4])
      expect(
        (await place.run(['rollback', '--shard', `${String(index)}/5`, '--reason', 'Fire.'])).code,
      ).toBe(0);
    const { code } = await place.run(['combine']);
    expect(code).toBe(0);
    expect(place.report()).toMatchObject({
      verdict: 'not-judged',
      shards: { command: 'rollback' },
    });
    expect(place.report().reason).toMatch(/^Fire\. /);
  });

  it('people are told once, by `combine`; of what needs a person also at once', async () => {
    const hook = await serve((_, response) => response.end('ok'));
    servers.push(hook);
    await configure({ [a]: 'unhealthy', [b]: 'hopeless', [c]: 'healthy' });
    const env = { ROLLGATE_NOTIFY_URL: `${hook.url}/hook`, ROLLGATE_NOTIFY_FORMAT: 'json' };
    const run = (index: number): Promise<Ended> =>
      place.run(['run', '--shard', `${String(index)}/5`], env);
    await run(1);
    expect(hook.received).toHaveLength(0);
    await run(2);
    expect(hook.received).toHaveLength(1);
    await run(3);
    await place.run(['combine'], env);
    expect(hook.received).toHaveLength(2);
    expect(JSON.parse(hook.received[1]!.body)).toMatchObject({ command: 'combine', exitCode: 3 });
  });
});
