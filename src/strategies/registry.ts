import type { StrategyDependencies } from './dependencies.js';
import type { Strategy, StrategyId, Skip } from '../contract/strategy.js';

type StrategyFactory = (dependencies: StrategyDependencies) => Promise<Strategy | Skip>;

/** The strategies that this version has. Each is loaded only when it is used: CI jobs pay for one, not for all. */
export const strategyFactories: Readonly<Record<StrategyId, StrategyFactory>> = {
  kubernetes: async (dependencies) =>
    (await import('./kubernetes/strategy.js')).setUpKubernetes(dependencies),
  helm: async (dependencies) => (await import('./helm/strategy.js')).setUpHelm(dependencies),
  compose: async (dependencies) =>
    (await import('./compose/strategy.js')).setUpCompose(dependencies),
  ci: async (dependencies) => (await import('./ci/strategy.js')).setUpCi(dependencies),
  'scale-down': async (dependencies) =>
    (await import('./scale-down.js')).setUpScaleDown(dependencies),
  command: async (dependencies) => (await import('./command.js')).setUpCommand(dependencies),
};
