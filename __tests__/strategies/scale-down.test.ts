import { describe, expect, it } from '@jest/globals';
import { recordedOf, setUpScaleDown, together } from '../../src/strategies/scale-down.js';
import type {
  Plan,
  Strategy,
  StrategyResult,
  Skip,
  Withheld,
} from '../../src/contract/strategy.js';
import { DeadlineReached } from '../../src/support/abort.js';
import { contextWith, dependenciesWith, never, request } from '../support/strategy-dependencies.js';

const done: StrategyResult = { outcome: 'verified', detail: 'It is gone.', versionConfirmed: null };
const refused: StrategyResult = { outcome: 'failed', detail: 'No.', versionConfirmed: null };
const half: StrategyResult = { outcome: 'triggered', detail: 'Half.', versionConfirmed: null };
const others: Withheld = { kind: 'withheld', reason: 'revision 3 replaced ours (2)' };

interface PartOptions extends Partial<Strategy> {
  readonly plans?: Plan | Skip | Withheld;
  readonly ends?: StrategyResult | Withheld | Error;
  /** It throws after it has begun to act. */
  readonly acts?: boolean;
}

const acted: string[] = [];

function part(input: string, { plans, ends = done, acts = true, ...rest }: PartOptions = {}) {
  const plan: Plan = { kind: 'plan', steps: [`take ${input} down`], touches: [input] };
  const strategy: Strategy = {
    kind: 'strategy',
    id: 'scale-down',
    preflight: () => Promise.resolve([]),
    plan: () => Promise.resolve(plans ?? { ...plan, from: { [input]: 1 } }),
    execute: (_, context) => {
      acted.push(input);
      if (acts) context.beforeChange();
      return ends instanceof Error ? Promise.reject(ends) : Promise.resolve(ends);
    },
    ...rest,
  };
  return { input, strategy };
}

async function run(a: PartOptions, b: PartOptions, signal = never): Promise<unknown> {
  acted.length = 0;
  const strategy = together([part('a', a), part('b', b)]);
  const plan = await strategy.plan(request, never);
  return plan.kind === 'plan' ? strategy.execute(plan, contextWith(signal)) : plan;
}

const skip: Skip = { kind: 'skip', reason: 'no replicas already' };

describe('several canaries in one scale-down, and who keeps them', () => {
  const say = (words: string | undefined) => () => Promise.resolve(words);
  const applied = { isApplied: true, words: 'web has applied it' };
  const lacking = { isApplied: false, words: 'api has not applied it yet' };

  it('whoever undoes one of them undoes the rollback', async () => {
    const strategy = together([
      part('a', { undoneBy: say(undefined), revertedBy: say(undefined) }),
      part('b', { undoneBy: say('Flux will put b back'), revertedBy: say('b belongs to Flux') }),
    ]);
    expect(await strategy.undoneBy!(never)).toBe('Flux will put b back');
    expect(await strategy.revertedBy!(never)).toBe('b belongs to Flux');
    expect(await together([part('a'), part('b')]).undoneBy!(never)).toBeUndefined();
  });

  it.each([
    [[applied, lacking], lacking],
    [[undefined, applied], applied],
    [[undefined, undefined], undefined],
  ])('a change of the source is applied when all have applied it: %j', async ([a, b], whole) => {
    const strategy = together([
      part('a', { sourceApplied: () => Promise.resolve(a) }),
      part('b', { sourceApplied: () => Promise.resolve(b) }),
    ]);
    expect(await strategy.sourceApplied!(undefined, never)).toEqual(whole);
  });
});

