import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ControlPlane } from '../kubernetes/control-plane.js';
import type { Condition, KubernetesObject } from '../kubernetes/objects.js';
import { freePorts } from '../kubernetes/ports.js';
import { CRDS, fluxFolder } from './components.js';
import { GitServer, type Tree } from './git-server.js';

/** Every request to reconcile is made by hand: of itself Flux does not act while a test runs. */
const INTERVAL = '30m';
const REQUESTED = 'reconcile.fluxcd.io/requestedAt';

/** A GitRepository or a Kustomization, as far as tests look into them. */
interface FluxObject extends KubernetesObject {
  readonly spec: { readonly suspend?: boolean };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastHandledReconcileAt?: string;
    readonly lastAppliedRevision?: string;
    readonly artifact?: { readonly revision: string };
    readonly conditions?: readonly Condition[];
  };
}

/** Flux on a control plane: its controllers for Git and Kustomize, and the Git server that they read from. */
export class Flux {
  private constructor(
    private readonly plane: ControlPlane,
    readonly git: GitServer,
  ) {}

  static async start(plane: ControlPlane): Promise<Flux> {
    const git = await GitServer.start();
    const [storage, ...health] = (await freePorts(3)).map((port) => `127.0.0.1:${String(port)}`);
    const own = {
      'source-controller': [
        `--storage-path=${plane.subfolder('flux-storage')}`,
        `--storage-addr=${storage!}`,
        `--storage-adv-addr=${storage!}`,
      ],
      'kustomize-controller': [],
    };
    for (const [index, [name, args]] of Object.entries(own).entries())
      await plane.startController(
        { name, program: join(fluxFolder(), name), kinds: join(fluxFolder(), CRDS) },
        [
          ...['--enable-leader-election=false', '--metrics-addr=0'],
          ...[`--health-addr=${health[index]!}`, ...args],
        ],
        { RUNTIME_NAMESPACE: 'default' },
        async () =>
          (await fetch(`http://${health[index]!}/readyz`).catch(() => undefined))?.ok === true,
      );
    return new Flux(plane, git);
  }

  async stop(): Promise<void> {
    await this.git.stop();
  }

  /** A repository of this name, and a Kustomization that applies it to the namespace. Resolves when that has happened. */
  async keep(name: string, namespace: string, tree: Tree): Promise<void> {
    await this.git.repository(`${namespace}-${name}`, tree);
    await this.plane.apply(
      namespace,
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: { name },
        spec: {
          interval: INTERVAL,
          url: this.git.url(`${namespace}-${name}`),
          ref: { branch: 'main' },
        },
      },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name },
        spec: {
          interval: INTERVAL,
          retryInterval: '2s',
          prune: true,
          targetNamespace: namespace,
          sourceRef: { kind: 'GitRepository', name },
        },
      },
    );
    await this.plane.until(`Flux to apply ${name}`, async () => {
      const { status } = await this.kustomization(name, namespace);
      return isReady(status?.conditions) && status?.lastAppliedRevision !== undefined;
    });
  }

  /** Pushes a commit, and resolves when Flux has applied it. */
  async deploy(name: string, namespace: string, tree: Tree): Promise<string> {
    const commit = await this.git.commit(`${namespace}-${name}`, tree);
    await this.fetched(name, namespace, commit);
    return commit;
  }

  /** Resolves when Flux has applied this commit, which is in Git already. */
  async fetched(name: string, namespace: string, commit: string): Promise<void> {
    await this.request('GitRepository', name, namespace);
    await this.plane.until(`Flux to apply ${commit}`, async () => {
      const { status } = await this.kustomization(name, namespace);
      return status?.lastAppliedRevision?.endsWith(commit) === true;
    });
  }

  /** Asks a Kustomization to reconcile, and resolves when it has. */
  async reconcile(name: string, namespace: string): Promise<void> {
    const token = await this.request('Kustomization', name, namespace);
    await this.plane.until(
      `Flux to reconcile ${name}`,
      async () =>
        (await this.kustomization(name, namespace)).status?.lastHandledReconcileAt === token,
    );
  }

  /** As `flux reconcile` asks; whoever is suspended does not answer. */
  async request(kind: string, name: string, namespace: string): Promise<string> {
    const token = randomUUID();
    const metadata = { annotations: { [REQUESTED]: token } };
    await this.plane.patch(kind, name, namespace, { metadata });
    return token;
  }

  /** As `flux suspend kustomization`, and `flux resume kustomization`. */
  async suspend(name: string, namespace: string, suspend: boolean): Promise<void> {
    await this.plane.patch('Kustomization', name, namespace, { spec: { suspend } });
  }

  kustomization(name: string, namespace: string): Promise<FluxObject> {
    return this.plane.get<FluxObject>('Kustomization', name, namespace);
  }
}

function isReady(conditions: readonly Condition[] = []): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
