import { fields, listOf, textOf } from '../../support/json.js';
import { KubectlError, type Kubectl } from '../../support/kubectl.js';

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

/** The namespace that a refusal speaks of: `... cannot get resource "deployments" in API group "apps" in the namespace "shop"`. */
export function namespaceIn(refusal: string): string | undefined {
  return /in the namespace "([^"]+)"/.exec(refusal)?.[1];
}
