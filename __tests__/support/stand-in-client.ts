import { expect } from '@jest/globals';
import { createCiStrategy } from '../../src/strategies/ci/strategy.js';
import type { PipelineClient, StartRequest, StartResult } from '../../src/contract/pipeline.js';
import type { StrategyResult } from '../../src/contract/strategy.js';
import { deadline } from '../../src/support/abort.js';
import { countedFetch, drive } from './drive.js';
import type { StandIn } from './stand-in.js';
import { VirtualClock } from './virtual-clock.js';

/** Is never aborted. */
export const never = new AbortController().signal;

/** A client, the stand-in that it calls, and the virtual time of both. */
export interface Opened<S> {
  readonly standIn: S;
  readonly client: PipelineClient;
  readonly clock: VirtualClock;
  /** Gives the result of something that waits for the clock and for the stand-in. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Starts what the test asks for, with these differences. */
  start(requested?: Partial<StartRequest>): Promise<StartResult>;
}

/** @param request what the test asks for unless it says otherwise. */
export function openClient<S extends Pick<StandIn, 'hanging'>>(
  standIn: S,
  request: StartRequest,
  create: (deps: Parameters<StandIn['client']>[0], standIn: S) => PipelineClient,
): Opened<S> {
  const clock = new VirtualClock();
  const counted = countedFetch();
  const client = create({ fetch: counted.fetch, clock, random: () => 0.5 }, standIn);
  const run = <T>(work: Promise<T>): Promise<T> =>
    drive(clock, work, counted.open, () => standIn.hanging);
  return {
    standIn,
    client,
    clock,
    run,
    start: (requested = {}) =>
      run(client.start({ ...request, ...requested }, never, () => undefined)),
  };
}

/** The whole strategy over a client: plan, start, follow. */
export async function rollWith<S extends Pick<StandIn, 'secret' | 'hanging'>>(
  { standIn, client, clock, run }: Opened<S>,
  options: {
    /** For the strategy, milliseconds. */
    readonly time?: number;
    readonly startTimeout?: number;
    readonly parameters?: Readonly<Record<string, string>>;
    /** `rollback-job`. */
    readonly jobs?: readonly string[];
    readonly beforeChange?: () => void;
  } = {},
): Promise<{ readonly result: StrategyResult; readonly lines: readonly string[] }> {
  const strategy = createCiStrategy({
    client,
    ref: undefined,
    parameters: options.parameters ?? {},
    jobs: options.jobs ?? [],
    wait: true,
    startTimeout: options.startTimeout ?? 120_000,
    clock,
    random: () => 0.5,
  });
  const request = { target: 'api', verdict: 'unhealthy', reason: 'bad', correlationId: 'rg-1' };
  const limit = deadline(clock, options.time ?? 600_000, 'the strategy');
  const lines: string[] = [];
  const work = (async () => {
    const plan = await strategy.plan(request, limit.signal);
    if (plan.kind !== 'plan') throw new Error('there is no plan');
    return strategy.execute(plan, {
      request,
      signal: limit.signal,
      beforeChange: options.beforeChange ?? (() => undefined),
      progress: (line) => lines.push(line),
      started: () => undefined,
      timeLeft: () => 300_000,
      lastOfAll: () => undefined,
    });
  })();
  const result = await run(work);
  limit.clear();
  expect(JSON.stringify([result, lines])).not.toContain(standIn.secret);
  return { result, lines };
}

/** Reason and hint, as the strategy shows them. */
export function inWords(result: StartResult): string {
  const reason = 'reason' in result ? result.reason : '';
  return 'hint' in result ? `${reason} ${result.hint}` : reason;
}
