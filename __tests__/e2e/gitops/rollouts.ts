import { join } from 'node:path';
import type { ControlPlane } from '../kubernetes/control-plane.js';
import { deployment } from '../kubernetes/manifests.js';
import type { KubernetesObject, Pod, Workload } from '../kubernetes/objects.js';
import { freePorts } from '../kubernetes/ports.js';
import { CRDS, ROLLOUTS, rolloutsFolder } from './components.js';

/** A Rollout, as far as tests look into it. */
export interface Rollout extends KubernetesObject {
  readonly spec: Workload['spec'];
  readonly status?: {
    readonly observedGeneration?: string;
    readonly stableRS?: string;
    readonly currentPodHash?: string;
    readonly abort?: boolean;
    readonly abortedAt?: string;
    readonly phase?: string;
    readonly canary?: { readonly weights?: { readonly canary: { readonly weight: number } } };
    readonly message?: string;
  };
}

/** Waits for a person after the first fifth, and again before the last. */
export const canary = {
  canary: { steps: [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }] },
};

/** Traffic goes by the weight that the controller writes into an Ingress; pods that get none stay for a second. */
export const routed = {
  canary: {
    ...{ stableService: 'api-stable', canaryService: 'api-canary' },
    ...{ trafficRouting: { nginx: { stableIngress: 'api' } }, steps: canary.canary.steps },
    ...{ scaleDownDelaySeconds: 1, abortScaleDownDelaySeconds: 1 },
  },
};

/** A service of its own for each side; what is given up goes soon. */
export const blueGreen = {
  blueGreen: {
    ...{ activeService: 'api-active', previewService: 'api-preview', autoPromotionEnabled: false },
    ...{ scaleDownDelaySeconds: 1, abortScaleDownDelaySeconds: 1 },
  },
};

/** Like the Deployment of the other suites, with a strategy of Argo Rollouts. */
export function rollout(tag: string, strategy: object = canary): object {
  const { metadata, spec } = deployment('api', tag);
  const { selector, template } = spec;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata,
    spec: { replicas: 5, progressDeadlineSeconds: 60, selector, template, strategy },
  };
}

export function service(name: string): object {
  const spec = { selector: { app: 'api' }, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}

export function ingress(to: string): object {
  const backend = { service: { name: to, port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'api', annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
    spec: {
      rules: [{ host: 'shop.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

/** The controller of Argo Rollouts on a control plane. */
export class ArgoRollouts {
  /** @param metricsUrl where the controller tells of itself */
  private constructor(
    private readonly plane: ControlPlane,
    readonly metricsUrl: string,
  ) {}

  static async start(plane: ControlPlane): Promise<ArgoRollouts> {
    const [health, metrics] = await freePorts(2);
    await plane.startController(
      {
        name: ROLLOUTS,
        program: join(rolloutsFolder(), ROLLOUTS),
        kinds: join(rolloutsFolder(), CRDS),
      },
      [
        ...['--kubeconfig', plane.kubeconfig, '--leader-elect=false', '--loglevel=warn'],
        ...[`--healthzPort=${String(health!)}`, `--metricsPort=${String(metrics!)}`],
      ],
      {},
      async () =>
        (await fetch(`http://127.0.0.1:${String(health!)}/healthz`).catch(() => undefined))?.ok ===
        true,
    );
    return new ArgoRollouts(plane, `http://127.0.0.1:${String(metrics!)}/metrics`);
  }

  /** Applies it, and resolves when the controller has come to this phase with it. */
  async deploy(namespace: string, object: object, phase: string): Promise<Rollout> {
    await this.plane.apply(namespace, object);
    return this.reached(namespace, phase);
  }

  /** Resolves when the controller has come to this phase with the newest change. */
  async reached(namespace: string, phase: string): Promise<Rollout> {
    let live: Rollout | undefined;
    await this.plane.until(`the Rollout to be ${phase}`, async () => {
      live = await this.get(namespace);
      const { observedGeneration, phase: now } = live.status ?? {};
      return observedGeneration === String(live.metadata.generation) && now === phase;
    });
    return live!;
  }

  /** As `kubectl argo rollouts promote --full`. */
  async promote(namespace: string): Promise<void> {
    await this.plane.mustKubectl([
      ...['patch', 'rollout', 'api', '-n', namespace, '--subresource=status', '--type=merge'],
      ...['-p', '{"status":{"promoteFull":true}}'],
    ]);
    await this.plane.until('the Rollout to be promoted', async () => {
      const { stableRS, currentPodHash, phase } = (await this.get(namespace)).status ?? {};
      return stableRS === currentPodHash && phase === 'Healthy';
    });
  }

  get(namespace: string): Promise<Rollout> {
    return this.plane.get<Rollout>('Rollout', 'api', namespace);
  }

  /** What runs, each image once. */
  async images(namespace: string): Promise<readonly string[]> {
    const pods: readonly Pod[] = await this.plane.pods('api', namespace);
    return [...new Set(pods.flatMap(({ spec }) => spec.containers.map(({ image }) => image)))];
  }
}
