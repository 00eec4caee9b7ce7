import type { Skip, Strategy, StrategyResult, Withheld } from '../../src/contract/strategy.js';
import type { StrategyDependencies } from '../../src/strategies/dependencies.js';
import { OwnRollbacks } from '../../src/strategies/own-rollbacks.js';
import type { StrategySettings } from '../../src/strategies/registry.js';
import type { StandInAws } from './stand-in-aws.js';
import { contextWith, dependenciesWith, never, request } from './strategy-dependencies.js';
import type { VirtualClock } from './virtual-clock.js';

/** A strategy in front of the stand-in of AWS. */
export function strategyOf(
  setUp: (dependencies: StrategyDependencies<StrategySettings>) => Strategy | Skip,
  flags: Readonly<Record<string, string>>,
  {
    aws,
    clock,
    rollbacks = new OwnRollbacks(),
  }: {
    readonly aws: StandInAws;
    readonly clock: VirtualClock;
    readonly rollbacks?: OwnRollbacks;
  },
  recorded?: unknown,
): Strategy {
  const made = setUp(dependenciesWith(flags, { exec: aws.exec, clock, rollbacks, recorded }));
  if (made.kind === 'skip') throw new Error(made.reason);
  return made;
}

/** Plans, and carries it out. @throws what stands in place of a plan */
export async function rollBack(
  { strategy, clock }: { readonly strategy: Strategy; readonly clock: VirtualClock },
  { between, signal = never }: { between?: () => void; signal?: AbortSignal } = {},
): Promise<{ result: StrategyResult | Withheld; changes: number; steps: readonly string[] }> {
  const plan = await clock.runUntil(strategy.plan(request, never));
  if (plan.kind !== 'plan') throw new Error(`${plan.kind}: ${plan.reason}`);
  between?.();
  const context = contextWith(signal);
  const result = await clock.runUntil(strategy.execute(plan, context));
  return { result, changes: context.changes(), steps: plan.steps };
}
