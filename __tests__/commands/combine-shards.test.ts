import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Combiner,
  disagreements,
  joinShards,
  latestAttempts,
  type NamedReport,
  type OfShard,
} from '../../src/commands/combine-shards.js';
import { exitCodeOfAll, worstCode } from '../../src/commands/exit-code.js';
import type { Outcome } from '../../src/commands/outcome.js';
import type { RollbackStatus } from '../../src/contract/strategy.js';
import { notNeeded, type TargetReport } from '../../src/report/record.js';
import { shardOf } from '../../src/support/values/shard.js';
import { aReport } from '../support/reports.js';

const COUNT = 3;
/** Two in each of three shards: `a1` and `a2` in the first, and so on. */
const allTargets: readonly string[] = ['a', 'b', 'c'].flatMap((letter, at) => {
  const names = Array.from({ length: 200 }, (_, n) => `${letter}${String(n)}`);
  return names.filter((name) => shardOf(name, COUNT) === at + 1).slice(0, 2);
});
const namesOf = (index: number): readonly string[] =>
  allTargets.filter((name) => shardOf(name, COUNT) === index);

function aTarget(name: string, over: Partial<TargetReport> = {}): TargetReport {
  return {
    ...{ name, verdict: 'healthy', reason: `${name} is fine.`, checks: [], rollback: notNeeded },
    ...over,
  };
}

type End = readonly [verdict: TargetReport['verdict'], status?: RollbackStatus];

/** The report of a shard of which each target ended like this. */
function shardOfEnd(index: number, code: number, [verdict, status = 'not-needed']: End): OfShard {
  return aShard(index, {
    verdict,
    exitCode: code,
    targets: namesOf(index).map((name) =>
      aTarget(name, { verdict, reason: `${name} told.`, rollback: { ...notNeeded, status } }),
    ),
  });
}

function aShard(index: number, over: Partial<OfShard> = {}): OfShard {
  return {
    ...aReport(),
    verdict: 'healthy',
    exitCode: 0,
    reason: `shard ${String(index)} is fine.`,
    shard: { index, count: COUNT, allTargets },
    targets: namesOf(index).map((name) => aTarget(name)),
    findings: [],
    notices: [],
    config: {},
    ...over,
  };
}

function named(reports: readonly OfShard[]): readonly NamedReport[] {
  return reports.map((report, at) => ({ path: `${String(at)}/report.json`, report }));
}

function join(reports: readonly OfShard[]): Outcome {
  return joinShards(named(reports)).outcome;
}

const judgesAll = ['unhealthy', 'inconclusive'];

/** What a shard may end with, by its exit code. */
const ends: Readonly<Record<number, End>> = {
  0: ['healthy'],
  1: ['unhealthy', 'verified'],
  3: ['unhealthy', 'failed'],
  4: ['inconclusive'],
  5: ['unhealthy', 'withheld'],
  6: ['cancelled'],
};

