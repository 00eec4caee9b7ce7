import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DeadlineReached } from '../../../src/support/abort.js';
import { contextWith, never } from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { daemonSet, deployment, image, statefulSet } from './manifests.js';
import type { Workload } from './objects.js';
import { Undoing, undo } from './undoing.js';

const cause = (text: string) => ({ annotations: { 'kubernetes.io/change-cause': text } });
const kinds = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
} as const;
type Kind = keyof typeof kinds;

describeWith('the kubernetes strategy on a real cluster', lacking(oldKubectl), () => {
  let plane: ControlPlane;
  let undoing: Undoing;

  beforeAll(async () => {
    plane = await ControlPlane.start();
    undoing = new Undoing(plane);
  });

  afterAll(async () => {
    waits.sort((a, b) => a - b);
    const [least = NaN, most = NaN] = [waits[0], waits.at(-1)];
    process.stdout.write(`from the order to the change: ${String(least)} to ${String(most)} ms\n`);
    // They have not been made when the start failed.
    (undoing as Undoing | undefined)?.remove();
    await (plane as ControlPlane | undefined)?.stop();
  });

  async function deploy(kind: Kind, tag: string, ...namespaces: string[]): Promise<void> {
    await Promise.all(
      namespaces.map(async (namespace) => {
        await plane.apply(namespace, kinds[kind]('api', tag, cause(`deploy of ${tag}`)));
        await plane.rolledOut(kind, 'api', namespace);
      }),
    );
  }

  /** What users see of it, and what decides about its pods; without what is of this namespace, and our mark. */
  async function shown(kind: Kind, namespace: string) {
    const live: Workload = await plane.rolledOut(kind, 'api', namespace);
    const { annotations = {} } = live.metadata;
    const history = ['rollout', 'history', `${kind}/api`, '-n', namespace];
    return {
      template: live.spec.template,
      annotations: Object.fromEntries(
        Object.entries(annotations)
          // What kubectl leaves as it is, we restore for the next apply (next-apply.test.ts).
          .filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
          .filter(([key]) => key !== 'rollgate.dev/rejected')
          .map(([key, value]) => [key, value.replaceAll(namespace, 'NAMESPACE')]),
      ),
      history: await plane.mustKubectl(history),
    };
  }

  const cases = (['current', '1.20'] as const).flatMap((version) =>
    (['Deployment', 'StatefulSet', 'DaemonSet'] as const).map((kind) => [kind, version] as const),
  );

  it.each(cases)(
    'rolls a %s back over 1, 2 and 5 revisions like kubectl rollout undo (kubectl %s)',
    async (kind, version) => {
      const name = `${kind.toLowerCase()}/api`;
      const [ours, twin] = await Promise.all([plane.namespace(), plane.namespace()]);
      const recorded = new Map<string, unknown>();
      const tags = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6'];
      for (const tag of tags) {
        await deploy(kind, tag, ours, twin);
        recorded.set(tag, await undoing.snapshot(ours, name));
      }
      // After each undo the revisions have other numbers; kubectl is told the one, we find it by what was recorded.
      for (const [back, tag] of [
        [1, 'v5'],
        [2, 'v3'],
        [5, 'v1'],
      ] as const) {
        const strategy = undoing.strategy(
          ours,
          { 'kubernetes-workload': name },
          { version, recorded: recorded.get(tag), run: runOf(back) },
        );
        expect(await strategy.preflight(never)).toEqual([]);
        await strategy.capture!(never);
        const began = Date.now();
        const beforeChange = (): void => {
          waits.push(Date.now() - began);
        };
        const result = await undo(strategy, { ...contextWith(), beforeChange });
        expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
        await plane.mustKubectl(
          [
            'rollout',
            'undo',
            name,
            '-n',
            twin,
            `--to-revision=${await revisionOf(twin, kind, tag)}`,
          ],
          { version },
        );
        const seen = await shown(kind, ours);
        expect(seen).toEqual(await shown(kind, twin));
        expect(seen.template.spec.containers[0]!.image).toBe(image(tag));
        // Again the bad version, which has a new number then.
        await deploy(kind, 'v6', ours, twin);
      }
    },
  );

  /** Milliseconds from the order to the change. */
  const waits: number[] = [];

  const runOf = (n: number) => ({ system: 'github', runId: String(n), url: null });

  /** The number under which the history has this version. */
  async function revisionOf(namespace: string, kind: Kind, tag: string): Promise<string> {
    interface LogEntry {
      readonly revision?: number;
      readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    }
    const histories = (await plane.list(
      kind === 'Deployment' ? 'ReplicaSet' : 'ControllerRevision',
      namespace,
    )) as unknown as readonly LogEntry[];
    const found = histories.find((one) => JSON.stringify(one).includes(`"${image(tag)}"`));
    return String(
      found?.revision ?? found?.metadata.annotations?.['deployment.kubernetes.io/revision'],
    );
  }

  it.each(['current', '1.20'] as const)(
    'without a snapshot rolls back to the previous version, and never again to a rolled-back one (kubectl %s)',
    async (version) => {
      const namespace = await plane.namespace();
      for (const tag of ['v1', 'v2', 'v3']) await deploy('Deployment', tag, namespace);
      const strategy = (run: number) =>
        undoing.strategy(
          namespace,
          { 'kubernetes-workload': 'deployment/api' },
          { version, run: runOf(run) },
        );
      expect(await undo(strategy(1))).toMatchObject({ outcome: 'verified' });
      expect((await shown('Deployment', namespace)).template.spec.containers[0]!.image).toBe(
        image('v2'),
      );

      const again = strategy(1);
      expect(await again.capture!(never)).toMatchObject({
        alreadyRolledBack: expect.stringMatching(/^this run has rolled back revision 3 .* at/),
      });
      await deploy('Deployment', 'v3', namespace);
      await deploy('Deployment', 'v4', namespace);
      // v3 is the newest earlier one, and was rolled back.
      expect(await undo(strategy(2))).toMatchObject({ outcome: 'verified' });
      expect((await shown('Deployment', namespace)).template.spec.containers[0]!.image).toBe(
        image('v2'),
      );
    },
  );

  it('twenty workloads at once: verified', async () => {
    const namespace = await plane.namespace();
    const names = [...Array(20).keys()].map((n) => `s${String(n)}`);
    const all = (tag: string) => names.map((name) => deployment(name, tag, { replicas: 1 }));
    const ready = () =>
      Promise.all(names.map((name) => plane.rolledOut('Deployment', name, namespace)));
    const workloads = names.map((name) => `deployment/${name}`).join(',');
    await plane.apply(namespace, ...all('v1'));
    await ready();
    const recorded = await undoing.snapshot(namespace, workloads);
    await plane.apply(namespace, ...all('v2'));
    await ready();
    const strategy = undoing.strategy(
      namespace,
      { 'kubernetes-workload': workloads },
      { recorded },
    );
    await strategy.capture!(never);
    const began = Date.now();
    expect(await undo(strategy)).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    process.stdout.write(`twenty workloads: ${seconds(began)}\n`);
    for (const name of names) {
      const live = await plane.get('Deployment', name, namespace);
      expect(live.spec.template.spec.containers[0]!.image).toBe(image('v1', name));
    }
  });

  it.each([
    ['bad', /container main: CrashLoopBackOff: exit code 1/],
    ['missing', /container main: ImagePullBackOff: Back-off pulling image/],
    ['unready', /container main: it runs and is not ready/],
  ])('an old version that is %s: the report has the reason', async (tag, says) => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('api', tag));
    await plane.until('its pods', async () => (await plane.pods('api', namespace)).length === 2);
    const recorded = await undoing.snapshot(namespace, 'deployment/api');
    await deploy('Deployment', 'v2', namespace);
    const strategy = undoing.strategy(
      namespace,
      { 'kubernetes-workload': 'deployment/api' },
      { recorded },
    );
    const stop = new AbortController();
    const progress = (line: string): void => {
      if (says.test(line)) stop.abort(new DeadlineReached('kubernetes', 60_000));
    };
    expect(await undo(strategy, { ...contextWith(stop.signal), progress })).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringMatching(says),
    });
  });

  it('a StatefulSet that waits for a pod that is never ready: the pod is deleted, verified', async () => {
    const namespace = await plane.namespace();
    await deploy('StatefulSet', 'v1', namespace);
    const recorded = await undoing.snapshot(namespace, 'statefulset/api');
    await plane.apply(namespace, statefulSet('api', 'bad'));
    await plane.until('a pod that crashes', async () =>
      (await plane.pods('api', namespace)).some(
        ({ status }) =>
          status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
      ),
    );
    const strategy = undoing.strategy(
      namespace,
      { 'kubernetes-workload': 'statefulset/api' },
      { recorded },
    );
    expect(await undo(strategy)).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect((await shown('StatefulSet', namespace)).template.spec.containers[0]!.image).toBe(
      image('v1'),
    );
  });
});

const seconds = (began: number): string => `${((Date.now() - began) / 1000).toFixed(1)} s`;
