import { DeadlineReached, isCancelled, NoLongerNeeded } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import {
  type Kubectl,
  KubectlError,
  leavesOpen,
  type PatchOperation,
} from '../../support/kubernetes/kubectl.js';
import {
  asWorkload,
  getWorkloads,
  imagesOf,
  nameOf,
  objectOf,
  type Workload,
} from '../../support/kubernetes/workload.js';
import type { RunIdentity } from '../dependencies.js';
import { isSameRun, readRejections, REJECTED, type Rejection, withRejection } from './capture.js';
import type { Live } from './target.js';
import { type Revision, REVISION, REVISION_HISTORY, type Version, versionOf } from './versions.js';

/** One workload, and what is to become of it. */
export interface Step {
  /** As it was when it was planned for. */
  readonly workload: Workload;
  readonly from: Live;
  readonly target: Revision;
}

/** What became of one workload. */
export type Put =
  /** It has the template. */
  | { readonly kind: 'done'; readonly version: Version }
  /** It was not changed. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It was not changed: somebody else has deployed something. */
  | { readonly kind: 'replaced'; readonly workload: Workload }
  /** We changed it, and somebody has changed it again. */
  | { readonly kind: 'overtaken'; readonly workload: Workload }
  /** It may have been changed. */
  | { readonly kind: 'unknown'; readonly reason: string };

interface PutBackOptions {
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly run: RunIdentity;
  readonly signal: AbortSignal;
  /** Called right before the first call that can change something. */
  readonly beforeChange: () => void;
  readonly progress: (line: string) => void;
}

/** After so many attempts that came too late it is no longer asked that nothing was changed, but that the version was not. */
const PATIENT_ATTEMPTS = 3;
/** So often the change is tried anew when something else than the template was changed meanwhile. */
const ATTEMPTS = 10;
/** Between two looks at a server that does not answer, milliseconds. */
const LOOK_AGAIN_MS = 1000;
/** A change that is under way when we are told to leave has this long; the chain waits for 2 s. */
const CANCEL_GRACE_MS = 1500;
/** The same when the time is over, for the change and then for a look at what became of it; the chain waits for 15 s. */
const LAST_CHANGE_MS = 8000;
const LAST_LOOK_MS = 4000;

/**
 * Puts the template of an earlier revision back. Every attempt carries what was read before it, so one that comes late changes
 * nothing: patching again is safe even when the fate of the last attempt is not known.
 */
export async function putBack(step: Step, options: PutBackOptions): Promise<Put> {
  const { kubectl, clock, signal, progress } = options;
  const name = nameOf(step.workload);
  const rejection: Rejection = {
    hash: step.from.hash,
    revision: step.from.number,
    images: step.from.images,
    run: { system: options.run.system, runId: options.run.runId },
    at: new Date(clock.now()).toISOString(),
    to: step.target.hash,
  };
  let workload = step.workload;
  let open: string | undefined;
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) return given(open, `${name}: ${messageOf(signal.reason)}`);
    const operations = undoPatch(
      workload,
      step.target,
      withRejection(readRejections(workload.annotations), rejection),
      attempt <= PATIENT_ATTEMPTS ? 'same-object' : 'same-version',
    );
    options.beforeChange();
    let refusal: KubectlError;
    const grace = lastingSignal(signal, clock, LAST_CHANGE_MS);
    try {
      const changed = asWorkload(await kubectl.patch(objectOf(workload), operations, grace.signal));
      if (changed !== undefined) return { kind: 'done', version: versionOf(changed.template) };
      refusal = new KubectlError('garbage', 'kubectl patch printed something that is no workload');
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

    const now = await lookAgain(step, options);
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

function given(open: string | undefined, refusal: string): Put {
  return open === undefined
    ? { kind: 'refused', reason: refusal }
    : { kind: 'unknown', reason: open };
}

function isTransient({ reason }: KubectlError): boolean {
  return reason === 'unreachable' || reason === 'timeout' || reason === 'killed';
}

/** What became of our change, as the workload shows it; `undefined`: it is what it was. */
function fateOf(now: Workload, { from, target }: Step, rejection: Rejection): Put | undefined {
  const version = versionOf(now.template);
  const marked = readRejections(now.annotations).some(
    ({ hash, at, run }) =>
      hash === rejection.hash && at === rejection.at && isSameRun(run, rejection.run),
  );
  if (version.essence === target.essence) return { kind: 'done', version };
  if (!marked)
    return version.essence === from.essence ? undefined : { kind: 'replaced', workload: now };
  // Whoever admits changes may add to the template: what we put there is then not quite what we sent.
  return imagesOf(now.template).join() === target.images.join()
    ? { kind: 'done', version }
    : { kind: 'overtaken', workload: now };
}

/** Reads until there is an answer; `undefined`: the time was over before. */
async function lookAgain(
  { workload }: Step,
  { kubectl, clock, signal }: PutBackOptions,
): Promise<Workload | 'gone' | undefined> {
  const grace = lastingSignal(signal, clock, LAST_LOOK_MS);
  try {
    for (;;) {
      try {
        const found = await getWorkloads(kubectl, [workload], grace.signal);
        const [now] = found.values();
        return now?.uid !== workload.uid ? 'gone' : now;
      } catch (error) {
        if (signal.aborted || grace.signal.aborted) return undefined;
        if (error instanceof KubectlError && !leavesOpen(error)) return undefined;
        await clock.sleep(LOOK_AGAIN_MS, grace.signal);
      }
    }
  } catch {
    return undefined;
  } finally {
    grace.clear();
  }
}

/**
 * Aborts some time after the other signal does: what is under way may come to its end. When we must leave, that is
 * soon; when the time is over, after `deadlineGraceMs`.
 */
export function lastingSignal(
  signal: AbortSignal,
  clock: Clock,
  deadlineGraceMs = LAST_CHANGE_MS,
): { readonly signal: AbortSignal; readonly clear: () => void } {
  const late = new AbortController();
  const timer = new AbortController();
  const onAbort = (): void => {
    const ms = signal.reason instanceof DeadlineReached ? deadlineGraceMs : CANCEL_GRACE_MS;
    clock.sleep(ms, timer.signal).then(
      () => {
        late.abort(signal.reason);
      },
      () => undefined,
    );
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: late.signal,
    clear: () => {
      signal.removeEventListener('abort', onAbort);
      timer.abort(new NoLongerNeeded());
    },
  };
}

/**
 * What a Deployment keeps when the annotations of an earlier revision come back with its template, and our own mark. All others
 * are those of the revision: that is how `kubectl rollout history` shows its CHANGE-CAUSE again.
 * kubectl, pkg/polymorphichelpers/rollback.go, annotationsToSkip
 */
const keptAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
  REJECTED,
]);

