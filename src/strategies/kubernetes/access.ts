import { fields, textOf } from '../../support/json.js';
import type { Kubectl } from '../../support/kubectl.js';
import { workloadResources, type WorkloadName } from '../../support/kubernetes/workload.js';
import { historyResource } from './history.js';

/** Something that must be allowed. */
export interface Permission {
  readonly verb: 'get' | 'list' | 'patch' | 'delete';
  readonly group: '' | 'apps';
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
        group: 'apps',
        resource: workloadResources[kind],
        name,
      })),
    ),
    ...histories.map((resource): Permission => ({ verb: 'list', group: 'apps', resource })),
    {
      verb: 'list',
      group: '',
      resource: 'pods',
      without: 'the report cannot say why pods do not become ready',
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

export interface Denial extends Permission {
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
