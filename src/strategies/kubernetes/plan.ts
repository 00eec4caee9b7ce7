import { bad, good, type Result } from '../../contract/result.js';
import type { Plan, Skip, Withheld } from '../../contract/strategy.js';
import { fullNameOf, nameOf, type WorkloadName } from '../../support/kubernetes/workload.js';
import { foreignTemplate, resumeInWords } from '../../support/kubernetes/argo-rollout.js';
import { wayInWords, wayOf } from './argo-rollouts.js';
import type { Canaries } from '../../support/kubernetes/flagger.js';
import { withFlagger } from './flagger.js';
import { nothingDeployed } from './assert-unchanged.js';
import { choiceByImage } from './image-ids.js';
import { chooseTarget, type Seen, stepInWords } from './target.js';
import { byWay, type Step } from './apply-template.js';
import { type Recorded, recordedOf } from './recorded.js';

export interface KubernetesPlan extends Plan {
  readonly work: readonly Step[];
}

interface PlanOptions {
  /** All workloads of the strategy. */
  readonly seen: readonly Seen[];
  readonly recorded: Recorded | undefined;
  readonly canaries: Canaries;
  readonly requestedRevisions: ReadonlyMap<string, number>;
  /** A person has asked for the rollback. */
  readonly byHand: boolean;
  /** Milliseconds. */
  readonly deployedWithin: number;
  readonly now: number;
  /** Those that have the recorded template and run other images, in words by name. */
  readonly moved: ReadonlyMap<string, string>;
  readonly pinsImages: boolean;
}

/**
 * The plan for all workloads. If one cannot be rolled back, none is: half a rollback would make
 * a combination of versions that nobody has ever run. Those that this deploy has not changed are left out.
 */
export function planFor(options: PlanOptions): KubernetesPlan | Skip | Withheld {
  const { recorded, requestedRevisions, now } = options;
  const skip = (reason: string): Skip => ({ kind: 'skip', reason });
  const work: Step[] = [];
  const old: string[] = [];
  for (const { workload, revisions } of options.seen) {
    const foreign = foreignTemplate(workload);
    if (foreign !== undefined) return skip(`${foreign.message}; ${foreign.fix}`);
    const isNamed = options.byHand && requestedRevisions.has(nameOf(workload));
    if (recorded?.missing.includes(nameOf(workload)) === true && !isNamed)
      return skip(
        `${nameOf(workload)} was not there before this deploy: there is nothing to go back to`,
      );
    const before = recordedOf(recorded, workload);
    const byTemplate = chooseTarget({
      ...{ workload, revisions, now },
      byHand: options.byHand,
      recorded: before,
      requestedRevision: requestedRevisions.get(nameOf(workload)),
      deployedWithin: options.deployedWithin,
    });
    const moved = options.moved.get(nameOf(workload));
    const { choice, recorded: details } = choiceByImage(byTemplate, {
      ...{ workload, revisions, before, moved },
      pins: options.pinsImages,
    });
    if (choice.kind === 'impossible') return skip(choice.reason);
    if (choice.kind === 'old') old.push(choice.reason);
    if (choice.kind !== 'target') continue;
    if (workload.spec.paused === true)
      return skip(`${nameOf(workload)} is paused; resume it first: ${resumeInWords(workload)}`);
    const way = wayOf(workload, revisions, choice.target);
    const { from, target } = choice;
    work.push(byWay({ workload, from, target, recorded: details, way }, way));
  }
  if (work.length > 0) {
    const steps = withFlagger(work, options.seen, options.canaries);
    return 'kind' in steps ? steps : planOf(steps);
  }
  if (old.length > 0) return skip(old.join('; '));
  return recorded === undefined
    ? skip('there is nothing to roll back')
    : { kind: 'withheld', reason: nothingDeployed(recorded, now) };
}

function planOf(work: readonly Step[]): KubernetesPlan {
  const [only] = work;
  const from = ({ from: version }: Step): Readonly<Record<string, unknown>> => ({
    revision: version.number,
    images: version.images,
  });
  const to = ({ target }: Step): Readonly<Record<string, unknown>> => ({
    revision: target.number,
    images: target.images,
  });
  const each = (
    side: (step: Step) => Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>> =>
    only !== undefined && work.length === 1
      ? { workload: nameOf(only.workload), namespace: only.workload.namespace, ...side(only) }
      : Object.fromEntries(work.map((step) => [nameOf(step.workload), side(step)]));
  return {
    kind: 'plan',
    steps: work.map((step) =>
      wayInWords(step, stepInWords(fullNameOf(step.workload), step.from, step.target)),
    ),
    from: each(from),
    to: each(to),
    touches: work.map(({ workload }) => nameOf(workload)),
    work,
  };
}

/** The revisions that the user names, by workload. */
export type RequestedRevisions = Result<ReadonlyMap<string, number>>;

/** `kubernetes-revision`: one number for one workload, or `kind/name=N` lines. 0 is the previous one, as for kubectl. */
export function parseRevisions(
  lines: readonly string[] | undefined,
  names: readonly WorkloadName[],
): RequestedRevisions {
  const revisions = new Map<string, number>();
  const known = names.map(nameOf);
  for (const line of lines ?? []) {
    const [left = '', right] = line.split('=');
    const [only] = known;
    if (right === undefined && (known.length !== 1 || only === undefined))
      return bad(
        `kubernetes-revision is ${line}, and there are ${String(known.length)} workloads: name each one (${known.map((name) => `${name}=${line}`).join(', ')})`,
      );
    const name = right === undefined ? only : left;
    if (name === undefined || !known.includes(name))
      return bad(`kubernetes-revision names ${left}, which is not in kubernetes-workload`);
    const number = Number(right ?? left);
    if (number > 0) revisions.set(name, number);
  }
  return good(revisions);
}
