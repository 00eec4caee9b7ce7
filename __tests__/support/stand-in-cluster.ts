import type { Exec, ExecResult } from '../../src/support/exec.js';
import { canonicalJson, pureTemplate } from '../../src/strategies/kubernetes/versions.js';
import { isReady, type Obj, ownedBy } from './stand-in-objects.js';
import { syncRollout } from './stand-in-rollouts.js';
import type { VirtualClock } from './virtual-clock.js';

export type Kind = 'deployment' | 'statefulset' | 'daemonset' | 'rollout';
const kinds = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  rollout: 'Rollout',
};
const resources: Record<string, string> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  rollouts: 'Rollout',
  canaries: 'Canary',
  replicasets: 'ReplicaSet',
  controllerrevisions: 'ControllerRevision',
  pods: 'Pod',
  applications: 'Application',
  kustomizations: 'Kustomization',
  helmreleases: 'HelmRelease',
  imageupdateautomations: 'ImageUpdateAutomation',
};
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

/** A call of kubectl, without what every call has. */
export interface Call {
  readonly args: readonly string[];
  readonly input: string | undefined;
}

/** Comes before a call; what it returns is the answer, `undefined` lets the cluster answer. */
export type Hook = (
  call: Call,
  signal: AbortSignal,
) => Partial<ExecResult> | undefined | Promise<Partial<ExecResult> | undefined>;

const ok: ExecResult = { code: 0, signal: null, stdout: '', stderr: '' };
export const failing = (stderr: string, code = 1): ExecResult => ({ ...ok, code, stderr });

const TICK_MS = 500;

/**
 * A cluster behind a kubectl that runs no process: get, patch with preconditions, reviews, and controllers that act as time
 * passes. A container whose image has the tag `bad` crashes, `missing` cannot be pulled, `unready` never becomes ready.
 */
export class StandInCluster {
  /** What the kubeconfig names; another one is not there. */
  namespace = 'shop';
  readonly calls: Call[] = [];
  readonly objects: Obj[] = [];
  hooks: Hook[] = [];
  /** Verbs that are not allowed: `patch deployments`. */
  readonly denied = new Set<string>();
  /** Controllers do nothing while this is set. */
  asleep = false;
  /** Kinds that the cluster does not have: `canaries`. */
  readonly missingKinds = new Set(['canaries']);
  /** Why Argo Rollouts aborts an update by itself, by the name of the Rollout. */
  readonly abortReasons = new Map<string, string>();
  logs = '';
  /** What a registry has under a name now, as the runtime of a node writes it; a name that is not here has no id. */
  readonly registry = new Map<string, string>();
  private version = 1000;
  private uids = 0;
  private ticked: number;

  constructor(private readonly clock: VirtualClock) {
    this.ticked = clock.now();
  }

  /** Puts a workload there and lets it become what it is to be. */
  async create(kind: Kind, name: string, image: string, spec: Record<string, unknown> = {}) {
    const object: Obj = {
      apiVersion: kind === 'rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1',
      kind: kinds[kind],
      metadata: this.metadata(name),
      spec: {
        ...(kind === 'daemonset' ? {} : { replicas: 2 }),
        ...(kind === 'deployment' ? { revisionHistoryLimit: 10 } : {}),
        ...(kind === 'rollout' ? { strategy: { canary: {} } } : {}),
        selector: { matchLabels: { app: name } },
        template: template(name, image),
        ...spec,
      },
      status: {},
    };
    this.objects.push(object);
    await this.settle();
    return object;
  }

  /** Deploys another image and, unless told otherwise, lets the controllers finish. */
  async deploy(name: string, image: string, annotations: Record<string, string> = {}) {
    this.deployNow(name, image, annotations);
    await this.settle();
  }

  /** Something that keeps workloads as their source says. */
  keeper(
    kind: 'Application' | 'Kustomization' | 'HelmRelease' | 'ImageUpdateAutomation' | 'Canary',
    name: string,
    spec: Record<string, unknown>,
    status: Record<string, unknown> = {},
  ): Obj {
    const object = {
      apiVersion: 'keeper/v1',
      kind,
      metadata: { ...this.metadata(name), namespace: 'keepers' },
      spec,
      status,
    };
    this.objects.push(object);
    return object;
  }

  deployNow(name: string, image: string, annotations: Record<string, string> = {}): void {
    const object = this.workload(name);
    object.spec.template = template(object.metadata.name, image);
    object.metadata.annotations = { ...object.metadata.annotations, ...annotations };
    object.metadata.generation++;
    this.touch(object);
  }

