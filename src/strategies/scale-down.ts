import type { StrategyDependencies } from './dependencies.js';
import { recordedOf, together, type Part } from './scale-down/together.js';
import type { Strategy, Skip } from '../contract/strategy.js';

/** The `scale-down` strategy as it is configured, or why there is none. */
export async function setUpScaleDown(dependencies: StrategyDependencies): Promise<Strategy | Skip> {
  const { settings, recorded } = dependencies;
  const made: { readonly input: string; readonly strategy: Strategy | Skip }[] = [];
  for (const { input, load } of loaders)
    if (settings[input] !== undefined)
      made.push({
        input,
        strategy: await load({ ...dependencies, recorded: recordedOf(input, recorded) }),
      });
  if (made.length === 0)
    return {
      kind: 'skip',
      reason: 'not configured: set `canary-workload` or `canary-service`',
    };
  const reasons = made.flatMap(({ input, strategy }) =>
    strategy.kind === 'skip' ? [`${input}: ${strategy.reason}`] : [],
  );
  if (reasons.length === made.length) return { kind: 'skip', reason: reasons.join('; ') };
  return together(made.map(({ input, strategy }): Part => ({ input, strategy: usable(strategy) })));
}

/** Each is loaded only when it is used. */
const loaders = [
  {
    input: 'canary-workload',
    load: async (dependencies: StrategyDependencies): Promise<Strategy | Skip> =>
      (await import('./kubernetes/scale-down.js')).setUpWorkloadScaleDown(dependencies),
  },
  {
    input: 'canary-service',
    load: async (dependencies: StrategyDependencies): Promise<Strategy | Skip> =>
      (await import('./compose/scale-down.js')).setUpComposeScaleDown(dependencies),
  },
] as const;

/** A part that cannot be made says so where the others are looked at. */
function usable(strategy: Strategy | Skip): Strategy {
  if (strategy.kind === 'strategy') return strategy;
  return {
    kind: 'strategy',
    id: 'scale-down',
    preflight: () =>
      Promise.resolve([{ level: 'error', subject: 'scale-down', message: strategy.reason }]),
    plan: () => Promise.resolve(strategy),
    execute: () => Promise.reject(new Error(strategy.reason)),
  };
}
