import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { permissionsFor } from '../../../src/strategies/kubernetes/preflight.js';
import { failing } from '../../support/stand-in-cluster.js';
import { never, Scene, type KubernetesStrategyOptions } from '../../support/kubernetes-strategy.js';
import type { Finding } from '../../../src/contract/result.js';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

async function findings(given: KubernetesStrategyOptions = {}): Promise<readonly Finding[]> {
  return scene.wait(scene.strategy(given).preflight(never));
}

async function inWords(given: KubernetesStrategyOptions = {}): Promise<string[]> {
  return (await findings(given)).map(({ level, message }) => `${level}: ${message}`);
}

describe('preflight of the kubernetes strategy', () => {
  it('no finding when everything would work, and nothing is changed', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    expect(await findings()).toEqual([]);
    expect(scene.cluster.count('patch') + scene.cluster.count('delete')).toBe(0);
  });

  it('checks all permissions in one call', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await findings();
    expect(scene.cluster.count('create')).toBe(1);
  });

  it.each([
    [
      'is missing',
      { code: null, spawnError: { code: 'ENOENT', message: 'x' } },
      /kubectl is not on the PATH/,
      /install/,
    ],
    [
      'does not answer',
      failing('Unable to connect to the server: dial tcp: i/o timeout'),
      /does not answer/,
      /reaches the API server/,
    ],
    [
      'hangs',
      { code: null, stopped: 'timeout' as const },
      /did not end within 20 s/,
      /reaches the API server/,
    ],
    ['prints no JSON', { stdout: 'hello' }, /not JSON/, /kubectl works/],
    [
      'does not accept the user',
      failing('error: You must be logged in to the server (Unauthorized)'),
      /does not know who we are/,
      /log in/,
    ],
  ])('kubectl or the cluster %s: an error with what to do', async (_, answer, message, fix) => {
    scene.cluster.hooks.push(() => answer);
    expect(await findings()).toEqual([
      {
        level: 'error',
        subject: 'kubernetes',
        message: expect.stringMatching(message),
        fix: expect.stringMatching(fix),
      },
    ]);
  });

  it('a workload that does not exist: an error', async () => {
    expect(await inWords()).toEqual(['error: deployment/api does not exist in namespace shop']);
  });

  it('a workload that does not exist before the deploy: a notice, for that may be its first one', async () => {
    const found = await scene.wait(scene.strategy().preflight(never, true));
    expect(found).toEqual([
      {
        ...{ level: 'notice', subject: 'kubernetes' },
        message:
          'deployment/api does not exist in namespace shop yet: its first deploy has nothing to go back to',
        fix: 'if this is not its first deploy, correct kubernetes-workload, kubernetes-namespace or kubernetes-context',
      },
    ]);
  });

  it('a namespace that does not exist: an error, before the deploy too', async () => {
    scene.cluster.namespace = 'another';
    expect(await scene.wait(scene.strategy().preflight(never, true))).toEqual([
      {
        ...{ level: 'error', subject: 'kubernetes', message: 'namespace shop does not exist' },
        fix: 'create it, or correct kubernetes-namespace or kubernetes-context',
      },
    ]);
  });

  it('only one revision: a warning that there is nothing to roll back to', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    expect(await inWords()).toEqual([
      'warning: deployment/api has no earlier revision: until another version is deployed there is nothing to roll back',
    ]);
  });

  it.each([
    ['patch deployments', 'error: no right to patch deployments.apps "api" in namespace shop'],
    ['list replicasets', 'error: no right to list replicasets.apps in namespace shop'],
    ['get deployments', 'error: no right to get deployments.apps "api" in namespace shop'],
    [
      'list pods',
      'warning: no right to list pods in namespace shop: without it the report cannot say why pods do not become ready, and a rollback to images of the same names is never verified',
    ],
    [
      'get pods/log',
      'warning: no right to get pods/log in namespace shop: without it the report cannot show the log lines that report-logs asks for',
    ],
  ])('no right to %s', async (verb, finding) => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.denied.add(verb);
    expect(await inWords({ logLines: 5 })).toEqual([finding]);
  });

  it('no right to delete pods: a finding only for a StatefulSet with ordered pods', async () => {
    const spec = { podManagementPolicy: 'Parallel' };
    await scene.cluster.create('statefulset', 'db', 'db:v1');
    await scene.cluster.create('statefulset', 'many', 'db:v1', spec);
    for (const name of ['db', 'many']) await scene.cluster.deploy(name, 'db:v2');
    scene.cluster.denied.add('delete pods');
    expect(await inWords({ workloads: ['statefulset/db'] })).toEqual([
      expect.stringMatching(
        /^warning: no right to delete pods in namespace shop: without it a pod/,
      ),
    ]);
    expect(await inWords({ workloads: ['statefulset/many'] })).toEqual([]);
  });

  it('permissions that cannot be checked: a warning', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.hooks.push(({ args }) =>
      args[0] === 'create' ? failing('Error from server (Forbidden): no') : undefined,
    );
    expect(await inWords()).toEqual([
      expect.stringMatching(/^warning: what we may do .*Forbidden/),
    ]);
  });

  it.each([
    [{ paused: true }, /^error: deployment\/api is paused/],
    [
      { revisionHistoryLimit: 0 },
      /^error: deployment\/api keeps no earlier revision: its revisionHistoryLimit is 0/,
    ],
  ])('a Deployment with %j', async (change, says) => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    Object.assign(scene.cluster.workload('api').spec, change);
    expect(await inWords()).toEqual([expect.stringMatching(says)]);
  });

  it.each([
    [{ type: 'OnDelete' }, /OnDelete its pods get the old version only when they are deleted/],
    [
      { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
      /partition of 2 keeps the first 2 pods/,
    ],
  ])('a StatefulSet with update strategy %j', async (updateStrategy, says) => {
    await scene.cluster.create('statefulset', 'db', 'db:v1');
    await scene.cluster.deploy('db', 'db:v2');
    scene.cluster.workload('db').spec.updateStrategy = updateStrategy;
    expect(await inWords({ workloads: ['statefulset/db'] })).toEqual([expect.stringMatching(says)]);
  });

  it.each([
    [{ revision: ['9'] }, 'error: deployment/api has no revision 9: there are 2, 1'],
    [
      { revision: ['deployment/web=1'] },
      'error: kubernetes-revision names deployment/web, which is not in kubernetes-workload',
    ],
    [
      { revision: ['2'] },
      'warning: deployment/api has revision 2 (shop:v2) already: until another version is deployed there is nothing to roll back',
    ],
  ])('kubernetes-revision: %j', async (given, finding) => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    expect(await inWords(given)).toEqual([finding]);
  });

  it('kubernetes-revision names a revision that was rolled back: a warning', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:bad');
    await scene.undo(scene.strategy());
    expect(await inWords({ revision: ['2'] })).toEqual([
      'warning: deployment/api: revision 2, which kubernetes-revision names, was rolled back by github run 77 at 00:00 UTC',
    ]);
  });

  it('the recorded version is gone: an error', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.remove(scene.cluster.of('ReplicaSet')[0]!);
    expect(await inWords({ recorded })).toEqual([expect.stringMatching(/^error: .*no longer in/)]);
  });

  it.each([
    [
      { annotations: { 'meta.helm.sh/release-name': 'web' } },
      /the Helm release web: Helm does not know of our change/,
      /helm-release: web/,
    ],
    [{ labels: { 'app.kubernetes.io/managed-by': 'Helm' } }, /a Helm release/, /helm-release and/],
  ])('a workload with %j: a warning about its owner', async (metadata, message, fix) => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    const object = scene.cluster.workload('api');
    Object.assign(object.metadata.labels, 'labels' in metadata ? metadata.labels : {});
    Object.assign(
      object.metadata.annotations,
      'annotations' in metadata ? metadata.annotations : {},
    );
    expect(await findings()).toEqual([
      {
        level: 'warning',
        subject: 'kubernetes',
        message: expect.stringMatching(message),
        fix: expect.stringMatching(fix),
      },
    ]);
  });

  it('a workload of Helm with the helm strategy configured: no finding', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.workload('api').metadata.annotations['meta.helm.sh/release-name'] = 'web';
    expect(await findings({ helmStrategy: true })).toEqual([]);
  });
});

describe('the Role in the documentation', () => {
  interface Rule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }
  const { rules } = parse(readFileSync('docs/strategies/kubernetes-role.yaml', 'utf8')) as {
    rules: readonly Rule[];
  };
  const granted = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );
  const permissions = permissionsFor(
    [
      { kind: 'deployment', name: 'a' },
      { kind: 'statefulset', name: 'b' },
      { kind: 'daemonset', name: 'c' },
      { kind: 'rollout', name: 'd' },
    ],
    { logs: true, stuckPods: true },
  ).map(
    ({ verb, group, resource, subresource }) =>
      `${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`,
  );

  it('grants the permissions that preflight checks, and no other', () => {
    expect([...granted].sort()).toEqual([...new Set(permissions)].sort());
  });
});
