import type { KubernetesObject, PodTemplate, Workload } from './objects.js';

/** The registry does not exist, and nobody asks it: what a container does follows from its tag (stages.ts). */
export function image(tag: string, name = 'api'): string {
  return `registry.test/${name}:${tag}`;
}

interface Options {
  readonly replicas?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Further fields of the pod's specification. */
  readonly pod?: Readonly<Record<string, unknown>>;
  /** Further fields of the workload's specification. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

function template(name: string, tag: string, { pod = {} }: Options): PodTemplate {
  return {
    metadata: { labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: image(tag, name) }],
      ...pod,
    },
  };
}

function workload(
  kind: string,
  name: string,
  tag: string,
  options: Options,
  own: object,
): Workload {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name,
      ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
    },
    spec: {
      selector: { matchLabels: { app: name } },
      ...own,
      ...(options.replicas === undefined ? {} : { replicas: options.replicas }),
      template: template(name, tag, options),
      ...options.spec,
    },
  };
}

/** Two replicas unless told. It gives up on a rollout early, so that a test does not wait for ten minutes. */
export function deployment(name: string, tag: string, options: Options = {}): Workload {
  const own = { replicas: 2, progressDeadlineSeconds: 20 };
  return workload('Deployment', name, tag, options, own);
}

export function statefulSet(name: string, tag: string, options: Options = {}): Workload {
  return workload('StatefulSet', name, tag, options, { replicas: 2, serviceName: name });
}

export function daemonSet(name: string, tag: string, options: Options = {}): Workload {
  return workload('DaemonSet', name, tag, options, {});
}

/**
 * There are no metrics in this cluster, but the autoscaler enforces its limits without any: who moves them makes it scale.
 */
export function autoscaler(
  of: { readonly kind: string; readonly name: string },
  minReplicas: number,
  maxReplicas: number,
): KubernetesObject & { readonly spec: object } {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: of.name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', ...of },
      minReplicas,
      maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    },
  };
}
