import { describe, expect, it } from '@jest/globals';
import { createCiStrategy } from '../../../src/strategies/ci/strategy.js';
import type { PipelineClient, RunState } from '../../../src/contract/pipeline.js';
import type { StrategyResult } from '../../../src/contract/strategy.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const run = { id: '7', url: 'https://ci.test/runs/7' };

interface Done {
  readonly result: StrategyResult;
  readonly cancelled: number;
  readonly lines: readonly string[];
  readonly acts: ((signal: AbortSignal) => Promise<string>)[];
}

/** A strategy whose client starts run 7, which is in this state. */
async function roll(more: Partial<PipelineClient>, state: RunState): Promise<Done> {
  const clock = new VirtualClock();
  const acts: Done['acts'] = [];
  const lines: string[] = [];
  let cancelled = 0;
  const strategy = createCiStrategy({
    client: {
      id: 'stand-in',
      name: 'Stand-in CI',
      address: 'stand-in',
      preflight: () => Promise.resolve([]),
      describe: () => Promise.resolve([]),
      start: () => Promise.resolve({ kind: 'started', run }),
      state: () =>
        Promise.resolve(cancelled > 0 ? { phase: 'cancelled', word: 'canceled' } : state),
      cancel: () => {
        cancelled += 1;
        return Promise.resolve();
      },
      ...more,
    },
    ref: undefined,
    parameters: {},
    wait: true,
    startTimeout: 1000,
    clock,
    random: () => 0.5,
  });
  const request = { target: 'api', verdict: 'unhealthy', reason: 'bad', correlationId: 'rg-1' };
  const { signal } = new AbortController();
  const plan = await strategy.plan(request, signal);
  if (plan.kind !== 'plan') throw new Error('there is no plan');
  const result = await clock.runUntil(
    strategy.execute(plan, {
      request,
      signal,
      beforeChange: () => undefined,
      progress: (line) => lines.push(line),
      started: () => undefined,
      timeLeft: () => 300_000,
      lastOfAll: (act) => acts.push(act),
    }),
  );
  return { result, cancelled, lines, acts };
}

const succeeded: RunState = { phase: 'succeeded', word: 'success' };

describe('the ci strategy and the hooks of a client', () => {
  it('an objection to the started run: it is cancelled, and the outcome is triggered', async () => {
    const { result, cancelled } = await roll(
      { objection: () => Promise.resolve('it has the job deploy') },
      succeeded,
    );
    expect(cancelled).toBe(1);
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: 'The rollback run 7 was started, and it has the job deploy. It was cancelled.',
    });
  });

  it('an objection to a run that cannot be cancelled: the report says to cancel it by hand', async () => {
    const { result } = await roll(
      {
        objection: () => Promise.resolve('it has the job deploy'),
        cancel: () => Promise.reject(new Error('forbidden')),
      },
      succeeded,
    );
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toContain('could not be cancelled (forbidden): cancel it by hand');
  });

  it('no objection, or an error in finding one: the run is followed', async () => {
    const fine = await roll({ objection: () => Promise.resolve(undefined) }, succeeded);
    expect(fine.result.outcome).toBe('verified');
    const blind = await roll({ objection: () => Promise.reject(new Error('403')) }, succeeded);
    expect(blind.result.outcome).toBe('verified');
    expect(blind.cancelled).toBe(0);
  });

  it('returns the end of our own pipeline as the last thing to do', async () => {
    const { acts } = await roll(
      { endOwnPipeline: () => Promise.resolve('pipeline 6 was cancelled') },
      succeeded,
    );
    const { signal } = new AbortController();
    await expect(Promise.all(acts.map((act) => act(signal)))).resolves.toEqual([
      'pipeline 6 was cancelled',
    ]);
    expect((await roll({}, succeeded)).acts).toHaveLength(0);
  });

  it('a run that another attempt has started is followed, and whose it is is said', async () => {
    const joined = 'Another attempt of this run had started it.';
    const start: PipelineClient['start'] = () => Promise.resolve({ kind: 'started', run, joined });
    const well = await roll({ start }, succeeded);
    expect(well.result).toMatchObject({
      outcome: 'verified',
      detail: `The rollback run 7 ended with "success". ${joined}`,
    });
    expect(well.lines).toEqual(['✅ CI/CD rollback triggered', run.url, joined, expect.anything()]);
    const badly = await roll({ start }, { phase: 'failed', word: 'failure' });
    expect(badly.result).toMatchObject({
      outcome: 'triggered',
      detail: `The rollback run 7 ended with "failure"; what it changed is not known. ${joined}`,
    });
  });

  it('an unknown start: the report names the CI system to search', async () => {
    const { result } = await roll(
      { start: () => Promise.resolve({ kind: 'unknown', reason: 'the connection was reset' }) },
      succeeded,
    );
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail:
        'A rollback run may have been started: the connection was reset. Look for it in Stand-in CI before you start another.',
    });
  });

  it('a refused start: our own pipeline is not ended', async () => {
    const { result, acts } = await roll(
      {
        start: () => Promise.resolve({ kind: 'refused', reason: 'no' }),
        endOwnPipeline: () => Promise.resolve('cancelled'),
      },
      succeeded,
    );
    expect(result.outcome).toBe('failed');
    expect(acts).toHaveLength(0);
  });
});
