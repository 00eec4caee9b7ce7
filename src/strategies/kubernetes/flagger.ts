import type { Finding } from '../../contract/result.js';
import type { Skip } from '../../contract/strategy.js';
import {
  type Canaries,
  type FlaggerCanary,
  primaryOf,
  readCanaries,
} from '../../support/kubernetes/flagger.js';
import type { Kubectl } from '../../support/kubernetes/kubectl.js';
import {
  getWorkloads,
  imagesOf,
  nameOf,
  type Workload,
} from '../../support/kubernetes/workload.js';
import { byWay, type Step } from './apply-template.js';
import { type Completion, completionOf } from './completion.js';
import type { Seen } from './target.js';
import { becameCurrentAt, imagesInWords } from './versions.js';

/**
 * The steps, where Flagger has a say: of a version that it has rolled back by itself nothing is left to be done, and of any other
 * target it would take an undo for a new version to be analysed.
 */
export function withFlagger(
  work: readonly Step[],
  seen: readonly Seen[],
  { targets }: Canaries,
): readonly Step[] | Skip {
  const steps: Step[] = [];
  for (const step of work) {
    const canary = targets.get(nameOf(step.workload));
    if (canary === undefined) steps.push(step);
    else if (hasFailed(canary, step, seen)) steps.push({ ...byWay(step, 'aborted'), canary });
    else
      return {
        kind: 'skip',
        reason: `${belongs(step.workload, canary)}, whose phase is ${canary.phase}: Flagger rolls back by itself while it analyses, and would take an undo for a new version`,
      };
  }
  return steps;
}

/** It speaks of the version that runs only when it has come to its phase since. */
function hasFailed(
  { phase, changedAt }: FlaggerCanary,
  { workload }: Step,
  seen: readonly Seen[],
): boolean {
  const own = seen.find((one) => nameOf(one.workload) === nameOf(workload));
  const at = own && becameCurrentAt(own.workload, own.revisions);
  return phase === 'Failed' && at !== undefined && changedAt >= at;
}

function belongs(workload: Workload, { name }: FlaggerCanary): string {
  return `${nameOf(workload)} is the target of the Flagger Canary ${name}`;
}

/** What preflight says of the targets of Flagger. */
export function flaggerFindings({
  targets,
  problem,
}: Canaries): readonly Omit<Finding, 'subject'>[] {
  if (problem !== undefined)
    return [
      {
        level: 'warning',
        message: `whether Flagger rolls the workloads out could not be read: ${problem}`,
        fix: 'grant list on canaries.flagger.app to the account that kubectl uses here',
      },
    ];
  return [...targets].map(([target, { name }]) => ({
    level: 'warning',
    message: `${target} is the target of the Flagger Canary ${name}: Flagger rolls it back by itself while it analyses, and nothing else touches it here`,
    fix: 'for a version that Flagger has promoted already, name a strategy that deploys the earlier one: git, ci or command',
  }));
}

/** Whether what Flagger has found to be good serves alone. */
export async function followFlagger(
  workload: Workload,
  target: Step['target'],
  kubectl: Kubectl,
  signal: AbortSignal,
): Promise<Completion> {
  const name = primaryOf(workload);
  const waiting = (words: string): Completion => ({ done: false, words });
  const { targets } = await readCanaries(kubectl, [workload], signal);
  const canary = targets.get(nameOf(workload));
  if (canary?.phase !== 'Failed') return waiting('Flagger no longer says that it has failed');
  if (canary.weight !== 0) return waiting('Flagger still sends requests to it');
  const [primary] = (await getWorkloads(kubectl, [name], signal)).values();
  if (primary === undefined) return waiting(`${nameOf(name)} is not there`);
  const images = imagesOf(primary.template);
  if (images.join() !== target.images.join()) {
    const held = `${nameOf(name)} runs another version${imagesInWords(images)}`;
    return { ...waiting(held), held };
  }
  const { done, words } = completionOf(primary);
  return { done, words: `${nameOf(name)} serves, ${words}` };
}

/** What was done, for the report; without a full stop. */
export function flaggerInWords({ message }: FlaggerCanary, version: string): string {
  const why = message === '' ? '' : ` (${message.replace(/\.$/, '')})`;
  return `Flagger rolled ${version} back by itself${why}`;
}
