import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Kind } from '../../support/stand-in-cluster.js';
import {
  ourRun,
  Scene,
  type KubernetesStrategyOptions,
} from '../../support/kubernetes-strategy.js';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

const DAY = 86_400_000;

async function versions(kind: Kind, ...images: string[]): Promise<void> {
  const [first = '', ...others] = images;
  await scene.cluster.create(kind, 'api', first);
  for (const image of others) await scene.cluster.deploy('api', image);
}

/** The images that would be returned to, or why none would. */
async function target(given: KubernetesStrategyOptions = {}, verdict?: string): Promise<string> {
  const plan = await scene.plan(scene.strategy(given), verdict);
  if (plan.kind !== 'plan') return plan.reason;
  const { revision, images } = plan.to as { revision: number; images: string[] };
  return `${String(revision)} ${images.join()}`;
}

describe('the version to restore, without a snapshot', () => {
  it.each(['deployment', 'statefulset', 'daemonset'] as const)(
    '%s: the previous one',
    async (kind) => {
      await versions(kind, 'shop:v1', 'shop:v2', 'shop:v3');
      expect(await target({ workloads: [`${kind}/api`] })).toBe('2 shop:v2');
    },
  );

  it.each(['deployment', 'statefulset', 'daemonset'] as const)(
    '%s: none when the live one is older than deployed-within',
    async (kind) => {
      await versions(kind, 'shop:v1', 'shop:v2');
      await scene.cluster.settle(6 * DAY);
      expect(await target({ workloads: [`${kind}/api`] })).toMatch(
        new RegExp(
          `^${kind}/api: revision 2 is 6 days old; this pipeline did not deploy it; .*deployed-within \\(1h\\)`,
        ),
      );
    },
  );

  it.each([
    [59 * 60_000, '1 shop:v1'],
    [61 * 60_000, /revision 2 is 1h 1m old/],
    [3 * 3_600_000, /revision 2 is 3h old/],
  ])('deployed %s ms ago: %s', async (ms, expected) => {
    await versions('deployment', 'shop:v1', 'shop:v2');
    await scene.cluster.settle(ms);
    const found = await target();
    expect(expected instanceof RegExp ? expected.test(found) : found === expected).toBe(true);
  });

  it('a longer deployed-within: the previous one', async () => {
    await versions('deployment', 'shop:v1', 'shop:v2');
    await scene.cluster.settle(2 * 3_600_000);
    expect(await target({ deployedWithin: 3 * 3_600_000 })).toBe('1 shop:v1');
  });

  it('an old ReplicaSet that is live again since a moment counts as new', async () => {
    await versions('deployment', 'shop:v1', 'shop:v2');
    await scene.cluster.settle(6 * DAY);
    await scene.cluster.deploy('api', 'shop:v1');
    expect(await target()).toBe('2 shop:v2');
    await scene.cluster.settle(6 * DAY);
    expect(await target()).toMatch(/revision 3 is 6 days old/);
  });

  it('a ControllerRevision that is live again: none, since its age is unknown', async () => {
    await versions('statefulset', 'shop:v1', 'shop:v2', 'shop:v1');
    expect(await target({ workloads: ['statefulset/api'] })).toMatch(
      /is not known when revision 3 became current/,
    );
  });

  it('a restart does not make a version newer, and is not restored', async () => {
    await versions('deployment', 'shop:v1', 'shop:v2');
    const restart = async (): Promise<void> => {
      const object = scene.cluster.workload('api');
      const template = structuredClone(object.spec.template) as {
        metadata: Record<string, unknown>;
      };
      template.metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': 'now' };
      object.spec.template = template;
      object.metadata.generation++;
      await scene.cluster.settle();
    };
    await restart();
    expect(await target()).toBe('1 shop:v1');
    await scene.cluster.settle(6 * DAY);
    await scene.cluster.deploy('api', 'shop:v3');
    await scene.cluster.settle(6 * DAY);
    await restart();
    expect(await target()).toMatch(/revision 5 is 6 days old/);
  });

  it.each([
    [{}, 'deployment/api has no earlier revision'],
    [
      { revisionHistoryLimit: 0 },
      'deployment/api has no earlier revision: its revisionHistoryLimit is 0',
    ],
  ])('%j: none', async (spec, reason) => {
    await scene.cluster.create('deployment', 'api', 'shop:v1', spec);
    if ('revisionHistoryLimit' in spec) await scene.cluster.deploy('api', 'shop:v2');
    expect(await target()).toBe(reason);
  });

  it('passes over a version that was rolled back', async () => {
    await versions('deployment', 'shop:v1', 'shop:bad');
    await scene.undo(scene.strategy());
    await scene.cluster.deploy('api', 'shop:bad');
    await scene.cluster.deploy('api', 'shop:worse');
    expect(await target({ run: { ...ourRun, runId: '78' } })).toBe('3 shop:v1');
  });

  it('none when every earlier version was rolled back', async () => {
    await versions('deployment', 'shop:v1', 'shop:bad');
    await scene.undo(scene.strategy());
    await scene.cluster.deploy('api', 'shop:bad');
    for (const set of scene.cluster.of('ReplicaSet'))
      if (JSON.stringify(set.spec).includes('shop:v1')) scene.cluster.remove(set);
    await scene.cluster.deploy('api', 'shop:worse');
    expect(await target()).toMatch(
      /every earlier revision has been rolled back before; .*\(shop:bad\), was rolled back by github run 77 at 00:00 UTC$/,
    );
  });
});

