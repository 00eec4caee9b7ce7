import { describe, expect, it } from '@jest/globals';
import { type Kubectl, KubectlError } from '../../../src/support/kubernetes/kubectl.js';
import {
  gitOpsOwnerOf,
  type Owner,
  type OwnerState,
  readOwner,
  resumeInWords,
} from '../../../src/support/kubernetes/owner.js';

const workload = { kind: 'deployment', name: 'api', namespace: 'shop' } as const;
const never = new AbortController().signal;

type Marks = Partial<Pick<Parameters<typeof gitOpsOwnerOf>[0], 'labels' | 'annotations'>>;

describe('who keeps a workload as its source says', () => {
  const argo = { kind: 'argo-cd', name: 'web', namespace: undefined };
  it.each<[string, Marks, unknown]>([
    ['no marks: nobody', {}, undefined],
    [
      'a tracking id of this very object: the application',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:shop/api' } },
      argo,
    ],
    [
      'a tracking id that was copied from another object: nobody',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:shop/other' } },
      undefined,
    ],
    [
      'an application outside of the namespace of Argo CD',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'team_web:apps/Deployment:shop/api' } },
      { ...argo, namespace: 'team' },
    ],
    ['the label of Argo CD', { labels: { 'argocd.argoproj.io/instance': 'web' } }, argo],
    [
      'the label that charts set: nobody',
      { labels: { 'app.kubernetes.io/instance': 'web' } },
      undefined,
    ],
    [
      'the labels of a Kustomization',
      {
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'web',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
        },
      },
      { kind: 'flux-kustomization', name: 'web', namespace: 'flux-system' },
    ],
    [
      'the labels of a HelmRelease',
      {
        labels: {
          'helm.toolkit.fluxcd.io/name': 'web',
          'helm.toolkit.fluxcd.io/namespace': 'flux-system',
        },
      },
      { kind: 'flux-helm', name: 'web', namespace: 'flux-system' },
    ],
  ])('%s', (_, marks, owner) => {
    expect(gitOpsOwnerOf({ ...workload, labels: {}, annotations: {}, ...marks })).toEqual(owner);
  });
});

/** A cluster with these owners, or one that refuses. */
function clusterOf(objects: readonly object[] | KubectlError): Kubectl {
  const answer = (args: readonly string[]): unknown => {
    if (objects instanceof KubectlError) throw objects;
    return args.includes('--all-namespaces') ? { items: objects } : objects[0];
  };
  const not = (): never => {
    throw new Error('only reads are expected');
  };
  return {
    get: (args) => Promise.resolve().then(() => answer(args)),
    patch: not,
    patchStatus: not,
    review: not,
    run: not,
  };
}

const ready = { conditions: [{ type: 'Ready', status: 'True' }], observedGeneration: 3 };
const object = (spec: object, status: object): object => ({
  metadata: { name: 'web', namespace: 'flux-system', resourceVersion: '7', generation: 3 },
  spec,
  status,
});

async function read(kind: Owner['kind'], spec: object, status: object): Promise<OwnerState> {
  return readOwner(
    clusterOf([object(spec, status)]),
    { kind, name: 'web', namespace: 'flux-system' },
    never,
  );
}

describe('what an owner does with a change past its source', () => {
  it.each<[string, Owner['kind'], object, OwnerState['acts']]>([
    [
      'Argo CD with self-heal',
      'argo-cd',
      { syncPolicy: { automated: { selfHeal: true } } },
      'reverts',
    ],
    [
      'Argo CD that syncs but does not heal',
      'argo-cd',
      { syncPolicy: { automated: {} } },
      'no-self-heal',
    ],
    ['Argo CD by hand', 'argo-cd', {}, 'no-self-heal'],
    [
      'Argo CD whose automation is switched off',
      'argo-cd',
      { syncPolicy: { automated: { selfHeal: true, enabled: false } } },
      'no-self-heal',
    ],
    ['a Kustomization', 'flux-kustomization', { interval: '10m0s' }, 'reverts'],
    ['a Kustomization that is suspended', 'flux-kustomization', { suspend: true }, 'suspended'],
    ['a HelmRelease', 'flux-helm', { interval: '10m0s' }, 'no-self-heal'],
    [
      'a HelmRelease with drift detection',
      'flux-helm',
      { driftDetection: { mode: 'enabled' } },
      'reverts',
    ],
    [
      'a HelmRelease that only warns of drift',
      'flux-helm',
      { driftDetection: { mode: 'warn' } },
      'no-self-heal',
    ],
    [
      'a HelmRelease that is suspended',
      'flux-helm',
      { suspend: true, driftDetection: { mode: 'enabled' } },
      'suspended',
    ],
  ])('%s', async (_, kind, spec, acts) => {
    expect((await read(kind, spec, {})).acts).toBe(acts);
  });

  it.each<[string, readonly object[] | KubectlError, RegExp]>([
    ['may not be read', new KubectlError('forbidden', 'kubectl get: forbidden'), /forbidden/],
    ['does not exist', [], /does not exist/],
    ['exists twice', [object({}, {}), object({}, {})], /there are 2 of this name/],
  ])('one that %s counts as one that reverts, and why is said', async (_, objects, why) => {
    const owner = { kind: 'argo-cd', name: 'web', namespace: undefined } as const;
    const state = await readOwner(clusterOf(objects), owner, never);
    expect(state.acts).toBe('reverts');
    expect(state.unknown).toMatch(why);
  });

  it('when it acts is told by its interval', async () => {
    expect((await read('flux-kustomization', { interval: '10m0s' }, {})).when).toBe(
      'at its next reconcile (within 10m)',
    );
    expect((await read('flux-kustomization', { interval: '1h0m0s' }, {})).when).toBe(
      'at its next reconcile (within 1h)',
    );
  });
});