describe('the outcome of all shards', () => {
  // The contract: 3 > 1 > 4 > 5 > 6 > 0, and unhealthy > inconclusive > cancelled > healthy.
  it.each([
    [[0, 0, 0], 0, 'healthy'],
    [[0, 6, 0], 6, 'cancelled'],
    [[6, 5, 0], 5, 'unhealthy'],
    [[4, 5, 6], 4, 'unhealthy'],
    [[4, 0, 6], 4, 'inconclusive'],
    [[4, 1, 5], 1, 'unhealthy'],
    [[1, 3, 4], 3, 'unhealthy'],
    [[5, 5, 5], 5, 'unhealthy'],
  ] as const)('of %j is %d, %s', (codes, code, verdict) => {
    const outcome = join(codes.map((one, at) => shardOfEnd(at + 1, one, ends[one]!)));
    expect([outcome.exitCode, outcome.verdict]).toEqual([code, verdict]);
    expect(exitCodeOfAll(outcome, judgesAll)).toBe(code);
  });

  it('is that of one process with all targets, whatever the order of the reports', () => {
    const code = fc.constantFrom(...Object.keys(ends).map(Number));
    fc.assert(
      fc.property(fc.tuple(code, code, code), fc.boolean(), (codes, isTurned) => {
        const reports = codes.map((one, at) => shardOfEnd(at + 1, one, ends[one]!));
        const outcome = join(isTurned ? [...reports].reverse() : reports);
        expect(outcome.exitCode).toBe(worstCode(codes));
        expect(outcome.targets?.map(({ name }) => name)).toEqual(allTargets);
        for (const failOn of [judgesAll, ['unhealthy'], ['inconclusive'], []])
          expect(exitCodeOfAll(outcome, failOn)).toBe(
            worstCode(reports.map((report) => exitCodeOfAll(report, failOn))),
          );
      }),
    );
  });

  it('names the worst target, and counts the others', () => {
    const { reason } = join([
      aShard(1),
      shardOfEnd(2, 1, ['unhealthy', 'verified']),
      shardOfEnd(3, 4, ['inconclusive']),
    ]);
    const [first, second] = namesOf(2);
    expect(reason).toBe(
      `${first!}: ${first!} told. 6 targets: 2 unhealthy (${first!}, ${second!}), 2 inconclusive (${namesOf(3).join(', ')}), 2 healthy.`,
    );
  });

  it('has the time of the verdict from the shard that it is of, and that of the whole from all', () => {
    const outcome = join([
      aShard(1, { startedAt: '2026-11-02T10:00:05.000Z', endedAt: '2026-11-02T10:03:00.000Z' }),
      {
        ...shardOfEnd(2, 5, ['unhealthy', 'withheld']),
        startedAt: '2026-11-02T10:00:00.000Z',
        endedAt: '2026-11-02T10:01:00.000Z',
        detectedAt: '2026-11-02T10:00:31.000Z',
        detectionSeconds: 31,
      },
      aShard(3, { startedAt: '2026-11-02T10:00:02.000Z', endedAt: '2026-11-02T10:02:00.000Z' }),
    ]);
    expect(outcome).toMatchObject({
      startedAt: Date.parse('2026-11-02T10:00:00.000Z'),
      endedAt: Date.parse('2026-11-02T10:03:00.000Z'),
      detectedAt: Date.parse('2026-11-02T10:00:31.000Z'),
      detectionSeconds: 31,
    });
  });

  it('has the findings, the notices once, and the configuration of all', () => {
    const finding = { level: 'warning', subject: 'x/ci', message: 'no' } as const;
    const { outcome, notices } = joinShards(
      named([
        aShard(1, {
          notices: ['same'],
          config: { duration: '5m', shard: '1/3', 'report-dir': 'a', targets: { x: {} } },
        }),
        aShard(2, {
          notices: ['same', 'other'],
          findings: [finding],
          config: { duration: '5m', targets: { y: { url: 'u' } } },
        }),
        aShard(3),
      ]),
    );
    expect(notices).toEqual(['same', 'other']);
    expect(outcome.findings).toEqual([finding]);
    expect(outcome.config).toEqual({ duration: '5m', targets: { x: {}, y: { url: 'u' } } });
  });
});

/** The outcome when the third shard is like this, and the others are healthy. */
function withThird(third: OfShard | undefined): ReturnType<typeof joinShards> {
  return joinShards(named([aShard(1), aShard(2), ...(third === undefined ? [] : [third])]));
}

const untold = { targets: [] };