describe('the version to restore, with a snapshot', () => {
  it('the recorded one, however old the live version is', async () => {
    await versions('deployment', 'shop:v1');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    await scene.cluster.settle(6 * DAY);
    expect(await target({ recorded })).toBe('1 shop:v1');
  });

  it('none when the recorded version is gone from the history', async () => {
    await versions('deployment', 'shop:v1');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.remove(scene.cluster.of('ReplicaSet')[0]!);
    expect(await target({ recorded })).toBe(
      'deployment/api: the recorded version, revision 1 (shop:v1), is no longer in its history: there are 2',
    );
  });

  it('the recorded revision number counts for the same object when only the hash differs', async () => {
    await versions('statefulset', 'shop:v1');
    const workloads = ['statefulset/api'];
    const recorded = (await scene.snapshot({ workloads })) as {
      takenAt: string;
      workloads: { hash: string; uid: string }[];
    };
    await scene.cluster.deploy('api', 'shop:v2');
    const [one] = recorded.workloads;
    const other = (change: object): object => ({ ...recorded, workloads: [{ ...one, ...change }] });
    expect(await target({ workloads, recorded: other({ hash: 'x' }) })).toBe('1 shop:v1');
    expect(await target({ workloads, recorded: other({ hash: 'x', uid: 'y' }) })).toMatch(
      /no longer in its history/,
    );
    expect(await target({ workloads, recorded: other({ hash: 'x', images: ['z'] }) })).toMatch(
      /no longer in its history/,
    );
  });

  it('none when the recorded version was rolled back before', async () => {
    await versions('deployment', 'shop:v1', 'shop:bad');
    await scene.undo(scene.strategy());
    await scene.cluster.deploy('api', 'shop:bad');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:worse');
    expect(await target({ recorded, run: { ...ourRun, runId: '78' } })).toMatch(
      /the recorded version, revision 4 \(shop:bad\), was rolled back by github run 77/,
    );
  });
});

describe('the version to restore, with kubernetes-revision', () => {
  beforeEach(() => versions('deployment', 'shop:v1', 'shop:v2', 'shop:v3'));

  it.each([
    [['1'], '1 shop:v1'],
    [['deployment/api=2'], '2 shop:v2'],
    [['0'], '2 shop:v2'],
    [['3'], 'deployment/api has revision 3 (shop:v3) already'],
    [['9'], 'deployment/api has no revision 9: there are 3, 2, 1'],
    [
      ['deployment/web=1'],
      'kubernetes-revision names deployment/web, which is not in kubernetes-workload',
    ],
  ])('%j: %s', async (revision, expected) => {
    expect(await target({ revision })).toBe(expected);
  });

  it('one number for two workloads: none, and the reason says how to name each', async () => {
    const workloads = ['deployment/api', 'deployment/web'];
    expect(await target({ workloads, revision: ['1'] })).toBe(
      'kubernetes-revision is 1, and there are 2 workloads: name each one (deployment/api=1, deployment/web=1)',
    );
  });

  it('a revision that was rolled back before: restored', async () => {
    await scene.undo(scene.strategy());
    await scene.cluster.deploy('api', 'shop:v4');
    expect(await target({ revision: ['3'] })).toBe('3 shop:v3');
  });

  it('a live version older than deployed-within: restored only on request', async () => {
    await scene.cluster.settle(6 * DAY);
    expect(await target({ revision: ['1'] })).toMatch(/6 days old/);
    expect(await target({ revision: ['1'] }, 'requested')).toBe('1 shop:v1');
  });

  it('goes before the recorded version', async () => {
    const recorded = await scene.snapshot();
    expect(await target({ recorded, revision: ['1'] })).toMatch(/nothing was deployed/);
    expect(await target({ recorded, revision: ['1'] }, 'requested')).toBe('1 shop:v1');
    await scene.cluster.deploy('api', 'shop:v4');
    expect(await target({ recorded, revision: ['1'] })).toBe('1 shop:v1');
  });
});

describe('the version to restore, when there can be none', () => {
  it('a paused Deployment: the reason says how to resume it', async () => {
    await versions('deployment', 'shop:v1', 'shop:v2');
    scene.cluster.workload('api').spec.paused = true;
    expect(await target()).toBe(
      'deployment/api is paused; resume it first: kubectl rollout resume deployment/api -n shop',
    );
  });

  it('a workload that does not exist: the reason says so', async () => {
    expect(await target()).toBe('deployment/api does not exist');
  });

  it('no kubectl: the reason says so', async () => {
    scene.cluster.hooks.push(() => ({ code: null, spawnError: { code: 'ENOENT', message: '' } }));
    expect(await target()).toBe('kubectl is not on the PATH');
  });
});

it('histories of another object with the same labels are ignored', async () => {
  await versions('deployment', 'shop:v1', 'shop:v2');
  for (const set of scene.cluster.of('ReplicaSet'))
    scene.cluster.objects.push({
      ...structuredClone(set),
      metadata: {
        ...structuredClone(set.metadata),
        name: 'foreign',
        ownerReferences: [{ kind: 'Deployment', name: 'api', uid: 'other', controller: true }],
        annotations: { 'deployment.kubernetes.io/revision': '9' },
      },
    });
  expect(await target()).toBe('1 shop:v1');
});
