import { fields, listOf, numberOf, textOf, textsOf } from '../json.js';
import { itemsOf, type Kubectl } from './kubectl.js';

/** The kinds that run pods by a template and keep its history, with the name of their resource. */
export const workloadResources = {
  deployment: 'deployments',
  statefulset: 'statefulsets',
  daemonset: 'daemonsets',
  rollout: 'rollouts',
} as const;
export type WorkloadKind = keyof typeof workloadResources;

export interface WorkloadName {
  readonly kind: WorkloadKind;
  readonly name: string;
}

/** A workload as the cluster has it. */
export interface Workload extends WorkloadName {
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The template of its pods. */
  readonly template: Readonly<Record<string, unknown>>;
  /** For `kubectl get -l`. */
  readonly selector: string | undefined;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}

/** The API group of the kind: a Rollout is one of Argo Rollouts, the others are Kubernetes' own. */
export function groupOf({ kind }: Pick<WorkloadName, 'kind'>): 'apps' | 'argoproj.io' {
  return kind === 'rollout' ? 'argoproj.io' : 'apps';
}

/** `deployment/api`. @returns `undefined` for what is no name of a workload */
export function parseWorkloadName(text: string): WorkloadName | undefined {
  const [kind = '', name = ''] = text.split('/');
  return name !== '' && isWorkloadKind(kind) ? { kind, name } : undefined;
}

function isWorkloadKind(text: string): text is WorkloadKind {
  return Object.hasOwn(workloadResources, text);
}

/** The name that all strategies use for it: `deployment/api`. */
export function nameOf({ kind, name }: WorkloadName): string {
  return `${kind}/${name}`;
}

/** With its namespace, for people: `deployment/shop/api`. */
export function fullNameOf({
  kind,
  name,
  namespace,
}: WorkloadName & { namespace: string }): string {
  return `${kind}/${namespace}/${name}`;
}

/** As kubectl takes it; with the group, because other groups may have a kind of the same name. */
export function objectOf({ kind, name }: WorkloadName): string {
  return `${workloadResources[kind]}.${groupOf({ kind })}/${name}`;
}

/** @returns `undefined` for an object that is no workload */
export function asWorkload(object: unknown): Workload | undefined {
  const { kind, metadata, spec, status } = fields(object);
  const meta = fields(metadata);
  const lower = String(kind).toLowerCase();
  const name = textOf(meta.name);
  if (!isWorkloadKind(lower) || name === undefined) return undefined;
  return {
    kind: lower,
    name,
    namespace: textOf(meta.namespace) ?? '',
    uid: textOf(meta.uid) ?? '',
    resourceVersion: textOf(meta.resourceVersion) ?? '',
    generation: numberOf(meta.generation) ?? 0,
    labels: textsOf(meta.labels),
    annotations: textsOf(meta.annotations),
    template: fields(fields(spec).template),
    selector: selectorText(fields(spec).selector),
    spec: fields(spec),
    status: fields(status),
  };
}

/** Those of the workloads that exist, by {@link nameOf}. One call for all. */
export async function getWorkloads(
  kubectl: Kubectl,
  names: readonly WorkloadName[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Workload>> {
  if (names.length === 0) return new Map();
  const answer = await kubectl.get([...names.map(objectOf), '--ignore-not-found'], signal);
  const objects = names.length === 1 && fields(answer).kind !== 'List' ? [answer] : itemsOf(answer);
  const found = objects.flatMap((object) => asWorkload(object) ?? []);
  return new Map(found.map((workload) => [nameOf(workload), workload]));
}

/** How many pods it is to have; `undefined` for a DaemonSet, where the nodes decide. */
export function desiredReplicas({ kind, spec }: Workload): number | undefined {
  // The API server fills in 1 where nothing is said.
  return kind === 'daemonset' ? undefined : (numberOf(spec.replicas) ?? 1);
}

/** The images of a pod template's containers, each once, in order. */
export function imagesOf(template: unknown): readonly string[] {
  const spec = fields(fields(template).spec);
  const images = listOf(spec.containers).flatMap(
    (container) => textOf(fields(container).image) ?? [],
  );
  return [...new Set(images)];
}

/**
 * A LabelSelector as `kubectl get -l` takes it; `undefined` for one that we do not understand, or that selects everything.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
function selectorText(selector: unknown): string | undefined {
  const { matchLabels, matchExpressions } = fields(selector);
  const parts = [
    ...Object.entries(textsOf(matchLabels)).map(([key, value]) => `${key}=${value}`),
    ...listOf(matchExpressions).map(expressionText),
  ];
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.join(',');
}

function expressionText(expression: unknown): string | undefined {
  const { key, operator, values } = fields(expression);
  const name = textOf(key);
  if (name === undefined) return undefined;
  const choice = listOf(values).map(String).join(',');
  switch (operator) {
    case 'In':
      return `${name} in (${choice})`;
    case 'NotIn':
      return `${name} notin (${choice})`;
    case 'Exists':
      return name;
    case 'DoesNotExist':
      return `!${name}`;
    default:
      return undefined;
  }
}