/** Under what the change may be made: nothing at all was changed since the workload was read, or at least not its version. */
type Precondition = 'same-object' | 'same-version';

/** What `kubectl rollout undo` would change, and our mark, if the workload is still the one that was read. */
function undoPatch(
  workload: Workload,
  target: Revision,
  rejected: string,
  precondition: Precondition,
): readonly PatchOperation[] {
  return [
    ...(precondition === 'same-object' ? unchanged(workload) : sameVersion(workload)),
    { op: 'replace', path: '/spec/template', value: target.template },
    ...annotationChanges(workload.annotations, {
      ...(workload.kind === 'deployment'
        ? annotationsOf(workload.annotations, target.annotations)
        : workload.annotations),
      [REJECTED]: rejected,
    }),
  ];
}

/** Changes nothing but our mark. */
export function markPatch(workload: Workload, rejected: string): readonly PatchOperation[] {
  return [
    ...unchanged(workload),
    ...annotationChanges(workload.annotations, { ...workload.annotations, [REJECTED]: rejected }),
  ];
}

function unchanged({ resourceVersion }: Workload): readonly PatchOperation[] {
  return [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }];
}

/** A workload that others scale and report on all the time has another resource version before every change. */
function sameVersion({ uid, template, spec }: Workload): readonly PatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/spec/template', value: template },
    ...(spec.paused === undefined
      ? []
      : [{ op: 'test', path: '/spec/paused', value: spec.paused } as const]),
  ];
}

function annotationsOf(
  own: Readonly<Record<string, string>>,
  earlier: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isKept = ([key]: [string, string]): boolean => keptAnnotations.has(key);
  return Object.fromEntries([
    ...Object.entries(own).filter(isKept),
    ...Object.entries(earlier).filter((entry) => !isKept(entry)),
  ]);
}

/** One by one: the applied configuration, which may be large, is not sent again. */
function annotationChanges(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): readonly PatchOperation[] {
  if (Object.keys(from).length === 0)
    return [{ op: 'add', path: '/metadata/annotations', value: to }];
  const path = (key: string): string =>
    `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    ...Object.keys(from)
      .filter((key) => !Object.hasOwn(to, key))
      .map((key): PatchOperation => ({ op: 'remove', path: path(key) })),
    ...Object.entries(to)
      .filter(([key, value]) => from[key] !== value)
      .map(([key, value]): PatchOperation => ({ op: 'add', path: path(key), value })),
  ];
}