  /** As `kubectl rollout restart` does it. */
  async restart(name: string): Promise<void> {
    const object = this.workload(name);
    const at = new Date(this.clock.now()).toISOString();
    const { metadata, ...rest } = object.spec.template as { metadata: object };
    const annotations = { 'kubectl.kubernetes.io/restartedAt': at };
    object.spec.template = { ...rest, metadata: { ...metadata, annotations } };
    object.metadata.generation++;
    this.touch(object);
    await this.settle();
  }

  /** Something that is no deploy: an autoscaler, a status. */
  scale(name: string, replicas: number): void {
    const object = this.workload(name);
    object.spec.replicas = replicas;
    object.metadata.generation++;
    this.touch(object);
  }

  workload(name: string): Obj {
    const [kind = '', short = ''] = name.includes('/') ? name.split('/') : ['', name];
    const found = this.objects.find(
      (object) =>
        object.metadata.name === short &&
        (kind === ''
          ? Object.values(kinds).includes(object.kind)
          : object.kind.toLowerCase() === kind),
    );
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  image(name: string): string {
    const { containers } = (this.workload(name).spec.template as { spec: PodSpec }).spec;
    return containers[0]!.image;
  }

  of(kind: string): Obj[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  remove(object: Obj): void {
    this.objects.splice(this.objects.indexOf(object), 1);
  }

  touch(object: Obj): void {
    object.metadata.resourceVersion = String(++this.version);
  }

  /** How often kubectl was called with this verb. */
  count(verb: string): number {
    return this.calls.filter(({ args }) => args[0] === verb).length;
  }

  /** Lets the controllers work for some time. */
  async settle(ms = 10_000): Promise<void> {
    await this.clock.advance(ms);
    this.tick();
  }

  readonly exec: Exec = async (program, args, options) => {
    if (program !== 'kubectl') throw new Error(`${program} is not to be run`);
    if (options.signal.aborted)
      return {
        ...ok,
        code: null,
        stopped: 'aborted',
        spawnError: { code: 'ABORTED', message: '' },
      };
    this.tick();
    const call: Call = { args: withoutCommon(args), input: options.input };
    this.calls.push(call);
    for (const hook of [...this.hooks]) {
      const answer = await hook(call, options.signal);
      if (answer !== undefined) return { ...ok, ...answer };
    }
    return this.answer(call);
  };

  answer(call: Call): ExecResult {
    const [verb = '', ...rest] = call.args;
    switch (verb) {
      case 'get':
        return this.get(rest);
      case 'patch':
        return this.patch(rest, call.input);
      case 'create':
        return this.review(call.input ?? '');
      case 'config':
        return {
          ...ok,
          stdout: JSON.stringify({ contexts: [{ context: { namespace: 'shop' } }] }),
        };
      case 'logs':
        return { ...ok, stdout: this.logs };
      case 'delete': {
        const pod = this.of('Pod').find(({ metadata }) => metadata.name === rest[1]);
        if (this.denied.has('delete pods')) return forbidden('delete', 'pods');
        if (pod !== undefined) this.remove(pod);
        return ok;
      }
      default:
        return failing(`error: unknown command "${verb}" for "kubectl"`);
    }
  }

  private get(args: readonly string[]): ExecResult {
    const at = args.indexOf('-l');
    const values = [at, args.indexOf('-n')].filter((flag) => flag !== -1);
    const names = args.filter((arg, index) => !arg.startsWith('-') && !values.includes(index - 1));
    const plain = names.filter((name) => name !== 'json');
    const unknown = plain.find((name) => this.missingKinds.has(name.split(/[./]/)[0]!));
    if (unknown !== undefined)
      return failing(
        `error: the server doesn't have a resource type "${unknown.split(/[./]/)[0]!}"`,
      );
    if (plain.length === 1 && !plain[0]!.includes('/')) {
      const resource = plain[0]!.split('.')[0]!;
      if (this.denied.has(`list ${resource}`)) return forbidden('list', resource);
      const requested = at === -1 ? [] : (args[at + 1] ?? '').split(',');
      const items = this.of(resources[resource] ?? '').filter(({ metadata }) =>
        requested.every((pair) => metadata.labels[pair.split('=')[0]!] === pair.split('=')[1]),
      );
      return this.shown({ apiVersion: 'v1', kind: 'List', items });
    }
    const items: Obj[] = [];
    for (const name of plain) {
      const [resource = '', short = ''] = name.split('/');
      const plural = resource.split('.')[0]!;
      if (plural === 'namespaces' && short === this.namespace) {
        const metadata = { name: short };
        return { ...ok, stdout: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }) };
      }
      if (this.denied.has(`get ${plural}`)) return forbidden('get', plural, short);
      const found = this.of(resources[plural] ?? '').find(
        ({ metadata }) => metadata.name === short,
      );
      if (found !== undefined) items.push(found);
      else if (!args.includes('--ignore-not-found'))
        return failing(`Error from server (NotFound): ${resource} "${short}" not found`);
    }
    if (items.length === 0) return ok;
    return this.shown(plain.length === 1 ? items[0]! : { apiVersion: 'v1', kind: 'List', items });
  }

