import { deadline, lastingSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { argoRolloutOf } from '../../support/kubernetes/argo-rollout.js';
import {
  type Kubectl,
  KubectlError,
  leavesOpen,
  type PatchOperation,
} from '../../support/kubernetes/kubectl.js';
import { imagesOf, nameOf, objectOf, type Workload } from '../../support/kubernetes/workload.js';
import {
  type Applied,
  type ApplyOptions,
  applyTemplate,
  byWay,
  LAST_CHANGE_MS,
  readAgain,
  rejectionFor,
  type Step,
  type Way,
} from './apply-template.js';
import { flaggerInWords } from './flagger.js';
import { markPatch, sameVersion } from './patch.js';
import { readRejections, withRejection } from './rejections.js';
import { type RolloutCompletion, rolloutCompletion } from './rollout-completion.js';
import { getHistory, imagesInWords, type Revision, versionInWords, versionOf } from './versions.js';

/** How often a change of the status is tried when the Rollout was changed meanwhile. */
const ATTEMPTS = 5;
/** For the controller to carry an abort out before the template follows, so that it is told as an abort; milliseconds. */
const ABORT_TIME = 15_000;
const LOOK_AGAIN = 500;
/**
 * Flux takes away what kubectl has set beside the source, by the name of the field manager
 * (https://fluxcd.io/flux/faq/#why-are-kubectl-edits-rolled-back-by-flux): a mark of ours is to stay.
 */
const MANAGER = 'rollgate';

/**
 * How a workload gets its earlier version back. An update of Argo Rollouts that is not finished is aborted: the stable version is
 * there, and gets all the traffic at once.
 */
export function wayOf(workload: Workload, revisions: readonly Revision[], target: Revision): Way {
  if (workload.kind !== 'rollout' || target.set === undefined) return 'template';
  const { isUpdating, stable, current, isAborted } = argoRolloutOf(workload);
  if (!isUpdating || stable !== target.set.hash) return 'template';
  if (!isAborted) return 'abort';
  // Pods of a version between the two stay after an abort: only the template of the stable version makes them go.
  const isClean = revisions.every(
    ({ set }) =>
      set === undefined || set.replicas === 0 || set.hash === stable || set.hash === current,
  );
  return isClean ? 'aborted' : 'template';
}

/** Carries out a step of any workload. */
export async function applyStep(step: Step, options: ApplyOptions): Promise<Applied> {
  const { way, workload } = step;
  if (way === 'template') return applyTemplate(step, options);
  const unchanged: Applied = { kind: 'done', version: versionOf(workload.template), way };
  if (way === 'aborted') return unchanged;
  const end = await abortUpdate(step, options);
  if (end !== undefined) {
    if (way === 'abort-only' || end.kind === 'replaced') return end;
    // The template alone brings the stable version back too.
    if ('reason' in end) options.progress(`${nameOf(workload)}: not aborted: ${end.reason}`);
  }
  if (way === 'abort-only') {
    await mark(step, options);
    return unchanged;
  }
  if (end === undefined) await untilAborted(workload, options);
  const applied = await applyTemplate(step, options);
  if (applied.kind !== 'refused') return applied;
  if (end !== undefined) return end.kind === 'unknown' ? end : applied;
  options.progress(`${nameOf(workload)}: its template was not put back: ${applied.reason}`);
  await mark(byWay(step, 'abort-only'), options);
  return { ...unchanged, way: 'abort-only' };
}

/** @returns why the update is not aborted; `undefined`: it is asked for */
async function abortUpdate(step: Step, options: ApplyOptions): Promise<Applied | undefined> {
  const { kubectl, clock, signal } = options;
  const name = nameOf(step.workload);
  let workload = step.workload;
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) return refused(messageOf(signal.reason));
    options.beforeChange();
    let refusal: KubectlError;
    const grace = lastingSignal(signal, clock, LAST_CHANGE_MS);
    try {
      await kubectl.patchStatus(objectOf(workload), abortPatch(workload), grace.signal);
      return undefined;
    } catch (error) {
      if (!(error instanceof KubectlError)) return unknown(messageOf(error));
      refusal = error;
    } finally {
      grace.clear();
    }
    const isOpen = leavesOpen(refusal);
    if (!isOpen && refusal.reason !== 'invalid' && refusal.reason !== 'conflict')
      return refused(refusal.message);
    const now = await readAgain(step.workload, options, signal);
    if (now === undefined) return isOpen ? unknown(refusal.message) : refused(refusal.message);
    if (now === 'gone') return refused(`${name} does not exist any more`);
    if (versionOf(now.template).essence !== versionOf(workload.template).essence)
      return { kind: 'replaced', workload: now };
    const { isAborted, stable, isUpdating } = argoRolloutOf(now);
    if (isAborted) return undefined;
    if (!isUpdating || stable !== step.target.set?.hash)
      return refused('it has been promoted in the meantime');
    if (attempt >= ATTEMPTS) return refused(refusal.message);
    workload = now;
  }
}

function refused(reason: string): Applied {
  return { kind: 'refused', reason };
}

function unknown(reason: string): Applied {
  return { kind: 'unknown', reason };
}

/** Only the update that was judged, and only while the version to return to is the stable one. */
function abortPatch(workload: Workload): readonly PatchOperation[] {
  return [
    ...sameVersion(workload),
    { op: 'test', path: '/status/stableRS', value: workload.status.stableRS },
    { op: 'add', path: '/status/abort', value: true },
  ];
}

