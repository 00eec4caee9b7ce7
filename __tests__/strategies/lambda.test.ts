import { describe, expect, it } from '@jest/globals';
import type { Strategy } from '../../src/contract/strategy.js';
import { setUpLambda } from '../../src/strategies/lambda.js';
import { OwnRollbacks } from '../../src/strategies/own-rollbacks.js';
import { refused, StandInAws } from '../support/stand-in-aws.js';
import { contextWith, dependenciesWith, never, request } from '../support/strategy-dependencies.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { rollBack, strategyOf } from '../support/aws-strategy.js';

interface Scene {
  readonly aws: StandInAws;
  readonly alias: ReturnType<StandInAws['addAlias']>;
  readonly strategy: Strategy;
  readonly clock: VirtualClock;
}

/** An alias `api:live` at version 7, as its snapshot saw it. */
async function scene(aliases = 'api:live'): Promise<Scene> {
  const aws = new StandInAws();
  const clock = new VirtualClock();
  const alias = aws.addAlias('api:live', '7');
  aws.addAlias('jobs:live', '3');
  const recorded: unknown = await made(aws, clock, aliases).snapshot?.(never);
  return { aws, clock, alias, strategy: made(aws, clock, aliases, recorded) };
}

function made(aws: StandInAws, clock: VirtualClock, aliases: string, recorded?: unknown): Strategy {
  return strategyOf(setUpLambda, { 'lambda-alias': aliases }, { aws, clock }, recorded);
}

/** Somebody moves an alias. */
function move(alias: Scene['alias'], version: string, weights: Record<string, number> = {}): void {
  alias.version = version;
  alias.weights = weights;
  alias.revision += 1;
}

