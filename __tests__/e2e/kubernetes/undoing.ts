import { setUpKubernetes } from '../../../src/rollback/kubernetes.js';
import type { RungDependencies } from '../../../src/rollback/dependencies.js';
import type { Plan, Rung, RungContext, RungResult, Withheld } from '../../../src/rollback/types.js';
import { systemClock } from '../../../src/support/clock.js';
import { contextWith, dependenciesWith, never, request } from '../../support/rung-dependencies.js';
import { oldKubectl } from './binaries.js';
import type { ControlPlane } from './control-plane.js';
import { Tools } from './tools.js';

export type Version = 'current' | '1.20';

/** The `kubernetes` rung in front of a real cluster. */
export class Undoing {
  private readonly tools: Readonly<Record<Version, Tools>> = {
    current: new Tools({ kubectl: 'kubectl' }),
    '1.20': new Tools({ kubectl: oldKubectl }),
  };

  constructor(private readonly plane: ControlPlane) {}

  remove(): void {
    for (const tools of Object.values(this.tools)) tools.remove();
  }

  rung(
    namespace: string,
    flags: Readonly<Record<string, string>>,
    {
      version = 'current',
      kubeconfig = this.plane.kubeconfig,
      ...given
    }: Partial<RungDependencies> & { version?: Version; kubeconfig?: string } = {},
  ): Rung {
    const rung = setUpKubernetes(
      dependenciesWith(
        { 'kubernetes-namespace': namespace, ...flags },
        { env: this.tools[version].env(kubeconfig), clock: systemClock, ...given },
      ),
    );
    if (rung.kind !== 'rung') throw new Error(rung.reason);
    return rung;
  }

  /** What goes through the snapshot file. */
  async snapshot(namespace: string, workloads: string): Promise<unknown> {
    const rung = this.rung(namespace, { 'kubernetes-workload': workloads });
    return JSON.parse(JSON.stringify(await rung.snapshot!(never)));
  }
}

export async function planOf(rung: Rung): Promise<Plan> {
  const plan = await rung.plan(request, never);
  if (plan.kind !== 'plan') throw new Error(plan.reason);
  return plan;
}

/** As the chain does it: the guard, the plan, the change. */
export async function undo(
  rung: Rung,
  context: RungContext = contextWith(),
): Promise<RungResult | Withheld> {
  const objection = await rung.guard!(never);
  if (objection !== undefined) return objection;
  const plan = await rung.plan(request, never);
  if (plan.kind === 'withheld') return plan;
  if (plan.kind === 'skip') throw new Error(plan.reason);
  return rung.execute(plan, context);
}
