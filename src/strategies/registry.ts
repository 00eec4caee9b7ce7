import type { Skip, Strategy, StrategyId } from '../contract/strategy.js';
import type { CiSettings } from './ci/strategy.js';
import type { CommandSettings } from './command/strategy.js';
import type { ComposeScaleDownSettings } from './compose/scale-down.js';
import type { ComposeSettings } from './compose/deps.js';
import type { StrategyDependencies } from './dependencies.js';
import type { EcsSettings } from './ecs/strategy.js';
import type { GitSettings } from './git/strategy.js';
import type { HelmSettings } from './helm/strategy.js';
import type { LambdaSettings } from './lambda.js';
import type { WorkloadScaleDownSettings } from './kubernetes/scale-down.js';
import type { KubernetesSettings } from './kubernetes/strategy.js';

/** The inputs that the strategies read. */
export type StrategySettings = GitSettings &
  KubernetesSettings &
  HelmSettings &
  ComposeSettings &
  EcsSettings &
  LambdaSettings &
  CiSettings &
  WorkloadScaleDownSettings &
  ComposeScaleDownSettings &
  CommandSettings;

type StrategyFactory = (
  dependencies: StrategyDependencies<StrategySettings>,
) => Promise<Strategy | Skip>;

/** The strategies that this version has. Each is loaded only when it is used: CI jobs pay for one, not for all. */
export const strategyFactories: Readonly<Record<StrategyId, StrategyFactory>> = {
  git: async (dependencies) => (await import('./git/strategy.js')).setUpGit(dependencies),
  kubernetes: async (dependencies) =>
    (await import('./kubernetes/strategy.js')).setUpKubernetes(dependencies),
  helm: async (dependencies) => (await import('./helm/strategy.js')).setUpHelm(dependencies),
  compose: async (dependencies) =>
    (await import('./compose/strategy.js')).setUpCompose(dependencies),
  ecs: async (dependencies) => (await import('./ecs/strategy.js')).setUpEcs(dependencies),
  lambda: async (dependencies) => (await import('./lambda.js')).setUpLambda(dependencies),
  ci: async (dependencies) => (await import('./ci/strategy.js')).setUpCi(dependencies),
  'scale-down': async (dependencies) =>
    (await import('./scale-down.js')).setUpScaleDown(dependencies),
  command: async (dependencies) =>
    (await import('./command/strategy.js')).setUpCommand(dependencies),
};
