import { lastAppliedAfter } from './managed-fields.js';
import { undoPatch } from './patch.js';
import { isCancelled, lastingSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import type { FlaggerCanary } from '../../support/kubernetes/flagger.js';
import { type Kubectl, KubectlError, leavesOpen } from '../../support/kubernetes/kubectl.js';
import {
  asWorkload,
  getWorkloads,
  imagesOf,
  nameOf,
  objectOf,
  type Workload,
} from '../../support/kubernetes/workload.js';
import type { RunIdentity } from '../dependencies.js';
import { asSet } from './field-sets.js';
import type { RecordedDetails } from './recorded.js';
import type { Live } from './target.js';
import { type Revision, type Version, versionOf } from './versions.js';
import { markedRun, readRejections, type Rejection, withRejection } from './rejections.js';

/**
 * How a workload gets its earlier version back:
 * - `template`: by the template of that version.
 * - `abort`: by the abort of an update that Argo Rollouts has not finished, and then by the template.
 * - `abort-only`: the same, and the template is left as it is, because something else keeps it.
 * - `aborted`: Argo Rollouts, Flagger, or somebody else, has ended the update already: nothing is changed.
 */
export type Way = 'template' | 'abort' | 'abort-only' | 'aborted';

/** Its template is then that of the earlier version. */
export function changesTemplate(way: Way): boolean {
  return way === 'template' || way === 'abort';
}

/** A step by another way: what leaves the template as it is goes back to what the history has. */
export function byWay(step: Step, way: Way): Step {
  const { unpinned = step.target } = step.target;
  return { ...step, way, target: changesTemplate(way) ? step.target : unpinned };
}

/** One workload, and the version to apply. */
export interface Step {
  /** As it was when it was planned for. */
  readonly workload: Workload;
  readonly from: Live;
  readonly target: Revision;
  /** What the snapshot knows of the target; absent where that is not the recorded version. */
  readonly recorded?: RecordedDetails | undefined;
  readonly way: Way;
  /** What Flagger has made of it. */
  readonly canary?: FlaggerCanary;
}

/** What became of one workload. */
export type Applied =
  /** It has the template, or what the way leaves of it. */
  | { readonly kind: 'done'; readonly version: Version; readonly way: Way }
  /** It was not changed. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It was not changed: somebody else has deployed something. */
  | { readonly kind: 'replaced'; readonly workload: Workload }
  /** We changed it, and somebody has changed it again. */
  | { readonly kind: 'overtaken'; readonly workload: Workload }
  /** It may have been changed. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface ApplyOptions {
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly run: RunIdentity;
  readonly signal: AbortSignal;
  /** Called right before the first call that can change something. */
  readonly beforeChange: () => void;
  readonly progress: (line: string) => void;
}

/** After this many attempts that came too late the patch requires an unchanged version, no longer an unchanged object. */
const PATIENT_ATTEMPTS = 3;
/** How often the change is retried when something other than the template was changed meanwhile. */
const ATTEMPTS = 10;
/** Between two calls to a server that does not answer, milliseconds. */
const READ_AGAIN_MS = 1000;
/** When the time is over, for a change that is under way, and then for reading what became of it; the chain waits for 15 s. */
export const LAST_CHANGE_MS = 8000;
const LAST_READ_MS = 4000;

/**
 * Applies the template of an earlier revision. Every attempt carries what was read before it, so one that comes late changes
 * nothing: patching again is safe even when the fate of the last attempt is not known.
 */
