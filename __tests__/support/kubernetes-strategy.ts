import { createKubernetesStrategy } from '../../src/strategies/kubernetes/strategy.js';
import { parseRevisions } from '../../src/strategies/kubernetes/plan.js';
import type { RunIdentity } from '../../src/strategies/dependencies.js';
import type {
  Plan,
  RollbackRequest,
  Strategy,
  StrategyContext,
  StrategyResult,
  Withheld,
} from '../../src/contract/strategy.js';
import { createKubectl } from '../../src/support/kubernetes/kubectl.js';
import { parseWorkloadName } from '../../src/support/kubernetes/workload.js';
import { StandInCluster } from './stand-in-cluster.js';
import { VirtualClock } from './virtual-clock.js';

export const never = new AbortController().signal;
export const ourRun: RunIdentity = { system: 'github', runId: '77', url: null };

export interface KubernetesStrategyOptions {
  readonly workloads?: readonly string[];
  readonly recorded?: unknown;
  readonly revision?: readonly string[];
  readonly run?: RunIdentity;
  readonly deployedWithin?: number;
  readonly logLines?: number;
  readonly helmStrategy?: boolean;
  readonly pauses?: boolean;
  readonly hasSourceStrategy?: boolean;
  readonly pinsImages?: boolean;
  readonly redact?: (text: string) => string;
}

/** A cluster with a strategy in front of it, both on one clock. */
export class Scene {
  readonly clock = new VirtualClock();
  readonly cluster = new StandInCluster(this.clock);
  readonly lines: string[] = [];
  changes = 0;

  strategy(given: KubernetesStrategyOptions = {}): Strategy {
    const names = (given.workloads ?? ['deployment/api']).map((text) => parseWorkloadName(text)!);
    const redact = given.redact ?? ((text: string) => text);
    return createKubernetesStrategy({
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
      requestedRevisions: parseRevisions(given.revision, names),
      recorded: given.recorded,
      run: given.run ?? ourRun,
      deployedWithin: given.deployedWithin ?? 3_600_000,
      logLines: given.logLines ?? 0,
      helmStrategy: given.helmStrategy ?? false,
      owners: {
        pauses: given.pauses ?? false,
        hasSourceStrategy: given.hasSourceStrategy ?? false,
      },
      pinsImages: given.pinsImages ?? false,
      clock: this.clock,
      redact,
    });
  }

  /** What goes through the snapshot file. */
  async snapshot(given: KubernetesStrategyOptions = {}): Promise<unknown> {
    const taken = await this.wait(this.strategy(given).snapshot!(never));
    return JSON.parse(JSON.stringify(taken));
  }

  wait<T>(work: Promise<T>): Promise<T> {
    return this.clock.runUntil(work);
  }

  async plan(
    strategy: Strategy,
    verdict = 'unhealthy',
  ): Promise<Awaited<ReturnType<Strategy['plan']>>> {
    return this.wait(strategy.plan(requestOf(verdict), never));
  }

  async mustPlan(strategy: Strategy, verdict?: string): Promise<Plan> {
    const plan = await this.plan(strategy, verdict);
    if (plan.kind !== 'plan') throw new Error(plan.reason);
    return plan;
  }

  execute(
    strategy: Strategy,
    plan: Plan,
    options: Partial<Pick<StrategyContext, 'signal' | 'progress'>> = {},
  ): Promise<StrategyResult | Withheld> {
    return this.wait(
      strategy.execute(plan, {
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

  async undo(strategy: Strategy, verdict?: string): Promise<StrategyResult | Withheld> {
    return this.execute(strategy, await this.mustPlan(strategy, verdict));
  }

  assertUnchanged(strategy: Strategy): Promise<Withheld | undefined> {
    return this.wait(strategy.assertUnchanged!(never));
  }
}

export function requestOf(verdict: string): RollbackRequest {
  return { target: 'default', verdict, reason: 'it is bad', correlationId: 'x-1' };
}
