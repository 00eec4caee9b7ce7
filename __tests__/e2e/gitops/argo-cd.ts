import { join } from 'node:path';
import type { ControlPlane } from '../kubernetes/control-plane.js';
import { type KubernetesObject, pathOfKind, type Workload } from '../kubernetes/objects.js';
import { isRolledOut } from '../kubernetes/rollout.js';
import { argoCdFolder, CRDS } from './components.js';
import { GitServer, type Tree } from './git-server.js';

/** Where the applications are, as in most installations. */
export const ARGO = 'argocd';
const TRACKING = 'argocd.argoproj.io/tracking-id';
const REFRESH = 'argocd.argoproj.io/refresh';

/** What makes an application act by itself; without it, it is synced by hand. */
export interface Automated {
  readonly selfHeal?: boolean;
  readonly prune?: boolean;
}

interface Operation {
  readonly sync: { readonly revision?: string };
  readonly initiatedBy: { readonly username?: string; readonly automated?: boolean };
}

interface Status {
  readonly sync: { readonly status: 'Synced' | 'OutOfSync'; readonly revision: string };
  readonly health: { readonly status: 'Healthy' | 'Progressing' | 'Degraded' };
  readonly operationState?: {
    readonly phase: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly operation: Operation;
    /** Not yet there while it runs. */
    readonly syncResult?: { readonly revision: string };
  };
  readonly history?: readonly { readonly id: number; readonly revision: string }[];
}

/** An Application, as far as tests look into it. */
export interface Application extends KubernetesObject {
  readonly spec: {
    readonly source: { readonly path: string };
    readonly destination: { readonly namespace: string };
    readonly syncPolicy?: { readonly automated?: Automated };
  };
  readonly operation?: Operation;
  readonly status?: Partial<Status>;
}

/**
 * Argo CD, played by its rules on the real definition of an Application: it compares what a commit says with what is live, syncs by
 * itself or when it is asked to, heals, and looks into Git when it is asked to refresh. What the real one does, and when:
 * https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/ and controller/appcontroller.go (`processAppRefreshQueueItem`,
 * `autoSync`, `processRequestedAppOperation`).
 */
export class ArgoCd {
  /** The commit that each application is compared with: of itself it looks for another one only every few minutes. */
  private readonly known = new Map<string, string>();
  /** Applications that something has happened to. */
  private readonly due = new Set<string>();
  private working: Promise<void> | undefined;
  private failure: unknown;
  private readonly watches: (() => void)[] = [];

  private constructor(
    private readonly plane: ControlPlane,
    readonly git: GitServer,
  ) {}

  static async start(plane: ControlPlane): Promise<ArgoCd> {
    await plane.learn(join(argoCdFolder(), CRDS));
    await plane.api.must('POST', pathOfKind('Namespace', undefined), { metadata: { name: ARGO } });
    // The storage of a new kind is made after the kind is established: until then a watch is answered 429.
    await plane.until(
      'applications to be served',
      async () => (await plane.api.ask('GET', pathOfKind('Application', ARGO))).status === 200,
    );
    const argo = new ArgoCd(plane, await GitServer.start());
    await argo.watch(pathOfKind('Application', ARGO), ({ metadata: { name } }) => name);
    await argo.watch('/apis/apps/v1/deployments', ({ metadata: { annotations } }) =>
      annotations?.[TRACKING]?.replace(/:.*/, ''),
    );
    return argo;
  }

  async stop(): Promise<void> {
    for (const end of this.watches) end();
    await this.working;
    await this.git.stop();
    if (this.failure !== undefined) throw new Error('Argo CD failed', { cause: this.failure });
  }

