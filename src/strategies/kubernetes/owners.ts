import { nameOf, type Workload } from '../../support/kubernetes/workload.js';

/** Something that has a say in what a workload is. */
export interface Owner {
  readonly name: string;
  /** What it will do with our change. */
  readonly will: string;
  readonly fix: string;
}

/** Who else changes the workload, by the marks that they leave on it. */
export function ownerOf(workload: Workload): Owner | undefined {
  const { labels, annotations } = workload;
  const helmRelease = annotations['meta.helm.sh/release-name'];

  // https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
  const tracked = annotations['argocd.argoproj.io/tracking-id'];
  const app = tracked?.split(':')[0] ?? labels['argocd.argoproj.io/instance'];
  if (app !== undefined)
    return {
      name: `the Argo CD application ${app}`,
      will: `Argo CD will put the new version back at its next sync, and at once when self-heal is on`,
      fix: `revert the change in Git too, or stop it with: argocd app set ${app} --sync-policy none`,
    };

  // https://fluxcd.io/flux/components/kustomize/kustomizations/ and .../helm/helmreleases/: the labels of what they apply.
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
  if (kustomization !== undefined)
    return {
      name: `the Flux Kustomization ${kustomization}`,
      will: `Flux will put the new version back at its next reconciliation`,
      fix: `revert the change in Git too, or stop it with: flux suspend kustomization ${kustomization}${inNamespace(labels['kustomize.toolkit.fluxcd.io/namespace'])}`,
    };
  const helmOfFlux = labels['helm.toolkit.fluxcd.io/name'];
  if (helmOfFlux !== undefined)
    return {
      name: `the Flux HelmRelease ${helmOfFlux}`,
      will: `Flux will put the new version back at its next upgrade, and at its next reconciliation when drift detection is on`,
      fix: `revert the change in Git too, or stop it with: flux suspend helmrelease ${helmOfFlux}${inNamespace(labels['helm.toolkit.fluxcd.io/namespace'])}`,
    };

  // https://helm.sh/docs/chart_best_practices/labels/ and the annotations that Helm 3 checks before it takes an object over.
  if (helmRelease !== undefined || labels['app.kubernetes.io/managed-by'] === 'Helm')
    return {
      name: helmRelease === undefined ? 'a Helm release' : `the Helm release ${helmRelease}`,
      will: `Helm does not know of our change, and its next upgrade or rollback starts from the version that was taken back`,
      fix: `set helm-release${helmRelease === undefined ? '' : `: ${helmRelease}`} and name helm in rollback, so that the release itself is taken back`,
    };
  return undefined;
}

export function ownerInWords(workload: Workload, { name, will }: Owner): string {
  return `${nameOf(workload)} belongs to ${name}: ${will}`;
}

function inNamespace(namespace: string | undefined): string {
  return namespace === undefined ? '' : ` -n ${namespace}`;
}