  private shown(object: object): ExecResult {
    return { ...ok, stdout: JSON.stringify(object, null, 4) };
  }

  private patch(args: readonly string[], input: string | undefined): ExecResult {
    const [resource = '', short = ''] = (args[0] ?? '').split('/');
    const plural = resource.split('.')[0]!;
    const isStatus = args.includes('--subresource=status');
    if (this.denied.has(`patch ${plural}${isStatus ? '/status' : ''}`))
      return forbidden('patch', plural, short);
    const object = this.of(resources[plural] ?? '').find(({ metadata }) => metadata.name === short);
    if (object === undefined)
      return failing(`Error from server (NotFound): ${resource} "${short}" not found`);
    const text = args.includes('-p') ? args[args.indexOf('-p') + 1]! : (input ?? '');
    const before = canonicalJson(object.spec);
    const copy = structuredClone(object);
    for (const operation of JSON.parse(text) as Operation[])
      if (!apply(copy, operation))
        return failing(
          'The request is invalid: the server rejected our request due to an error in our request',
        );
    // A status is changed by its own resource, and by nothing else.
    if (isStatus) object.status = copy.status;
    else Object.assign(object, copy, { status: object.status });
    if (canonicalJson(object.spec) !== before) object.metadata.generation++;
    this.touch(object);
    return this.shown(object);
  }

  private review(input: string): ExecResult {
    const list = JSON.parse(input) as { items: ReviewObject[] };
    const documents = list.items.map((item) => {
      const { verb, resource, subresource } = item.spec.resourceAttributes;
      const what = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
      return { ...item, status: { allowed: !this.denied.has(what) } };
    });
    // One after the other, as kubectl prints them.
    return { ...ok, stdout: documents.map((it) => `${JSON.stringify(it, null, 4)}\n`).join('') };
  }

  metadata(name: string, labels: Record<string, string> = {}): Obj['metadata'] {
    return {
      name,
      namespace: this.namespace,
      uid: `uid-${String(++this.uids)}`,
      resourceVersion: String(++this.version),
      generation: 1,
      creationTimestamp: new Date(this.clock.now()).toISOString().replace(/\.\d+/, ''),
      labels,
      annotations: {},
    };
  }

  /** The controllers do what they would have done until now. */
  private tick(): void {
    // After a minute of work nothing is left to be done.
    this.ticked = Math.max(this.ticked, this.clock.now() - 60_000);
    while (this.ticked + TICK_MS <= this.clock.now()) {
      this.ticked += TICK_MS;
      if (this.asleep) continue;
      for (const object of [...this.objects]) {
        if (object.kind === 'Deployment') this.syncDeployment(object);
        if (object.kind === 'Rollout' && object.spec.paused !== true)
          syncRollout(this, object, new Date(this.ticked).toISOString());
        if (object.kind === 'StatefulSet' || object.kind === 'DaemonSet') this.syncOther(object);
      }
    }
  }

