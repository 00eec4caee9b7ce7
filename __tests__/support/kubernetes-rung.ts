import { createKubernetesRung } from '../../src/rollback/kubernetes/rung.js';
import { wantedRevisions } from '../../src/rollback/kubernetes/wanted.js';
import type { RunIdentity } from '../../src/rollback/dependencies.js';
import type {
  Plan,
  RollbackRequest,
  Rung,
  RungContext,
  RungResult,
  Withheld,
} from '../../src/rollback/types.js';
import { createKubectl } from '../../src/support/kubectl.js';
import { parseWorkloadName } from '../../src/support/kubernetes/workload.js';
import { FakeCluster } from './fake-cluster.js';
import { VirtualClock } from './virtual-clock.js';

export const never = new AbortController().signal;
export const ourRun: RunIdentity = { system: 'github', runId: '77', url: null };

export interface Given {
  readonly workloads?: readonly string[];
  readonly recorded?: unknown;
  readonly revision?: readonly string[];
  readonly run?: RunIdentity;
  readonly deployedWithin?: number;
  readonly logLines?: number;
  readonly helmRung?: boolean;
  readonly redact?: (text: string) => string;
}

/** A cluster with a rung in front of it, both on one clock. */
export class Scene {
  readonly clock = new VirtualClock();
  readonly cluster = new FakeCluster(this.clock);
  readonly lines: string[] = [];
  changes = 0;

  rung(given: Given = {}): Rung {
    const names = (given.workloads ?? ['deployment/api']).map((text) => parseWorkloadName(text)!);
    const redact = given.redact ?? ((text: string) => text);
    return createKubernetesRung({
      names,
      kubectl: createKubectl({
        kubeconfig: undefined,
        context: undefined,
        namespace: undefined,
        env: {},
        exec: this.cluster.exec,
        redact,
        clock: this.clock,
        random: () => 0.5,
      }),
      namespace: undefined,
      wanted: wantedRevisions(given.revision, names),
      recorded: given.recorded,
      run: given.run ?? ourRun,
      deployedWithin: given.deployedWithin ?? 3_600_000,
      logLines: given.logLines ?? 0,
      helmRung: given.helmRung ?? false,
      clock: this.clock,
      redact,
    });
  }

  /** What goes through the snapshot file. */
  async snapshot(given: Given = {}): Promise<unknown> {
    const taken = await this.wait(this.rung(given).snapshot!(never));
    return JSON.parse(JSON.stringify(taken));
  }

  wait<T>(work: Promise<T>): Promise<T> {
    return this.clock.runUntil(work);
  }

  async plan(rung: Rung, verdict = 'unhealthy'): Promise<Awaited<ReturnType<Rung['plan']>>> {
    return this.wait(rung.plan(requestOf(verdict), never));
  }

  async mustPlan(rung: Rung, verdict?: string): Promise<Plan> {
    const plan = await this.plan(rung, verdict);
    if (plan.kind !== 'plan') throw new Error(plan.reason);
    return plan;
  }

  execute(
    rung: Rung,
    plan: Plan,
    options: Partial<Pick<RungContext, 'signal' | 'progress'>> = {},
  ): Promise<RungResult | Withheld> {
    return this.wait(
      rung.execute(plan, {
        request: requestOf('unhealthy'),
        signal: options.signal ?? never,
        beforeChange: () => this.changes++,
        progress: (line) => {
          this.lines.push(line);
          options.progress?.(line);
        },
        started: () => undefined,
        timeLeft: () => 300_000,
        lastOfAll: () => undefined,
      }),
    );
  }

  async undo(rung: Rung, verdict?: string): Promise<RungResult | Withheld> {
    return this.execute(rung, await this.mustPlan(rung, verdict));
  }

  guard(rung: Rung): Promise<Withheld | undefined> {
    return this.wait(rung.guard!(never));
  }
}

export function requestOf(verdict: string): RollbackRequest {
  return { target: 'default', verdict, reason: 'it is bad', correlationId: 'x-1' };
}
