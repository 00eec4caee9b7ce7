import { fields, listOf, numberOf, textOf, textsOf } from '../../../support/json.js';
import { itemsOf, KubectlError, type Kubectl } from '../../../support/kubectl.js';
import { nameOf, type WorkloadName } from '../../../support/kubernetes/workload.js';

/** Something that changes the number of replicas by itself. */
export interface Autoscaler {
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
