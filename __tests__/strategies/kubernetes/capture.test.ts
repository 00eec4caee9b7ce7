import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Strategy } from '../../../src/contract/strategy.js';
import {
  never,
  ourRun,
  Scene,
  type KubernetesStrategyOptions,
} from '../../support/kubernetes-strategy.js';

let scene: Scene;
beforeEach(async () => {
  scene = new Scene();
  await scene.cluster.create('deployment', 'api', 'shop:v1');
});

async function begun(given: KubernetesStrategyOptions = {}): Promise<Strategy> {
  const strategy = scene.strategy(given);
  await scene.wait(strategy.capture!(never));
  return strategy;
}

describe('a snapshot', () => {
  it('holds what is needed to go back, and no template', async () => {
    expect(await scene.snapshot()).toEqual({
      takenAt: expect.stringMatching(/^2026-01-01T/),
      workloads: [
        {
          kind: 'deployment',
          name: 'api',
          namespace: 'shop',
          uid: expect.any(String),
          generation: 1,
          revision: 1,
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          images: ['shop:v1'],
          replicas: 2,
        },
      ],
      missing: [],
    });
  });

  it('before the very first deploy: there is nothing', async () => {
    const given = { workloads: ['deployment/new'] };
    expect(await scene.snapshot(given)).toMatchObject({
      workloads: [],
      missing: ['deployment/new'],
    });
    const recorded = await scene.snapshot(given);
    await scene.cluster.create('deployment', 'new', 'new:bad');
    const strategy = await begun({ ...given, recorded });
    expect(await scene.plan(strategy)).toEqual({
      kind: 'skip',
      reason: 'deployment/new has no earlier revision',
    });
  });

  it('cannot be taken while the cluster does not answer', async () => {
    scene.cluster.hooks.push(() => ({ code: 1, stderr: 'Unable to connect to the server: EOF' }));
    await expect(scene.snapshot()).rejects.toThrow(/Unable to connect to the server/);
  });

  it('tells other strategies the recorded version', async () => {
    expect(scene.strategy({ recorded: await scene.snapshot() }).recordedVersion!()).toEqual({
      revision: '1',
      image: 'shop:v1',
    });
    await scene.cluster.create('statefulset', 'db', 'db:v1');
    const workloads = ['deployment/api', 'statefulset/db'];
    const recorded = await scene.snapshot({ workloads });
    expect(scene.strategy({ workloads, recorded }).recordedVersion!()).toEqual({
      revision: 'deployment/api=1,statefulset/db=1',
      image: 'deployment/api=shop:v1,statefulset/db=db:v1',
    });
    expect(scene.strategy().recordedVersion!()).toBeUndefined();
  });
});

describe('the beginning', () => {
  it('nothing was deployed since the snapshot', async () => {
    const recorded = await scene.snapshot();
    expect(await scene.wait(scene.strategy({ recorded }).capture!(never))).toEqual({
      findings: [
        {
          level: 'notice',
          subject: 'kubernetes',
          message: expect.stringMatching(/^nothing was deployed since the snapshot \(00:00 UTC\)/),
        },
      ],
    });
  });

  it('the snapshot does not know a workload', async () => {
    const recorded = await scene.snapshot();
    await scene.cluster.create('deployment', 'web', 'web:v1');
    const strategy = scene.strategy({ recorded, workloads: ['deployment/api', 'deployment/web'] });
    expect(await scene.wait(strategy.capture!(never))).toMatchObject({
      findings: [
        { level: 'warning', message: expect.stringMatching(/does not know deployment\/web/) },
      ],
    });
  });

  it.each([
    ['text', 'x'],
    ['a number', 1],
    ['nothing', null],
    ['a list', []],
    ['no workloads', { takenAt: '2026-01-01T00:00:00Z' }],
    ['workloads that are none', { takenAt: '2026-01-01T00:00:00Z', workloads: [1] }],
    ['no time', { takenAt: 'x', workloads: [] }],
  ])('%s instead of a snapshot is said, and ignored', async (_, recorded) => {
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = scene.strategy({ recorded });
    expect(await scene.wait(strategy.capture!(never))).toMatchObject({
      findings: [{ level: 'warning', message: expect.stringMatching(/cannot be read/) }],
    });
    expect(await scene.guard(strategy)).toBeUndefined();
    expect(await scene.plan(strategy)).toMatchObject({ kind: 'plan' });
  });

  it('without a snapshot, a version that is too old is said at once', async () => {
    await scene.cluster.deploy('api', 'shop:v2');
    await scene.cluster.settle(6 * 86_400_000);
    expect(await scene.wait(scene.strategy().capture!(never))).toMatchObject({
      findings: [
        {
          level: 'warning',
          message: expect.stringMatching(
            /would not be rolled back: deployment\/api: revision 2 is 6 days old; this pipeline did not deploy it/,
          ),
        },
      ],
    });
  });
});

