import { rolloutOf } from '../../support/kubernetes/rollout.js';
import { readCanaries } from '../../support/kubernetes/flagger.js';
import type { Finding } from '../../contract/result.js';
import { fields, textOf } from '../../support/json.js';
import { type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';
import { foreignTemplate, resumeInWords } from '../../support/kubernetes/argo-rollout.js';
import {
  groupOf,
  nameOf,
  type WorkloadName,
  workloadResources,
} from '../../support/kubernetes/workload.js';
import { historyResource, liveRevision } from './versions.js';
import {
  chooseTarget,
  currentNamespace,
  missingNamespace,
  readLive,
  namespaceIn,
  rejectedInWords,
  rejectionOf,
  type Seen,
} from './target.js';
import { helmOwnerInWords, helmOwnerOf } from './assert-unchanged.js';
import { automationFindings, ownedOnes, ownerFinding, type OwnerFindings } from './owners.js';
import { flaggerFindings } from './flagger.js';
import { canBeStuck } from './pods.js';
import { imageFindings } from './image-ids.js';
import type { RequestedRevisions } from './plan.js';
import { type Recorded, recordedOf } from './recorded.js';

interface PreflightOptions {
  readonly kubectl: Kubectl;
  readonly names: readonly WorkloadName[];
  /** As it is configured. */
  readonly namespace: string | undefined;
  readonly requestedRevisions: RequestedRevisions;
  readonly recorded: Recorded | undefined;
  readonly logs: boolean;
  /** The `helm` strategy is configured: it rolls back what belongs to Helm. */
  readonly helmStrategy: boolean;
  readonly owners: OwnerFindings;
  readonly pinsImages: boolean;
  /** What is not there yet may be made by the deploy. */
  readonly isBeforeDeploy: boolean;
  readonly now: number;
}

type Add = (level: Finding['level'], message: string, fix?: string) => void;

/** Proves that the strategy would work. */
export async function preflight(
  options: PreflightOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const add: Add = (level, message, fix) => {
    findings.push({ level, subject: 'kubernetes', message, ...(fix === undefined ? {} : { fix }) });
  };
  if (!options.requestedRevisions.ok) add('error', options.requestedRevisions.problem.message);
  const { kubectl, names } = options;

  let seen: readonly Seen[] | undefined;
  let refusal = '';
  try {
    seen = await readLive(kubectl, names, signal);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    const unusable = whyUnusable(error, names);
    if (unusable !== undefined) {
      add('error', ...unusable);
      return findings;
    }
    refusal = error.message;
  }
  const namespace =
    seen?.[0]?.workload.namespace ??
    options.namespace ??
    namespaceIn(refusal) ??
    (await currentNamespace(kubectl, signal)) ??
    'default';

  const stuckPods = seen?.some(({ workload }) => canBeStuck(workload)) ?? false;
  let denials: readonly Denial[] = [];
  try {
    const permissions = permissionsFor(names, { logs: options.logs, stuckPods });
    denials = await denied(kubectl, permissions, namespace, signal);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    if (seen !== undefined)
      add('warning', `what we may do in the cluster could not be asked: ${error.message}`);
  }
  const essential = denials.filter(({ without }) => without === undefined);
  for (const denial of essential)
    add(
      'error',
      `no right to ${permissionInWords(denial)} in namespace ${namespace}`,
      'grant it to the account that kubectl uses here; docs/strategies/kubernetes.md has the least Role',
    );
  for (const denial of denials)
    if (denial.without !== undefined)
      add(
        'warning',
        `no right to ${permissionInWords(denial)} in namespace ${namespace}: without it ${denial.without}`,
      );
  if (seen === undefined) {
    if (essential.length === 0) add('error', refusal);
    return findings;
  }
  for (const one of seen) examine(one, options, add);
  const { requestedRevisions: requested, recorded, pinsImages, now } = options;
  const revisions = requested.ok ? requested.value : new Map<string, number>();
  const image = { kubectl, recorded, requestedRevisions: revisions, pins: pinsImages, now };
  findings.push(...(await imageFindings(seen, image, signal)));
  await examineOwners(seen, options, add, signal);
  const missing = names.map(nameOf).filter((name) => !isAmong(seen, name));
  if (missing.length === 0) return findings;
  const noNamespace = await missingNamespace(kubectl, namespace, signal);
  if (noNamespace !== undefined) add('error', noNamespace.message, noNamespace.fix);
  else for (const name of missing) absent(name, namespace, options, add);
  return findings;
}

/** Who else has a say in the workloads. */
async function examineOwners(
  seen: readonly Seen[],
  { kubectl, owners }: PreflightOptions,
  add: Add,
  signal: AbortSignal,
): Promise<void> {
  const workloads = seen.map(({ workload }) => workload);
  const owned = await ownedOnes(kubectl, workloads, signal);
  const automations = await automationFindings(kubectl, owned, owners, signal);
  const canaries = await readCanaries(kubectl, workloads, signal);
  for (const { level, message, fix } of [
    ...owned.map((one) => ownerFinding(one, owners)),
    ...automations,
    ...flaggerFindings(canaries),
  ])
    add(level, message, fix);
}

function isAmong(seen: readonly Seen[], name: string): boolean {
  return seen.some(({ workload }) => nameOf(workload) === name);
}

function absent(
  name: string,
  namespace: string,
  { isBeforeDeploy }: PreflightOptions,
  add: Add,
): void {
  const inputs = 'correct kubernetes-workload, kubernetes-namespace or kubernetes-context';
  if (isBeforeDeploy)
    add(
      'notice',
      `${name} does not exist in namespace ${namespace} yet: its first deploy has nothing to go back to`,
      `if this is not its first deploy, ${inputs}`,
    );
  else
    add(
      'error',
      `${name} does not exist in namespace ${namespace}`,
      `deploy it first, or ${inputs}`,
    );
}

/** Why nothing at all can be done, and what to do about it; `undefined`: it may be a matter of rights. */
function whyUnusable(
  error: KubectlError,
  names: readonly WorkloadName[],
): [message: string, fix: string] | undefined {
  switch (error.reason) {
    case 'missing':
      return [error.message, 'install kubectl on the runner'];
    case 'unauthorized':
      return [
        `the cluster does not know who we are: ${error.message}`,
        'log in before this step, or give a kubeconfig whose credentials are valid',
      ];
    case 'unreachable':
    case 'timeout':
      return [
        `the cluster does not answer: ${error.message}`,
        'set kubeconfig or kubernetes-context, and make sure that the runner reaches the API server',
      ];
    case 'garbage':
    case 'killed':
      return [error.message, 'make sure that kubectl works on the runner'];
    case 'not-found': {
      const rollout = names.find(({ kind }) => kind === 'rollout');
      return rollout === undefined
        ? undefined
        : [
            `the cluster has no Rollouts, as ${nameOf(rollout)} is one: ${error.message}`,
            'install Argo Rollouts there, or correct kubernetes-workload or kubernetes-context',
          ];
    }
    case 'forbidden':
    case 'conflict':
    case 'invalid':
    case 'other':
      return undefined;
  }
}

/** What is to be said of a workload that is there. */
function examine({ workload, revisions }: Seen, options: PreflightOptions, add: Add): void {
  const name = nameOf(workload);
  const { recorded, now } = options;
  const foreign = foreignTemplate(workload);
  if (foreign !== undefined) {
    add('error', foreign.message, foreign.fix);
    return;
  }
  if (workload.spec.paused === true)
    add('error', `${name} is paused: a rollback would not be rolled out`, resumeInWords(workload));
  if (historyResource(workload) === 'replicasets' && workload.spec.revisionHistoryLimit === 0)
    add(
      'error',
      `${name} keeps no earlier revision: its revisionHistoryLimit is 0`,
      'set it to 2 or more (the default is 10)',
    );
  else examineHistory({ workload, revisions }, options, add);
  const before = recordedOf(recorded, workload);
  if (before !== undefined && before.namespace !== workload.namespace)
    add(
      'warning',
      `the snapshot was taken of namespace ${before.namespace}, and ${name} is in ${workload.namespace}`,
    );

  const { updateType, partition } = rolloutOf(workload);
  if (historyResource(workload) !== 'replicasets' && updateType === 'OnDelete')
    add(
      'warning',
      `${name}: with updateStrategy OnDelete its pods get the old version only when they are deleted`,
    );
  if (workload.kind === 'statefulset' && partition > 0)
    add(
      'warning',
      `${name}: its partition of ${String(partition)} keeps the first ${String(partition)} pods from being updated, by an undo too`,
    );
  const owner = helmOwnerOf(workload);
  if (owner !== undefined && !options.helmStrategy)
    add('warning', helmOwnerInWords(workload, owner), owner.fix);
  const named = options.requestedRevisions.ok
    ? options.requestedRevisions.value.get(name)
    : undefined;
  const target = revisions.find(({ number }) => number === named);
  const rejection = target === undefined ? undefined : rejectionOf(workload, target);
  if (target !== undefined && rejection !== undefined)
    add(
      'warning',
      `${name}: revision ${String(target.number)}, which kubernetes-revision names, ${rejectedInWords(rejection, now)}`,
    );
}

function examineHistory({ workload, revisions }: Seen, options: PreflightOptions, add: Add): void {
  const { recorded, requestedRevisions, now } = options;
  const named = requestedRevisions.ok ? requestedRevisions.value.get(nameOf(workload)) : undefined;
  const before = recordedOf(recorded, workload);
  const choice = chooseTarget({
    ...{ workload, revisions, now, requestedRevision: named, recorded: before },
    byHand: true,
    deployedWithin: Infinity,
  });
  if (choice.kind !== 'impossible') return;
  // A first deploy has nothing to go back to, and that is no mistake of anybody; before a deploy, what runs now is what there will
  // be to go back to.
  const early =
    before === undefined &&
    (named === undefined || named === liveRevision(workload, revisions)?.number);
  if (early)
    add(
      'warning',
      `${choice.reason}: until another version is deployed there is nothing to roll back`,
    );
  else add('error', choice.reason);
}

/** Something that must be allowed. */
export interface Permission {
  readonly verb: 'get' | 'list' | 'patch' | 'delete';
  readonly group: '' | 'apps' | 'argoproj.io';
  readonly resource: string;
  readonly subresource?: string;
  /** Of one object only. */
  readonly name?: string;
  /** What is lost without it; `undefined`: everything. */
  readonly without?: string;
}

/** Everything that the strategy asks the API server for. The Role in docs/strategies/kubernetes-role.yaml grants just this. */
export function permissionsFor(
  names: readonly WorkloadName[],
  options: { readonly logs: boolean; readonly stuckPods: boolean },
): readonly Permission[] {
  const kinds = [...new Set(names.map(({ kind }) => kind))];
  const histories = [...new Set(kinds.map((kind) => historyResource({ kind })))];
  return [
    ...names.flatMap(({ kind, name }) =>
      (['get', 'patch'] as const).map((verb): Permission => ({
        verb,
        group: groupOf({ kind }),
        resource: workloadResources[kind],
        name,
      })),
    ),
    ...names
      .filter(({ kind }) => kind === 'rollout')
      .map(({ kind, name }): Permission => ({
        verb: 'patch',
        group: groupOf({ kind }),
        resource: workloadResources[kind],
        subresource: 'status',
        name,
      })),
    ...histories.map((resource): Permission => ({ verb: 'list', group: 'apps', resource })),
    {
      verb: 'list',
      group: '',
      resource: 'pods',
      without:
        'the report cannot say why pods do not become ready, and a rollback to images of the same names is never verified',
    },
    ...(options.logs
      ? [
          {
            verb: 'get',
            group: '',
            resource: 'pods',
            subresource: 'log',
            without: 'the report cannot show the log lines that report-logs asks for',
          } as const,
        ]
      : []),
    ...(options.stuckPods
      ? [
          {
            verb: 'delete',
            group: '',
            resource: 'pods',
            without:
              'a pod of a StatefulSet that has never become ready stays, and keeps the old version from coming back, until a person deletes it',
          } as const,
        ]
      : []),
  ];
}

interface Denial extends Permission {
  /** What the server says to it. */
  readonly reason: string;
}

/** Which of the permissions we do not have, by the API server's own word. */
export async function denied(
  kubectl: Kubectl,
  permissions: readonly Permission[],
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Denial[]> {
  const answers = await kubectl.review(
    permissions.map((permission) => review(permission, namespace)),
    signal,
  );
  return permissions.flatMap((permission, index) => {
    const status = fields(fields(answers[index]).status);
    return status.allowed === true ? [] : [{ ...permission, reason: textOf(status.reason) ?? '' }];
  });
}

function review(
  { verb, group, resource, subresource, name }: Permission,
  namespace: string,
): object {
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        namespace,
        verb,
        group,
        resource,
        ...(subresource === undefined ? {} : { subresource }),
        ...(name === undefined ? {} : { name }),
      },
    },
  };
}

/** `patch deployments.apps "api"` */
export function permissionInWords({
  verb,
  group,
  resource,
  subresource,
  name,
}: Permission): string {
  const what = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  return `${verb} ${what}${name === undefined ? '' : ` "${name}"`}`;
}
