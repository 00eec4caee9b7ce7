import type { Look } from '../../contract/check.js';
import type { Clock } from '../../support/clock.js';
import { KubectlError, itemsOf, type Kubectl } from '../../support/kubectl.js';
import { isPodOf } from '../../support/kubernetes/owned.js';
import { asPod, type Pod } from '../../support/kubernetes/pods.js';
import { asWorkload, objectOf, type WorkloadName } from '../../support/kubernetes/workload.js';
import { clip, neutralise } from '../../support/text.js';
import { createLogs } from './logs.js';
import { Progress } from './progress.js';
import { rolloutOf, type Rollout } from './rollout.js';
import { delaysInWords, RestartLedger, troublesInWords, troublesOf } from './trouble.js';

export interface WorkloadHealthOptions {
  /** How long a rollout may stand still, milliseconds. */
  readonly grace: number;
  /** How many last lines of an unwell container are shown. */
  readonly logLines: number;
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** Looks at one workload. What it has seen counts for the next look. */
export function createWorkloadHealth(
  workload: WorkloadName,
  { grace, logLines, kubectl, clock, redact }: WorkloadHealthOptions,
): (signal: AbortSignal) => Promise<Look> {
  const name = `${workload.kind}/${workload.name}`;
  const restarts = new RestartLedger();
  const progress = new Progress();
  const logs = createLogs(kubectl, logLines, redact);
  const told = (text: string): string => `${name}: ${clip(neutralise(redact(text)), 500)}`;

  async function judge(rollout: Rollout, pods: readonly Pod[], signal: AbortSignal): Promise<Look> {
    const still = progress.push(rollout, clock.monotonic());
    const troubles = troublesOf(pods, restarts.since(pods));
    const [first] = troubles;
    if (first !== undefined) {
      const detail = told(troublesInWords(troubles, pods.length));
      return { ok: false, detail: `${detail}${await logs(first, signal)}` };
    }
    if (rollout.lacks === '') return { ok: true, detail: '' };
    const delays = delaysInWords(pods);
    const detail = told(`${rollout.lacks}${delays === '' ? '' : ` (${delays})`}`);
    return still >= grace ? { ok: false, detail } : { ok: null, detail: `${detail} so far` };
  }

  return async (signal) => {
    try {
      const live = asWorkload(await once(kubectl, [objectOf(workload)], signal));
      if (live?.selector === undefined)
        return { ok: null, detail: `${name}: its selector is not understood` };
      const list = await once(kubectl, ['pods', '-l', live.selector], signal);
      const pods = itemsOf(list)
        .flatMap((object) => asPod(object) ?? [])
        .filter((pod) => isPodOf(live, pod) && !pod.terminating && !hasEnded(pod));
      return await judge(rolloutOf(live), pods, signal);
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      return error.reason === 'not-found'
        ? { ok: false, detail: `${name}: it is not there any more` }
        : { ok: null, detail: error.message };
    }
  };
}

/** Evicted, for example: it is kept to be looked at, and another one has taken its place. */
function hasEnded({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Without asking again: the next look comes soon enough, and what could not be seen is no failure. */
async function once(
  kubectl: Kubectl,
  args: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  const text = await kubectl.run(['get', ...args, '-o', 'json'], signal);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new KubectlError('garbage', 'kubectl get printed something that is no JSON');
  }
}
