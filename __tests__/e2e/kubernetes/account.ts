import { randomUUID } from 'node:crypto';
import type { Api } from './api.js';
import { pathOfKind } from './objects.js';
import { until } from './until.js';

/** A rule of a role, e.g. `{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }`. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1' };

/** A service account with a role of its own, in one namespace. */
export class Account {
  private generation = 0;

  private constructor(
    private readonly api: Api,
    private readonly own: Api,
    private readonly namespace: string,
    readonly name: string,
    readonly token: string,
    readonly kubeconfig: string,
  ) {}

  static async create(
    api: Api,
    namespace: string,
    rules: readonly Rule[],
    writeKubeconfig: (name: string, token: string) => string,
  ): Promise<Account> {
    const name = `robot-${randomUUID().slice(0, 8)}`;
    const metadata = { name };
    await api.must('POST', pathOfKind('ServiceAccount', namespace), { metadata });
    await api.must('POST', pathOfKind('Role', namespace), { ...RBAC, metadata, rules: [] });
    await api.must('POST', pathOfKind('RoleBinding', namespace), {
      ...RBAC,
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    const path = `${pathOfKind('ServiceAccount', namespace, name)}/token`;
    const answer = await api.must('POST', path, { spec: {} });
    const { token } = (answer as { status: { token: string } }).status;
    const account = new Account(
      ...([api, api.as(token), namespace, name, token, writeKubeconfig(name, token)] as const),
    );
    await account.allow(rules);
    return account;
  }

  /** From now on just these rights, instead of those before. */
  async allow(rules: readonly Rule[]): Promise<void> {
    this.generation += 1;
    // The API server sees a role in its own time: one more right shows when it has seen this one.
    const marker = `generation-${String(this.generation)}`;
    const mark: Rule = { apiGroups: ['rollgate.test'], resources: [marker], verbs: ['get'] };
    await this.api.must(
      'PATCH',
      pathOfKind('Role', this.namespace, this.name),
      { rules: [...rules, mark] },
      'application/merge-patch+json',
    );
    await until(`the rights of ${this.name}`, () => this.may('rollgate.test', marker, 'get'));
  }

  private async may(group: string, resource: string, verb: string): Promise<boolean> {
    const resourceAttributes = { namespace: this.namespace, group, resource, verb };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const answer = await this.own.must('POST', path, { spec: { resourceAttributes } });
    return (answer as { status: { allowed: boolean } }).status.allowed;
  }
}