/** Best effort: what follows brings the stable version back in any case. */
async function untilAborted(
  workload: Workload,
  options: Pick<ApplyOptions, 'kubectl' | 'clock' | 'signal'>,
): Promise<void> {
  const { clock, signal } = options;
  const limited = deadline(clock, ABORT_TIME, 'waiting for the abort', signal);
  try {
    for (;;) {
      const now = await readAgain(workload, { ...options, signal: limited.signal }, limited.signal);
      if (now === undefined || now === 'gone' || argoRolloutOf(now).hasAborted) return;
      await clock.sleep(LOOK_AGAIN, limited.signal);
    }
  } catch {
    // The time is over.
  } finally {
    limited.clear();
  }
}

/** Notes the version as rolled back; without the mark it is rolled back all the same. */
async function mark(step: Step, options: ApplyOptions): Promise<void> {
  const { kubectl, signal } = options;
  const rejection = rejectionFor(step, options);
  let workload: Workload | 'gone' | undefined = step.workload;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (workload === undefined || workload === 'gone') return;
    const marks = withRejection(readRejections(workload.annotations), rejection);
    try {
      await kubectl.patch(objectOf(workload), markPatch(workload, marks, 'same-version'), signal, {
        manager: MANAGER,
      });
      return;
    } catch (error) {
      if (!(error instanceof KubectlError)) return;
      const mayWork = ['conflict', 'invalid'].includes(error.reason) || leavesOpen(error);
      if (!mayWork || attempt === ATTEMPTS) {
        options.progress(`${nameOf(step.workload)}: not marked: ${error.message}`);
        return;
      }
    }
    workload = await readAgain(step.workload, options, signal);
  }
}

interface FollowOptions {
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** How far a Rollout is, and asks its controller for what it would wait for. */
export async function followRollout(
  workload: Workload,
  { target, way }: Pick<Step, 'target' | 'way'>,
  { kubectl, signal, progress }: FollowOptions,
): Promise<RolloutCompletion> {
  const history = await getHistory(kubectl, workload, signal);
  const completion = rolloutCompletion(workload, history, target, way);
  const { ask } = completion;
  if (ask === undefined || (ask === 'abort' && way === 'aborted')) return completion;
  const operations: readonly PatchOperation[] =
    ask === 'abort'
      ? abortPatch(workload)
      : [
          ...sameVersion(workload),
          { op: 'test', path: '/status/currentPodHash', value: workload.status.currentPodHash },
          { op: 'add', path: '/status/promoteFull', value: true },
        ];
  try {
    await kubectl.patchStatus(objectOf(workload), operations, signal);
    if (ask === 'promotion') progress(`${nameOf(workload)}: its steps are skipped`);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    // What was changed in the meantime is read again in a moment.
    if (error.reason !== 'invalid' && error.reason !== 'conflict' && !leavesOpen(error)) {
      const words = `its steps could not be skipped: ${error.message}`;
      return {
        ...completion,
        words,
        held: `${words} (kubectl argo rollouts promote ${workload.name} -n ${workload.namespace} --full)`,
      };
    }
  }
  return completion;
}

/** What a step would do, for the plan. */
export function wayInWords({ workload, from, target, way, canary }: Step, usual: string): string {
  const name = `${workload.kind}/${workload.namespace}/${workload.name}`;
  if (way === 'template') return usual;
  if (canary !== undefined)
    return `nothing: Flagger has rolled ${versionInWords(from)} of ${name} back by itself`;
  if (way === 'aborted')
    return `nothing: the update of ${name} to ${versionInWords(from)} was aborted already, and ${versionInWords(target)} is to serve`;
  return `abort the update of ${name} to ${versionInWords(from)}, and go back to ${versionInWords(target)}`;
}

/** What was done, for the report; without a full stop. */
export function doneInWords({ workload, from, target, way, canary }: Step): string {
  const name = `${workload.kind}/${workload.namespace}/${workload.name}`;
  if (canary !== undefined)
    return `${flaggerInWords(canary, `${versionInWords(from)} of ${name}`)}. Nothing was changed`;
  if (way === 'abort')
    return `The update of ${name} to ${versionInWords(from)} was aborted, and its template is that of revision ${String(target.number)}${imagesInWords(target.images)} again`;
  if (way === 'abort-only')
    return `The update of ${name} to ${versionInWords(from)} was aborted, and ${versionInWords(target)} stays`;
  return `The ${endOfUpdateInWords({ workload, from })}. Nothing was changed, and ${versionInWords(target)} stays`;
}

/** What has been taken back without us; a clause without a full stop. */
export function goneBackInWords(step: Step): string {
  const { workload, from, canary } = step;
  return canary === undefined
    ? `the ${endOfUpdateInWords(step)}`
    : flaggerInWords(
        canary,
        `${versionInWords(from)} of ${workload.kind}/${workload.namespace}/${workload.name}`,
      );
}

/** Who has ended an update; without a full stop. */
function endOfUpdateInWords({ workload, from }: Pick<Step, 'workload' | 'from'>): string {
  const name = `${workload.kind}/${workload.namespace}/${workload.name}`;
  const { abortedBecause } = argoRolloutOf(workload);
  const who =
    abortedBecause === undefined
      ? 'had been aborted before'
      : `was aborted: Argo Rollouts aborted by itself (${abortedBecause})`;
  return `update of ${name} to ${versionInWords(from)} ${who}`;
}

/** What is left to do where only the update was aborted: its template is the bad one still. */
export function leftInWords(workload: Workload, keeper: string | undefined): string {
  const images = imagesOf(workload.template).join(', ');
  const kept = keeper === undefined ? '' : `, which ${keeper} keeps`;
  const again =
    workload.kind === 'rollout' ? 'a retry, or a change of its steps,' : 'the next change of it';
  return `The spec of ${nameOf(workload)} still names ${images}${kept}: ${again} would deploy it again, so deploy a good version`;
}
