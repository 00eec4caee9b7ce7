import { canonicalJson, pureTemplate } from '../../src/strategies/kubernetes/versions.js';
import { isReady, type Obj, ownedBy } from './stand-in-objects.js';

const HASH = 'rollouts-pod-template-hash';
const REVISION = 'rollout.argoproj.io/revision';

/** What it needs of the cluster. */
interface Cluster {
  readonly objects: Obj[];
  readonly abortReasons: ReadonlyMap<string, string>;
  owned(owner: Obj, kind: string): Obj[];
  metadata(name: string): Obj['metadata'];
  pod(object: Obj, name: string, uid: string, label: Record<string, string>): Obj;
  remove(object: Obj): void;
  setStatus(object: Obj, status: Record<string, unknown>): void;
}

interface Step {
  readonly setWeight?: number;
  readonly pause?: object;
}

/** What is asked of a Rollout by its spec. */
interface Asked {
  readonly replicas: number;
  readonly steps: readonly Step[];
  readonly isBlueGreen: boolean;
  readonly isRouted: boolean;
}

/**
 * One step of the controller of Argo Rollouts, as 1.10.1 was seen to act: the API server fills defaults into the templates of its
 * ReplicaSets and not into that of the Rollout, an abort leaves the spec and the pods of a version in the middle as they are, a template
 * that is not the stable one runs the steps from their beginning.
 */
export function syncRollout(cluster: Cluster, object: Obj, now: string): void {
  const status = structuredClone(object.status);
  const current = currentSet(cluster, object);
  const hash = current.metadata.labels[HASH]!;
  object.metadata.annotations[REVISION] = current.metadata.annotations[REVISION]!;
  const asked = askedOf(object);
  if (status.currentPodHash !== hash) {
    for (const field of ['abort', 'abortedAt', 'promoteFull', 'pauseConditions'])
      Reflect.deleteProperty(status, field);
    status.currentPodHash = hash;
    status.stableRS ??= hash;
    status.currentStepIndex = status.stableRS === hash ? asked.steps.length : 0;
    status.conditions = [];
  } else {
    scale(cluster, object, asked, status, current);
    advance(cluster, object, asked, status, current, now);
  }
  settlePods(cluster, object);
  report(cluster, object, asked, status, current);
}

function askedOf({ spec }: Obj): Asked {
  const { canary, blueGreen } = spec.strategy as {
    canary?: { steps?: readonly Step[]; trafficRouting?: object };
    blueGreen?: object;
  };
  return {
    replicas: Number(spec.replicas),
    steps: canary?.steps ?? [],
    isBlueGreen: blueGreen !== undefined,
    isRouted: canary?.trafficRouting !== undefined,
  };
}

function setsOf(cluster: Cluster, object: Obj): readonly Obj[] {
  return cluster.owned(object, 'ReplicaSet');
}

function currentSet(cluster: Cluster, object: Obj): Obj {
  const sets = setsOf(cluster, object);
  const newest = Math.max(0, ...sets.map(numberOf));
  const wanted = canonicalJson(withDefaults(pureTemplate(object.spec.template)));
  const found = sets.find((set) => canonicalJson(pureTemplate(set.spec.template)) === wanted);
  if (found !== undefined) {
    if (numberOf(found) < newest) found.metadata.annotations[REVISION] = String(newest + 1);
    return found;
  }
  const metadata = cluster.metadata(object.metadata.name);
  const hash = metadata.uid.replace('uid-', 'r');
  const labels = { app: object.metadata.name, [HASH]: hash };
  const made: Obj = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      ...metadata,
      ...{ name: `${object.metadata.name}-${hash}`, labels, ownerReferences: [ownedBy(object)] },
      annotations: { [REVISION]: String(newest + 1) },
    },
    spec: { replicas: 0, template: withHash(withDefaults(object.spec.template), hash) },
    status: {},
  };
  cluster.objects.push(made);
  return made;
}

function numberOf({ metadata }: Obj): number {
  return Number(metadata.annotations[REVISION]);
}