  private syncDeployment(object: Obj): void {
    if (object.spec.paused === true) return;
    const sets = this.owned(object, 'ReplicaSet');
    const newest = Math.max(0, ...sets.map(revisionOf));
    let current = sets.find((set) => sameTemplate(set.spec.template, object.spec.template));
    if (current === undefined) {
      const hash = `h${String(++this.uids)}`;
      const labels = { ...podLabels(object), 'pod-template-hash': hash };
      current = {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          ...this.metadata(`${object.metadata.name}-${hash}`, labels),
          ownerReferences: [ownedBy(object)],
        },
        spec: { template: withLabel(object.spec.template, 'pod-template-hash', hash) },
        status: {},
      };
      this.objects.push(current);
    }
    for (const [key, value] of Object.entries(object.metadata.annotations))
      if (!notCopied.has(key)) current.metadata.annotations[key] = value;
    const had = revisionOf(current);
    const others = sets.filter((set) => set !== current);
    if (had === 0 || had < newest) {
      if (had > 0)
        current.metadata.annotations['deployment.kubernetes.io/revision-history'] = String(had);
      current.metadata.annotations['deployment.kubernetes.io/revision'] = String(newest + 1);
    }
    object.metadata.annotations['deployment.kubernetes.io/revision'] = String(revisionOf(current));
    const replicas = Number(object.spec.replicas);
    const pods = this.rollOut(object, current.metadata.uid, replicas, {
      'pod-template-hash': current.metadata.labels['pod-template-hash']!,
    });
    const limit = Number(object.spec.revisionHistoryLimit ?? 10);
    for (const set of others.sort((a, b) => revisionOf(b) - revisionOf(a)).slice(limit))
      this.remove(set);
    this.setStatus(object, {
      replicas: pods.all,
      updatedReplicas: pods.updated,
      readyReplicas: pods.ready,
      availableReplicas: pods.ready,
      conditions: [
        {
          type: 'Progressing',
          lastUpdateTime:
            pods.updated === replicas && object.status.replicas === pods.all
              ? progressedAt(object, this.clock)
              : new Date(this.ticked).toISOString(),
        },
      ],
    });
  }

  private syncOther(object: Obj): void {
    const histories = this.owned(object, 'ControllerRevision');
    const newest = Math.max(0, ...histories.map(({ revision }) => revision ?? 0));
    const data = { spec: { template: { ...(object.spec.template as object), $patch: 'replace' } } };
    let current = histories.find((one) => canonicalJson(one.data) === canonicalJson(data));
    if (current === undefined) {
      const hash = `c${String(++this.uids)}`;
      current = {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: {
          ...this.metadata(`${object.metadata.name}-${hash}`, podLabels(object)),
          ownerReferences: [ownedBy(object)],
        },
        spec: {},
        status: {},
        data,
        revision: 0,
      };
      this.objects.push(current);
    }
    if ((current.revision ?? 0) < newest || current.revision === 0) current.revision = newest + 1;
    const label =
      object.kind === 'StatefulSet'
        ? current.metadata.name
        : current.metadata.name.slice(object.metadata.name.length + 1);
    const requested = object.kind === 'StatefulSet' ? Number(object.spec.replicas) : 2;
    const pods = this.rollOut(object, object.metadata.uid, requested, {
      'controller-revision-hash': label,
    });
    this.setStatus(
      object,
      object.kind === 'StatefulSet'
        ? {
            replicas: pods.all,
            updatedReplicas: pods.updated,
            readyReplicas: pods.ready,
            availableReplicas: pods.ready,
            updateRevision: current.metadata.name,
          }
        : {
            desiredNumberScheduled: requested,
            updatedNumberScheduled: pods.updated,
            numberAvailable: pods.ready,
          },
    );
  }

  /** One step of a rollout: one pod of another version makes place for one of the live version. */
  private rollOut(
    object: Obj,
    controller: string,
    requested: number,
    label: Record<string, string>,
  ): { all: number; updated: number; ready: number } {
    const [key, value] = Object.entries(label)[0]!;
    const pods = (): Obj[] =>
      this.of('Pod').filter(({ metadata }) => metadata.labels.app === object.metadata.name);
    const isUpdated = (pod: Obj): boolean => pod.metadata.labels[key] === value;
    const strategy = (object.spec.updateStrategy ?? {}) as {
      type?: string;
      rollingUpdate?: { partition?: number };
    };
    const partition = strategy.rollingUpdate?.partition ?? 0;
    for (const surplus of pods().slice(requested)) this.remove(surplus);
    if (pods().length < requested) {
      const taken = new Set(pods().map(({ metadata }) => metadata.name));
      const free = [...Array(requested).keys()].map((n) => `${object.metadata.name}-${String(n)}`);
      const name = free.find((one) => !taken.has(one))!;
      this.objects.push(this.pod(object, name, controller, label));
    } else if (strategy.type !== 'OnDelete') {
      const stuck =
        object.kind === 'StatefulSet' &&
        object.spec.podManagementPolicy !== 'Parallel' &&
        pods().some((pod) => !isReady(pod));
      const old = pods().find(
        (pod) => !isUpdated(pod) && Number(pod.metadata.name.split('-').at(-1)) >= partition,
      );
      if (old !== undefined && !stuck) this.remove(old);
    }
    const now = pods();
    return {
      all: now.length,
      updated: now.filter(isUpdated).length,
      ready: now.filter(isReady).length,
    };
  }

  pod(object: Obj, name: string, uid: string, label: Record<string, string>): Obj {
    const spec = structuredClone((object.spec.template as { spec: PodSpec }).spec);
    const image = spec.containers[0]!.image;
    const bad = /:(bad|missing|unready)/.exec(image)?.[1];
    const state =
      bad === 'bad'
        ? { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } }
        : bad === 'missing'
          ? {
              waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` },
            }
          : { running: {} };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...this.metadata(name, { ...podLabels(object), ...label }),
        ownerReferences: [{ ...ownedBy(object), uid }],
      },
      spec: { ...spec },
      status: {
        phase: bad === 'missing' ? 'Pending' : 'Running',
        conditions: [{ type: 'Ready', status: bad === undefined ? 'True' : 'False' }],
        initContainerStatuses: (spec.initContainers ?? []).map((one) => ({
          ...{ name: one.name, imageID: this.registry.get(one.image) ?? '', ready: true },
          state: { terminated: { exitCode: 0 } },
        })),
        containerStatuses: [
          {
            name: 'main',
            imageID: this.registry.get(image) ?? '',
            ready: bad === undefined,
            restartCount: bad === 'bad' ? 3 : 0,
            state,
            ...(bad === 'bad'
              ? { lastState: { terminated: { exitCode: 1, reason: 'Error' } } }
              : {}),
          },
        ],
      },
    };
  }

  setStatus(object: Obj, status: Record<string, unknown>): void {
    const next = { observedGeneration: object.metadata.generation, ...status };
    if (canonicalJson(next) === canonicalJson(object.status)) return;
    object.status = next;
    this.touch(object);
  }

  owned(owner: Obj, kind: string): Obj[] {
    return this.of(kind).filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
    );
  }
}

interface PodSpec {
  initContainers?: { name: string; image: string }[];
  containers: { name: string; image: string }[];
}

interface ReviewObject {
  spec: { resourceAttributes: { verb: string; resource: string; subresource?: string } };
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

export function template(name: string, image: string): Record<string, unknown> {
  return {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'main', image }] },
  };
}

function withoutCommon(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--namespace' || arg === '--context' || arg === '--kubeconfig') at++;
    else if (!arg.startsWith('--request-timeout')) kept.push(arg);
  }
  return kept;
}

function forbidden(verb: string, resource: string, name = ''): ExecResult {
  return failing(
    `Error from server (Forbidden): ${resource}.apps${name === '' ? '' : ` "${name}"`} is forbidden: User "ci" cannot ${verb} resource "${resource}" in API group "apps" in the namespace "shop"`,
  );
}

/** Whether the operation could be applied: a test that fails, or a place that is not there, is refused. */
function apply(object: Obj, { op, path, value }: Operation): boolean {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop()!;
  let at = object as unknown as Record<string, unknown>;
  for (const key of keys) {
    const next = at[key];
    if (typeof next !== 'object' || next === null) return false;
    at = next as Record<string, unknown>;
  }
  if (op !== 'add' && !(last in at)) return false;
  if (op === 'test') return canonicalJson(at[last]) === canonicalJson(value);
  if (op === 'remove') return Reflect.deleteProperty(at, last);
  at[last] = value;
  return true;
}

function revisionOf({ metadata }: Obj): number {
  return Number(metadata.annotations['deployment.kubernetes.io/revision'] ?? 0);
}

function podLabels(object: Obj): Record<string, string> {
  return { app: object.metadata.name };
}

function withLabel(of: unknown, key: string, value: string): unknown {
  const copy = structuredClone(of) as { metadata: { labels: Record<string, string> } };
  copy.metadata.labels[key] = value;
  return copy;
}

function sameTemplate(a: unknown, b: unknown): boolean {
  return canonicalJson(pureTemplate(a)) === canonicalJson(pureTemplate(b));
}

function progressedAt(object: Obj, clock: VirtualClock): string {
  const [condition] = (object.status.conditions ?? []) as { lastUpdateTime?: string }[];
  return condition?.lastUpdateTime ?? new Date(clock.now()).toISOString();
}
