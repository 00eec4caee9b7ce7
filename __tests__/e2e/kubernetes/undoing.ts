import { setUpKubernetes } from '../../../src/strategies/kubernetes/strategy.js';
import type { StrategyDependencies } from '../../../src/strategies/dependencies.js';
import type {
  Plan,
  Strategy,
  StrategyContext,
  StrategyResult,
  Withheld,
} from '../../../src/contract/strategy.js';
import { systemClock } from '../../../src/support/clock.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';
import { oldKubectl } from './binaries.js';
import type { ControlPlane } from './control-plane.js';
import { Tools } from './tools.js';
import type { StrategySettings } from '../../../src/strategies/registry.js';

export type Version = 'current' | '1.20';

/** The `kubernetes` strategy in front of a real cluster. */
export class Undoing {
  private readonly tools: Readonly<Record<Version, Tools>> = {
    current: new Tools({ kubectl: 'kubectl' }),
    '1.20': new Tools({ kubectl: oldKubectl }),
  };

  constructor(private readonly plane: ControlPlane) {}

  remove(): void {
    for (const tools of Object.values(this.tools)) tools.remove();
  }

  strategy(
    namespace: string,
    flags: Readonly<Record<string, string>>,
    {
      version = 'current',
      kubeconfig = this.plane.kubeconfig,
      ...given
    }: Partial<StrategyDependencies<StrategySettings>> & {
      version?: Version;
      kubeconfig?: string;
    } = {},
  ): Strategy {
    const strategy = setUpKubernetes(
      dependenciesWith(
        { 'kubernetes-namespace': namespace, ...flags },
        { env: this.tools[version].env(kubeconfig), clock: systemClock, ...given },
      ),
    );
    if (strategy.kind !== 'strategy') throw new Error(strategy.reason);
    return strategy;
  }

  /** What goes through the snapshot file. */
  async snapshot(namespace: string, workloads: string): Promise<unknown> {
    const strategy = this.strategy(namespace, { 'kubernetes-workload': workloads });
    return JSON.parse(JSON.stringify(await strategy.snapshot!(never)));
  }
}

export async function planOf(strategy: Strategy): Promise<Plan> {
  const plan = await strategy.plan(request, never);
  if (plan.kind !== 'plan') throw new Error(plan.reason);
  return plan;
}

/** As the chain does it: the guard, the plan, the change. */
export async function undo(
  strategy: Strategy,
  context: StrategyContext = contextWith(),
): Promise<StrategyResult | Withheld> {
  const objection = await strategy.assertUnchanged!(never);
  if (objection !== undefined) return objection;
  const plan = await strategy.plan(request, never);
  if (plan.kind === 'withheld') return plan;
  if (plan.kind !== 'plan') throw new Error(plan.reason);
  return strategy.execute(plan, context);
}