/** Some of what the API server fills in. */
function withDefaults(template: unknown): Record<string, unknown> {
  const { metadata, spec } = structuredClone(template) as {
    metadata: object;
    spec: { containers: object[] };
  };
  const containers = spec.containers.map((container) => ({
    ...{ imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' },
    ...container,
  }));
  return { metadata, spec: { restartPolicy: 'Always', ...spec, containers } };
}

function withHash(template: Record<string, unknown>, hash: string): Record<string, unknown> {
  const metadata = template.metadata as { labels: Record<string, string> };
  return { ...template, metadata: { ...metadata, labels: { ...metadata.labels, [HASH]: hash } } };
}

/** How many pods each version is to have. */
function scale(
  cluster: Cluster,
  object: Obj,
  { replicas, steps, isBlueGreen, isRouted }: Asked,
  status: Obj['status'],
  current: Obj,
): void {
  const sets = setsOf(cluster, object);
  const stable = sets.find((set) => set.metadata.labels[HASH] === status.stableRS);
  const others = sets.filter((set) => set !== stable && set !== current);
  const set = (one: Obj | undefined, count: number): void => {
    if (one !== undefined) one.spec.replicas = count;
  };
  if (stable === current || status.promoteFull === true) {
    set(current, replicas);
    for (const other of sets) if (other !== current) set(other, 0);
    return;
  }
  // What is aborted stays for its scale-down delay, where it gets no requests.
  const isKept = isRouted || isBlueGreen;
  if (status.abort === true) {
    set(stable, replicas);
    if (!isKept) set(current, 0);
    return;
  }
  if (isBlueGreen) {
    set(current, replicas);
    return;
  }
  const upTo = steps.slice(0, Number(status.currentStepIndex) + 1);
  const weight = upTo.findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
  const isDone = Number(status.currentStepIndex) >= steps.length;
  const canaries = isDone ? replicas : Math.ceil((replicas * weight) / 100);
  set(current, canaries);
  set(stable, isRouted ? replicas : Math.max(0, replicas - canaries - countOf(others)));
}

function countOf(sets: readonly Obj[]): number {
  return sets.reduce((sum, { spec }) => sum + Number(spec.replicas), 0);
}

/** The next step, or the end of all. */
function advance(
  cluster: Cluster,
  object: Obj,
  { replicas, steps, isBlueGreen }: Asked,
  status: Obj['status'],
  current: Obj,
  now: string,
): void {
  const hash = current.metadata.labels[HASH];
  if (status.abort === true) {
    status.abortedAt ??= now;
    Reflect.deleteProperty(status, 'pauseConditions');
    return;
  }
  if (status.stableRS === hash) return;
  const ready = podsOf(cluster, current).filter(isReady).length;
  const atLast = status.promoteFull === true || Number(status.currentStepIndex) >= steps.length;
  if (atLast && !(isBlueGreen && status.promoteFull !== true)) {
    if (ready < replicas) return;
    status.stableRS = hash;
    status.currentStepIndex = steps.length;
    Reflect.deleteProperty(status, 'promoteFull');
    Reflect.deleteProperty(status, 'pauseConditions');
    return;
  }
  const step = steps[Number(status.currentStepIndex)];
  if (isBlueGreen || step?.pause !== undefined)
    status.pauseConditions = [{ reason: isBlueGreen ? 'BlueGreenPause' : 'CanaryPauseStep' }];
  else if (ready >= Number(current.spec.replicas))
    status.currentStepIndex = Number(status.currentStepIndex) + 1;
}

function podsOf(cluster: Cluster, set: Obj): readonly Obj[] {
  return cluster.owned(set, 'Pod');
}

/** Each version gains or loses one pod. */
function settlePods(cluster: Cluster, object: Obj): void {
  for (const set of setsOf(cluster, object)) {
    const pods = podsOf(cluster, set);
    const count = Number(set.spec.replicas);
    if (pods.length > count) cluster.remove(pods.at(-1)!);
    if (pods.length < count) {
      const hash = set.metadata.labels[HASH]!;
      const of = { ...object, spec: { template: set.spec.template } };
      const name = `${set.metadata.name}-${cluster.metadata('').uid}`;
      cluster.objects.push(cluster.pod(of, name, set.metadata.uid, { [HASH]: hash }));
    }
    set.status = { availableReplicas: podsOf(cluster, set).filter(isReady).length };
  }
}

function report(
  cluster: Cluster,
  object: Obj,
  { replicas, isBlueGreen, isRouted }: Asked,
  status: Obj['status'],
  current: Obj,
): void {
  const sets = setsOf(cluster, object);
  const all = sets.flatMap((set) => podsOf(cluster, set));
  const updated = podsOf(cluster, current).length;
  const revision = current.metadata.annotations[REVISION]!;
  const isStable = status.stableRS === current.metadata.labels[HASH];
  const because = cluster.abortReasons.get(object.metadata.name);
  const aborted = `Rollout aborted update to revision ${revision}${because === undefined ? '' : `: ${because}`}`;
  const isAborted = status.abort === true && status.abortedAt !== undefined;
  const isDone =
    isStable && updated >= replicas && (isRouted || isBlueGreen || all.length === updated);
  const [phase, message] = isAborted
    ? ['Degraded', `RolloutAborted: ${aborted}`]
    : status.pauseConditions !== undefined
      ? ['Paused', 'CanaryPauseStep']
      : isDone && all.filter(isReady).length >= replicas
        ? ['Healthy', '']
        : ['Progressing', 'more replicas need to be updated'];
  cluster.setStatus(object, {
    ...status,
    observedGeneration: String(object.metadata.generation),
    replicas: all.length,
    // The API server leaves out what is 0.
    updatedReplicas: updated === 0 ? undefined : updated,
    availableReplicas: all.filter(isReady).length,
    conditions: isAborted
      ? [{ type: 'Progressing', status: 'False', reason: 'RolloutAborted', message: aborted }]
      : [],
    ...(isRouted && {
      canary: {
        weights: isStable || isAborted ? weights(0) : weights(20),
      },
    }),
    ...(isBlueGreen && { blueGreen: { activeSelector: status.stableRS } }),
    ...{ phase, message },
  });
}

function weights(canary: number): object {
  return { canary: { weight: canary }, stable: { weight: 100 - canary } };
}