describe('a shard whose targets nobody tells of', () => {
  it.each<[string, OfShard | undefined, number, string, RegExp]>([
    [
      'left no report',
      undefined,
      4,
      'inconclusive',
      /shard 3\/3 left no report, and what it did is not known\.$/,
    ],
    [
      'could not be configured',
      aShard(3, { ...untold, verdict: null, exitCode: 2, reason: 'url is missing' }),
      4,
      'inconclusive',
      /shard 3\/3 ended with exit code 2: url is missing\.$/,
    ],
    [
      'failed by itself',
      aShard(3, { ...untold, verdict: null, exitCode: 7, reason: 'Internal error: x.' }),
      7,
      'inconclusive',
      /shard 3\/3 ended with exit code 7: Internal error: x\.$/,
    ],
    [
      'was cancelled early',
      aShard(3, { ...untold, verdict: 'cancelled', exitCode: 6, reason: 'SIGTERM.' }),
      6,
      'cancelled',
      /shard 3\/3 is cancelled: SIGTERM\.$/,
    ],
    [
      'alone took itself for a rollback run',
      aShard(3, { ...untold, verdict: 'not-judged', exitCode: 0, reason: 'A rollback run.' }),
      4,
      'inconclusive',
      /shard 3\/3 is not-judged: A rollback run\.$/,
    ],
    [
      'tells of one of two',
      aShard(3, { targets: [aTarget(namesOf(3)[0]!)] }),
      4,
      'inconclusive',
      /shard 3\/3 is healthy: shard 3 is fine\.$/,
    ],
  ])('%s: never healthy, and no fail-on excuses it', (_, third, code, verdict, why) => {
    const { outcome, warnings } = withThird(third);
    expect([outcome.exitCode, outcome.verdict]).toEqual([code, verdict]);
    for (const failOn of [judgesAll, []]) expect(exitCodeOfAll(outcome, failOn)).toBe(code);
    expect(outcome.targets?.map(({ name }) => name)).toEqual(allTargets);
    const last = outcome.targets?.at(-1);
    expect(last).toMatchObject({ verdict, checks: [], rollback: notNeeded });
    expect(last?.reason).toMatch(/^Not judged: /);
    expect(last?.reason).toMatch(why);
    expect(warnings).toEqual([expect.stringMatching(why)]);
  });

  it('and another one needs a person: that comes first', () => {
    const outcome = join([shardOfEnd(1, 3, ['unhealthy', 'unverified']), aShard(2)]);
    expect([outcome.exitCode, outcome.verdict]).toEqual([3, 'unhealthy']);
    expect(outcome.shards?.missing).toEqual([3]);
  });

  it('nobody has a verdict: neither has the whole', () => {
    const broken = [1, 2].map((index) =>
      aShard(index, { ...untold, verdict: null, exitCode: 2, reason: 'url is missing' }),
    );
    expect(join(broken)).toMatchObject({
      verdict: null,
      exitCode: 2,
      reason: 'No shard has a verdict. url is missing.',
    });
    expect(join([...broken, aShard(3, { ...untold, verdict: null, exitCode: 7 })])).toMatchObject({
      verdict: null,
      exitCode: 7,
    });
  });
});

describe('a shard without targets', () => {
  const few = namesOf(1);
  const of = (index: number, over: Partial<OfShard> = {}): OfShard =>
    aShard(index, { shard: { index, count: COUNT, allTargets: few }, ...over });
  const empty = (index: number): OfShard =>
    of(index, { ...untold, verdict: 'not-judged', reason: 'No target is in it.' });

  it('says so, and the others decide', () => {
    const { outcome, warnings } = joinShards(named([of(1), empty(2), empty(3)]));
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      exitCode: 0,
      shards: { missing: [], reports: [{ targets: 2 }, { targets: 0 }, { targets: 0 }] },
    });
    expect(warnings).toEqual([]);
  });

  it('left no report: nothing is missing, and it is said', () => {
    const { outcome, warnings } = joinShards(named([of(1), empty(3)]));
    expect(outcome).toMatchObject({ verdict: 'healthy', exitCode: 0, shards: { missing: [2] } });
    expect(warnings).toEqual(['Shard 2/3 left no report; no target is in it, so none is missing.']);
  });

  it('all reports are of shards without targets: the one that has them is missing', () => {
    expect(join([empty(2), empty(3)])).toMatchObject({ verdict: 'inconclusive', exitCode: 4 });
  });
});

