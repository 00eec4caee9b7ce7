import type {
  Skip,
  Strategy,
  StrategyContext,
  Withheld,
  Captured,
  StrategyResult,
} from '../../contract/strategy.js';
import { isCancelled } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { asSentence, ended } from '../../support/text.js';
import { foreignTemplate } from '../../support/kubernetes/argo-rollout.js';
import { readCanaries } from '../../support/kubernetes/flagger.js';
import { ownerInWords } from '../../support/kubernetes/owner.js';
import { createKubectl, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';
import {
  getWorkloads,
  nameOf,
  objectOf,
  parseWorkloadName,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import type { RunIdentity, StrategyDependencies } from '../dependencies.js';
import { abortInWords, capturedOf, evaluatedVersions } from './capture.js';
import {
  isAsRecorded,
  nothingDeployed,
  replacedInWords,
  replacedOnes,
} from './assert-unchanged.js';
import { type KubernetesPlan, planFor, type RequestedRevisions, parseRevisions } from './plan.js';
import {
  createOwnership,
  ownerMethods,
  ownedOnes,
  type OwnerFindings,
  type Ownership,
  type Paused,
  pauseOwners,
} from './owners.js';
import { canBeStuck } from './pods.js';
import { denied, preflight } from './preflight.js';
import { outcomeOf, settle, type Settled } from './settle.js';
import { currentNamespace, type Live, missingNamespace, readLive, withHistory } from './target.js';
import { type Version, versionOf, versionInWords } from './versions.js';
import type { Finding } from '../../contract/result.js';
import { markPatch } from './patch.js';
import { readRejections, withoutRejection } from './rejections.js';
import {
  type Recorded,
  recordedOf,
  recordedVersionOf,
  readRecorded,
  recordOf,
} from './recorded.js';
import { movedImages, proveImages, recordImages } from './image-ids.js';
import { beforeUndo, recordApplies } from './next-apply.js';
import { type Applied, byWay, changesTemplate, type Step } from './apply-template.js';
import { applyStep, goneBackInWords, leftInWords } from './argo-rollouts.js';

interface KubernetesStrategyOptions {
  readonly names: readonly WorkloadName[];
  readonly kubectl: Kubectl;
  /** As it is configured; `undefined`: what kubectl uses. */
  readonly namespace: string | undefined;
  readonly requestedRevisions: RequestedRevisions;
  /** What `snapshot` gave before the deploy, as it came from the file. */
  readonly recorded: unknown;
  readonly run: RunIdentity;
  /** Milliseconds. */
  readonly deployedWithin: number;
  /** How many of a failing container's last lines may be shown. */
  readonly logLines: number;
  readonly helmStrategy: boolean;
  /** What is done about Argo CD and Flux; neither by default. */
  readonly owners?: OwnerFindings;
  /** Whether images are named by the digests that were recorded; not by default. */
  readonly pinsImages?: boolean;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** What the functions below share. */
interface State {
  readonly options: KubernetesStrategyOptions;
  readonly names: readonly WorkloadName[];
  readonly kubectl: Kubectl;
  readonly requestedRevisions: RequestedRevisions;
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly recorded: Recorded | undefined;
  /** What this run judges, and what it has rolled back to itself, by workload. */
  evaluated: ReadonlyMap<string, Live>;
  readonly ours: Map<string, Version>;
  /** Flagger rolls one of the workloads out, as seen when the watch began. */
  hasCanary: boolean;
  /** Those whose update is aborted, which no owner takes back: what it keeps was not changed. */
  readonly aborted: Set<string>;
  readonly ownership: Ownership;
}

/**
 * The `kubernetes` strategy: applies the pod template of an earlier revision, as `kubectl rollout undo` does, but of the revision
 * that ran before the deploy, never over somebody else's deploy, and waits until it is there.
 */
export function createKubernetesStrategy(
  options: KubernetesStrategyOptions,
): Strategy<KubernetesPlan> {
  const { names, kubectl, requestedRevisions, run, clock } = options;
  const recorded = readRecorded(options.recorded);
  const ours = new Map<string, Version>();
  const aborted = new Set<string>();
  const ownership = createOwnership({
    ...{ kubectl, clock, ours },
    isKept: (workload) => !aborted.has(nameOf(workload)),
    read: async (signal) => (await getWorkloads(kubectl, names, signal)).values(),
    evaluated: () => state.evaluated,
  });
  const state: State = {
    options,
    names,
    kubectl,
    requestedRevisions,
    run,
    clock,
    recorded,
    evaluated: new Map(),
    hasCanary: false,
    ours,
    aborted,
    ownership,
  };
  return {
    kind: 'strategy',
    id: 'kubernetes',
    preflight: (signal, isBeforeDeploy = false) => preflightAll(state, signal, isBeforeDeploy),
    snapshot: (signal) => snapshot(state, signal),
    sawNothing: () => names.every((name) => recorded?.missing.includes(nameOf(name)) === true),
    recordedVersion: () => recordedVersionOf(recorded, names),
    awaitDeploy: (progress, signal) =>
      ownership.awaitDeploy((workload) => recordedOf(recorded, workload), progress, signal),
    capture: (signal) => capture(state, signal),
    assertUnchanged: (signal) => assertUnchanged(state, signal),
    pin: (signal) => pin(state, signal),
    ...ownerMethods(ownership),
    goneBack: (signal) => goneBack(state, signal),
    plan: (request, signal) => plan(state, request.verdict === 'requested', signal),
    execute: (plan, context) => execute(state, plan, context),
  };
}

function preflightAll(
  state: State,
  signal: AbortSignal,
  isBeforeDeploy: boolean,
): Promise<readonly Finding[]> {
  return preflight(
    {
      ...{
        kubectl: state.kubectl,
        names: state.names,
        requestedRevisions: state.requestedRevisions,
        recorded: state.recorded,
      },
      namespace: state.options.namespace,
      logs: state.options.logLines > 0,
      helmStrategy: state.options.helmStrategy,
      pinsImages: state.options.pinsImages ?? false,
      owners: state.options.owners ?? { pauses: false, hasSourceStrategy: false },
      isBeforeDeploy,
      now: state.clock.now(),
    },
    signal,
  );
}

async function snapshot(
  state: State,
  signal: AbortSignal,
): Promise<Recorded & { readonly missing: readonly string[] }> {
  const seen = await readLive(state.kubectl, state.names, signal);
  for (const { workload } of seen) {
    const foreign = foreignTemplate(workload);
    if (foreign !== undefined) throw new Error(`${foreign.message}; ${foreign.fix}`);
  }
  const found = new Set(seen.map(({ workload }) => nameOf(workload)));
  const missing = state.names.map(nameOf).filter((name) => !found.has(name));
  if (seen.length === 0) {
    const namespace =
      state.options.namespace ?? (await currentNamespace(state.kubectl, signal)) ?? 'default';
    const noNamespace = await missingNamespace(state.kubectl, namespace, signal);
    if (noNamespace !== undefined) throw new Error(noNamespace.message);
  }
  const owned = await ownedOnes(
    state.kubectl,
    seen.map(({ workload }) => workload),
    signal,
  );
  const appliedOf = (workload: Workload): string | undefined =>
    owned.find((one) => one.workload === workload)?.state.applied;
  const applies = await recordApplies(
    state.kubectl,
    seen.map(({ workload }) => workload),
    signal,
  );
  const images = await recordImages(state.kubectl, seen, signal);
  return {
    takenAt: new Date(state.clock.now()).toISOString(),
    workloads: seen.map(({ workload, revisions }) =>
      recordOf(workload, revisions, appliedOf(workload), {
        ...applies.get(nameOf(workload)),
        imageIds: images.get(nameOf(workload)),
      }),
    ),
    missing,
  };
}

async function capture(state: State, signal: AbortSignal): Promise<Captured> {
  const seen = await readLive(state.kubectl, state.names, signal);
  state.evaluated = evaluatedVersions(seen);
  await state.ownership.capture(signal);
  state.hasCanary = (await readCanaries(state.kubectl, state.names, signal)).targets.size > 0;
  return capturedOf({
    ...{ names: state.names, seen, recorded: state.recorded, run: state.run },
    moved: await moved(
      state,
      seen.map(({ workload }) => workload),
      signal,
    ),
    unreadable: state.options.recorded !== undefined && state.recorded === undefined,
    deployedWithin: state.options.deployedWithin,
    now: state.clock.now(),
  });
}

async function assertUnchanged(state: State, signal: AbortSignal): Promise<Withheld | undefined> {
  const found = await getWorkloads(state.kubectl, state.names, signal);
  const objection = await replaced(state, found.values(), signal);
  if (objection !== undefined) return objection;
  // What we rolled back to is as recorded. A revision that the user names is for the plan to answer.
  const named = state.requestedRevisions.ok && state.requestedRevisions.value.size > 0;
  return state.recorded !== undefined &&
    state.ours.size === 0 &&
    !named &&
    isAsRecorded(found, state.names, state.recorded) &&
    (await moved(state, [...found.values()], signal)).size === 0
    ? withheld(nothingDeployed(state.recorded, state.clock.now()))
    : undefined;
}

/** The workloads whose template is as recorded, and whose images are not. */
function moved(
  { kubectl, recorded }: State,
  workloads: readonly Workload[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const isUnchanged = (workload: Workload): boolean =>
    isAsRecorded(new Map([[nameOf(workload), workload]]), [workload], recorded);
  return movedImages(kubectl, workloads, recorded, isUnchanged, signal);
}

async function pin(state: State, signal: AbortSignal): Promise<string | undefined> {
  const found = await getWorkloads(state.kubectl, state.names, signal);
  const cleared: string[] = [];
  const rollouts = [...found.values()].filter(({ kind }) => kind === 'rollout');
  const aborted = await withHistory(state.kubectl, rollouts, signal);
  const aborts = aborted.flatMap((one) => abortInWords(one) ?? []);
  if (aborts.length > 0) return aborts.join('; ');
  for (const workload of found.values()) {
    const evaluated = state.evaluated.get(nameOf(workload));
    if (evaluated?.hash !== versionOf(workload.template).hash) continue;
    const rest = withoutRejection(readRejections(workload.annotations), evaluated.kept.hash);
    if (rest === undefined) continue;
    await state.kubectl.patch(objectOf(workload), markPatch(workload, rest), signal);
    cleared.push(nameOf(workload));
  }
  return cleared.length === 0
    ? undefined
    : `the version of ${cleared.join(', ')}, which had been rolled back before, was found healthy: it may be gone back to again`;
}

async function plan(
  state: State,
  byHand: boolean,
  signal: AbortSignal,
): Promise<KubernetesPlan | Skip | Withheld> {
  if (!state.requestedRevisions.ok) return skip(state.requestedRevisions.problem.message);
  let found: ReadonlyMap<string, Workload>;
  try {
    found = await getWorkloads(state.kubectl, state.names, signal);
  } catch (error) {
    if (error instanceof KubectlError && error.reason === 'missing') return skip(error.message);
    throw error;
  }
  const absent = state.names.find((name) => !found.has(nameOf(name)));
  if (absent !== undefined) return skip(`${nameOf(absent)} does not exist`);
  const objection = await replaced(state, found.values(), signal);
  if (objection !== undefined) return objection;

  const seen = await withHistory(
    state.kubectl,
    state.names.flatMap((name) => found.get(nameOf(name)) ?? []),
    signal,
  );
  return planFor({
    moved: await moved(state, [...found.values()], signal),
    pinsImages: state.options.pinsImages ?? false,
    canaries: await readCanaries(state.kubectl, state.names, signal),
    ...{ seen, recorded: state.recorded, requestedRevisions: state.requestedRevisions.value },
    byHand,
    deployedWithin: state.options.deployedWithin,
    now: state.clock.now(),
  });
}

/** What Argo Rollouts or Flagger has ended by itself. Of other workloads none goes back without somebody. */
async function goneBack(state: State, signal: AbortSignal): Promise<string | undefined> {
  const hasRollout = state.names.some(({ kind }) => kind === 'rollout');
  if (!hasRollout && !state.hasCanary) return undefined;
  const planned = await plan(state, false, signal);
  if (planned.kind !== 'plan') return undefined;
  const back = planned.work.filter(({ way }) => way === 'aborted');
  return back.length === 0 ? undefined : back.map(goneBackInWords).join('; ');
}

async function execute(
  state: State,
  planned: KubernetesPlan,
  context: StrategyContext,
): Promise<StrategyResult | Withheld> {
  const { work, left } = await withOwners(state, planned.work, context.signal);
  const { sentences: paused, problem } = await pause(state, work, context);
  const sentences = [...paused];
  const withPaused = (detail: string): string => [detail, ...sentences].join(' ');
  if (problem !== undefined)
    return {
      outcome: 'failed',
      detail: withPaused(
        `The owner of the workloads could not be paused, so they were not touched: ${ended(problem)}`,
      ),
      versionConfirmed: null,
    };
  const nextApply = await beforeUndo(state.kubectl, work, context.signal);
  const applied = await applyAll(state, work, context);
  const last = applied.at(-1);
  const nothingDone = state.ours.size === 0 && applied.length <= 1;
  if (nothingDone && last?.kind === 'replaced') {
    const held = await inWords(state, last.workload, context.signal);
    return sentences.length === 0 ? held : { ...held, reason: withPaused(ended(held.reason)) };
  }
  sentences.push(...(await nextApply.restore(applied, context.signal)));
  const carriedOut = work.map((step, index) => {
    const done = applied[index];
    return done?.kind === 'done' ? byWay(step, done.way) : step;
  });
  const settled = await waitFor(state, carriedOut, applied, context);
  const result = outcomeOf({
    ...{ applied, settled, work: carriedOut },
    stopped: context.signal.aborted ? messageOf(context.signal.reason) : undefined,
    now: state.clock.now(),
  });
  const rest = work.flatMap(({ workload }) =>
    state.aborted.has(nameOf(workload))
      ? [asSentence(leftInWords(workload, left.get(nameOf(workload))))]
      : [],
  );
  return { ...result, detail: [withPaused(result.detail), ...rest].join(' ') };
}

/** Carries the steps out, one after the other, until one cannot be carried out. */
async function applyAll(
  state: State,
  work: readonly Step[],
  context: StrategyContext,
): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  for (const step of work) {
    if (context.signal.aborted) break;
    const name = nameOf(step.workload);
    const done = await applyStep(step, {
      ...{ kubectl: state.kubectl, clock: state.clock, run: state.run },
      signal: context.signal,
      beforeChange: () => {
        context.beforeChange();
      },
      progress: (line) => {
        context.progress(line);
      },
    });
    applied.push(done);
    if (done.kind !== 'done') break;
    if (changesTemplate(done.way)) {
      state.ours.set(name, done.version);
      context.progress(`${name}: has the template of ${versionInWords(step.target)} again`);
    } else state.aborted.add(name);
  }
  return applied;
}

/**
 * What Argo CD or Flux keeps is the template of a Rollout, and not its status: an abort lasts where an undo would be taken back.
 * @returns the steps, and who keeps those that are left as they are
 */
async function withOwners(
  { kubectl }: State,
  work: readonly Step[],
  signal: AbortSignal,
): Promise<{ readonly work: readonly Step[]; readonly left: ReadonlyMap<string, string> }> {
  const unfinished = work.filter(({ way }) => way === 'abort' || way === 'aborted');
  const owned = await ownedOnes(
    kubectl,
    unfinished.map(({ workload }) => workload),
    signal,
  );
  const left = new Map(
    owned
      .filter(({ state }) => state.acts === 'reverts')
      .map(({ workload, owner }) => [nameOf(workload), ownerInWords(owner)]),
  );
  return {
    work: work.map((step) =>
      step.way === 'abort' && left.has(nameOf(step.workload)) ? byWay(step, 'abort-only') : step,
    ),
    left,
  };
}

/** Pauses what keeps the workloads, where that is wanted. */
async function pause(
  { options, kubectl }: State,
  work: readonly Step[],
  context: StrategyContext,
): Promise<Paused> {
  if (options.owners?.pauses !== true) return { sentences: [] };
  const { signal } = context;
  const owned = await ownedOnes(
    kubectl,
    work.filter(({ way }) => changesTemplate(way)).map(({ workload }) => workload),
    signal,
  );
  if (owned.every(({ state }) => state.acts !== 'reverts')) return { sentences: [] };
  context.beforeChange();
  const paused = await pauseOwners(kubectl, owned, signal);
  for (const line of paused.sentences) context.progress(line);
  return paused;
}

function withheld(reason: string): Withheld {
  return { kind: 'withheld', reason };
}

function skip(reason: string): Skip {
  return { kind: 'skip', reason };
}

/** Somebody has deployed over what was judged. */
async function replaced(
  state: State,
  workloads: Iterable<Workload>,
  signal: AbortSignal,
): Promise<Withheld | undefined> {
  const [first] = replacedOnes(workloads, state.evaluated, state.ours);
  return first === undefined ? undefined : inWords(state, first, signal);
}

async function inWords(state: State, workload: Workload, signal: AbortSignal): Promise<Withheld> {
  const before = state.evaluated.get(nameOf(workload));
  const [seen] = await withHistory(state.kubectl, [workload], signal).catch(() => []);
  return withheld(replacedInWords(seen ?? { workload, revisions: [] }, before, state.clock.now()));
}

/** Waits for those that have their template back. */
async function waitFor(
  state: State,
  work: readonly Step[],
  applied: readonly Applied[],
  context: StrategyContext,
): Promise<ReadonlyMap<string, Settled>> {
  const expected = work.flatMap(({ workload, target, way }, index) => {
    const done = applied[index];
    return done?.kind === 'done' ? [{ workload, target, version: done.version, way }] : [];
  });
  if (expected.length === 0 || isCancelled(context.signal)) return new Map();
  const settled = await settle(expected, {
    ...{ kubectl: state.kubectl, clock: state.clock },
    signal: context.signal,
    redact: state.options.redact,
    logLines: state.options.logLines,
    mayDeletePods: await mayDeletePods(state, expected, context.signal),
    progress: (line) => {
      context.progress(line);
    },
  });
  return proveImages(state.kubectl, work, settled, context.signal);
}

async function mayDeletePods(
  state: State,
  expected: readonly { readonly workload: Workload }[],
  signal: AbortSignal,
): Promise<boolean> {
  const one = expected.find(({ workload }) => canBeStuck(workload));
  if (one === undefined) return false;
  try {
    const verb = { verb: 'delete', group: '', resource: 'pods' } as const;
    return (await denied(state.kubectl, [verb], one.workload.namespace, signal)).length === 0;
  } catch {
    return false;
  }
}

/** The inputs that it reads. */
export interface KubernetesSettings {
  readonly 'kubernetes-workload': readonly string[] | undefined;
  readonly 'kubernetes-namespace': string | undefined;
  readonly 'kubernetes-context': string | undefined;
  readonly kubeconfig: string | undefined;
  readonly 'kubernetes-revision': readonly string[] | undefined;
  readonly 'deployed-within': number;
  readonly 'report-logs': number;
  readonly 'helm-release': string | undefined;
  readonly 'kubernetes-pin-image': boolean;
  readonly 'gitops-pause': boolean;
  readonly 'ci-changes-source': boolean;
  readonly 'git-repository': string | undefined;
}

/** The `kubernetes` strategy as it is configured, or why there is none. */
export function setUpKubernetes(
  dependencies: StrategyDependencies<KubernetesSettings>,
): Strategy | Skip {
  const { settings, env, exec, redact, clock, random } = dependencies;
  const given = settings['kubernetes-workload'] ?? [];
  const skip = (reason: string): Skip => ({ kind: 'skip', reason });
  if (given.length === 0) return skip('not configured: `kubernetes-workload` is not set');
  const namespace = settings['kubernetes-namespace'];
  const names = [...new Set(given)].flatMap((text) => parseWorkloadName(text) ?? []);
  return createKubernetesStrategy({
    names,
    kubectl: createKubectl({
      ...{ env, exec, redact, clock, random, namespace },
      kubeconfig: settings.kubeconfig,
      context: settings['kubernetes-context'],
    }),
    namespace,
    requestedRevisions: parseRevisions(settings['kubernetes-revision'], names),
    recorded: dependencies.recorded,
    run: dependencies.run,
    deployedWithin: settings['deployed-within'],
    logLines: settings['report-logs'],
    helmStrategy: settings['helm-release'] !== undefined,
    owners: {
      pauses: settings['gitops-pause'],
      hasSourceStrategy: settings['ci-changes-source'] || settings['git-repository'] !== undefined,
    },
    pinsImages: settings['kubernetes-pin-image'],
    clock,
    redact,
  });
}
