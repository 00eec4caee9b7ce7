import { rolloutOf } from '../../support/kubernetes/rollout.js';
import { lastLines as linesAtEnd, oneLine } from '../../support/text.js';
import { textOf } from '../../support/json.js';
import type { Kubectl } from '../../support/kubernetes/kubectl.js';
import { getPods, troubleOf, type Pod, type Trouble } from '../../support/kubernetes/pods.js';
import type { Workload } from '../../support/kubernetes/workload.js';
import { getHistory, historyResource, liveRevision, type Revision } from './versions.js';

const REVISION_LABEL = 'controller-revision-hash';
/** At most this many pods are reported; the others usually have the same reason. */
const SHOWN = 3;
const LONGEST_LOG_LINE = 300;

/** The pods of a workload, and which of them have its live version. */
export interface PodsOf {
  readonly live: readonly Pod[];
  readonly others: readonly Pod[];
}

/** Newest first. Pods of others that the selector happens to select are left out. */
export async function podsOf(
  kubectl: Kubectl,
  workload: Workload,
  signal: AbortSignal,
): Promise<PodsOf> {
  const [pods, history] = await Promise.all([
    getPods(kubectl, workload, signal),
    getHistory(kubectl, workload, signal),
  ]);
  return sortPods(workload, history, pods);
}

/** The same of what has been read already. */
export function sortPods(
  workload: Workload,
  history: readonly Revision[],
  pods: readonly Pod[],
): PodsOf {
  const owners = new Set(
    isOfReplicaSets(workload) ? history.map(({ uid }) => uid) : [workload.uid],
  );
  const live = liveRevision(workload, history);
  const isLive = ({ controller, labels }: Pod): boolean =>
    isOfReplicaSets(workload)
      ? controller === live?.uid
      : isOfRevision(labels[REVISION_LABEL], workload, live);
  const own = pods
    .filter(({ controller }) => controller !== undefined && owners.has(controller))
    .sort((a, b) => b.createdAt - a.createdAt);
  return { live: own.filter(isLive), others: own.filter((pod) => !isLive(pod)) };
}

function isOfReplicaSets(workload: Workload): boolean {
  return historyResource(workload) === 'replicasets';
}

/** A StatefulSet labels its pods with the name of the ControllerRevision, a DaemonSet with the end of it. */
function isOfRevision(
  label: string | undefined,
  { kind, status }: Workload,
  live: Revision | undefined,
): boolean {
  if (label === undefined) return false;
  if (kind === 'statefulset') return label === (live?.name ?? textOf(status.updateRevision));
  return live?.name.endsWith(`-${label}`) === true;
}

/** Why pods of the live version are not ready, newest first, one of a kind. */
export function troublesOf({ live }: PodsOf): readonly Trouble[] {
  const troubles = live.flatMap((pod) => troubleOf(pod) ?? []);
  const seen = new Set<string>();
  return troubles
    .filter(({ reason, container }) => {
      const key = `${reason} ${container ?? ''}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .slice(0, SHOWN);
}

/**
 * Pods that keep a StatefulSet from going on: it waits for every pod to become ready before it touches the next, also for one of
 * a version that never will. https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export function stuckPods(workload: Workload, { others }: PodsOf): readonly Pod[] {
  return canBeStuck(workload)
    ? others.filter(({ ready, terminating }) => !ready && !terminating)
    : [];
}

export function canBeStuck(workload: Workload): boolean {
  return (
    workload.kind === 'statefulset' &&
    workload.spec.podManagementPolicy !== 'Parallel' &&
    rolloutOf(workload).updateType === 'RollingUpdate'
  );
}

interface ShowOptions {
  readonly kubectl: Kubectl;
  readonly redact: (text: string) => string;
  /** How many of a failing container's last lines are shown. */
  readonly logLines: number;
}

/** As it may be shown: redacted, harmless, short. */
export function troubleInWords(
  { words }: Trouble,
  { redact }: Pick<ShowOptions, 'redact'>,
): string {
  return oneLine(redact(words), 300);
}

/** The last lines that a failing container printed; none where they cannot be read. */
export async function lastLines(
  workload: Workload,
  trouble: Trouble,
  { kubectl, redact, logLines }: ShowOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { pod, container } = trouble;
  if (logLines === 0 || container === undefined) return [];
  const args = ['logs', pod, '-c', container, `--tail=${String(logLines)}`];

  // A container that is started again and again has most often not said anything yet.
  for (const previous of trouble.reason === 'CrashLoopBackOff' ? [['--previous'], []] : [[]]) {
    try {
      const text = redact(await kubectl.run([...args, ...previous], signal));
      const lines = linesAtEnd(text, logLines, LONGEST_LOG_LINE);
      if (lines.length > 0) return lines;
    } catch {
      // Why there is no log says less than that there is none.
    }
  }
  return [];
}
