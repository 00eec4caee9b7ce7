import { once } from 'node:events';
import { ArgoRollouts } from '../../__tests__/e2e/gitops/rollouts.js';
import type { ControlPlane } from '../../__tests__/e2e/kubernetes/control-plane.js';
import { pathOfKind, type KubernetesObject } from '../../__tests__/e2e/kubernetes/objects.js';
import type { Outcome } from './outcomes.js';

export interface Analysis {
  readonly interval: string;
  readonly count: number;
  readonly failureLimit: number;
}

interface AnalysisRun extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

const verdicts: Readonly<Record<string, Outcome['verdict']>> = {
  Successful: 'passed',
  Failed: 'failed',
  Error: 'error',
  Inconclusive: 'inconclusive',
};

export interface Usage {
  readonly cpuSeconds: number;
  /** Mebibytes. */
  readonly memory: number;
}

/** The real controller of Argo Rollouts, and the AnalysisRuns that it is given. */
export class Argo {
  private readonly ends = new Map<string, (outcome: Outcome['verdict']) => void>();

  private constructor(
    private readonly plane: ControlPlane,
    private readonly controller: ArgoRollouts,
    private readonly namespace: string,
  ) {}

  static async start(plane: ControlPlane): Promise<Argo> {
    const controller = await ArgoRollouts.start(plane);
    const argo = new Argo(plane, controller, await plane.namespace());
    await plane.api.watch(`${argo.runs()}?watch=true`, (event) => {
      const { metadata, status } = (event as { readonly object: AnalysisRun }).object;
      const verdict = verdicts[status?.phase ?? ''];
      if (verdict !== undefined) argo.ends.get(metadata.name)?.(verdict);
    });
    return argo;
  }

  /** Resolves when the controller has decided. @param from when the watch begins, milliseconds since 1970 */
  async watch(
    name: string,
    analysis: Analysis,
    { address, query }: { readonly address: string; readonly query: string },
    from: number,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const ended = new Promise<Outcome>((resolve) => {
      this.ends.set(name, (verdict) => {
        this.ends.delete(name);
        resolve({ verdict, seconds: (Date.now() - from) / 1000 });
      });
    });
    const provider = { prometheus: { address, query } };
    const successCondition = 'result[0] >= 0.95';
    await this.plane.api.must('POST', this.runs(), {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: { name },
      spec: { metrics: [{ name: 'success-rate', ...analysis, successCondition, provider }] },
    });
    signal.throwIfAborted();
    return Promise.race([
      ended,
      once(signal, 'abort').then(() => {
        throw signal.reason;
      }),
    ]);
  }

  /** What the controller says of itself. */
  async usage(): Promise<Usage> {
    const text = await (await fetch(this.controller.metricsUrl)).text();
    const value = (name: string): number =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
    return {
      cpuSeconds: value('process_cpu_seconds_total'),
      memory: value('process_resident_memory_bytes') / 2 ** 20,
    };
  }

  private runs(): string {
    return pathOfKind('AnalysisRun', this.namespace);
  }
}
