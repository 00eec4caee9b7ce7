import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The Go module whose `go.mod` names every version. */
export const recipe = resolve('__tests__/e2e/kubernetes/build');

/** What is built, and the package that it is built from. */
export const packages = {
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  etcd: 'go.etcd.io/etcd/server/v3',
  kwok: 'sigs.k8s.io/kwok/cmd/kwok',
  helm: 'helm.sh/helm/v4/cmd/helm',
  'helm-3': 'helm.sh/helm/v3/cmd/helm',
} as const;

/** The oldest kubectl that is supported; not built but taken from Debian 12, which installs it today. */
export const oldKubectl = 'kubectl-1.20';

export type Binary = keyof typeof packages | typeof oldKubectl;

/** What a control plane cannot do without. */
const essential: readonly Binary[] = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'etcd',
  'kwok',
];

/** The version of a module in our `go.mod`, with its `v`. */
export function versionOf(module: string): string {
  const text = readFileSync(join(recipe, 'go.mod'), 'utf8');
  const line = text.split('\n').find((it) => it.trim().startsWith(`${module} v`));
  if (line === undefined) throw new Error(`go.mod does not name ${module}`);
  return line.trim().split(' ')[1]!;
}

/** Outside of the repository: the builds take minutes, and outlive a checkout. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return (
    env.ROLLGATE_CACHE ??
    join(env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache'), 'rollgate')
  );
}

/** Where we put the binary. Another `go.mod` has another folder: no binary is ever replaced by another version. */
export function placeOf(binary: Binary, env: NodeJS.ProcessEnv = process.env): string {
  if (binary === oldKubectl) return join(cacheFolder(env), 'kubernetes-1.20', oldKubectl);
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) hash.update(readFileSync(join(recipe, name)));
  const version = versionOf('k8s.io/kubernetes').slice(1);
  return join(
    ...[cacheFolder(env), `kubernetes-${version}`, hash.digest('hex').slice(0, 12), binary],
  );
}

/** Where the binary is, or would be. `KUBEBUILDER_ASSETS` comes first, as in every project that uses envtest. */
export function pathOf(binary: Binary, env: NodeJS.ProcessEnv = process.env): string {
  const assets = env.KUBEBUILDER_ASSETS ?? '';
  const given = join(assets, binary);
  return assets !== '' && existsSync(given) ? given : placeOf(binary, env);
}

/** A sentence for people when a control plane cannot be started, or one of the further binaries lacks. */
export function lacking(...further: readonly Binary[]): string | undefined {
  const names = [...essential, ...further].filter((name) => !existsSync(pathOf(name)));
  if (names.length === 0) return undefined;
  return `${names.join(', ')} not found: run "npm run e2e:kubernetes", which builds what is missing (Go 1.26 or newer is needed).`;
}
