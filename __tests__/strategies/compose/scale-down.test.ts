import { describe, expect, it } from '@jest/globals';
import { setUpComposeScaleDown } from '../../../src/strategies/compose/scale-down.js';
import type { Strategy } from '../../../src/contract/strategy.js';
import { ComposeScene, never } from '../../support/compose-strategy.js';
import { failing } from '../../support/stand-in-docker.js';
import { contextWith } from '../../support/strategy-dependencies.js';

async function canary(): Promise<{ scene: ComposeScene; strategy: Strategy }> {
  const scene = new ComposeScene();
  scene.deploy('api', { image: 'app:v1' });
  scene.deploy('canary', { image: 'app:v2' });
  const made = await setUpComposeScaleDown(
    scene.dependencies({ flags: { 'canary-service': 'canary' } }),
  );
  if (made.kind === 'skip') throw new Error(made.reason);
  return { scene, strategy: made };
}

describe('scale-down of a Compose service', () => {
  it('scales the service to zero, and touches no other', async () => {
    const { scene, strategy } = await canary();
    const api = scene.docker.of('shop', 'api')[0]!.Id;
    expect(await scene.wait(strategy.preflight(never))).toEqual([]);
    const plan = await scene.mustPlan(strategy);
    expect(plan).toMatchObject({
      steps: ['take service canary of project shop to zero'],
      from: { canary: 1 },
      to: { canary: 0 },
      touches: ['service/canary'],
    });
    const context = contextWith();
    expect(await scene.execute(strategy, plan, context)).toMatchObject({ outcome: 'verified' });
    expect(context.changes()).toBe(1);
    expect(scene.docker.calls.find((call) => call.includes(' up '))).toMatch(
      / up --detach --no-deps --no-recreate --no-build --pull never --scale canary=0 canary$/,
    );
    expect(scene.docker.of('shop', 'canary')).toEqual([]);
    expect(scene.docker.of('shop', 'api')[0]!.Id).toBe(api);
    expect(await scene.plan(strategy)).toEqual({
      kind: 'skip',
      reason: 'canary of project shop has no container: at zero already',
    });
    expect(await scene.wait(strategy.preflight(never))).toMatchObject([{ level: 'warning' }]);
  });

  it('a container that stays: triggered, and named', async () => {
    const { scene, strategy } = await canary();
    scene.docker.hook = (args) => (args.includes('up') ? failing('Error: no') : undefined);
    expect((await scene.undo(strategy)).result).toMatchObject({
      outcome: 'triggered',
      detail:
        'Service canary of project shop was to be taken to zero, and shop-canary-1 is running. Compose: docker compose: Error: no.',
    });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['not configured', {}, /`canary-service` is not set/],
    [
      'of an unknown project',
      { 'canary-service': 'canary', 'compose-project': '' },
      /needs `compose-project` or `compose-file`/,
    ],
  ])('%s: skipped', async (_, flags, reason) => {
    const scene = new ComposeScene();
    expect(await setUpComposeScaleDown(scene.dependencies({ flags }))).toEqual({
      kind: 'skip',
      reason: expect.stringMatching(reason),
    });
  });
});
