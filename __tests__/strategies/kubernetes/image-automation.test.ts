import { describe, expect, it } from '@jest/globals';
import {
  automationFindings,
  ownedOnes,
  type Owned,
} from '../../../src/strategies/kubernetes/owners.js';
import { imageAutomations } from '../../../src/strategies/kubernetes/image-automation.js';
import { type Kubectl, KubectlError } from '../../../src/support/kubernetes/kubectl.js';
import { asWorkload } from '../../../src/support/kubernetes/workload.js';

const never = new AbortController().signal;

type Objects = Readonly<Record<string, object | readonly object[]>>;

/** A cluster that answers reads of these resources; it has no other kinds. */
function clusterOf(objects: Objects): Kubectl & { readonly asked: string[] } {
  const asked: string[] = [];
  const not = (): never => {
    throw new Error('only reads are expected');
  };
  return {
    asked,
    get: ([resource = '']) => {
      asked.push(resource);
      const found = objects[resource];
      if (found === undefined)
        return Promise.reject(new KubectlError('garbage', `there is no resource type ${resource}`));
      return Promise.resolve(Array.isArray(found) ? { items: found } : found);
    },
    ...{ patch: not, patchStatus: not, review: not, run: not },
  };
}

const AUTOMATIONS = 'imageupdateautomations.image.toolkit.fluxcd.io';
const UPDATERS = 'imageupdaters.argocd-image-updater.argoproj.io';
const KUSTOMIZATION = 'kustomizations.kustomize.toolkit.fluxcd.io/web';
const RELEASE = 'helmreleases.helm.toolkit.fluxcd.io/web';
const APPLICATION = 'applications.argoproj.io/web';

const kustomization = {
  metadata: { name: 'web', namespace: 'keepers' },
  spec: { path: './apps/web', sourceRef: { kind: 'GitRepository', name: 'fleet' } },
};
const flux = {
  'kustomize.toolkit.fluxcd.io/name': 'web',
  'kustomize.toolkit.fluxcd.io/namespace': 'keepers',
};
const helm = {
  'helm.toolkit.fluxcd.io/name': 'web',
  'helm.toolkit.fluxcd.io/namespace': 'keepers',
};

/** An automation that writes to the folder of the Kustomization. */
const automation = (spec: object, metadata: object = {}): object => ({
  metadata: { name: 'tags', namespace: 'keepers', ...metadata },
  spec: {
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
    update: { path: './apps' },
    ...spec,
  },
});

/** Who keeps a workload with these labels, and these annotations. */
async function ownedBy(
  kubectl: Kubectl,
  labels: object,
  annotations: object = {},
): Promise<readonly Owned[]> {
  const workload = asWorkload({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api', namespace: 'shop', labels, annotations },
    spec: { template: { spec: { containers: [] } } },
  });
  return ownedOnes(kubectl, [workload!], never);
}

const fluxTags = {
  name: 'the Flux ImageUpdateAutomation tags',
  stop: 'suspend it (flux suspend image update tags -n keepers)',
};

describe('Flux image automation', () => {
  it.each<[string, object, readonly object[]]>([
    ['that writes to a folder around that of the Kustomization', automation({}), [fluxTags]],
    ['that writes to all of the repository', automation({ update: undefined }), [fluxTags]],
    [
      'that writes inside of the folder',
      automation({ update: { path: 'apps/web/images/' } }),
      [fluxTags],
    ],
    ['that writes to another folder', automation({ update: { path: './apps/web2' } }), []],
    [
      'of another repository',
      automation({ sourceRef: { kind: 'GitRepository', name: 'other' } }),
      [],
    ],
    ['of a repository of the same name elsewhere', automation({}, { namespace: 'other' }), []],
    [
      'in another namespace, for this repository',
      automation(
        { sourceRef: { name: 'fleet', namespace: 'keepers' } },
        { namespace: 'automations' },
      ),
      [{ ...fluxTags, stop: 'suspend it (flux suspend image update tags -n automations)' }],
    ],
    ['that is suspended', automation({ suspend: true }), []],
    [
      'that pushes to a branch that somebody merges',
      automation({
        git: { checkout: { ref: { branch: 'main' } }, push: { branch: 'image-updates' } },
      }),
      [],
    ],
    [
      'that pushes to the branch that it reads',
      automation({ git: { checkout: { ref: { branch: 'main' } }, push: { branch: 'main' } } }),
      [fluxTags],
    ],
  ])('%s', async (_, one, expected) => {
    const kubectl = clusterOf({ [KUSTOMIZATION]: kustomization, [AUTOMATIONS]: [one] });
    const owned = await ownedBy(kubectl, flux);
    expect(await imageAutomations(kubectl, owned, never)).toEqual(expected);
  });

  it('writes the values of a HelmRelease where the Kustomization that applies it says', async () => {
    const kubectl = clusterOf({
      [KUSTOMIZATION]: kustomization,
      [RELEASE]: { metadata: { name: 'web', namespace: 'keepers', labels: flux }, spec: {} },
      [AUTOMATIONS]: [automation({})],
    });
    const owned = await ownedBy(kubectl, helm);
    expect(await imageAutomations(kubectl, owned, never)).toEqual([fluxTags]);
  });

  it.each<[string, Objects]>([
    ['is not installed', {}],
    ['has no objects', { [AUTOMATIONS]: [] }],
    ['has objects that are none', { [AUTOMATIONS]: [{ metadata: { name: 3 }, spec: 'x' }] }],
  ])('%s: nothing', async (_, objects) => {
    const kubectl = clusterOf({ [KUSTOMIZATION]: kustomization, ...objects });
    const owned = await ownedBy(kubectl, flux);
    expect(await imageAutomations(kubectl, owned, never)).toEqual([]);
  });
});