describe('a re-run after its own rollback', () => {
  async function rolledBack(run = ourRun) {
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:bad');
    await scene.undo(scene.strategy({ recorded, run }));
    return recorded;
  }

  it('sees that it has been rolled back already', async () => {
    await rolledBack();
    const beginning = await scene.wait(scene.strategy().capture!(never));
    expect(beginning.alreadyRolledBack).toMatch(
      /^this run has taken revision 2 \(shop:bad\) of deployment\/api back at 00:00 UTC, and revision 3 \(shop:v1\) runs since\.$/,
    );
  });

  it.each([
    ['another run', { ...ourRun, runId: '78' }],
    ['a run elsewhere', { ...ourRun, system: 'gitlab' }],
    ['a run without an id', { ...ourRun, system: 'local', runId: null }],
  ])('%s has not', async (_, run) => {
    await rolledBack();
    expect(await scene.wait(scene.strategy({ run }).capture!(never))).not.toHaveProperty(
      'alreadyRolledBack',
    );
  });

  it('runs without an id are one run', async () => {
    const run = { system: 'local', runId: null, url: null };
    await rolledBack(run);
    expect(await scene.wait(scene.strategy({ run }).capture!(never))).toHaveProperty(
      'alreadyRolledBack',
    );
  });

  it.each(['shop:bad', 'shop:v3'])('with a deploy of %s of its own is judged', async (image) => {
    await rolledBack();
    await scene.cluster.deploy('api', image);
    expect(await scene.wait(scene.strategy().capture!(never))).not.toHaveProperty(
      'alreadyRolledBack',
    );
  });

  it.each(['x', '{}', '[1,null]', '[{"hash":1}]', '[{"hash":"a","at":"b","to":"c","run":[]}]', ''])(
    'a mark that reads %s is no mark',
    async (text) => {
      await rolledBack();
      scene.cluster.workload('api').metadata.annotations['rollgate.dev/rejected'] = text;
      expect(await scene.wait(scene.strategy().capture!(never))).not.toHaveProperty(
        'alreadyRolledBack',
      );
    },
  );
});

describe('the guard', () => {
  it('has no objection to what was judged', async () => {
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = await begun();
    scene.cluster.scale('api', 7);
    await scene.cluster.settle();
    expect(await scene.guard(strategy)).toBeUndefined();
  });

  it('objects to a version that was not judged', async () => {
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = await begun();
    await scene.cluster.settle(3 * 60_000);
    await scene.cluster.deploy('api', 'shop:newer');
    expect(await scene.guard(strategy)).toEqual({
      kind: 'withheld',
      reason: 'deployment/api: revision 3 replaced ours (2) at 00:03 UTC',
    });
  });

  it('has no objection to a restart', async () => {
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = await begun();
    const { metadata } = scene.cluster.workload('api').spec.template as {
      metadata: Record<string, unknown>;
    };
    metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': 'now' };
    expect(await scene.guard(strategy)).toBeUndefined();
  });

  it('has no objection to what the strategy itself has put there', async () => {
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = await begun({ recorded });
    await scene.undo(strategy);
    expect(await scene.guard(strategy)).toBeUndefined();
  });

  it('objects when nothing was deployed since the snapshot', async () => {
    const recorded = await scene.snapshot();
    const strategy = scene.strategy({ recorded });
    const objection = {
      kind: 'withheld',
      reason:
        'nothing was deployed since the snapshot (00:00 UTC), so there is nothing of ours to undo',
    };
    expect(await scene.guard(strategy)).toEqual(objection);
    expect(await scene.plan(strategy)).toEqual(objection);
  });

  it('has nothing to compare with when it has not seen the beginning', async () => {
    await scene.cluster.deploy('api', 'shop:bad');
    expect(await scene.guard(scene.strategy())).toBeUndefined();
  });

  it('leaves it to the plan that a workload is gone', async () => {
    const strategy = await begun();
    scene.cluster.remove(scene.cluster.workload('api'));
    expect(await scene.guard(strategy)).toBeUndefined();
    expect(await scene.plan(strategy)).toEqual({
      kind: 'skip',
      reason: 'deployment/api does not exist',
    });
  });
});

describe('after a healthy verdict', () => {
  it('the mark of the version that was judged is taken off: it may be gone back to again', async () => {
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    await scene.undo(scene.strategy({ recorded }));
    await scene.cluster.deploy('api', 'shop:v2');
    const strategy = await begun({ run: { ...ourRun, runId: '78' } });
    expect(await scene.wait(strategy.pin!(never))).toMatch(/deployment\/api.* found healthy/);
    expect(scene.cluster.workload('api').metadata.annotations['rollgate.dev/rejected']).toBe('[]');
    expect(await scene.wait(strategy.pin!(never))).toBeUndefined();
  });

  it('nothing is changed where there is no mark', async () => {
    const strategy = await begun();
    expect(await scene.wait(strategy.pin!(never))).toBeUndefined();
    expect(scene.cluster.count('patch')).toBe(0);
  });

  it('a version that was not judged keeps its mark', async () => {
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    await scene.undo(scene.strategy({ recorded }));
    const strategy = await begun();
    await scene.cluster.deploy('api', 'shop:v2');
    expect(await scene.wait(strategy.pin!(never))).toBeUndefined();
  });
});
