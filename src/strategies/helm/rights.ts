import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { bad, type Finding, good, type Result } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import type { Exec } from '../../support/exec.js';
import { fields } from '../../support/json.js';
import { createKubectl, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';
import { asWorkload, imagesOf, nameOf, type Workload } from '../../support/kubernetes/workload.js';
import { currentNamespace } from '../kubernetes/target.js';

interface AccessQuestion {
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: Exec;
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  readonly random: () => number;
}

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** With one of these helm is somebody else, or somewhere else, than kubectl (pkg/cli/environment.go). */
const helmOnly = [
  'HELM_KUBECONTEXT',
  'HELM_KUBETOKEN',
  'HELM_KUBEASUSER',
  'HELM_KUBEASGROUPS',
  'HELM_KUBEAPISERVER',
] as const;

function namespaceOf({ namespace, env }: AccessQuestion): string | undefined {
  const given = namespace ?? env.HELM_NAMESPACE ?? '';
  return given === '' ? undefined : given;
}

/** A kubectl that reaches what helm reaches, or why there is none. */
export function kubectlOf(access: AccessQuestion): Result<Kubectl> {
  const other = helmOnly.find((name) => (access.env[name] ?? '') !== '');
  return other === undefined
    ? good(createKubectl({ ...access, namespace: namespaceOf(access) }))
    : bad(`${other} is set, which kubectl does not know`);
}

/**
 * Whether helm may store a revision, and change the workloads of the release. helm itself cannot say, so kubectl is
 * asked when it is there. Other objects of a chart are not checked.
 */
export async function rightsFindings(
  workloads: readonly ReleasedWorkload[],
  access: AccessQuestion,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { env } = access;
  const found = kubectlOf(access);
  if (!found.ok) return [unchecked(found.problem.message)];
  const kubectl = found.value;
  try {
    const namespace = namespaceOf(access) ?? (await currentNamespace(kubectl, signal));
    if (namespace === undefined) return [unchecked('the namespace is not known')];
    const rights = [...storage(env.HELM_DRIVER ?? ''), ...patches(workloads)];
    const denied = await deniedRights(kubectl, namespace, rights, signal);
    if (denied.length === 0) return [];
    const list = denied.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
    return [
      {
        level: 'error',
        subject: 'helm',
        message: `helm lacks rights that a rollback needs in the namespace ${namespace}: ${list}`,
        fix: 'give them to the user of the kubeconfig',
      },
    ];
  } catch (error) {
    if (error instanceof KubectlError) return [unchecked(error.message)];
    throw error;
  }
}

function unchecked(why: string): Finding {
  return {
    level: 'notice',
    subject: 'helm',
    message: `whether helm has the rights for a rollback was not checked: ${why}`,
  };
}

/** Where helm keeps its revisions (HELM_DRIVER). That they can be read is proven already. */
function storage(driver: string): readonly Right[] {
  if (driver === 'memory' || driver === 'sql') return [];
  const resource = driver.startsWith('configmap') ? 'configmaps' : 'secrets';
  return ['create', 'update'].map((verb) => ({ verb, group: '', resource }));
}

function patches(workloads: readonly ReleasedWorkload[]): readonly Right[] {
  const kinds = new Set(workloads.map(({ name }) => name.split('/')[0] ?? ''));
  return [...kinds].map((kind) => ({ verb: 'patch', group: 'apps', resource: `${kind}s` }));
}

async function deniedRights(
  kubectl: Kubectl,
  namespace: string,
  rights: readonly Right[],
  signal: AbortSignal,
): Promise<readonly Right[]> {
  if (rights.length === 0) return [];
  const answers = await kubectl.review(
    rights.map((right) => ({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace, ...right } },
    })),
    signal,
  );
  return rights.filter((_, index) => fields(fields(answers[index]).status).allowed !== true);
}

/** A workload of a release. */
export interface ReleasedWorkload {
  /** `deployment/api`. */
  readonly name: string;
  readonly images: readonly string[];
}

/** Of YAML and of JSON, which is YAML too; also of what merely refers to a workload. */
const maybeWorkload = /\bkind["']?\s*:\s*["']?(Deployment|StatefulSet|DaemonSet)\b/;

/** Two revisions with the same digest would make the same objects. */
export function digestOf(manifest: string): string {
  return createHash('sha256').update(manifest.trim()).digest('hex');
}

/** The workloads of a manifest, as they stand there. What cannot be read has none: it is helm's business, not ours. */
export function objectsIn(manifest: string): readonly Workload[] {
  // Definitions of resources can be megabytes of YAML: only documents that can be a workload are parsed.
  return manifest
    .split(/^---.*$/m)
    .filter((document) => maybeWorkload.test(document))
    .flatMap((document) => {
      try {
        return asWorkload(parse(document, { logLevel: 'silent' })) ?? [];
      } catch {
        return [];
      }
    });
}

/** What the strategies know of a workload of a release. */
export function releasedOf(workload: Workload): ReleasedWorkload {
  return { name: nameOf(workload), images: imagesOf(workload.template) };
}