describe('shards of a rollback run', () => {
  const skipped = (index: number): OfShard =>
    aShard(index, { ...untold, verdict: 'not-judged', reason: 'This is a rollback run.' });

  it('are not judged, together', () => {
    expect(join([1, 2, 3].map(skipped))).toMatchObject({
      verdict: 'not-judged',
      exitCode: 0,
      reason: 'This is a rollback run.',
    });
  });

  it('with one missing: inconclusive', () => {
    expect(join([1, 2].map(skipped))).toMatchObject({ verdict: 'inconclusive', exitCode: 4 });
  });
});

describe('shards of `rollback`', () => {
  const rolled = (index: number, status: RollbackStatus, code: number): OfShard => ({
    ...shardOfEnd(index, code, ['not-judged', status]),
    command: 'rollback',
  });

  it.each<[RollbackStatus, number, number]>([
    ['verified', 0, 0],
    ['withheld', 0, 0],
    ['failed', 3, 3],
    ['unverified', 3, 3],
  ])('one is %s: %d', (status, code, expected) => {
    const outcome = join([
      rolled(1, 'verified', 0),
      rolled(2, status, code),
      rolled(3, 'verified', 0),
    ]);
    expect(outcome).toMatchObject({ verdict: 'not-judged', exitCode: expected });
    expect(outcome.reason).toContain(`${namesOf(2)[0]!}: ${status}`);
    expect(exitCodeOfAll(outcome, judgesAll)).toBe(expected);
  });

  it.each<[string, readonly OfShard[]]>([
    ['left no report', []],
    ['could not be configured', [aShard(3, { ...untold, verdict: null, exitCode: 2 })]],
    ['was cancelled early', [aShard(3, { ...untold, verdict: 'cancelled', exitCode: 6 })]],
  ])('one %s: its rollback is not confirmed', (_, third) => {
    const outcome = join([rolled(1, 'verified', 0), rolled(2, 'verified', 0), ...third]);
    expect([outcome.verdict, outcome.exitCode]).toEqual(['not-judged', 3]);
    expect(outcome.targets?.at(-1)).toMatchObject({ rollback: { status: 'unverified' } });
    expect(exitCodeOfAll(outcome, [])).toBe(3);
  });
});

describe('latestAttempts', () => {
  const attempt = (index: number, number: number | null, runId: string | null = '1'): OfShard =>
    aShard(index, { host: { ...aReport().host, attempt: number, runId } });

  it.each<[string, readonly OfShard[], readonly number[]]>([
    ['one shard was tried again', [attempt(1, 1), attempt(2, 1), attempt(1, 2)], [1, 2]],
    ['all were', [attempt(1, 2), attempt(1, 1), attempt(1, 3)], [2]],
    ['two of one attempt stay, to be refused', [attempt(1, 2), attempt(1, 2)], [0, 1]],
    ['attempts that are not known', [attempt(1, null), attempt(1, 2)], [0, 1]],
    ['other runs', [attempt(1, 1), attempt(1, 2, '2')], [0, 1]],
    ['runs without an id', [attempt(1, 1, null), attempt(1, 2, null)], [0, 1]],
  ])('%s', (_, reports, kept) => {
    const all = named(reports);
    const { latest, notices } = latestAttempts(all);
    expect(latest).toEqual(kept.map((at) => all[at]));
    expect(notices).toHaveLength(reports.length - kept.length);
  });

  it('says which one counts', () => {
    expect(latestAttempts(named([attempt(1, 1), attempt(1, 2)])).notices).toEqual([
      '0/report.json is of an earlier attempt of its shard: 1/report.json counts.',
    ]);
  });
});

const host = aReport().host;
const here: Combiner = {
  system: host.system,
  runId: host.runId,
  now: Date.parse(aReport().endedAt),
  deployedWithin: 3_600_000,
};

function refused(reports: readonly OfShard[], combiner: Combiner = here): readonly string[] {
  return disagreements(named(reports), combiner).map(({ message }) => message);
}

