import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setUpKubernetesChecks } from '../../../src/sources/kubernetes/health.js';
import type { CheckDependencies } from '../../../src/sources/registry.js';
import type { HealthCheck, HealthResult } from '../../../src/contract/check.js';
import { systemClock } from '../../../src/support/clock.js';
import { run } from '../../../src/support/exec.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { never } from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import type { Rule } from './account.js';
import { lacking, oldKubectl, type Binary } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { daemonSet, deployment, statefulSet } from './manifests.js';
import { pathOfKind, type Pod } from './objects.js';
import { Tools } from './tools.js';

describeWith('the health of workloads on a real cluster', lacking(oldKubectl), () => {
  let plane: ControlPlane;
  const tools = new Map<Binary, Tools>();

  beforeAll(async () => {
    for (const binary of ['kubectl', oldKubectl] as const)
      tools.set(binary, new Tools({ kubectl: binary }));
    plane = await ControlPlane.start();
  });

  afterAll(async () => {
    for (const it of tools.values()) it.remove();
    // It has not been made when its start failed.
    await (plane as ControlPlane | undefined)?.stop();
  });

  function checkIn(
    namespace: string,
    workloads: string,
    {
      kubectl = 'kubectl',
      kubeconfig = plane.kubeconfig,
      ...flags
    }: {
      kubectl?: Binary;
      kubeconfig?: string;
      [flag: `${string}-${string}`]: string;
    } = {},
  ): HealthCheck {
    const { settings } = resolveWith({
      flags: {
        'kubernetes-health': 'true',
        'kubernetes-workload': workloads,
        'kubernetes-namespace': namespace,
        'warm-up': '5m',
        ...flags,
      },
    });
    const dependencies: CheckDependencies = {
      settings,
      entries: [],
      clock: systemClock,
      http: () => {
        throw new Error('no HTTP here');
      },
      exec: run,
      env: tools.get(kubectl)!.env(kubeconfig),
      redact: (text) => text.replaceAll('hunter2', '***'),
      random: () => 0.5,
      leastRate: 0,
      commandEnv: {},
      platform: process.platform,
      logLines: 0,
    };
    const [check] = setUpKubernetesChecks(dependencies);
    if (check?.kind !== 'health') throw new Error('no health check');
    return check;
  }

  /** Looks until it says this. */
  async function seen(check: HealthCheck, ok: boolean | null): Promise<HealthResult> {
    let result: HealthResult | undefined;
    await plane.until(`a look that says ${String(ok)}`, async () => {
      result = await check.probe(never);
      return result.ok === ok;
    });
    return result!;
  }

  it.each(['kubectl', oldKubectl] as const)(
    'every pod ready: passes; a crash loop: fails (%s)',
    async (kubectl) => {
      const namespace = await plane.namespace();
      plane.setLogs('it began\n::error::password hunter2 is wrong');
      await plane.apply(
        namespace,
        deployment('api', 'v1'),
        statefulSet('db', 'v1'),
        daemonSet('agent', 'v1'),
      );
      const names = 'deployment/api, statefulset/db, daemonset/agent';
      const check = checkIn(namespace, names, { kubectl, 'report-logs': '1' });
      expect(await check.preflight(never)).toEqual([]);
      await seen(check, true);

      await plane.apply(namespace, deployment('api', 'bad-2'));
      const { detail } = await seen(check, false);
      expect(detail).toMatch(
        /^deployment\/api: \d of \d pods: container main restarts \(exit code 1, CrashLoopBackOff\); its last lines: /,
      );
      expect(detail).toContain('its last lines: \u2060::error::password *** is wrong');

      await plane.mustKubectl(['rollout', 'undo', 'deployment/api', '-n', namespace]);
      await seen(checkIn(namespace, names, { kubectl }), true);
    },
  );

  /** As the kubelet tells it of a container that has ended, and runs again. */
  async function restarted(namespace: string, pod: Pod, restartCount: number): Promise<void> {
    const at = new Date().toISOString();
    const terminated = { exitCode: 137, reason: 'OOMKilled', startedAt: at, finishedAt: at };
    const containerStatuses = (pod.status?.containerStatuses ?? []).map((container) => ({
      ...container,
      restartCount,
      lastState: { terminated },
    }));
    await plane.api.must(
      'PATCH',
      `${pathOfKind('Pod', namespace, pod.metadata.name)}/status`,
      { status: { containerStatuses } },
      'application/merge-patch+json',
    );
  }

  it('one restart of one pod in ten: passes, and is noted; one more: fails', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', 'v1', { replicas: 10 }));
    await plane.rolledOut('Deployment', 'api', namespace);
    const check = checkIn(namespace, 'deployment/api');
    await seen(check, true);
    const [pod] = await plane.pods('api', namespace);
    await restarted(namespace, pod!, 1);
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
    expect(check.findings!()).toMatchObject([
      {
        level: 'notice',
        message: expect.stringMatching(
          /^deployment\/api: 1 of 10 pods: container main restarted once \(exit code 137, OOMKilled\)/,
        ),
      },
    ]);
    await restarted(namespace, pod!, 2);
    expect(await check.probe(never)).toMatchObject({
      ok: false,
      detail: 'deployment/api: 1 of 10 pods: container main restarts (exit code 137, OOMKilled)',
    });
  });

  it('one restart of two pods in ten: fails', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', 'v1', { replicas: 10 }));
    await plane.rolledOut('Deployment', 'api', namespace);
    const check = checkIn(namespace, 'deployment/api');
    await seen(check, true);
    for (const pod of (await plane.pods('api', namespace)).slice(0, 2))
      await restarted(namespace, pod, 1);
    expect(await check.probe(never)).toMatchObject({
      ok: false,
      detail: 'deployment/api: 2 of 10 pods: container main restarts (exit code 137, OOMKilled)',
    });
  });

  it('a missing image: fails', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', 'v1'));
    await plane.rolledOut('Deployment', 'api', namespace);
    const check = checkIn(namespace, 'deployment/api', { 'report-logs': '5' });
    await plane.apply(namespace, deployment('api', 'missing-2'));
    const { detail } = await seen(check, false);
    expect(detail).toMatch(
      /^deployment\/api: \d of \d pods: container main does not start \(ImagePullBackOff: Back-off pulling image "registry\.test\/api:missing-2"\)$/,
    );
  });

  it('a rollout is waited for, during the warm-up only', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', 'unready'));
    const patient = checkIn(namespace, 'deployment/api');
    const { detail } = await seen(patient, null);
    expect(detail).toMatch(/^deployment\/api: .* so far$/);
    expect(await seen(checkIn(namespace, 'deployment/api', { 'warm-up': '1s' }), false)).toEqual({
      ok: false,
      detail: 'deployment/api: 2 of 2 replicas are not available (container main is not ready)',
    });

    await plane.apply(namespace, deployment('api', 'slow'));
    await seen(patient, true);
  });

  it('an API server that does not answer: nothing known', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', 'v1'));
    await plane.rolledOut('Deployment', 'api', namespace);
    const check = checkIn(namespace, 'deployment/api');
    await seen(check, true);
    await plane.stopApiServer();
    try {
      expect(await check.probe(never)).toEqual({
        ok: null,
        detail: expect.stringMatching(/^kubectl get: .*refused/),
      });
    } finally {
      await plane.startApiServer();
    }
    await seen(check, true);
  });

  it('a missing right, or a missing workload, is reported by preflight; a lost right is no failure', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', 'v1'));
    await plane.rolledOut('Deployment', 'api', namespace);
    const workloads: Rule = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] };
    const pods: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['list'] };
    const account = await plane.account(namespace, [workloads, pods]);
    const { kubeconfig } = account;
    const check = checkIn(namespace, 'deployment/api', { kubeconfig });
    expect(await check.preflight(never)).toEqual([]);
    await seen(check, true);
    expect(
      await checkIn(namespace, 'deployment/no', { kubeconfig }).preflight(never),
    ).toMatchObject([{ level: 'error', message: 'deployment/no is not there' }]);
    expect(await checkIn(namespace, 'rollout/x', { kubeconfig }).preflight(never)).toMatchObject([
      {
        level: 'error',
        message: expect.stringContaining('have a resource type "rollouts"'),
        fix: expect.stringContaining('install Argo Rollouts'),
      },
    ]);

    await account.allow([workloads]);
    expect(await check.probe(never)).toEqual({
      ok: null,
      detail: expect.stringMatching(/cannot list resource "pods"/),
    });
    expect(await check.preflight(never)).toMatchObject([
      { level: 'error', fix: expect.stringMatching(/list pods/) },
    ]);

    await plane.delete('Deployment', 'api', namespace);
    expect(await checkIn(namespace, 'deployment/api').probe(never)).toEqual({
      ok: false,
      detail: 'deployment/api: it is not there any more',
    });
  });
});
