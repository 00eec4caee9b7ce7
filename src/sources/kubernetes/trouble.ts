import type { Container, Pod } from '../../support/kubernetes/pods.js';
import { lastLines, oneLine } from '../../support/text.js';
import { type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';

/** A container that is unwell. */
interface Trouble {
  readonly pod: Pod;
  readonly container: Container;
  readonly text: string;
  /** The same in words that do not change while it goes on: a back-off comes and goes, and images have names. */
  readonly cause: string;
}

/** The kubelet has tried, and failed (pkg/kubelet/container/sync_result.go, pkg/kubelet/images/types.go). */
const failedWaits: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/**
 * What is wrong with containers, each with its reason.
 *
 * @param restarting those whose restarts are a failure
 */
export function troublesOf(
  pods: readonly Pod[],
  restarting: ReadonlySet<Container>,
): readonly Trouble[] {
  return pods.flatMap((pod) =>
    pod.containers.flatMap((container): readonly Trouble[] => {
      const waits = container.waiting?.reason ?? '';
      const crashes = waits === 'CrashLoopBackOff' || restarting.has(container);
      if (!crashes && !failedWaits.has(waits)) return [];
      const why = reasons(container, crashes);
      return [
        {
          pod,
          container,
          cause: causeOf(container, crashes),
          text: `container ${container.name} ${crashes ? 'restarts' : 'does not start'}${why === '' ? '' : ` (${why})`}`,
        },
      ];
    }),
  );
}

function causeOf({ name, waiting, ended }: Container, crashes: boolean): string {
  if (crashes) return `${name} restarts: ${String(ended?.code ?? '')} ${ended?.reason ?? ''}`;
  return `${name} does not start: ${(waiting?.reason ?? '').replace('ErrImagePull', 'ImagePullBackOff')}`;
}

/** `1 of 10 pods: container app restarted once (exit code 137, OOMKilled), and is ready again`, by container. */
export function noteOf(
  once: readonly { readonly container: Container }[],
  pods: number,
): ReadonlyMap<string, string> {
  const names = new Set(once.map(({ container }) => container.name));
  return new Map(
    [...names].map((name) => {
      const those = once.filter(({ container }) => container.name === name);
      const whys = new Set(those.map(({ container }) => reasons(container, true)));
      whys.delete('');
      const why = whys.size === 0 ? '' : ` (${[...whys].join('; ')})`;
      return [
        name,
        `${String(those.length)} of ${String(pods)} pods: container ${name} restarted once${why}, and is ready again`,
      ];
    }),
  );
}

/** `exit code 1, CrashLoopBackOff`; `ImagePullBackOff: Back-off pulling image "x"`. */
function reasons({ waiting, ended }: Container, crashes: boolean): string {
  // `Error` is what the kubelet says of every exit code but 0.
  const how = ended === undefined || ended.reason === 'Error' ? '' : ended.reason;
  // What the kubelet adds to a back-off names the pod, which is another one for each.
  const message = crashes ? '' : (waiting?.message ?? '');
  return [
    ended === undefined ? '' : `exit code ${String(ended.code)}`,
    how,
    `${waiting?.reason ?? ''}${message === '' ? '' : `: ${message}`}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** `1 of 3 pods: container app restarts (exit code 1, CrashLoopBackOff)`; several kinds of trouble by `;`. */
export function troublesInWords(troubles: readonly Trouble[], pods: number): string {
  const podsBy = new Map<string, Set<Pod>>();
  for (const { text, pod } of troubles) podsBy.set(text, (podsBy.get(text) ?? new Set()).add(pod));
  return [...podsBy]
    .map(([text, those]) => `${String(those.size)} of ${String(pods)} pods: ${text}`)
    .join('; ');
}

/** Why pods without trouble are not ready either; empty when nothing is to be seen. */
export function delaysInWords(pods: readonly Pod[]): string {
  const unschedulable = pods.find((pod) => pod.unschedulable !== undefined)?.unschedulable;
  const waits = pods
    .flatMap(({ containers }) => containers)
    .filter(({ ready, isInit, ended }) => !ready && !(isInit && ended?.code === 0))
    .map(({ name, waiting }) =>
      waiting === undefined
        ? `container ${name} is not ready`
        : `container ${name} waits${waiting.reason === '' ? '' : ` (${waiting.reason})`}`,
    );
  return [
    ...(unschedulable === undefined ? [] : [`no node takes a pod: ${unschedulable}`]),
    ...new Set(waits),
  ].join('; ');
}

/** Of all lines together so much is shown: they stand in a sentence. */
const LONGEST = 1000;
const LONGEST_LINE = 200;

type Logs = (trouble: Trouble, signal: AbortSignal) => Promise<string>;

/**
 * The last lines of an unwell container, to be added to a detail; empty when they cannot be had. Of each container they
 * are read once: a detail that changes with every probe is no kind of failure that can be counted.
 */
export function createLogs(
  kubectl: Kubectl,
  lines: number,
  redact: (text: string) => string,
): Logs {
  const known = new Map<string, string>();
  return async ({ pod, container }, signal) => {
    // What has never run has said nothing.
    if (lines === 0 || (container.restarts === 0 && container.ended === undefined)) return '';
    const seen = known.get(container.name);
    if (seen !== undefined) return seen;
    // Of a container that runs again, the instance before is the one that ended badly.
    const previous = container.running ? ['--previous'] : [];
    try {
      const text = await kubectl.run(
        ['logs', pod.name, '-c', container.name, `--tail=${String(lines)}`, ...previous],
        signal,
      );
      const shown = inWords(redact(text), lines);
      known.set(container.name, shown);
      return shown;
    } catch (error) {
      if (error instanceof KubectlError) return '';
      throw error;
    }
  };
}

function inWords(text: string, lines: number): string {
  const last = lastLines(text, lines, LONGEST_LINE);
  return last.length === 0 ? '' : `; its last lines: ${oneLine(last.join(' | '), LONGEST)}`;
}
