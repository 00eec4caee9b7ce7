import type { Finding } from '../../contract/result.js';
import { messageOf } from '../../support/errors.js';
import { getPods } from '../../support/kubernetes/pods.js';
import { type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';
import { getWorkloads, nameOf, type Workload } from '../../support/kubernetes/workload.js';
import { primaryOf } from '../../support/kubernetes/flagger.js';
import { inPool } from '../../support/pool.js';
import { oneLine } from '../../support/text.js';
import { changesTemplate, type Step } from './apply-template.js';
import {
  doubtInWords,
  idsOf,
  type ImageIds,
  isLatest,
  type ImageProof,
  isPinnable,
  movedOf,
  namedImages,
  type NamedImage,
  pinned,
  proofOf,
  sameNames,
} from './images.js';
import { sortPods } from './pods.js';
import { type Recorded, type RecordedDetails, recordedOf } from './recorded.js';
import type { Settled } from './settle.js';
import { chooseTarget, liveOf, type Choice, type Seen } from './target.js';
import { getHistory, listed, type Revision, stableRevision } from './versions.js';

/** How many kubectl processes run in parallel: each takes a core for a moment. */
const SIDE_BY_SIDE = 4;

/** What the pods of the live version run, or why that cannot be seen. */
interface SeenIds {
  readonly ids: ImageIds;
  readonly why?: string;
}

/** @param revision a version of a Rollout, which runs more than one; otherwise the live one is meant */
async function readIds(
  kubectl: Kubectl,
  { workload, revisions }: Seen,
  signal: AbortSignal,
  revision?: Revision,
): Promise<SeenIds> {
  try {
    const pods = await getPods(kubectl, workload, signal);
    const own =
      revision === undefined
        ? sortPods(workload, revisions, pods).live
        : pods.filter(({ controller }) => controller === revision.uid);
    return own.length === 0 ? { ids: {}, why: 'it has no pods' } : { ids: idsOf(own) };
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return { ids: {}, why: oneLine(error.message, 200) };
  }
}

/** The same of what serves after a step, read anew, when the time may be over: it never rejects. */
async function idsNow(
  kubectl: Kubectl,
  { way, canary, target }: Step,
  now: Workload,
  signal: AbortSignal,
): Promise<SeenIds> {
  try {
    const name = primaryOf(now);
    const workload =
      canary === undefined ? now : [...(await getWorkloads(kubectl, [name], signal)).values()][0];
    if (workload === undefined) return { ids: {}, why: `${nameOf(name)} is not there` };
    const revisions = await getHistory(kubectl, workload, signal);
    const isTemplates = changesTemplate(way) || canary !== undefined;
    return await readIds(
      kubectl,
      { workload, revisions },
      signal,
      isTemplates ? undefined : target,
    );
  } catch (error) {
    return { ids: {}, why: oneLine(messageOf(error), 200) };
  }
}

/** For the record: what the containers of the workloads run, by name; of one whose pods do not tell, nothing. */
export async function recordImages(
  kubectl: Kubectl,
  seen: readonly Seen[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ImageIds>> {
  const read = await inPool(SIDE_BY_SIDE, seen, async (one) => {
    const stable = stableRevision(one.workload, one.revisions);
    const { ids } = await readIds(kubectl, one, signal, stable);
    const own = namedImages((stable ?? one.workload).template).flatMap(({ container }) => {
      const those = ids[container];
      return those === undefined ? [] : [[container, those] as const];
    });
    return [nameOf(one.workload), Object.fromEntries(own)] as const;
  });
  return new Map(read.filter(([, ids]) => Object.keys(ids).length > 0));
}

/**
 * The workloads that have the recorded template and run other images than were recorded, in words by name: a tag was moved and the
 * rollout restarted, or pods came anew. What cannot be seen is not among them.
 */
export async function movedImages(
  kubectl: Kubectl,
  workloads: readonly Workload[],
  recorded: Recorded | undefined,
  isAsRecorded: (workload: Workload) => boolean,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const those = workloads.filter(
    (workload) =>
      recordedOf(recorded, workload)?.details?.imageIds !== undefined && isAsRecorded(workload),
  );
  const found = await inPool(SIDE_BY_SIDE, those, async (workload) => {
    const before = recordedOf(recorded, workload);
    const none = [nameOf(workload), []] as const;
    try {
      const revisions = await getHistory(kubectl, workload, signal);
      const its = revisions.find(({ hash }) => hash === before?.hash);
      const isRollout = workload.kind === 'rollout';
      if (isRollout && its === undefined) return none;
      const seen = { workload, revisions };
      const { ids } = await readIds(kubectl, seen, signal, isRollout ? its : undefined);
      const { template } = (isRollout ? its : undefined) ?? workload;
      return [nameOf(workload), movedOf(template, ids, before?.details)] as const;
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      return none;
    }
  });
  return new Map(
    found
      .filter(([, words]) => words.length > 0)
      .map(([name, words]) => [name, `${name}: ${words.join('; ')}`]),
  );
}

/** What to do about an image whose name does not tell which one it is. */
const REMEDY =
  'set kubernetes-pin-image: true and take a snapshot before the deploy, or deploy by digest or by a tag of its own for each version';

interface ImageChoice {
  readonly choice: Choice;
  /** What the snapshot knows of the target; `undefined`: that is another version. */
  readonly recorded: RecordedDetails | undefined;
}

interface ImageOptions extends Seen {
  readonly before: ReturnType<typeof recordedOf>;
  /** That the recorded template runs other images now, in words. */
  readonly moved: string | undefined;
  readonly pins: boolean;
}

/** The choice of the version, where names of images do not tell versions apart. */
export function choiceByImage(
  choice: Choice,
  { workload, revisions, before, moved, pins }: ImageOptions,
): ImageChoice {
  const details = before?.details;
  if (choice.kind === 'target') {
    const recorded = before?.hash === choice.target.hash ? details : undefined;
    const isPinned = pins && recorded !== undefined;
    return {
      choice: isPinned ? { ...choice, target: pinned(choice.target, recorded) } : choice,
      recorded,
    };
  }
  if (choice.kind !== 'unchanged' || moved === undefined || details === undefined)
    return { choice, recorded: undefined };
  const impossible = (reason: string): ImageChoice => ({
    choice: { kind: 'impossible', reason: `${moved}. Its template is the recorded one: ${reason}` },
    recorded: undefined,
  });
  if (!pins) return impossible(`to go back to the recorded image, ${REMEDY}`);
  const from = liveOf(workload, revisions);
  const same = revisions.find(({ hash }) => hash === before?.hash);
  if (same === undefined) return impossible('it has no revision to go back to');
  const target = pinned(same, details);
  return target.hash === from.hash
    ? impossible('the recorded image has no digest of a repository to be pinned to')
    : { choice: { kind: 'target', target, from }, recorded: details };
}

/** Of those that are ready, whether their pods show the recorded images where the names tell nothing. */
export async function proveImages(
  kubectl: Kubectl,
  work: readonly Step[],
  settled: ReadonlyMap<string, Settled>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Settled>> {
  const proven = await inPool(SIDE_BY_SIDE, work, async (step) => {
    const name = nameOf(step.workload);
    const its = settled.get(name);
    const same = sameNames(step.workload.template, step.target.template);
    if (its?.kind !== 'ready' || same.length === 0) return [name, its] as const;
    const { ids, why } = await idsNow(kubectl, step, its.workload, signal);
    const proofs = same.map((one) => [one, proofOf(one.container, ids, step.recorded)] as const);
    const doubts = proofs.flatMap(([one, proof]) => doubtInWords(one, proof, why) ?? []);
    if (doubts.length === 0) return [name, its] as const;
    const isSeen = proofs.some(([, { kind }]) => kind === 'other');
    return [name, { ...its, kind: 'unproven', why: doubts.join('; '), isSeen } as const] as const;
  });
  return new Map(
    proven.flatMap(([name, its]) => (its === undefined ? [] : [[name, its] as const])),
  );
}

interface PreflightOptions {
  readonly kubectl: Kubectl;
  readonly recorded: Recorded | undefined;
  readonly requestedRevisions: ReadonlyMap<string, number>;
  readonly pins: boolean;
  readonly now: number;
}

/** What is to be said of images whose names do not tell versions apart: a rollback by the name would bring the new image back. */
export async function imageFindings(
  seen: readonly Seen[],
  options: PreflightOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await inPool(SIDE_BY_SIDE, seen, (one) => findingsOf(one, options, signal));
  return found.flat();
}

async function findingsOf(
  one: Seen,
  { kubectl, recorded, requestedRevisions, pins, now }: PreflightOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { workload, revisions } = one;
  const before = recordedOf(recorded, workload);
  const choice = chooseTarget({
    ...{ workload, revisions, now, recorded: before, byHand: true, deployedWithin: Infinity },
    requestedRevision: requestedRevisions.get(nameOf(workload)),
  });
  const details =
    choice.kind === 'target' && before?.hash !== choice.target.hash ? undefined : before?.details;
  const images =
    choice.kind === 'target'
      ? sameNames(workload.template, choice.target.template)
      : namedImages(workload.template).filter(
          (image) => isLatest(image) || details?.imageIds?.[image.container] !== undefined,
        );
  if (images.length === 0) return [];
  const { ids, why } = await readIds(kubectl, one, signal);
  const doubts =
    choice.kind === 'target'
      ? images.flatMap((image) => doubtful(image, proofOf(image.container, ids, details), why))
      : images.flatMap((image) => {
          const proof = proofOf(image.container, ids, details);
          if (proof.kind === 'other') return doubtful(image, proof);
          const words = `container ${image.container} has the image name ${image.image}, which tells no versions apart`;
          return isLatest(image) ? [[image, words] as const] : [];
        });
  // What runs now is what the deploy is still to replace: the snapshot will know it.
  const known = details ?? (choice.kind === 'target' ? undefined : { imageIds: ids });
  return doubts
    .filter(([image]) => !(pins && isPinnable(image, known)))
    .map(([image, words]) => ({
      ...{ level: 'warning', subject: 'kubernetes', fix: REMEDY },
      message: `${nameOf(workload)}: ${words}: ${consequence(image, pins)}`,
    }));
}

function doubtful(
  image: NamedImage,
  proof: ImageProof,
  why?: string,
): readonly (readonly [NamedImage, string])[] {
  const words = doubtInWords(image, proof, why);
  return words === undefined ? [] : [[image, words]];
}

function consequence({ image }: NamedImage, pins: boolean): string {
  return pins
    ? `kubernetes-pin-image has no digest of a repository for it, and a rollback to ${image} is verified only when its pods show the recorded image id`
    : `a rollback to ${image} may run the new image again, and is verified only when its pods show the recorded image id`;
}

/** That only tags were moved, for the beginning of the watch. */
export function movedFindings(moved: ReadonlyMap<string, string>): readonly Finding[] {
  return moved.size === 0
    ? []
    : [
        {
          level: 'notice',
          subject: 'kubernetes',
          message: `the template of ${listed([...moved.keys()])} is as it was, and its images are not, so that this is a deploy: ${[...moved.values()].join('; ')}`,
        },
      ];
}
