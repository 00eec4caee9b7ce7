import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { LiveService } from './live-service.js';
import { autoscaler, daemonSet, deployment, image, statefulSet } from './manifests.js';
import type { Condition } from './objects.js';

/** That the control plane of these tests is a real one, and its nodes do what stages.ts says. */
describeWith('the control plane', lacking(oldKubectl), () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    const began = Date.now();
    plane = await ControlPlane.start();
    process.stdout.write(
      `the control plane started in ${((Date.now() - began) / 1000).toFixed(1)} s\n`,
    );
  });

  afterAll(async () => {
    // It has not been made when its start failed.
    await (plane as ControlPlane | undefined)?.stop();
  });

  const imageOf = async (kind: string, name: string, namespace: string) =>
    (await plane.get(kind, name, namespace)).spec.template.spec.containers[0]?.image;

  const waitingReasons = async (name: string, namespace: string) =>
    (await plane.pods(name, namespace)).flatMap(
      ({ status }) => status?.containerStatuses?.map((it) => it.state?.waiting?.reason) ?? [],
    );

  it.each(['current', '1.20'] as const)(
    'completes a rollout, lets a bad version fail, and undoes it (kubectl %s)',
    async (version) => {
      const namespace = await plane.namespace();
      await plane.apply(namespace, deployment('api', 'v1'));
      await plane.rolledOut('Deployment', 'api', namespace);

      await plane.apply(namespace, deployment('api', 'bad-2'));
      await plane.until('restarts of the crashing container', async () =>
        (await plane.pods('api', namespace)).some(
          ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2,
        ),
      );
      expect(await waitingReasons('api', namespace)).toContain('CrashLoopBackOff');
      let progress: Condition | undefined;
      await plane.until('the end of the rollout', async () => {
        const { status } = await plane.get('Deployment', 'api', namespace);
        progress = status?.conditions?.find((it) => it.type === 'Progressing');
        return progress?.status === 'False';
      });
      expect(progress).toMatchObject({ reason: 'ProgressDeadlineExceeded' });

      const undo = ['rollout', 'undo', 'deployment/api', '-n', namespace];
      expect(await plane.kubectl(undo, { version })).toMatchObject({
        code: 0,
        stdout: 'deployment.apps/api rolled back\n',
      });
      await plane.rolledOut('Deployment', 'api', namespace);
      expect(await imageOf('Deployment', 'api', namespace)).toBe(image('v1'));
    },
  );

  it('runs stateful sets and daemon sets, with history', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, statefulSet('db', 'v1'), daemonSet('agent', 'v1'));
    await plane.rolledOut('StatefulSet', 'db', namespace);
    const agent = await plane.rolledOut('DaemonSet', 'agent', namespace);
    expect(agent.status?.desiredNumberScheduled).toBe(2);

    await plane.apply(namespace, statefulSet('db', 'v2'), daemonSet('agent', 'v2'));
    for (const [kind, name] of [
      ['StatefulSet', 'db'],
      ['DaemonSet', 'agent'],
    ] as const) {
      await plane.rolledOut(kind, name, namespace);
      await plane.mustKubectl(['rollout', 'undo', `${kind}/${name}`, '-n', namespace]);
      await plane.rolledOut(kind, name, namespace);
      expect(await imageOf(kind, name, namespace)).toBe(image('v1', name));
    }
    expect(await plane.list('ControllerRevision', namespace)).toHaveLength(4);
  });

  it('shows missing images, containers that are never ready, and slow ones', async () => {
    const namespace = await plane.namespace();
    await plane.apply(
      namespace,
      deployment('absent', 'missing'),
      deployment('deaf', 'unready'),
      deployment('late', 'slow'),
    );
    await plane.until('the reason', async () =>
      (await waitingReasons('absent', namespace)).includes('ImagePullBackOff'),
    );
    await plane.until('running containers', async () =>
      (await plane.pods('deaf', namespace)).some(({ status }) => status?.phase === 'Running'),
    );
    await plane.rolledOut('Deployment', 'late', namespace);
    const { status } = await plane.get('Deployment', 'deaf', namespace);
    expect(status).toMatchObject({ replicas: 2, updatedReplicas: 2 });
    expect(status?.readyReplicas ?? 0).toBe(0);
  });

  it('shows the logs of a container', async () => {
    const namespace = await plane.namespace();
    plane.setLogs('it began\nit broke');
    await plane.apply(namespace, deployment('api', 'bad'));
    await plane.until('a crash', async () =>
      (await waitingReasons('api', namespace)).includes('CrashLoopBackOff'),
    );
    const logs = ['logs', '-n', namespace, 'deployment/api', '--tail=1'];
    expect(await plane.mustKubectl(logs)).toBe('it broke\n');
  });

  it('scales, by hand and by an autoscaler', async () => {
    const namespace = await plane.namespace();
    const api = { kind: 'Deployment', name: 'api' };
    await plane.apply(namespace, deployment('api', 'v1'));
    await plane.scale('Deployment', 'api', namespace, 4);
    const { spec, metadata } = await plane.rolledOut('Deployment', 'api', namespace);
    expect(spec.replicas).toBe(4);
    expect(metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');

    await plane.apply(namespace, autoscaler(api, 6, 8));
    await plane.until('six', async () => (await plane.pods('api', namespace)).length === 6);
    await plane.apply(namespace, autoscaler(api, 1, 3));
    await plane.until('three', async () => (await plane.pods('api', namespace)).length === 3);
  });

  it('refuses what an account has no right to', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', 'v1'));
    const read = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] };
    const account = await plane.account(namespace, [{ ...read, verbs: [...read.verbs, 'patch'] }]);
    const { kubeconfig } = account;
    const pause = ['rollout', 'pause', 'deployment/api'];
    expect(await plane.kubectl(pause, { kubeconfig })).toMatchObject({ code: 0 });

    await account.allow([read]);
    expect(await plane.kubectl(['get', 'deployment/api'], { kubeconfig })).toMatchObject({
      code: 0,
    });
    const refused = await plane.kubectl(['rollout', 'resume', 'deployment/api'], { kubeconfig });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('cannot patch resource "deployments"');
  });

  it('serves through the ready pods', async () => {
    const namespace = await plane.namespace();
    const service = await LiveService.start(plane, 'api', namespace);
    const until = (status: number) =>
      plane.until(`answers of ${String(status)}`, async () => {
        const answers = await Promise.all([1, 2, 3, 4].map(() => fetch(service.url)));
        return answers.every((it) => it.status === status);
      });
    try {
      await until(503);
      await plane.apply(namespace, deployment('api', 'v1'));
      await until(200);
      await plane.apply(namespace, deployment('api', 'broken-2'));
      await until(503);
      await plane.mustKubectl(['rollout', 'undo', 'deployment/api', '-n', namespace]);
      await until(200);
    } finally {
      await service.close();
    }
  });

  it('works again after a stop of its API server', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', 'v1'));
    await plane.rolledOut('Deployment', 'api', namespace);
    await plane.stopApiServer();
    const away = await plane.kubectl(['get', 'deployment/api', '-n', namespace]);
    expect(away.code).toBe(1);
    expect(away.stderr).toContain('refused');
    await plane.startApiServer();
    await plane.apply(namespace, deployment('api', 'v2'));
    await plane.rolledOut('Deployment', 'api', namespace);
  });
});
