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

async function captured(given: KubernetesStrategyOptions = {}): Promise<Strategy> {
  const strategy = scene.strategy(given);
  await scene.wait(strategy.capture!(never));
  return strategy;
}

describe('a snapshot of workloads', () => {
  it('holds revision, hash and images, and no template', async () => {
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

  it('before the first deploy has no workload: the strategy saw nothing, and is skipped', async () => {
    const given = { workloads: ['deployment/new'] };
    expect(await scene.snapshot(given)).toMatchObject({
      workloads: [],
      missing: ['deployment/new'],
    });
    const recorded = await scene.snapshot(given);
    await scene.cluster.create('deployment', 'new', 'new:bad');
    const strategy = await captured({ ...given, recorded });
    expect(strategy.sawNothing?.()).toBe(true);
    expect(await scene.plan(strategy)).toEqual({
      kind: 'skip',
      reason: 'deployment/new was not there before this deploy: there is nothing to go back to',
    });
  });

  it('of one workload that is new, beside one that is not, has seen something', async () => {
    const given = { workloads: ['deployment/api', 'deployment/new'] };
    const recorded = await scene.snapshot(given);
    expect(scene.strategy({ ...given, recorded }).sawNothing?.()).toBe(false);
  });

  it('of a workload that is there has seen something', async () => {
    expect(scene.strategy({ recorded: await scene.snapshot() }).sawNothing?.()).toBe(false);
    expect(scene.strategy().sawNothing?.()).toBe(false);
  });

  it('fails when the namespace does not exist', async () => {
    scene.cluster.namespace = 'another';
    await expect(scene.snapshot({ workloads: ['deployment/new'] })).rejects.toThrow(
      'namespace shop does not exist',
    );
  });

  it('fails when the cluster does not answer', async () => {
    scene.cluster.hooks.push(() => ({ code: 1, stderr: 'Unable to connect to the server: EOF' }));
    await expect(scene.snapshot()).rejects.toThrow(/Unable to connect to the server/);
  });

  it('gives other strategies the recorded version', async () => {
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

describe('capture, when the watch starts', () => {
  it('nothing deployed since the snapshot: a notice', async () => {
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

  it('a workload that the snapshot does not have: a warning', async () => {
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
    ['workloads of another form', { takenAt: '2026-01-01T00:00:00Z', workloads: [1] }],
    ['no time', { takenAt: 'x', workloads: [] }],
  ])('%s instead of a snapshot: a warning, and it is ignored', async (_, recorded) => {
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = scene.strategy({ recorded });
    expect(await scene.wait(strategy.capture!(never))).toMatchObject({
      findings: [{ level: 'warning', message: expect.stringMatching(/cannot be read/) }],
    });
    expect(await scene.assertUnchanged(strategy)).toBeUndefined();
    expect(await scene.plan(strategy)).toMatchObject({ kind: 'plan' });
  });

  it('no snapshot and a version older than deployed-within: a warning that it would not be rolled back', async () => {
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

describe('capture in a second attempt after a rollback', () => {
  async function rolledBack(run = ourRun) {
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:bad');
    await scene.undo(scene.strategy({ recorded, run }));
    return recorded;
  }

  it('finds the deploy rolled back already', async () => {
    await rolledBack();
    const capture = await scene.wait(scene.strategy().capture!(never));
    expect(capture.alreadyRolledBack).toMatch(
      /^this run has rolled back revision 2 \(shop:bad\) of deployment\/api at 00:00 UTC, and revision 3 \(shop:v1\) runs since\.$/,
    );
  });

  it.each([
    ['another run', { ...ourRun, runId: '78' }],
    ['a run in another system', { ...ourRun, system: 'gitlab' }],
    ['a run without an id', { ...ourRun, system: 'local', runId: null }],
  ])('%s finds nothing rolled back', async (_, run) => {
    await rolledBack();
    expect(await scene.wait(scene.strategy({ run }).capture!(never))).not.toHaveProperty(
      'alreadyRolledBack',
    );
  });

  it.each([
    ['by the same snapshot: one run', 's-1', 's-1', true],
    ['by another snapshot: two runs', 's-1', 's-2', false],
    ['without a snapshot: two runs', undefined, undefined, false],
    ['the second without a snapshot: two runs', 's-1', undefined, false],
  ])('runs without an id, %s', async (_, first, second, same) => {
    const run = { system: 'local', runId: null, url: null };
    await rolledBack({ ...run, snapshot: first });
    const capture = await scene.wait(
      scene.strategy({ run: { ...run, snapshot: second } }).capture!(never),
    );
    expect(capture.alreadyRolledBack !== undefined).toBe(same);
  });

  it('a run with an id is the same whatever its snapshot', async () => {
    await rolledBack({ ...ourRun, snapshot: 's-1' });
    const capture = await scene.wait(
      scene.strategy({ run: { ...ourRun, snapshot: 's-2' } }).capture!(never),
    );
    expect(capture).toHaveProperty('alreadyRolledBack');
  });

  it.each(['shop:bad', 'shop:v3'])('a new deploy of %s is evaluated', async (image) => {
    await rolledBack();
    await scene.cluster.deploy('api', image);
    expect(await scene.wait(scene.strategy().capture!(never))).not.toHaveProperty(
      'alreadyRolledBack',
    );
  });

  it.each(['x', '{}', '[1,null]', '[{"hash":1}]', '[{"hash":"a","at":"b","to":"c","run":[]}]', ''])(
    'the annotation %s is ignored',
    async (text) => {
      await rolledBack();
      scene.cluster.workload('api').metadata.annotations['rollgate.dev/rejected'] = text;
      expect(await scene.wait(scene.strategy().capture!(never))).not.toHaveProperty(
        'alreadyRolledBack',
      );
    },
  );
});

describe('assertUnchanged of the kubernetes strategy', () => {
  it('the evaluated version, scaled: no objection', async () => {
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = await captured();
    scene.cluster.scale('api', 7);
    await scene.cluster.settle();
    expect(await scene.assertUnchanged(strategy)).toBeUndefined();
  });

  it('another version: withheld', async () => {
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = await captured();
    await scene.cluster.settle(3 * 60_000);
    await scene.cluster.deploy('api', 'shop:newer');
    expect(await scene.assertUnchanged(strategy)).toEqual({
      kind: 'withheld',
      reason: 'deployment/api: revision 3 replaced ours (2) at 00:03 UTC',
    });
  });

  it('a restart: no objection', async () => {
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = await captured();
    const { metadata } = scene.cluster.workload('api').spec.template as {
      metadata: Record<string, unknown>;
    };
    metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': 'now' };
    expect(await scene.assertUnchanged(strategy)).toBeUndefined();
  });

  it('our own rollback: no objection', async () => {
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:bad');
    const strategy = await captured({ recorded });
    await scene.undo(strategy);
    expect(await scene.assertUnchanged(strategy)).toBeUndefined();
  });

  it('nothing deployed since the snapshot: withheld', async () => {
    const recorded = await scene.snapshot();
    const strategy = scene.strategy({ recorded });
    const objection = {
      kind: 'withheld',
      reason:
        'nothing was deployed since the snapshot (00:00 UTC), so there is nothing of ours to undo',
    };
    expect(await scene.assertUnchanged(strategy)).toEqual(objection);
    expect(await scene.plan(strategy)).toEqual(objection);
  });

  it('without a capture: no objection', async () => {
    await scene.cluster.deploy('api', 'shop:bad');
    expect(await scene.assertUnchanged(scene.strategy())).toBeUndefined();
  });

  it('a workload that is gone: no objection, and the plan skips', async () => {
    const strategy = await captured();
    scene.cluster.remove(scene.cluster.workload('api'));
    expect(await scene.assertUnchanged(strategy)).toBeUndefined();
    expect(await scene.plan(strategy)).toEqual({
      kind: 'skip',
      reason: 'deployment/api does not exist',
    });
  });
});

describe('pin, after a healthy verdict', () => {
  it('removes the rejection of the evaluated version, so that it may be rolled back to', async () => {
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    await scene.undo(scene.strategy({ recorded }));
    await scene.cluster.deploy('api', 'shop:v2');
    const strategy = await captured({ run: { ...ourRun, runId: '78' } });
    expect(await scene.wait(strategy.pin!(never))).toMatch(/deployment\/api.* found healthy/);
    expect(scene.cluster.workload('api').metadata.annotations['rollgate.dev/rejected']).toBe('[]');
    expect(await scene.wait(strategy.pin!(never))).toBeUndefined();
  });

  it('changes nothing without a rejection', async () => {
    const strategy = await captured();
    expect(await scene.wait(strategy.pin!(never))).toBeUndefined();
    expect(scene.cluster.count('patch')).toBe(0);
  });

  it('keeps the rejection of a version that was not evaluated', async () => {
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    await scene.undo(scene.strategy({ recorded }));
    const strategy = await captured();
    await scene.cluster.deploy('api', 'shop:v2');
    expect(await scene.wait(strategy.pin!(never))).toBeUndefined();
  });
});
