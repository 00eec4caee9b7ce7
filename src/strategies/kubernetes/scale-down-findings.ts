import type { Finding } from '../../contract/result.js';
import { fields, listOf, numberOf, textOf, textsOf } from '../../support/json.js';
import {
  itemsOf,
  type Kubectl,
  KubectlError,
  type PatchOperation,
} from '../../support/kubernetes/kubectl.js';
import {
  nameOf,
  parseWorkloadName,
  desiredReplicas,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import type { RunIdentity } from '../dependencies.js';
import { asMarkedRun, type MarkedRun, markedRun } from './rejections.js';
import {
  gitOpsOwnerOf,
  ownerInWords as gitOpsOwnerInWords,
} from '../../support/kubernetes/owner.js';
import { helmOwnerOf } from './assert-unchanged.js';
import { denied, type Permission, permissionInWords } from './preflight.js';
import { versionOf } from './versions.js';

/** The rights that the server says we lack. */
export async function lackingRights(
  kubectl: Kubectl,
  names: readonly WorkloadName[],
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const permissions: readonly Permission[] = [
    ...names.map(({ kind, name }): Permission => ({
      verb: 'patch',
      group: 'apps',
      resource: `${kind}s`,
      name,
    })),
    {
      verb: 'list',
      group: '',
      resource: 'pods',
      without: 'the controller must be believed that the pods are gone',
    },
  ];
  return (await denied(kubectl, permissions, namespace, signal)).map((permission) =>
    finding(
      permission.without === undefined ? 'error' : 'warning',
      `this user may not ${permissionInWords(permission)} in the namespace ${namespace}${permission.without === undefined ? '' : `: ${permission.without}`}`,
      'give it this right',
    ),
  );
}

export function prospectFinding({ words, fix }: Prospect): Finding {
  return finding(fix === undefined ? 'notice' : 'warning', words, fix);
}

/** What else controls the number of replicas. */
export function ownerInWords(workload: Workload): readonly string[] {
  const owner = gitOpsOwnerOf(workload);
  const name = owner === undefined ? helmOwnerOf(workload)?.name : gitOpsOwnerInWords(owner);
  return name === undefined
    ? []
    : [`${nameOf(workload)} belongs to ${name}, which may scale it up again`];
}

export function fixOf({ reason }: KubectlError): string {
  if (reason === 'missing') return 'install kubectl on the runner';
  if (reason === 'forbidden') return 'give this user the rights in docs/strategies/scale-down.md';
  return 'see whether kubectl works on this runner, with `kubeconfig` and `kubernetes-context` as they are set';
}

export function finding(level: Finding['level'], message: string, fix?: string): Finding {
  return { level, subject: 'scale-down', message, ...(fix === undefined ? {} : { fix }) };
}

/** Something that changes the number of replicas by itself. */
interface Autoscaler {
  readonly name: string;
  readonly minReplicas: number;
  /** The ScaledObject of KEDA that made it. */
  readonly scaledObject: string | undefined;
}

/** The autoscalers of the namespace, by the name of the workload that they scale; `undefined`: they could not be read. */
export async function getAutoscalers(
  kubectl: Kubectl,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Autoscaler> | undefined> {
  let list: unknown;
  try {
    list = await kubectl.get(['horizontalpodautoscalers.autoscaling'], signal);
  } catch (error) {
    if (error instanceof KubectlError) return undefined;
    throw error;
  }
  return new Map(itemsOf(list).map(autoscalerOf));
}

function autoscalerOf(object: unknown): readonly [string, Autoscaler] {
  const { metadata, spec } = fields(object);
  const { name, labels, ownerReferences } = fields(metadata);
  const { scaleTargetRef, minReplicas } = fields(spec);
  const target = fields(scaleTargetRef);
  const keda = listOf(ownerReferences)
    .map(fields)
    .find(({ kind }) => kind === 'ScaledObject');
  return [
    `${(textOf(target.kind) ?? '').toLowerCase()}/${textOf(target.name) ?? ''}`,
    {
      name: textOf(name) ?? '',
      minReplicas: numberOf(minReplicas) ?? 1,
      // https://keda.sh/docs/latest/concepts/scaling-deployments/: KEDA makes an autoscaler for each of its ScaledObjects.
      scaledObject: textOf(keda?.name) ?? textsOf(labels)['scaledobject.keda.sh/name'],
    },
  ];
}

/** What an autoscaler will do to a workload without replicas. */
export interface Prospect {
  readonly words: string;
  /** It may undo what we do. */
  readonly fix?: string;
}

export function prospectOf(workload: WorkloadName, scaler: Autoscaler): Prospect {
  const name = nameOf(workload);
  if (scaler.scaledObject !== undefined)
    return {
      words: `KEDA (ScaledObject ${scaler.scaledObject}) scales ${name}: it brings it back as soon as one of its triggers is active`,
      fix: `pause it: kubectl annotate scaledobject ${scaler.scaledObject} autoscaling.keda.sh/paused-replicas=0`,
    };
  // pkg/controller/podautoscaler/horizontal.go: without replicas it does nothing ("ScalingDisabled"). With minReplicas 0, which
  // the feature HPAScaleToZero allows, it goes on.
  return scaler.minReplicas === 0
    ? {
        words: `the HorizontalPodAutoscaler ${scaler.name} scales ${name} and has minReplicas 0: it may scale it up again`,
        fix: 'give the autoscaler a minReplicas of at least 1: then it leaves alone what has no replicas',
      }
    : {
        words: `the HorizontalPodAutoscaler ${scaler.name} does nothing while ${name} has no replicas, and goes on when somebody gives it some`,
      };
}

/** The annotation of a workload that tells who took it down, and from how many replicas. */
const SCALED_DOWN = 'rollgate.dev/scaled-down';

interface ScaledDown {
  /** Of the version that was taken down. */
  readonly hash: string;
  readonly replicas: number;
  readonly run: MarkedRun;
  /** ISO 8601. */
  readonly at: string;
}

/** @returns `undefined` when nobody took it down, or another version of it */
export function readScaledDown(workload: Workload): ScaledDown | undefined {
  let value: unknown;
  try {
    value = JSON.parse(workload.annotations[SCALED_DOWN] ?? 'null');
  } catch {
    return undefined;
  }
  const mark = fields(value);
  const hash = textOf(mark.hash);
  const at = textOf(mark.at);
  const run = asMarkedRun(mark.run);
  if (hash !== versionOf(workload.template).hash || at === undefined || run === undefined)
    return undefined;
  return {
    hash,
    at,
    replicas: numberOf(mark.replicas) ?? 0,
    run,
  };
}

/** To no replicas, with our mark, if the workload is still the one that was read. */
export function scaleDownPatch(
  workload: Workload,
  run: RunIdentity,
  at: string,
): readonly PatchOperation[] {
  const mark: ScaledDown = {
    hash: versionOf(workload.template).hash,
    replicas: desiredReplicas(workload) ?? 0,
    run: markedRun(run),
    at,
  };
  const value = JSON.stringify(mark);
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: workload.resourceVersion },
    // `add` replaces what is there; `replace` fails when nothing is.
    { op: 'add', path: '/spec/replicas', value: 0 },
    Object.keys(workload.annotations).length === 0
      ? { op: 'add', path: '/metadata/annotations', value: { [SCALED_DOWN]: value } }
      : { op: 'add', path: `/metadata/annotations/${SCALED_DOWN.replace('/', '~1')}`, value },
  ];
}

/** What can be scaled, of the workloads that the user names. */
export function scalable(name: string): readonly WorkloadName[] {
  const workload = parseWorkloadName(name);
  return workload === undefined || unscalable(name) !== undefined ? [] : [workload];
}

/** Why a workload cannot be scaled, and what to do instead. */
export function unscalable(name: string): string | undefined {
  const workload = parseWorkloadName(name);
  if (workload?.kind === 'rollout')
    return `${name} runs the stable version and its canary, which would go down together: name it in \`kubernetes-workload\`, and the strategy \`kubernetes\` aborts its update`;
  return workload?.kind === 'daemonset'
    ? `${name} cannot be scaled, because a DaemonSet has a pod on every node: delete it, or give it a nodeSelector that no node has`
    : undefined;
}