describe('lambda', () => {
  it('without an alias it is not configured', () => {
    expect(setUpLambda(dependenciesWith({}))).toMatchObject({ kind: 'skip' });
  });

  it('the alias goes back to the recorded version, under the revision that was read', async () => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    const { result, changes, steps } = await rollBack(all);
    expect(steps).toEqual([
      'aws lambda update-alias api:live: from version 8 to version 7 with all its traffic',
    ]);
    expect(result).toEqual({
      outcome: 'verified',
      detail: 'api:live is at version 7 with all its traffic.',
      versionConfirmed: true,
    });
    expect(changes).toBe(1);
    expect(all.aws.callsOf('update-alias')).toEqual([
      {
        ...{ FunctionName: 'api', Name: 'live', FunctionVersion: '7', RevisionId: 'r2' },
        RoutingConfig: { AdditionalVersionWeights: {} },
      },
    ]);
    expect(await all.strategy.assertUnchanged?.(never)).toBeUndefined();
  });

  it('a canary by weights loses them', async () => {
    const all = await scene();
    move(all.alias, '7', { '8': 0.1 });
    await all.strategy.capture?.(never);
    const { result, steps } = await rollBack(all);
    expect(steps[0]).toContain('from version 7 with 10 % to version 8 to version 7');
    expect(result).toMatchObject({ outcome: 'verified' });
    expect(all.alias).toMatchObject({ version: '7', weights: {} });
  });

  it('weights that are shifted in between: tried once more with the new revision', async () => {
    const all = await scene();
    move(all.alias, '7', { '8': 0.1 });
    await all.strategy.capture?.(never);
    let shifts = 1;
    all.aws.before = (operation) => {
      if (operation === 'update-alias' && shifts-- > 0) move(all.alias, '7', { '8': 0.5 });
    };
    const { result, changes } = await rollBack(all);
    expect(result).toMatchObject({ outcome: 'verified' });
    expect(changes).toBe(2);
  });

  it('weights that are shifted again and again: failed after the second time', async () => {
    const all = await scene();
    move(all.alias, '7', { '8': 0.1 });
    await all.strategy.capture?.(never);
    all.aws.before = (operation) => {
      if (operation === 'update-alias') move(all.alias, '7', { '8': 0.5 });
    };
    const { result } = await rollBack(all);
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result).toHaveProperty('detail', expect.stringContaining('PreconditionFailedException'));
    expect(all.aws.callsOf('update-alias')).toHaveLength(2);
  });

  it('the canary that has got all the traffic is the same deploy', async () => {
    const all = await scene();
    move(all.alias, '7', { '8': 0.1 });
    await all.strategy.capture?.(never);
    move(all.alias, '8');
    expect((await rollBack(all)).result).toMatchObject({ outcome: 'verified' });
  });

  it.each([
    ['another version', '9', {}],
    ['a canary of another version', '8', { '9': 0.1 }],
    ['an older version than the recorded one', '6', {}],
  ])('%s since the watch began: withheld', async (_, version, weights) => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    move(all.alias, version, weights);
    expect(await all.strategy.assertUnchanged?.(never)).toMatchObject({ kind: 'withheld' });
    expect(await all.strategy.plan(request, never)).toMatchObject({
      kind: 'withheld',
      reason: expect.stringContaining('which is not what this run judged (version 8)'),
    });
  });

  it('a deploy between plan and change, and between the last look and the change: withheld', async () => {
    for (const at of ['between', 'update-alias']) {
      const all = await scene();
      move(all.alias, '8');
      await all.strategy.capture?.(never);
      let isFirst = true;
      all.aws.before = (operation) => {
        if (operation === at && isFirst) move(all.alias, '9');
        if (operation === at) isFirst = false;
      };
      const { result } = await rollBack(all, {
        between: () => {
          if (at === 'between') move(all.alias, '9');
        },
      });
      expect(result).toMatchObject({ kind: 'withheld' });
      expect(all.alias.version).toBe('9');
    }
  });

  it('fifty deploys that race the rollback: none is overwritten', async () => {
    for (let race = 0; race < 50; race++) {
      const all = await scene();
      move(all.alias, '8');
      await all.strategy.capture?.(never);
      let calls = 0;
      all.aws.before = () => {
        // The race comes at another call each time.
        if (++calls === 1 + (race % 4)) move(all.alias, '9');
      };
      const plan = await all.strategy.plan(request, never);
      if (plan.kind === 'plan') await all.strategy.execute(plan, contextWith());
      expect(all.alias.version).toBe(calls < 1 + (race % 4) ? '7' : '9');
    }
  });

  it('somebody has gone back already: nothing is changed', async () => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    move(all.alias, '7');
    const { result, changes } = await rollBack(all);
    expect(result).toMatchObject({
      outcome: 'verified',
      detail: 'api:live is at version 7 with all its traffic again already.',
    });
    expect(changes).toBe(0);
  });

  it('it is told as gone back, and a canary that is shifted is not', async () => {
    const all = await scene();
    expect(await all.strategy.goneBack?.(never)).toBeUndefined();
    move(all.alias, '7', { '8': 0.1 });
    await all.strategy.capture?.(never);
    move(all.alias, '8');
    expect(await all.strategy.goneBack?.(never)).toBeUndefined();
    move(all.alias, '7');
    expect(await all.strategy.goneBack?.(never)).toBe(
      'api:live went back to version 7 without this run',
    );
    move(all.alias, '9');
    expect(await all.strategy.goneBack?.(never)).toBeUndefined();
  });

  it('nothing was deployed: nothing has gone back', async () => {
    const { strategy } = await scene();
    await strategy.capture?.(never);
    expect(await strategy.goneBack?.(never)).toBeUndefined();
  });

  it('an alias that is named twice is moved once', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:api:live';
    const all = await scene(`api:live,${arn}`);
    const [first, second] = await Promise.all([
      all.strategy.snapshot?.(never),
      (await scene()).strategy.snapshot?.(never),
    ]);
    expect(first).toEqual(second);
  });

  it('an alias of the same name in another region is another alias, and is not passed over', async () => {
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:api:live';
    const { aws, clock } = await scene();
    for (const aliases of [`api:live,${arn}`, `${arn},api:live`])
      expect(await made(aws, clock, aliases).preflight(never)).toContainEqual(
        expect.objectContaining({ level: 'error', message: 'there is no alias api:live' }),
      );
  });

  it.each([
    ['account', '999999999999', '999999999999'],
    ['region', 'us-east-1', 'us-east-1'],
  ] as const)(
    'a snapshot of another %s: an error in preflight, and the alias of that name here is left alone',
    async (what, other, says) => {
      const all = await scene();
      all.aws[what] = other;
      move(all.alias, '8');
      await all.strategy.capture?.(never);
      expect(await all.strategy.preflight(never)).toContainEqual(
        expect.objectContaining({ level: 'error', message: expect.stringContaining(says) }),
      );
      expect(await all.strategy.plan(request, never)).toMatchObject({
        kind: 'failed',
        reason: expect.stringContaining(says),
      });
      expect(await all.strategy.goneBack?.(never)).toBeUndefined();
    },
  );

  it('a snapshot of an earlier version, which has no ARN, holds', async () => {
    const { aws, clock, alias } = await scene();
    const recorded = { aliases: [{ alias: 'api:live', version: '7' }] };
    const strategy = made(aws, clock, 'api:live', recorded);
    move(alias, '8');
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
  });

  it.each([
    ['{}', 'an empty answer'],
    ['{"FunctionVersion":"7"}', 'an answer without the id of its revision'],
    ['{"RevisionId":"r1"}', 'an answer without a version'],
  ])('%s, %s: nothing is recorded by it, and nothing changed', async (stdout) => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    all.aws.instead = (operation) => (operation === 'get-alias' ? { stdout } : undefined);
    await expect(all.strategy.snapshot?.(never)).rejects.toThrow('aws lambda get-alias');
    await expect(all.strategy.plan(request, never)).rejects.toThrow('aws lambda get-alias');
  });

  it('a canary the other way round, which has got all the traffic, is the same deploy', async () => {
    const all = await scene();
    move(all.alias, '8', { '7': 0.9 });
    await all.strategy.capture?.(never);
    move(all.alias, '8');
    expect((await rollBack(all)).result).toMatchObject({ outcome: 'verified' });
    expect(all.alias).toMatchObject({ version: '7', weights: {} });
  });

  describe('a canary of somebody else was there before the deploy', () => {
    async function canary(): Promise<Scene> {
      const { aws, clock, alias } = await scene();
      move(alias, '7', { '6': 0.2 });
      const recorded: unknown = await made(aws, clock, 'api:live').snapshot?.(never);
      return { aws, clock, alias, strategy: made(aws, clock, 'api:live', recorded) };
    }

    it('nothing was deployed since, though its weights were shifted: withheld', async () => {
      const all = await canary();
      move(all.alias, '7', { '6': 0.5 });
      expect((await all.strategy.capture?.(never))?.findings).toMatchObject([{ level: 'notice' }]);
      expect(await all.strategy.plan(request, never)).toMatchObject({
        kind: 'withheld',
        reason: expect.stringContaining('nothing was deployed to api:live since the snapshot'),
      });
    });

    it('a deploy since is rolled back to its main version', async () => {
      const all = await canary();
      move(all.alias, '8');
      await all.strategy.capture?.(never);
      expect((await rollBack(all)).result).toMatchObject({ outcome: 'verified' });
      expect(all.alias).toMatchObject({ version: '7', weights: {} });
    });

    it('a deploy beside it is rolled back too', async () => {
      const all = await canary();
      move(all.alias, '7', { '8': 0.1 });
      await all.strategy.capture?.(never);
      expect((await rollBack(all)).result).toMatchObject({ outcome: 'verified' });
    });
  });

  describe('two targets with one alias', () => {
    async function two(isJudged: boolean): Promise<Scene & { readonly other: Strategy }> {
      const { aws, clock, alias } = await scene();
      const recorded: unknown = await made(aws, clock, 'api:live').snapshot?.(never);
      const rollbacks = new OwnRollbacks();
      const target = (): Strategy =>
        strategyOf(
          setUpLambda,
          { 'lambda-alias': 'api:live' },
          { aws, clock, rollbacks },
          recorded,
        );
      const [strategy, other] = [target(), target()];
      move(alias, '8');
      if (isJudged) for (const each of [strategy, other]) await each.capture?.(never);
      return { aws, clock, alias, strategy, other };
    }

    it.each([
      ['by a watch', true],
      ['by hand', false],
    ])('both are proven, %s, and it is moved once', async (_, isJudged) => {
      const all = await two(isJudged);
      const results = await Promise.all(
        [all.strategy, all.other].map(async (strategy) => rollBack({ ...all, strategy })),
      );
      for (const { result } of results) expect(result).toMatchObject({ outcome: 'verified' });
      expect(all.alias).toMatchObject({ version: '7', revision: 3 });
    });

    it('the second one, later: it says whose rollback it was, and changes nothing', async () => {
      for (const isJudged of [true, false]) {
        const all = await two(isJudged);
        await rollBack(all);
        expect(await all.other.goneBack?.(never)).toBe(
          isJudged ? 'api:live was rolled back to version 7 by this run already' : undefined,
        );
        const { result, changes } = await rollBack({ ...all, strategy: all.other });
        expect(result).toMatchObject({ outcome: 'verified' });
        expect(changes).toBe(0);
      }
    });
  });

  it('an answer that never comes: what is there tells', async () => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    all.aws.instead = (operation) => (operation === 'update-alias' ? 'lost' : undefined);
    expect((await rollBack(all)).result).toMatchObject({ outcome: 'verified' });
    expect(all.aws.callsOf('update-alias')).toHaveLength(1);
  });

  it.each([
    ['throttled', refused('get-alias', 'TooManyRequestsException')],
    ['slower than the program is given time', { code: null, stopped: 'timeout' as const }],
    ['garbled', { stdout: '' }],
  ])('Lambda is %s for a while once the alias is moved: it is proven later', async (_, answer) => {
    for (const change of ['lost', undefined] as const) {
      const all = await scene();
      move(all.alias, '8');
      await all.strategy.capture?.(never);
      let left = 0;
      all.aws.instead = (operation) => {
        if (operation === 'update-alias') {
          left = 4;
          return change;
        }
        return left-- > 0 ? answer : undefined;
      };
      expect((await rollBack(all)).result).toMatchObject({ outcome: 'verified' });
      expect(all.aws.callsOf('update-alias')).toHaveLength(1);
    }
  });

  it('a change that nobody hears of: triggered', async () => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    all.aws.instead = (operation) =>
      operation === 'update-alias' ? { code: 255, stderr: 'Connection was closed' } : undefined;
    const { result } = await rollBack(all);
    expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: false });
    expect(result).toHaveProperty('detail', expect.stringContaining('is not known'));
    expect(result).not.toHaveProperty('notBack');
  });

  it('a change that nobody hears of, and then another one: what is there is told', async () => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    all.aws.instead = (operation) => {
      if (operation !== 'update-alias') return undefined;
      move(all.alias, '9');
      return { code: 255, stderr: 'Connection was closed' };
    };
    expect((await rollBack(all)).result).toMatchObject({
      outcome: 'triggered',
      notBack: expect.stringMatching(/; api:live is at version 9 now$/),
    });
  });

  it('it is moved, and moved away again before it is proven: triggered', async () => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    let isMoved = false;
    all.aws.before = (operation) => {
      if (operation === 'get-alias' && isMoved) move(all.alias, '9');
      if (operation === 'update-alias') isMoved = true;
    };
    const { result } = await rollBack(all);
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: 'api:live was moved to version 7, and is at version 9 now.',
      notBack: 'api:live was moved to version 7, and is at version 9 now',
      versionConfirmed: false,
    });
  });

  it.each([
    ['AccessDeniedException', 1],
    ['ResourceNotFoundException', 1],
    ['TooManyRequestsException', 5],
  ])('%s: failed after %i calls, nothing was changed', async (code, calls) => {
    const all = await scene();
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    all.aws.instead = (operation) =>
      operation === 'update-alias' ? refused(operation, code) : undefined;
    expect((await rollBack(all)).result).toMatchObject({ outcome: 'failed' });
    expect(all.aws.callsOf('update-alias')).toHaveLength(calls);
  });

  it('several aliases: each goes back, and those that were not deployed stay', async () => {
    const all = await scene('api:live,jobs:live');
    move(all.alias, '8');
    await all.strategy.capture?.(never);
    expect((await rollBack(all)).result).toMatchObject({ outcome: 'verified' });
    expect(all.aws.callsOf('update-alias')).toHaveLength(1);
  });

  it('nothing was deployed: said, and withheld', async () => {
    const { strategy } = await scene();
    expect((await strategy.capture?.(never))?.findings).toMatchObject([{ level: 'notice' }]);
    expect(await strategy.plan(request, never)).toMatchObject({ kind: 'withheld' });
  });

  it.each([undefined, {}, { aliases: [{ alias: 'api:live', version: '$LATEST' }] }])(
    'recorded is %j: skipped',
    async (recorded) => {
      const { aws, clock } = await scene();
      const plan = await made(aws, clock, 'api:live', recorded).plan(request, never);
      expect(plan).toMatchObject({
        kind: 'skip',
        reason: expect.stringContaining('no snapshot tells'),
      });
    },
  );

  it('a first deploy has nothing to go back to', async () => {
    const { aws, clock } = await scene();
    const first = made(aws, clock, 'new:live');
    const recorded: unknown = await first.snapshot?.(never);
    expect(await first.preflight(never, true)).toMatchObject([{}, { level: 'notice' }]);
    aws.addAlias('new:live', '1');
    const after = made(aws, clock, 'new:live', recorded);
    expect(after.sawNothing?.()).toBe(true);
    expect(await after.plan(request, never)).toMatchObject({ kind: 'skip' });
  });

  it('an alias at $LATEST: refused by snapshot and preflight', async () => {
    const { aws, clock } = await scene();
    aws.addAlias('old:live', '$LATEST');
    const strategy = made(aws, clock, 'old:live');
    await expect(strategy.snapshot?.(never)).rejects.toThrow('points at $LATEST');
    expect(await strategy.preflight(never)).toMatchObject([
      { level: 'notice', message: 'it uses aws-cli/2.31.0' },
      { level: 'error', fix: expect.stringContaining('publish a version') },
    ]);
  });

  it.each([
    ['missing:live', 'there is no alias missing:live'],
    ['jobs:live', 'no snapshot tells what jobs:live was before the deploy'],
  ])('%s after the deploy: an error in preflight', async (alias, message) => {
    const { aws, clock } = await scene();
    expect((await made(aws, clock, alias).preflight(never))[1]).toMatchObject({
      level: 'error',
      message,
    });
  });
});
