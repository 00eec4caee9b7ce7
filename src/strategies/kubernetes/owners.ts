import type { Finding } from '../../contract/result.js';
import type { SourceApplied, Strategy } from '../../contract/strategy.js';
import type { Clock } from '../../support/clock.js';
import { ToolError } from '../../support/tool.js';
import {
  type Kubectl,
  KubectlError,
  type PatchOperation,
} from '../../support/kubernetes/kubectl.js';
import {
  actorOf,
  gitOpsOwnerOf,
  type Owner,
  ownerInWords,
  type OwnerState,
  readOwner,
  resumeInWords,
} from '../../support/kubernetes/owner.js';
import { type ImageAutomation, imageAutomations } from './image-automation.js';
import { imagesOf, nameOf, type Workload } from '../../support/kubernetes/workload.js';
import { asSentence } from '../../support/text.js';
import type { RecordedWorkload } from './recorded.js';
import type { Live } from './target.js';
import { type Version, versionOf } from './versions.js';

/** A workload that is kept as its source says. */
export interface Owned {
  readonly workload: Workload;
  readonly owner: Owner;
  readonly state: OwnerState;
}

/** Those of the workloads that something keeps as its source says; each owner is read once. */
export async function ownedOnes(
  kubectl: Kubectl,
  workloads: Iterable<Workload>,
  signal: AbortSignal,
): Promise<readonly Owned[]> {
  const read = new Map<string, Promise<OwnerState>>();
  const owned = [...workloads].flatMap((workload) => {
    const owner = gitOpsOwnerOf(workload);
    if (owner === undefined) return [];
    const key = JSON.stringify(owner);
    const state = read.get(key) ?? readOwner(kubectl, owner, signal);
    read.set(key, state);
    return [{ workload, owner, state }];
  });
  return Promise.all(owned.map(async (one) => ({ ...one, state: await one.state })));
}

/** `Flux will put shop:v2 back at its next reconcile (within 10m)` */
export function revertInWords({ owner, state }: Owned, image: string): string {
  const why =
    state.unknown === undefined
      ? ''
      : ` (what it would do could not be read: ${state.unknown}; so it counts as one that does)`;
  return `${actorOf(owner)} will put ${image} back ${state.when}${why}`;
}

/** What was changed, and what it is watched by. */
interface OwnershipOptions {
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  /** The workloads as they are now. */
  readonly read: (signal: AbortSignal) => Promise<Iterable<Workload>>;
  /** What this run judges, and what a strategy has put in its place, by workload; where a strategy knows it. */
  readonly evaluated?: () => ReadonlyMap<string, Pick<Live, 'essence' | 'images'>>;
  readonly ours?: ReadonlyMap<string, Version>;
  /** Whether what was changed of a workload is what its owner keeps; all of it is where nothing is said. */
  readonly isKept?: (workload: Workload) => boolean;
  /**
   * A release of Helm is what is changed: Flux takes over again whatever it has not made itself, with drift detection and without
   * (helm-controller, internal/reconcile/state.go, ReleaseStatusUnmanaged).
   */
  readonly isRelease?: true;
}

/** What the owners of the workloads of a strategy do with what is changed; the rest of it is as in a {@link Strategy}. */
export interface Ownership extends Required<
  Pick<Strategy, 'revertedBy' | 'undoneBy' | 'sourceApplied'>