describe('reports that do not belong together are refused', () => {
  const good = [aShard(1), aShard(2), aShard(3)] as const;
  const others = allTargets.map((name) => (name === allTargets[0] ? `${name}x` : name));

  it('those of one run do, in any number', () => {
    expect(refused(good)).toEqual([]);
    expect(refused(good.slice(1))).toEqual([]);
  });

  it('a shard may have been tried again', () => {
    expect(refused([aShard(1), aShard(2, { host: { ...host, attempt: 2 } })])).toEqual([]);
  });

  it.each<[string, readonly OfShard[], RegExp]>([
    [
      'of two runs',
      [aShard(1), aShard(2, { host: { ...host, runId: '9' } })],
      /^the reports are of different runs: \S+ run .* \(0\/report\.json\) and \S+ run 9 .*\(1\/report\.json\)$/,
    ],
    [
      'of two repositories',
      [aShard(1), aShard(2, { host: { ...host, project: 'acme/other' } })],
      /^the reports are of different runs/,
    ],
    [
      'of two versions',
      [aShard(1), aShard(2, { tool: { name: 'rollgate', version: '9.9.9' } })],
      /^the reports are of different versions of Rollgate: \S+ \(.*\) and 9\.9\.9 /,
    ],
    [
      'of two commands',
      [aShard(1), aShard(2, { command: 'rollback' })],
      /^the reports are of different commands: `run` \(.*\) and `rollback` /,
    ],
    [
      'of two numbers of shards',
      [aShard(1), aShard(2, { shard: { index: 2, count: 4, allTargets } })],
      /^the reports are of different numbers of shards: 3 shards \(.*\) and 4 shards /,
    ],
    [
      'of one shard',
      [aShard(1), aShard(2), aShard(2)],
      /^shard 2\/3 has two reports: 1\/report\.json \(ended at .*\) and 2\/report\.json /,
    ],
    [
      'with other targets',
      [aShard(1), aShard(2, { shard: { index: 2, count: COUNT, allTargets: others } })],
      /^the shards were given different targets: \w+ is in 0\/report\.json, and not in 1\/report\.json$/,
    ],
    [
      'with more targets',
      [
        aShard(1),
        aShard(2, { shard: { index: 2, count: COUNT, allTargets: [...allTargets, 'z'] } }),
      ],
      /^the shards were given different targets: z is in 1\/report\.json, and not in 0\/report\.json$/,
    ],
    [
      'with targets in another order',
      [
        aShard(1),
        aShard(2, { shard: { index: 2, count: COUNT, allTargets: [...allTargets].reverse() } }),
      ],
      /^the shards were given different targets: .* have them in another order$/,
    ],
    [
      'with a target of another shard',
      [aShard(1, { targets: [aTarget(namesOf(2)[0]!)] })],
      /^it contains the target \w+, which is not in shard 1\/3$/,
    ],
  ])('%s', (_, reports, says) => {
    expect(refused(reports)).toEqual([expect.stringMatching(says)]);
  });

  it('but one that could not be configured may not know the targets', () => {
    const blind = aShard(2, {
      ...untold,
      verdict: null,
      exitCode: 2,
      shard: { index: 2, count: COUNT, allTargets: ['default'] },
    });
    expect(refused([aShard(1), blind])).toEqual([]);
    expect(join([aShard(1), blind, aShard(3)]).targets?.map(({ name }) => name)).toEqual(
      allTargets,
    );
  });

  it('those of another run than this one', () => {
    expect(refused(good, { ...here, runId: '78' })).toEqual([
      expect.stringMatching(/^the reports are those of .*, and this is \S+ run 78$/),
    ]);
    expect(refused(good, { ...here, system: 'gitlab' })).toHaveLength(1);
  });

  it('a person may combine those of any run', () => {
    expect(refused(good, { ...here, system: 'local', runId: null })).toEqual([]);
  });

  it('without an id of the run, old ones', () => {
    const nameless = good.map((report) => ({ ...report, host: { ...host, runId: null } }));
    const combiner = { ...here, system: 'local', runId: null };
    expect(refused(nameless, combiner)).toEqual([]);
    expect(refused(nameless, { ...combiner, now: here.now + 3_600_001 })).toEqual([
      expect.stringMatching(/without an id that ended at .*, longer ago than `deployed-within`/),
    ]);
    expect(refused(nameless, here)).toHaveLength(1);
  });
});