describe('what an owner has applied', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const applied = { lastAppliedRevision: `main@sha1:${commit}` };
  it.each<[string, Owner['kind'], object, Partial<OwnerState>]>([
    [
      'a Kustomization that is ready',
      'flux-kustomization',
      { ...ready, ...applied, lastAttemptedRevision: `main@sha1:${commit}` },
      { applied: commit, latest: commit, isHealthy: true },
    ],
    [
      'a Kustomization that fails with a newer revision',
      'flux-kustomization',
      { ...ready, ...applied, lastAttemptedRevision: 'main@sha1:beef' },
      { applied: commit, latest: 'beef', isHealthy: false },
    ],
    [
      'a Kustomization whose controller has not seen its last change',
      'flux-kustomization',
      { ...ready, ...applied, observedGeneration: 2 },
      { applied: commit, isHealthy: false },
    ],
    [
      'a Kustomization that is not ready',
      'flux-kustomization',
      { ...applied, observedGeneration: 3, conditions: [{ type: 'Ready', status: 'False' }] },
      { applied: commit, isHealthy: false },
    ],
    [
      'revisions as older versions of Flux write them',
      'flux-kustomization',
      { ...ready, lastAppliedRevision: `main/${commit}` },
      { applied: commit },
    ],
    [
      'a HelmRelease',
      'flux-helm',
      { ...ready, history: [{ version: 7, chartVersion: '1.4.0' }, { version: 6 }] },
      { applied: '1.4.0/7', latest: '1.4.0/7', isHealthy: true },
    ],
    [
      'a HelmRelease of which only a value has changed: another release of the same chart',
      'flux-helm',
      { ...ready, history: [{ version: 8, chartVersion: '1.4.0' }, { version: 7 }] },
      { applied: '1.4.0/8' },
    ],
    [
      'an application of several sources: what any of them has changed is a change',
      'argo-cd',
      {
        sync: { status: 'Synced', revisions: ['aaa', '1.4.0'] },
        operationState: { phase: 'Running', syncResult: { revisions: ['bbb', '1.4.0'] } },
      },
      { applied: 'bbb, 1.4.0', latest: 'aaa, 1.4.0', isHealthy: false },
    ],
    [
      'an application in sync',
      'argo-cd',
      {
        sync: { status: 'Synced', revision: commit },
        health: { status: 'Healthy' },
        operationState: { phase: 'Succeeded', syncResult: { revision: commit } },
      },
      { applied: commit, latest: commit, isHealthy: true },
    ],
    [
      'an application that is degraded',
      'argo-cd',
      {
        sync: { status: 'Synced', revision: commit },
        health: { status: 'Degraded' },
        operationState: { phase: 'Succeeded', syncResult: { revision: commit } },
      },
      { isHealthy: false },
    ],
    [
      'an application that was synced to an older revision',
      'argo-cd',
      {
        sync: { status: 'OutOfSync', revision: 'beef' },
        health: { status: 'Healthy' },
        operationState: { phase: 'Succeeded', syncResult: { revision: commit } },
      },
      { applied: commit, latest: 'beef', isHealthy: false },
    ],
  ])('%s', async (_, kind, status, expected) => {
    expect(await read(kind, {}, status)).toMatchObject(expected);
  });
});

describe('how a paused owner acts again', () => {
  const automated = { selfHeal: true, prune: true };
  it.each<[Owner['kind'], string]>([
    [
      'argo-cd',
      `kubectl patch applications.argoproj.io/web -n flux-system --type=merge -p '{"spec":{"syncPolicy":{"automated":{"selfHeal":true,"prune":true}}}}'`,
    ],
    ['flux-kustomization', 'flux resume kustomization web -n flux-system'],
    ['flux-helm', 'flux resume helmrelease web -n flux-system'],
  ])('%s: as it did before', (kind, words) => {
    const owner = { kind, name: 'web', namespace: undefined };
    expect(resumeInWords(owner, { namespace: 'flux-system', automated })).toBe(words);
  });
});
