import { beforeEach, describe, expect, it } from '@jest/globals';
import { failing } from '../../support/stand-in-cluster.js';
import { never, Scene } from '../../support/kubernetes-strategy.js';
import type { Strategy } from '../../../src/contract/strategy.js';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  scene.cluster.missingKinds.delete('canaries');
});

/** v1 of the target and of its primary, and then a new version of the target that Flagger has come to this phase with. */
async function analysed(status: Record<string, unknown>): Promise<Strategy> {
  await scene.cluster.create('deployment', 'api', 'shop:v1');
  await scene.cluster.create('deployment', 'api-primary', 'shop:v1');
  const recorded = await scene.snapshot();
  await scene.cluster.deploy('api', 'shop:v2');
  canary(status);
  return scene.strategy({ recorded });
}

function canary(status: Record<string, unknown>): void {
  scene.cluster.keeper(
    'Canary',
    'shop',
    { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' } },
    { canaryWeight: 0, lastTransitionTime: new Date(scene.clock.now()).toISOString(), ...status },
  );
}

const failed = {
  phase: 'Failed',
  conditions: [
    { type: 'Promoted', reason: 'Failed', message: 'Canary analysis failed, scaled to zero.' },
  ],
};

describe('a Deployment that Flagger rolls out', () => {
  it('Flagger went back by itself: nothing is changed, and what its primary runs is proven', async () => {
    const strategy = await analysed(failed);
    scene.cluster.scale('api', 0);
    await scene.cluster.settle();
    const plan = await scene.mustPlan(strategy);
    expect(plan.steps).toEqual([
      'nothing: Flagger has rolled revision 2 (shop:v2) of deployment/shop/api back by itself',
    ]);
    expect(await scene.execute(strategy, plan)).toEqual({
      outcome: 'verified',
      versionConfirmed: true,
      detail:
        'Flagger rolled revision 2 (shop:v2) of deployment/shop/api back by itself (Canary analysis failed, scaled to zero). Nothing was changed: deployment/api-primary serves, 2 of 2 replicas are available. ' +
        'The spec of deployment/api still names shop:v2: the next change of it would deploy it again, so deploy a good version.',
    });
    expect(scene.cluster.count('patch')).toBe(0);
    expect(scene.changes).toBe(0);
  });

  it.each([false, true])(
    'one tag for both versions (pinned: %s): its primary shows which one',
    async (pinsImages) => {
      const image = `shop@sha256:${'a'.repeat(64)}`;
      for (const name of ['shop:latest', image])
        scene.cluster.registry.set(name, `docker-pullable://${image}`);
      for (const name of ['api', 'api-primary'])
        await scene.cluster.create('deployment', name, 'shop:latest');
      const recorded = await scene.snapshot();
      scene.cluster.registry.set('shop:latest', `docker-pullable://shop@sha256:${'b'.repeat(64)}`);
      await scene.cluster.restart('api');
      canary(failed);
      scene.cluster.scale('api', 0);
      await scene.cluster.settle();
      expect(await scene.undo(scene.strategy({ recorded, pinsImages }))).toMatchObject({
        outcome: 'verified',
        detail: expect.stringContaining('deployment/api-primary serves'),
      });
    },
  );

  it('a version that Flagger has failed has gone back; one that it analyses, or does not know, has not', async () => {
    const strategy = await analysed(failed);
    await scene.wait(strategy.capture!(never));
    expect(await scene.wait(strategy.goneBack!(never))).toBe(
      'Flagger rolled revision 2 (shop:v2) of deployment/shop/api back by itself (Canary analysis failed, scaled to zero)',
    );
    scene = new Scene();
    scene.cluster.missingKinds.delete('canaries');
    const analysing = await analysed({ phase: 'Progressing' });
    await scene.wait(analysing.capture!(never));
    expect(await scene.wait(analysing.goneBack!(never))).toBeUndefined();
    scene = new Scene();
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    const kept = scene.strategy({ recorded });
    await scene.wait(kept.capture!(never));
    expect(await scene.wait(kept.goneBack!(never))).toBeUndefined();
  });

  it('its primary runs another version than the recorded one: triggered, with the reason', async () => {
    const strategy = await analysed(failed);
    await scene.cluster.deploy('api-primary', 'shop:v0');
    expect(await scene.undo(strategy)).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringContaining('deployment/api-primary runs another version (shop:v0)'),
    });
  });

  it.each(['Progressing', 'Promoting', 'Succeeded'])(
    'its phase is %s: skipped, because an undo would be analysed as a new version',
    async (phase) => {
      expect(await scene.plan(await analysed({ phase }))).toEqual({
        kind: 'skip',
        reason: `deployment/api is the target of the Flagger Canary shop, whose phase is ${phase}: Flagger rolls back by itself while it analyses, and would take an undo for a new version`,
      });
    },
  );

  it('it failed with an earlier version, and has not seen this one yet: skipped', async () => {
    const lastTransitionTime = new Date(scene.clock.now() - 60_000).toISOString();
    expect(await scene.plan(await analysed({ ...failed, lastTransitionTime }))).toMatchObject({
      kind: 'skip',
    });
  });

  it('preflight says who rolls back', async () => {
    const strategy = await analysed({ phase: 'Succeeded' });
    expect(await scene.wait(strategy.preflight(never))).toEqual([
      {
        level: 'warning',
        subject: 'kubernetes',
        message:
          'deployment/api is the target of the Flagger Canary shop: Flagger rolls it back by itself while it analyses, and nothing else touches it here',
        fix: expect.stringContaining('git, ci or command'),
      },
    ]);
  });

  it('no right to list Canaries: preflight warns, and the rollback goes on', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.denied.add('list canaries');
    const strategy = scene.strategy({ recorded });
    expect(await scene.wait(strategy.preflight(never))).toMatchObject([
      { level: 'warning', fix: expect.stringContaining('canaries.flagger.app') },
    ]);
    expect(await scene.undo(strategy)).toMatchObject({ outcome: 'verified' });
  });

  it('a Canary of another Deployment changes nothing', async () => {
    await scene.cluster.create('deployment', 'web', 'shop:v1');
    const recorded = await scene.snapshot({ workloads: ['deployment/web'] });
    await scene.cluster.deploy('web', 'shop:v2');
    canary({ phase: 'Progressing' });
    const strategy = scene.strategy({ workloads: ['deployment/web'], recorded });
    expect(await scene.undo(strategy)).toMatchObject({ outcome: 'verified' });
  });

  it('the server does not answer when it is asked: the rollback goes on', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.hooks.push(({ args }) =>
      args.includes('canaries.flagger.app')
        ? failing('Unable to connect to the server: EOF')
        : undefined,
    );
    expect(await scene.undo(scene.strategy({ recorded }))).toMatchObject({ outcome: 'verified' });
  });
});