export async function applyTemplate(step: Step, options: ApplyOptions): Promise<Applied> {
  const { kubectl, clock, signal, progress } = options;
  const name = nameOf(step.workload);
  const rejection = rejectionFor(step, options);
  let workload = step.workload;
  let open: string | undefined;
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) return given(open, `${name}: ${messageOf(signal.reason)}`);
    const { lastApplied } = step.recorded ?? {};
    const operations = undoPatch(
      workload,
      step.target,
      {
        rejected: withRejection(readRejections(workload.annotations), rejection),
        lastApplied: lastAppliedAfter(
          workload,
          step.target,
          lastApplied === undefined ? undefined : asSet(lastApplied),
        ),
      },
      attempt <= PATIENT_ATTEMPTS ? 'same-object' : 'same-version',
    );
    options.beforeChange();
    let refusal: KubectlError;
    const grace = lastingSignal(signal, clock, LAST_CHANGE_MS);
    try {
      const changed = asWorkload(await kubectl.patch(objectOf(workload), operations, grace.signal));
      if (changed !== undefined)
        return { kind: 'done', version: versionOf(changed.template), way: step.way };
      refusal = new KubectlError(
        'garbage',
        'kubectl patch printed something that is not a workload',
      );
    } catch (error) {
      refusal =
        error instanceof KubectlError ? error : new KubectlError('killed', messageOf(error));
    } finally {
      grace.clear();
    }
    if (leavesOpen(refusal)) open = refusal.message;
    else if (refusal.reason !== 'conflict' && refusal.reason !== 'invalid')
      return given(open, refusal.message);
    if (isCancelled(signal)) return given(open, refusal.message);

    const lastRead = lastingSignal(signal, clock, LAST_READ_MS);
    const now = await readAgain(step.workload, options, lastRead.signal);
    lastRead.clear();
    if (now === 'gone') return { kind: 'refused', reason: `${name} does not exist any more` };
    if (now === undefined) return given(open, refusal.message);
    const fate = fateOf(now, step, rejection);
    if (fate !== undefined) return fate;
    // What was sent for another resource version cannot happen any more.
    if (now.resourceVersion !== workload.resourceVersion) open = undefined;
    if (refusal.reason === 'invalid' && now.resourceVersion === workload.resourceVersion)
      return { kind: 'refused', reason: refusal.message };
    if (now.spec.paused === true)
      return { kind: 'refused', reason: `${name} was paused in the meantime` };
    if (attempt >= ATTEMPTS && !isTransient(refusal))
      return {
        kind: 'refused',
        reason: `${name} was changed by others ${String(ATTEMPTS)} times in between; ${refusal.message}`,
      };
    workload = now;
    progress(
      `${name}: ${refusal.reason === 'conflict' || refusal.reason === 'invalid' ? 'something else than its version was changed in the meantime' : refusal.message}; trying again`,
    );
  }
}

/** The mark of the version that is rolled back. */
export function rejectionFor(
  { from, target }: Step,
  { run, clock }: Pick<ApplyOptions, 'run' | 'clock'>,
): Rejection {
  return {
    hash: from.kept.hash,
    revision: from.number,
    images: from.images,
    run: markedRun(run),
    at: new Date(clock.now()).toISOString(),
    to: target.hash,
  };
}

function given(open: string | undefined, refusal: string): Applied {
  return open === undefined
    ? { kind: 'refused', reason: refusal }
    : { kind: 'unknown', reason: open };
}

function isTransient({ reason }: KubectlError): boolean {
  return reason === 'unreachable' || reason === 'timeout' || reason === 'killed';
}

/** What became of our change, as the workload shows it; `undefined`: it is what it was. */
function fateOf(
  now: Workload,
  { from, target, way }: Step,
  rejection: Rejection,
): Applied | undefined {
  const version = versionOf(now.template);
  // To the millisecond, by which it is ours where a run has no id too.
  const marked = readRejections(now.annotations).some(
    ({ hash, at, run }) =>
      hash === rejection.hash &&
      at === rejection.at &&
      run.system === rejection.run.system &&
      run.runId === rejection.run.runId,
  );
  if (version.essence === target.essence) return { kind: 'done', version, way };
  if (!marked)
    return version.essence === from.essence ? undefined : { kind: 'replaced', workload: now };
  // Whoever admits changes may add to the template: what it has is then not quite what we sent.
  return imagesOf(now.template).join() === target.images.join()
    ? { kind: 'done', version, way }
    : { kind: 'overtaken', workload: now };
}

/**
 * Reads a workload, again and again while the server is not reached. `undefined`: the time was over before, or the server
 * refused.
 *
 * @param late may be aborted later than `signal`, for one last read
 */
export async function readAgain(
  workload: Workload,
  { kubectl, clock, signal }: Pick<ApplyOptions, 'kubectl' | 'clock' | 'signal'>,
  late: AbortSignal,
): Promise<Workload | 'gone' | undefined> {
  try {
    for (;;) {
      try {
        const found = await getWorkloads(kubectl, [workload], late);
        const [now] = found.values();
        return now?.uid === workload.uid ? now : 'gone';
      } catch (error) {
        if (signal.aborted || !(error instanceof KubectlError && leavesOpen(error)))
          return undefined;
        await clock.sleep(READ_AGAIN_MS, late);
      }
    }
  } catch {
    return undefined;
  }
}