  /**
   * A repository of this name, and an application that applies a folder of it to the namespace. Resolves when that has happened.
   * @returns the name of the application, which is the only one of this name
   */
  async keep(namespace: string, tree: Tree, automated?: Automated, path = '.'): Promise<string> {
    const name = `shop-${namespace}`;
    await this.git.repository(name, tree);
    await this.plane.apply(ARGO, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name },
      spec: {
        project: 'default',
        source: { repoURL: this.git.url(name), path, targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc', namespace },
        ...(automated === undefined ? {} : { syncPolicy: { automated } }),
      },
    });
    if (automated === undefined) await this.sync(name);
    await this.applied(name, await this.git.head(name));
    return name;
  }

  /** Pushes a commit, has it applied, and resolves when it is. */
  async deploy(name: string, tree: Tree): Promise<string> {
    const commit = await this.git.commit(name, tree);
    await this.refresh(name);
    if ((await this.application(name)).spec.syncPolicy?.automated === undefined)
      await this.sync(name);
    await this.applied(name, commit);
    return commit;
  }

  /** As `argocd app get --refresh`. Resolves when it has looked. */
  async refresh(name: string): Promise<void> {
    const metadata = { annotations: { [REFRESH]: 'normal' } };
    await this.plane.patch('Application', name, ARGO, { metadata });
    await this.until(`a refresh of ${name}`, async () => {
      const { annotations } = (await this.application(name)).metadata;
      return annotations?.[REFRESH] === undefined;
    });
  }

  /** As `argocd app sync`, of the newest commit, or of an old one. */
  async sync(name: string, revision?: string): Promise<void> {
    const operation: Operation = {
      sync: revision === undefined ? {} : { revision },
      initiatedBy: { username: 'ann' },
    };
    await this.plane.patch('Application', name, ARGO, { operation });
    await this.until(
      `a sync of ${name}`,
      async () => (await this.application(name)).operation === undefined,
    );
  }

  application(name: string): Promise<Application> {
    return this.plane.get<Application>('Application', name, ARGO);
  }

  private applied(name: string, commit: string): Promise<void> {
    return this.until(`Argo CD to apply ${commit}`, async () => {
      const { status } = await this.application(name);
      return status?.operationState?.syncResult?.revision === commit;
    });
  }

  private until(what: string, condition: () => Promise<boolean>): Promise<void> {
    return this.plane.until(what, () => {
      if (this.failure !== undefined) throw new Error('Argo CD failed', { cause: this.failure });
      return condition();
    });
  }

  private async watch(
    path: string,
    applicationOf: (object: KubernetesObject) => string | undefined,
  ): Promise<void> {
    const end = await this.plane.api.watch(`${path}?watch=true`, (event) => {
      const name = applicationOf((event as { object: KubernetesObject }).object);
      if (name === undefined) return;
      this.due.add(name);
      this.working ??= this.work();
    });
    this.watches.push(end);
  }

  private async work(): Promise<void> {
    try {
      for (const name of this.due) {
        this.due.delete(name);
        const path = pathOfKind('Application', ARGO, name);
        const { status, body } = await this.plane.api.ask('GET', path);
        if (status === 200) await this.reconcile(body as Application);
      }
    } catch (error) {
      this.failure ??= error;
    }
    this.working = undefined;
  }

  /** One step; what it changes is the event of the next. */
  private async reconcile(app: Application): Promise<void> {
    const { name, annotations } = app.metadata;
    const isAsked = annotations?.[REFRESH] !== undefined;
    if (isAsked || !this.known.has(name)) this.known.set(name, await this.git.head(name));
    const latest = this.known.get(name)!;
    if (app.operation !== undefined) return this.operate(app, app.operation, latest);
    const { live, isSynced } = await this.compare(app, latest);
    const status: Status = {
      sync: { status: isSynced ? 'Synced' : 'OutOfSync', revision: latest },
      health: { status: healthOf(live) },
    };
    if (isAsked || !isSubset(status, app.status ?? {})) {
      // The API server calls the conflict when somebody has changed the object meanwhile.
      const { resourceVersion } = app.metadata;
      const metadata = { resourceVersion, annotations: { [REFRESH]: null } };
      await this.patch(name, { metadata, status });
      return;
    }
    const { automated } = app.spec.syncPolicy ?? {};
    if (isSynced || automated === undefined) return;
    const isNew = app.status?.operationState?.syncResult?.revision !== latest;
    if (isNew || automated.selfHeal === true)
      await this.operate(
        app,
        { sync: { revision: latest }, initiatedBy: { automated: true } },
        latest,
      );
  }

  private async operate(app: Application, operation: Operation, latest: string): Promise<void> {
    const revision = operation.sync.revision ?? latest;
    const startedAt = new Date().toISOString();
    for (const object of await this.desired(app, revision)) await this.apply(object);
    const history = app.status?.history ?? [];
    const finishedAt = new Date().toISOString();
    await this.patch(app.metadata.name, {
      operation: null,
      status: {
        operationState: {
          ...{ phase: 'Succeeded', startedAt, finishedAt, operation },
          syncResult: { revision },
        },
        history: [
          ...history,
          { id: (history.at(-1)?.id ?? -1) + 1, revision, deployedAt: finishedAt },
        ],
      },
    });
  }

  private async compare(
    app: Application,
    revision: string,
  ): Promise<{ readonly live: readonly KubernetesObject[]; readonly isSynced: boolean }> {
    const desired = await this.desired(app, revision);
    const answers = await Promise.all(
      desired.map(({ kind, metadata: { name, namespace } }) =>
        this.plane.api.ask('GET', pathOfKind(kind, namespace, name)),
      ),
    );
    const isSynced = answers.every(
      ({ status, body }, index) => status === 200 && isSubset(desired[index], body),
    );
    const live = answers.flatMap(({ status, body }) =>
      status === 200 ? [body as KubernetesObject] : [],
    );
    return { live, isSynced };
  }

  /** What a commit says, with the marks of the application. JSON is YAML. */
  private async desired(app: Application, revision: string): Promise<readonly KubernetesObject[]> {
    const { source, destination } = app.spec;
    const { name } = app.metadata;
    const files = await this.git.read(name, revision, source.path);
    return Object.values(files).map((text) => {
      const object = JSON.parse(text) as KubernetesObject;
      const { namespace } = destination;
      const group = object.apiVersion.includes('/') ? object.apiVersion.replace(/\/.*/, '') : '';
      const id = `${name}:${group}/${object.kind}:${namespace}/${object.metadata.name}`;
      const annotations = { ...object.metadata.annotations, [TRACKING]: id };
      return { ...object, metadata: { ...object.metadata, namespace, annotations } };
    });
  }

  private async apply(object: KubernetesObject): Promise<void> {
    const { kind, metadata } = object;
    const path = pathOfKind(kind, metadata.namespace, metadata.name);
    const query = '?fieldManager=argocd-controller&force=true';
    await this.plane.api.must('PATCH', path + query, object, 'application/apply-patch+yaml');
  }

  /** Of one that has changed meanwhile, or is gone, there is a newer event. */
  private async patch(name: string, patch: object): Promise<void> {
    const path = pathOfKind('Application', ARGO, name);
    const type = 'application/merge-patch+json';
    const { status, body } = await this.plane.api.ask('PATCH', path, patch, type);
    if (![200, 404, 409].includes(status))
      throw new Error(`a patch of ${name} was answered ${String(status)}: ${JSON.stringify(body)}`);
  }
}

function healthOf(live: readonly KubernetesObject[]): Status['health']['status'] {
  const isDeployment = (one: KubernetesObject): one is Workload => one.kind === 'Deployment';
  const deployments = live.filter(isDeployment);
  const isStuck = ({ status }: Workload): boolean =>
    status?.conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded') === true;
  if (deployments.some(isStuck)) return 'Degraded';
  return deployments.every(isRolledOut) ? 'Healthy' : 'Progressing';
}

/** Whether all that is wanted is there; what the API server adds is not wanted and not missed. */
function isSubset(wanted: unknown, live: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === live;
  if (typeof live !== 'object' || live === null) return false;
  return Object.entries(wanted).every(([key, value]) =>
    isSubset(value, (live as Readonly<Record<string, unknown>>)[key]),
  );
}
