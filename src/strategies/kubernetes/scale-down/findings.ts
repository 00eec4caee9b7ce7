import type { Finding } from '../../../contract/finding.js';
import type { Kubectl, KubectlError } from '../../../support/kubectl.js';
import { nameOf, type Workload, type WorkloadName } from '../../../support/kubernetes/workload.js';
import { denied, permissionInWords, type Permission } from '../access.js';
import { ownerOf } from '../owners.js';
import type { Prospect } from './autoscaler.js';

/** The rights that the server says we lack. */
export async function lackingRights(
  kubectl: Kubectl,
  names: readonly WorkloadName[],
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const wanted: readonly Permission[] = [
    ...names.map(({ kind, name }): Permission => ({
      verb: 'patch',
      group: 'apps',
      resource: `${kind}s`,
      name,
    })),
    {
      verb: 'list',
      group: '',
      resource: 'pods',
      without: 'the controller must be believed that the pods are gone',
    },
  ];
  return (await denied(kubectl, wanted, namespace, signal)).map((permission) =>
    finding(
      permission.without === undefined ? 'error' : 'warning',
      `this user may not ${permissionInWords(permission)} in the namespace ${namespace}${permission.without === undefined ? '' : `: ${permission.without}`}`,
      'give it this right',
    ),
  );
}

export function prospectFinding({ words, fix }: Prospect): Finding {
  return finding(fix === undefined ? 'notice' : 'warning', words, fix);
}

/** Who else has a say in how many replicas there are. */
export function ownerInWords(workload: Workload): readonly string[] {
  const owner = ownerOf(workload);
  return owner === undefined
    ? []
    : [`${nameOf(workload)} belongs to ${owner.name}, which may scale it up again`];
}

export function fixOf({ reason }: KubectlError): string {
  if (reason === 'missing') return 'install kubectl on the runner';
  if (reason === 'forbidden') return 'give this user the rights in docs/strategies/scale-down.md';
  return 'see whether kubectl works on this runner, with `kubeconfig` and `kubernetes-context` as they are set';
}

export function finding(level: Finding['level'], message: string, fix?: string): Finding {
  return { level, subject: 'scale-down', message, ...(fix === undefined ? {} : { fix }) };
}
