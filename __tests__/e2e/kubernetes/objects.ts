/** Objects of the API, as far as tests look into them. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

export interface PodTemplate {
  readonly metadata?: Partial<Metadata>;
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly [field: string]: unknown;
  };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A Deployment, StatefulSet, DaemonSet or ReplicaSet. */
export interface Workload extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: PodTemplate;
    readonly [field: string]: unknown;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly numberAvailable?: number;
    readonly conditions?: readonly Condition[];
  };
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: { readonly exitCode: number; readonly reason?: string };
}

export interface Pod extends KubernetesObject {
  readonly spec: PodTemplate['spec'] & { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly image: string;
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}

/** Where the objects of a kind are served. */
const homes: Readonly<Record<string, { readonly root: string; readonly plural: string }>> = {
  Namespace: { root: '/api/v1', plural: 'namespaces' },
  Node: { root: '/api/v1', plural: 'nodes' },
  Pod: { root: '/api/v1', plural: 'pods' },
  Service: { root: '/api/v1', plural: 'services' },
  ServiceAccount: { root: '/api/v1', plural: 'serviceaccounts' },
  ConfigMap: { root: '/api/v1', plural: 'configmaps' },
  Secret: { root: '/api/v1', plural: 'secrets' },
  Event: { root: '/api/v1', plural: 'events' },
  Deployment: { root: '/apis/apps/v1', plural: 'deployments' },
  StatefulSet: { root: '/apis/apps/v1', plural: 'statefulsets' },
  DaemonSet: { root: '/apis/apps/v1', plural: 'daemonsets' },
  ReplicaSet: { root: '/apis/apps/v1', plural: 'replicasets' },
  ControllerRevision: { root: '/apis/apps/v1', plural: 'controllerrevisions' },
  Job: { root: '/apis/batch/v1', plural: 'jobs' },
  HorizontalPodAutoscaler: { root: '/apis/autoscaling/v2', plural: 'horizontalpodautoscalers' },
  PodDisruptionBudget: { root: '/apis/policy/v1', plural: 'poddisruptionbudgets' },
  Role: { root: '/apis/rbac.authorization.k8s.io/v1', plural: 'roles' },
  GitRepository: { root: '/apis/source.toolkit.fluxcd.io/v1', plural: 'gitrepositories' },
  Kustomization: { root: '/apis/kustomize.toolkit.fluxcd.io/v1', plural: 'kustomizations' },
  Application: { root: '/apis/argoproj.io/v1alpha1', plural: 'applications' },
  Rollout: { root: '/apis/argoproj.io/v1alpha1', plural: 'rollouts' },
  AnalysisRun: { root: '/apis/argoproj.io/v1alpha1', plural: 'analysisruns' },
  Canary: { root: '/apis/flagger.app/v1beta1', plural: 'canaries' },
  RoleBinding: { root: '/apis/rbac.authorization.k8s.io/v1', plural: 'rolebindings' },
};

/** @param namespace `undefined` for what has none: namespaces and nodes. */
export function pathOfKind(kind: string, namespace: string | undefined, name?: string): string {
  const home = homes[kind];
  if (home === undefined) throw new Error(`no path is known for the kind ${kind}: objects.ts`);
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${home.root}${place}/${home.plural}${name === undefined ? '' : `/${name}`}`;
}