describe('Argo CD Image Updater', () => {
  const argo = { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:shop/api' };
  const application = (annotations: object = {}): object => ({
    metadata: { name: 'web', namespace: 'argocd', labels: { team: 'shop' }, annotations },
    spec: {},
  });
  const listed = { 'argocd-image-updater.argoproj.io/image-list': 'shop' };
  const updater = (...applicationRefs: readonly object[]): object => ({
    metadata: { name: 'tags', namespace: 'argocd' },
    spec: { applicationRefs },
  });
  const byObject = {
    name: 'the Argo CD ImageUpdater tags',
    stop: 'take the application out of its `applicationRefs`',
  };
  const byAnnotation = {
    name: 'Argo CD Image Updater',
    stop: `remove its annotation (kubectl annotate ${APPLICATION} -n argocd argocd-image-updater.argoproj.io/image-list-)`,
  };

  it.each<[string, object, Objects, readonly object[]]>([
    ['no mark at all', application(), {}, []],
    ['the annotation', application(listed), {}, [byAnnotation]],
    [
      'an object that names the application',
      application(),
      { [UPDATERS]: [updater({ namePattern: 'web' })] },
      [byObject],
    ],
    [
      'an object with a pattern and labels that fit',
      application(),
      {
        [UPDATERS]: [
          updater(
            { namePattern: 'other' },
            { namePattern: 'w*', labelSelectors: { matchLabels: { team: 'shop' } } },
          ),
        ],
      },
      [byObject],
    ],
    [
      'an object whose labels do not fit',
      application(),
      {
        [UPDATERS]: [
          updater({ namePattern: '*', labelSelectors: { matchLabels: { team: 'cart' } } }),
        ],
      },
      [],
    ],
    [
      'an annotation from before the objects, which name another application',
      application(listed),
      { [UPDATERS]: [updater({ namePattern: 'web2' })] },
      [],
    ],
    [
      'a pattern that is none',
      application(),
      { [UPDATERS]: [updater({ namePattern: '[' }, { namePattern: 7 }, {})] },
      [],
    ],
  ])('%s', async (_, app, objects, expected) => {
    const kubectl = clusterOf({ 'applications.argoproj.io': [app], ...objects });
    const owned = await ownedBy(kubectl, {}, argo);
    expect(await imageAutomations(kubectl, owned, never)).toEqual(expected);
  });
});

describe('preflight', () => {
  const given = { [KUSTOMIZATION]: kustomization, [AUTOMATIONS]: [automation({})] };

  it('names what writes image tags, and how to stop it', async () => {
    const kubectl = clusterOf(given);
    const owned = await ownedBy(kubectl, flux);
    const options = { pauses: false, hasSourceStrategy: true };
    expect(await automationFindings(kubectl, owned, options, never)).toEqual([
      {
        level: 'warning',
        message:
          'the Flux ImageUpdateAutomation tags writes image tags by itself: after a rollback of the source it may write the rejected one again',
        fix: 'before a rollback, or right after it, suspend it (flux suspend image update tags -n keepers); or let it follow a policy that leaves rejected versions out',
      },
    ]);
  });

  it('does not ask where no strategy changes the source', async () => {
    const kubectl = clusterOf(given);
    const owned = await ownedBy(kubectl, flux);
    const options = { pauses: true, hasSourceStrategy: false };
    expect(await automationFindings(kubectl, owned, options, never)).toEqual([]);
    expect(kubectl.asked).toEqual([KUSTOMIZATION]);
  });
});
