import type { Container, Pod } from '../../support/kubernetes/pods.js';
import { fields, listOf } from '../../support/json.js';
import type { Workload } from '../../support/kubernetes/workload.js';

/** How often a container has restarted since the watch began. */
export type Restarts = (pod: Pod, container: Container) => number;

/** How often each container had restarted when the watch began. Of a pod that came later every restart counts. */
export class RestartLedger {
  private base: ReadonlyMap<string, number> | undefined;

  /** The first call is the beginning. */
  since(pods: readonly Pod[]): Restarts {
    const base = (this.base ??= new Map(
      pods.flatMap((pod) =>
        pod.containers.map((container) => [keyOf(pod, container), container.restarts] as const),
      ),
    ));
    return (pod, container) => container.restarts - (base.get(keyOf(pod, container)) ?? 0);
  }
}

/** A pod of a StatefulSet has the name of the one before it. */
function keyOf(pod: Pod, container: Container): string {
  return `${pod.name} ${String(pod.createdAt)} ${container.name}`;
}

/** From this share of the pods on, one restart of each is no accident any more. */
const SHARE = 1 / 5;
/** The same for sidecars, which restart for reasons of their own; never by a single pod. */
const SIDECAR_SHARE = 1 / 2;

/**
 * Proxies that a person may have put into the template as well, as `istioctl kube-inject` and `linkerd inject` do.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/, https://linkerd.io/2/reference/cli/inject/
 */
const proxies: ReadonlySet<string> = new Set(['istio-proxy', 'linkerd-proxy']);

/** What the restarts since the watch began mean. */
export interface RestartsJudged {
  /** Of these containers they are a failure. */
  readonly failing: ReadonlySet<Container>;
  /** These have restarted once, in pods that are ready again, and that alone is not a failure. */
  readonly once: readonly { readonly pod: Pod; readonly container: Container }[];
}

/**
 * One restart happens: a node runs out of memory, a database is late. It is a failure when it goes on, when its pod is not ready,
 * or when a share of the pods does it.
 */
export function judgeRestarts(
  workload: Workload,
  pods: readonly Pod[],
  restarts: Restarts,
): RestartsJudged {
  const failing = new Set<Container>();
  const own: { pod: Pod; container: Container }[] = [];
  const sidecars: typeof own = [];
  const isSidecar = sidecarsOf(workload);
  for (const pod of pods)
    for (const container of pod.containers) {
      const count = restarts(pod, container);
      if (count <= 0) continue;
      if (count > 1 || pod.containers.some(({ ready }) => !ready)) failing.add(container);
      else (isSidecar(container) ? sidecars : own).push({ pod, container });
    }
  const once: typeof own = [];
  for (const [some, share, least] of [
    [own, SHARE, 1],
    [sidecars, SIDECAR_SHARE, 2],
  ] as const) {
    const count = new Set(some.map(({ pod }) => pod)).size;
    if (count >= least && count >= share * pods.length)
      for (const { container } of some) failing.add(container);
    else once.push(...some);
  }
  return { failing, once };
}

/** What was put into the pod beside what was deployed, or is a sidecar by its own word. */
function sidecarsOf({ template }: Workload): (container: Container) => boolean {
  const { containers, initContainers } = fields(template.spec);
  const deployed = new Set(
    [...listOf(containers), ...listOf(initContainers)].map((container) => fields(container).name),
  );
  return ({ name, isSidecar }) =>
    isSidecar || proxies.has(name) || (deployed.size > 0 && !deployed.has(name));
}