> {
  /** Remembers what the owners have applied when the watch begins. */
  capture(signal: AbortSignal): Promise<void>;
  /** As {@link Strategy.awaitDeploy}. */
  awaitDeploy(
    recordedOf: (workload: Workload) => RecordedWorkload | undefined,
    progress: (line: string) => void,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** Between two looks at an owner that is to apply a change of its source, milliseconds. */
const LOOK_AGAIN = 2000;

/** What the functions below share. */
interface State {
  readonly options: OwnershipOptions;
  readonly appliedAtStart: Map<string, string | undefined>;
  /** `undefined`: nobody has looked. */
  atStart: readonly Owned[] | undefined;
}

/** The methods of a strategy that are about owners. */
export function ownerMethods({
  revertedBy,
  undoneBy,
  sourceApplied,
}: Ownership): Pick<Ownership, 'revertedBy' | 'undoneBy' | 'sourceApplied'> {
  return { revertedBy, undoneBy, sourceApplied };
}

export function createOwnership(options: OwnershipOptions): Ownership {
  const state: State = { options, appliedAtStart: new Map(), atStart: undefined };
  return {
    async capture(signal) {
      try {
        remember(state, await ownedOnes(options.kubectl, await options.read(signal), signal));
      } catch (error) {
        // Whoever needs to know asks again.
        if (signal.aborted || !(error instanceof ToolError)) throw error;
      }
    },
    awaitDeploy: (recordedOf, progress, signal) => awaitDeploy(state, recordedOf, progress, signal),
    async revertedBy(signal) {
      if (state.atStart === undefined) remember(state, await ownedNow(state, signal));
      const [first] = await reverting(state, signal);
      return first && `${nameOf(first.workload)} belongs to ${ownerInWords(first.owner)}`;
    },
    undoneBy: (signal) => undone(state, signal),
    sourceApplied: (revision, signal) => untilApplied(state, revision, signal),
  };
}

function remember(state: State, owned: readonly Owned[]): void {
  state.atStart = owned;
  for (const { workload, state: seen } of owned)
    state.appliedAtStart.set(nameOf(workload), seen.applied);
}

/** A deploy by Git comes minutes after its commit: what runs until then is the old version. */
async function awaitDeploy(
  { options: { kubectl, clock, read } }: State,
  recordedOf: (workload: Workload) => RecordedWorkload | undefined,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  let said = false;
  let waitsFor: string | undefined;
  try {
    for (;;) {
      const owned = await ownedOnes(kubectl, await read(signal), signal);
      const open = owned.find((one) => isOpen(one, recordedOf(one.workload)));
      if (open === undefined) return undefined;
      const known = recordedOf(open.workload)?.applied?.slice(0, 10) ?? '';
      waitsFor = `${ownerInWords(open.owner)} has applied nothing newer than ${known}`;
      if (!said) progress(`${waitsFor} yet: waiting for it`);
      said = true;
      await clock.sleep(LOOK_AGAIN, signal);
    }
  } catch (error) {
    if (signal.aborted && waitsFor !== undefined) return waitsFor;
    // What cannot be read is for preflight to say.
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

/** Whether something is still to come. One that fails to apply it in full has begun to. */
function isOpen({ workload, state }: Owned, recorded: RecordedWorkload | undefined): boolean {
  if (recorded?.applied === undefined || state.unknown !== undefined) return false;
  if (state.acts === 'suspended' || state.applied !== recorded.applied) return false;
  const hasBegun = state.latest !== recorded.applied;
  return !(hasBegun && versionOf(workload.template).hash !== (recorded.live ?? recorded.hash));
}

/** What cannot be read any more is as it was; what nobody could ever read is no reason to doubt. */
async function ownedNow(
  { options: { kubectl, read }, atStart }: State,
  signal: AbortSignal,
): Promise<readonly Owned[]> {
  if (atStart?.length === 0) return atStart;
  try {
    return await ownedOnes(kubectl, await read(signal), signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof ToolError)) throw error;
    return atStart ?? [];
  }
}

async function reverting(state: State, signal: AbortSignal): Promise<readonly Owned[]> {
  const { isRelease = false } = state.options;
  const owned = await ownedNow(state, signal);
  return owned.filter(
    ({ owner, state: { acts } }) =>
      acts === 'reverts' || (isRelease && owner.kind === 'flux-helm' && acts !== 'suspended'),
  );
}

/** What becomes of a change past the source. */
async function undone(state: State, signal: AbortSignal): Promise<string | undefined> {
  const { evaluated, ours, isKept = () => true } = state.options;
  const first = (await reverting(state, signal)).find(({ workload }) => isKept(workload));
  if (first === undefined) return undefined;
  const { workload, owner } = first;
  const name = nameOf(workload);
  const live = imagesOf(workload.template).join(', ');
  const version = ours?.get(name);
  return version !== undefined && versionOf(workload.template).essence !== version.essence
    ? `${actorOf(owner)} has put ${live} back`
    : revertInWords(first, evaluated?.().get(name)?.images.join(', ') ?? 'the new version');
}

/** Has the owners look at their source now, and waits until they have applied it. */
async function untilApplied(
  state: State,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<SourceApplied | undefined> {
  const { kubectl, clock } = state.options;
  let owned = await ownedNow(state, signal);
  if (owned.length === 0 && (state.atStart ?? []).length === 0) return undefined;
  let lacking = 'what is applied is not known';
  try {
    await askToReconcile(kubectl, owned, clock.now(), signal);
    for (;;) {
      const gone = (state.atStart ?? []).filter(
        ({ workload }) => !owned.some((one) => nameOf(one.workload) === nameOf(workload)),
      );
      if (gone[0] !== undefined)
        return { isApplied: false, words: `${nameOf(gone[0].workload)} is gone` };
      const open = owned.flatMap((one) => {
        const words = lackingOf(one, revision, state);
        return words === undefined ? [] : [{ words, isAtRest: !one.state.follows }];
      });
      const [first] = open;
      if (first === undefined) break;
      // Of one that applies nothing by itself nothing comes, however long it is waited for.
      const atRest = open.find(({ isAtRest }) => isAtRest);
      if (atRest !== undefined) return { isApplied: false, words: atRest.words };
      lacking = first.words;
      await clock.sleep(LOOK_AGAIN, signal);
      owned = await ownedNow(state, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return { isApplied: false, words: lacking };
  }
  const words = owned.map(
    ({ owner, state: { applied = '' } }) =>
      `${ownerInWords(owner)} has applied ${applied.slice(0, 10)}`,
  );
  const again = await writesAgain(kubectl, owned, signal);
  return { isApplied: true, words: [...new Set([...words, ...again])].join('; ') };
}

/** It has been applied: not to know what may change it again is no reason to doubt that. */
async function writesAgain(
  kubectl: Kubectl,
  owned: readonly Owned[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const automations = await imageAutomations(kubectl, owned, signal);
    return automations.map(
      ({ name, stop }) => `${name} may write the rejected image again: ${stop}`,
    );
  } catch {
    return [];
  }
}

/** What one owner lacks. Of a known commit it need not be the newest: others may have pushed elsewhere since. */
function lackingOf(
  { workload, owner, state: seen }: Owned,
  revision: string | undefined,
  { options, appliedAtStart }: State,
): string | undefined {
  const name = ownerInWords(owner);
  if (seen.unknown !== undefined) return `${name} could not be read (${seen.unknown})`;
  if (seen.acts === 'suspended') return `${name} is suspended and applies nothing`;
  const isNamed = revision !== undefined && seen.applied === revision;
  if (seen.applied === appliedAtStart.get(nameOf(workload)) && !isNamed) {
    const what = revision === undefined ? 'another revision' : revision.slice(0, 10);
    return seen.follows
      ? `${name} has not applied ${what} yet`
      : `${name} is synced by hand: sync it`;
  }
  if (!seen.isHealthy)
    return `${name} has not applied ${seen.applied?.slice(0, 10) ?? 'it'} in full`;
  const judged = options.evaluated?.().get(nameOf(workload))?.essence;
  return judged === versionOf(workload.template).essence
    ? `${nameOf(workload)} still has the version that was judged`
    : undefined;
}

/** Best effort: without the right to ask, it is the interval of the owner that is waited for. */
async function askToReconcile(
  kubectl: Kubectl,
  owned: readonly Owned[],
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const asked = new Map(
    owned.flatMap(({ owner, state }) =>
      [{ object: state.object, namespace: state.namespace }, ...state.sources].map((one) => {
        const key = `${one.object} ${one.namespace ?? ''}`;
        return [key, { ...one, annotation: requestOf(owner, now) }] as const;
      }),
    ),
  );
  for (const { object, namespace, annotation } of asked.values()) {
    const where = namespace === undefined ? [] : ['-n', namespace];
    try {
      await kubectl.run(['annotate', object, ...where, '--overwrite', annotation], signal);
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
    }
  }
}

/**
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#triggering-a-reconcile,
 * https://argo-cd.readthedocs.io/en/stable/user-guide/annotations-and-labels/
 */
function requestOf({ kind }: Owner, now: number): string {
  return kind === 'argo-cd'
    ? 'argocd.argoproj.io/refresh=normal'
    : `reconcile.fluxcd.io/requestedAt=${new Date(now).toISOString()}`;
}

/** The annotation in which the automation that was removed from an Argo CD application is saved. */
const PAUSED = 'rollgate.dev/automated-before';

/** What became of pausing the owners. */
export interface Paused {
  /** How somebody lets those that were paused act again, in sentences. */
  readonly sentences: readonly string[];
  /** Why one could not be paused. */
  readonly problem?: string;
}

/**
 * Pauses the owners that would undo a change, each once, and only if they are as they were read. When one cannot be paused, those
 * before it stay paused.
 */
export async function pauseOwners(
  kubectl: Kubectl,
  owned: readonly Owned[],
  signal: AbortSignal,
): Promise<Paused> {
  const reverting = [
    ...new Map(
      owned.filter(({ state }) => state.acts === 'reverts').map((one) => [one.state, one]),
    ).values(),
  ];
  const unknown = reverting.find(({ state }) => state.unknown !== undefined);
  if (unknown !== undefined) {
    const { owner, state } = unknown;
    const problem = `${ownerInWords(owner)} could not be read: ${state.unknown ?? ''}`;
    return { sentences: [], problem };
  }
  const sentences: string[] = [];
  for (const { owner, state } of reverting) {
    try {
      const { namespace } = state;
      await kubectl.patch(state.object, pausing(owner, state), signal, { namespace });
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      return { sentences, problem: error.message };
    }
    const resume = resumeInWords(owner, state);
    sentences.push(
      asSentence(`${ownerInWords(owner)} is paused; let it act again when Git is right: ${resume}`),
    );
  }
  return { sentences };
}

function pausing({ kind }: Owner, state: OwnerState): readonly PatchOperation[] {
  const unchanged: PatchOperation = {
    op: 'test',
    path: '/metadata/resourceVersion',
    value: state.resourceVersion,
  };
  if (kind !== 'argo-cd') return [unchanged, { op: 'add', path: '/spec/suspend', value: true }];
  const automated = JSON.stringify(state.automated);
  return [
    unchanged,
    { op: 'remove', path: '/spec/syncPolicy/automated' },
    Object.keys(state.annotations).length > 0
      ? {
          op: 'add',
          path: `/metadata/annotations/${PAUSED.replace('/', '~1')}`,
          value: automated,
        }
      : { op: 'add', path: '/metadata/annotations', value: { [PAUSED]: automated } },
  ];
}

/** How an owner is made to leave a workload alone, and what `preflight` says of it. */
export interface OwnerFindings {
  /** `gitops-pause` */
  readonly pauses: boolean;
  /** A strategy of the chain changes the source. */
  readonly hasSourceStrategy: boolean;
}

/** What would become of a change, said before it is needed. */
export function ownerFinding(
  { workload, owner, state }: Owned,
  { pauses, hasSourceStrategy }: OwnerFindings,
): Omit<Finding, 'subject'> {
  const whose = `${nameOf(workload)} belongs to ${ownerInWords(owner)}`;
  switch (state.acts) {
    case 'suspended':
      return {
        level: 'notice',
        message: `${whose}, which is suspended: a rollback would stay until it is resumed`,
      };
    case 'no-self-heal':
      return {
        level: 'notice',
        message: `${whose}, which takes nothing back by itself: a rollback would stay until its next ${owner.kind === 'argo-cd' ? 'sync' : 'upgrade'}`,
      };
    case 'reverts':
      break;
  }
  if (hasSourceStrategy)
    return {
      level: 'notice',
      message: `${whose}, so that its source is changed first`,
    };
  if (pauses)
    return {
      level: 'notice',
      message: `${whose}, which would be paused before a rollback. Afterwards: ${resumeInWords(owner, state)}`,
    };
  const image = imagesOf(workload.template).join(', ');
  return {
    level: 'warning',
    message: `${whose}: ${workload.kind === 'rollout' ? 'the abort of an update lasts; after a rollback of what was promoted' : 'after a rollback'}, ${revertInWords({ workload, owner, state }, image)}, so that it would end unverified`,
    fix: 'roll the source back: set `git-repository` and `git-path`, or `ci-changes-source: true` for a pipeline that reverts the commit; or set `gitops-pause: true`',
  };
}

/** What would write the rejected image into the source again. */
export async function automationFindings(
  kubectl: Kubectl,
  owned: readonly Owned[],
  { hasSourceStrategy }: OwnerFindings,
  signal: AbortSignal,
): Promise<readonly Omit<Finding, 'subject'>[]> {
  if (!hasSourceStrategy || owned.length === 0) return [];
  const automations = await imageAutomations(kubectl, owned, signal);
  return automations.map(({ name, stop }: ImageAutomation) => ({
    level: 'warning',
    message: `${name} writes image tags by itself: after a rollback of the source it may write the rejected one again`,
    fix: `before a rollback, or right after it, ${stop}; or let it follow a policy that leaves rejected versions out`,
  }));
}
