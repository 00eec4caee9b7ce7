import type { Problem } from '../../contract/result.js';
import { formatDuration } from '../../support/text.js';
import { fields, listOf, textOf } from '../../support/json.js';
import { argoRolloutOf } from '../../support/kubernetes/argo-rollout.js';
import { type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';
import {
  getWorkloads,
  imagesOf,
  nameOf,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import {
  becameCurrentAt,
  getHistory,
  liveRevision,
  stableRevision,
  type Revision,
  type Version,
  versionOf,
  ageInWords,
  imagesInWords,
  timeInWords,
  versionInWords,
} from './versions.js';
import { readRejections, type Rejection } from './rejections.js';
import type { RecordedWorkload } from './recorded.js';

/** The version to roll a workload back to. */
export type Choice =
  | { readonly kind: 'target'; readonly target: Revision; readonly from: Live }
  /** It is what it was before the deploy. */
  | { readonly kind: 'unchanged' }
  /** It was not changed so recently that it could have been by this deploy. */
  | { readonly kind: 'old'; readonly reason: string }
  | { readonly kind: 'impossible'; readonly reason: string };

/** The version that a workload has now. */
export interface Live extends Version {
  readonly number: number | null;
  readonly images: readonly string[];
  /** The same version as the history has it: of a Rollout another text, with the defaults of the API server. */
  readonly kept: Version;
}

interface ChoiceOptions {
  readonly workload: Workload;
  readonly revisions: readonly Revision[];
  /** What it was before the deploy. */
  readonly recorded: RecordedWorkload | undefined;
  /** The revision that the user names. */
  readonly requestedRevision: number | undefined;
  /** A person has asked for the rollback: a revision that is named needs no further reason. */
  readonly byHand: boolean;
  /** Without a record only what became current this recently is ours, milliseconds. */
  readonly deployedWithin: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function liveOf(workload: Workload, revisions: readonly Revision[]): Live {
  const version = versionOf(workload.template);
  const revision = liveRevision(workload, revisions);
  const { hash, essence } = (workload.kind === 'rollout' ? revision : undefined) ?? version;
  return {
    ...version,
    number: revision?.number ?? null,
    images: imagesOf(workload.template),
    kept: { hash, essence },
  };
}

/** The version that a workload serves, by its hash in the history: of a Rollout that was aborted the stable one. */
export function servingHash({ workload, revisions }: Seen): string {
  const stable = stableRevision(workload, revisions);
  return stable !== undefined && argoRolloutOf(workload).isAborted
    ? stable.hash
    : liveOf(workload, revisions).kept.hash;
}

/** Chooses the version to roll back to: the one that the user names, else the recorded one, else the newest earlier one. */
export function chooseTarget(options: ChoiceOptions): Choice {
  const { workload, revisions, recorded, requestedRevision } = options;
  const from = liveOf(workload, revisions);
  if (isAsRecorded(from, recorded) && (requestedRevision === undefined || !options.byHand))
    return { kind: 'unchanged' };
  if (recorded === undefined && (requestedRevision === undefined || !options.byHand)) {
    const reason = tooOld(options, from);
    if (reason !== undefined) return { kind: 'old', reason };
  }
  const chosen =
    requestedRevision !== undefined
      ? named(options, requestedRevision)
      : recorded !== undefined
        ? asRecorded(options, recorded)
        : newestEarlier(options, from);
  if (typeof chosen === 'string') return { kind: 'impossible', reason: chosen };
  if (chosen.hash === from.kept.hash)
    return {
      kind: 'impossible',
      reason: `${nameOf(workload)} has ${versionInWords(chosen)} already`,
    };
  return { kind: 'target', target: chosen, from };
}

/** It is what the snapshot saw. */
export function isAsRecorded(live: Live, recorded: RecordedWorkload | undefined): boolean {
  return (
    recorded !== undefined &&
    (recorded.hash === live.kept.hash || (recorded.live ?? recorded.hash) === live.hash)
  );
}

function tooOld(
  { workload, revisions, deployedWithin, now }: ChoiceOptions,
  live: Live,
): string | undefined {
  const at = becameCurrentAt(workload, revisions);
  const hint = `; take a snapshot before the deploy, or raise deployed-within (${formatDuration(deployedWithin)})`;
  const what = live.number === null ? 'the live version' : `revision ${String(live.number)}`;
  if (at !== undefined)
    return now - at <= deployedWithin
      ? undefined
      : `${nameOf(workload)}: ${what} is ${ageInWords(now - at)} old; this pipeline did not deploy it${hint}`;
  // No number yet: its controller has not even seen it.
  if (live.number === null) return undefined;
  return `${nameOf(workload)}: it is not known when ${what} became current, because it had been current before; this pipeline may not have deployed it${hint}`;
}

function named(
  { workload, revisions }: ChoiceOptions,
  requestedRevision: number,
): Revision | string {
  return (
    revisions.find(({ number }) => number === requestedRevision) ??
    `${nameOf(workload)} has no revision ${String(requestedRevision)}${kept(revisions)}`
  );
}

function asRecorded(
  { workload, revisions, now }: ChoiceOptions,
  recorded: RecordedWorkload,
): Revision | string {
  const found =
    revisions.find(({ hash }) => hash === recorded.hash) ??
    // A number speaks of the same version only as long as the workload is the same object. The hash may be another one when the
    // API server fills in other defaults than it did.
    revisions.find(
      ({ number, images }) =>
        recorded.uid === workload.uid &&
        number === recorded.revision &&
        images.join() === recorded.images.join(),
    );
  if (found === undefined)
    return `${nameOf(workload)}: the recorded version, ${versionInWords({ number: recorded.revision, images: recorded.images })}, is no longer in its history${kept(revisions)}`;
  const rejection = rejectionOf(workload, found);
  return rejection === undefined
    ? found
    : `${nameOf(workload)}: the recorded version, ${versionInWords(found)}, ${rejectedInWords(rejection, now)}`;
}

function newestEarlier({ workload, revisions, now }: ChoiceOptions, live: Live): Revision | string {
  const stable = stableRevision(workload, revisions);
  // What lies between it and a version that replaces it has never been promoted.
  const earlier = stable === undefined || stable.hash === live.kept.hash ? revisions : [stable];
  const others = earlier.filter(
    ({ essence, number }) => essence !== live.kept.essence && number < (live.number ?? Infinity),
  );
  const good = others.find((revision) => rejectionOf(workload, revision) === undefined);
  if (good !== undefined) return good;
  const [bad] = others;
  const rejection = bad && rejectionOf(workload, bad);
  if (bad === undefined || rejection === undefined) return noEarlier(workload);
  return `${nameOf(workload)}: every earlier revision has been rolled back before; the newest of them, ${versionInWords(bad)}, ${rejectedInWords(rejection, now)}`;
}

/** Why there is no earlier revision. */
function noEarlier(workload: Workload): string {
  return workload.spec.revisionHistoryLimit === 0
    ? `${nameOf(workload)} has no earlier revision: its revisionHistoryLimit is 0`
    : `${nameOf(workload)} has no earlier revision`;
}

function kept(revisions: readonly Revision[]): string {
  return revisions.length === 0
    ? ': it has none at all'
    : `: there are ${revisions.map(({ number }) => String(number)).join(', ')}`;
}

/** Whether, and by whom, a version was rolled back. */
export function rejectionOf(workload: Workload, version: Version): Rejection | undefined {
  return readRejections(workload.annotations).find(({ hash }) => hash === version.hash);
}

export function rejectedInWords({ run, at }: Rejection, now: number): string {
  const time = Date.parse(at);
  const by =
    run.runId === null ? `a run without an id (${run.system})` : `${run.system} run ${run.runId}`;
  return `was rolled back by ${by}${Number.isNaN(time) ? '' : ` at ${timeInWords(time, now)}`}`;
}

/** `roll deployment/shop/api back from revision 14 (shop:v2) to 13 (shop:v1)` */
export function stepInWords(fullName: string, from: Live, target: Revision): string {
  return `roll ${fullName} back from ${versionInWords(from)} to ${String(target.number)}${imagesInWords(target.images)}`;
}

/** The namespace that kubectl takes when none is named. Inside of a pod that is the pod's own, which only kubectl knows. */
export async function currentNamespace(
  kubectl: Kubectl,
  signal: AbortSignal,
): Promise<string | undefined> {
  let text: string;
  try {
    text = await kubectl.run(['config', 'view', '--minify', '-o', 'json'], signal);
  } catch (error) {
    // There is no kubeconfig.
    if (error instanceof KubectlError) return undefined;
    throw error;
  }
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return undefined;
  }
  const [context] = listOf(fields(config).contexts);
  const namespace = textOf(fields(fields(context).context).namespace) ?? '';
  return namespace === '' ? 'default' : namespace;
}

/** That a namespace does not exist; `undefined`: it does, or we may not ask. */
export async function missingNamespace(
  kubectl: Kubectl,
  namespace: string,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  try {
    const found = await kubectl.get([`namespaces/${namespace}`, '--ignore-not-found'], signal);
    if (fields(found).kind === 'Namespace') return undefined;
  } catch (error) {
    if (error instanceof KubectlError) return undefined;
    throw error;
  }
  return {
    message: `namespace ${namespace} does not exist`,
    fix: 'create it, or correct kubernetes-namespace or kubernetes-context',
  };
}

/** The namespace that a refusal speaks of: `... cannot get resource "deployments" in API group "apps" in the namespace "shop"`. */
export function namespaceIn(refusal: string): string | undefined {
  return /in the namespace "([^"]+)"/.exec(refusal)?.[1];
}

/** A workload with its history. */
export interface Seen {
  readonly workload: Workload;
  readonly revisions: readonly Revision[];
}

/** How many kubectl processes run in parallel: each takes a core for a moment. */
const SIDE_BY_SIDE = 4;

/** Those of the workloads that exist, with their history, in the order of the names. */
export async function readLive(
  kubectl: Kubectl,
  names: readonly WorkloadName[],
  signal: AbortSignal,
): Promise<readonly Seen[]> {
  const found = await getWorkloads(kubectl, names, signal);
  return withHistory(
    kubectl,
    names.flatMap((name) => found.get(nameOf(name)) ?? []),
    signal,
  );
}

export async function withHistory(
  kubectl: Kubectl,
  workloads: readonly Workload[],
  signal: AbortSignal,
): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  for (let at = 0; at < workloads.length; at += SIDE_BY_SIDE)
    seen.push(
      ...(await Promise.all(
        workloads.slice(at, at + SIDE_BY_SIDE).map(async (workload) => ({
          workload,
          revisions: await getHistory(kubectl, workload, signal),
        })),
      )),
    );
  return seen;
}