describe('several canaries in one scale-down', () => {
  it('are planned together, with the steps and workloads of all', async () => {
    const plan = await together([part('a'), part('b')]).plan(request, never);
    expect(plan).toMatchObject({
      steps: ['take a down', 'take b down'],
      touches: ['a', 'b'],
      from: { a: 1, b: 1 },
    });
  });

  it.each<{
    name: string;
    a: PartOptions;
    b: PartOptions;
    outcome: string;
    detail: string;
    notBack?: string;
  }>([
    {
      name: 'all scaled down: verified',
      a: {},
      b: {},
      outcome: 'verified',
      detail: 'It is gone. It is gone.',
    },
    {
      name: 'one skipped: verified',
      a: { plans: skip },
      b: {},
      outcome: 'verified',
      detail: 'It is gone. Left alone: a: no replicas already.',
    },
    {
      name: 'one refused, the other scaled down: triggered',
      a: { ends: refused },
      b: {},
      outcome: 'triggered',
      detail: 'No. It is gone.',
      notBack: 'No',
    },
    {
      name: 'all refused: failed',
      a: { ends: refused },
      b: { ends: refused },
      outcome: 'failed',
      detail: 'No. No.',
    },
    {
      name: 'one half done: triggered',
      a: {},
      b: { ends: half },
      outcome: 'triggered',
      detail: 'It is gone. Half.',
    },
    {
      name: 'one withheld after the other was scaled down: triggered',
      a: {},
      b: { ends: others },
      outcome: 'triggered',
      detail: 'It is gone. Withheld: revision 3 replaced ours (2).',
      notBack: 'Withheld: revision 3 replaced ours (2)',
    },
    {
      name: 'one threw before it acted: triggered',
      a: { ends: new Error('out of order'), acts: false },
      b: {},
      outcome: 'triggered',
      detail: 'out of order. It is gone.',
      notBack: 'out of order',
    },
    {
      name: 'one threw while it acted: triggered',
      a: { ends: new Error('out of order') },
      b: { ends: refused },
      outcome: 'triggered',
      detail: 'out of order: it had begun to act, and what became of it is unknown. No.',
      notBack: 'No',
    },
  ])('$name', async ({ a, b, ...expected }) => {
    const { outcome, detail, notBack } = expected;
    expect(await run(a, b)).toEqual({
      ...{ outcome, detail, versionConfirmed: null },
      ...(notBack === undefined ? {} : { notBack }),
    });
  });

  it('one withheld in plan: none is scaled down', async () => {
    expect(await run({}, { plans: others })).toEqual(others);
    expect(acted).toEqual([]);
  });

  it('one refused and one withheld: withheld, since nothing was changed', async () => {
    expect(await run({ ends: refused }, { ends: others })).toEqual(others);
  });

  it('all skipped: skipped, with every reason', async () => {
    expect(await run({ plans: skip }, { plans: { kind: 'skip', reason: 'x' } })).toEqual({
      kind: 'skip',
      reason: 'a: no replicas already; b: x',
    });
  });

  it('the time is over: no further canary is started', async () => {
    const stop = new AbortController();
    stop.abort(new DeadlineReached('scale-down', 1));
    expect(await run({}, {}, stop.signal)).toMatchObject({ outcome: 'failed' });
    expect(acted).toEqual([]);
  });

  it('merge what each gives in capture, assertUnchanged, snapshot and pin', async () => {
    const strategy = together([
      part('a', {
        capture: () => Promise.resolve({ alreadyRolledBack: 'A is down.' }),
        assertUnchanged: () => Promise.resolve(undefined),
        snapshot: () => Promise.resolve({ x: 1 }),
        pin: () => Promise.resolve('kept'),
      }),
      part('b', {
        capture: () =>
          Promise.resolve({ findings: [{ level: 'notice', subject: 'scale-down', message: 'm' }] }),
        assertUnchanged: () => Promise.resolve(others),
        preflight: () => Promise.resolve([{ level: 'error', subject: 'scale-down', message: 'e' }]),
      }),
      part('c'),
    ]);
    expect(await strategy.capture?.(never)).toMatchObject({
      alreadyRolledBack: 'A is down.',
      findings: [{ message: 'm' }],
    });
    expect(await strategy.assertUnchanged?.(never)).toEqual(others);
    expect(await strategy.pin?.(never)).toBe('kept');
    expect(await strategy.preflight(never)).toMatchObject([{ message: 'e' }]);
    const recorded = await strategy.snapshot?.(never);
    expect(recordedOf('a', recorded)).toEqual({ x: 1 });
    expect(recordedOf('b', recorded)).toBeUndefined();
    expect(together([part('c')]).snapshot).toBeUndefined();
  });

  it('none named: skipped', async () => {
    expect(await setUpScaleDown(dependenciesWith({}))).toMatchObject({ kind: 'skip' });
  });
});
