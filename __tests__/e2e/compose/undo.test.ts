import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { availableComposes, composes, lacking } from './components.js';
import { deploys, good, rest } from './deploys.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';
import { never, Scene, services, versionOf } from './scene.js';

const second = availableComposes().filter((kind) => kind !== 'v1');
const installations = (second.length > 0 ? second : composes).flatMap((compose) =>
  (['classic', 'containerd'] as const).map((images) => ({ compose, images })),
);

describeWith('a rollback of a Compose project', lacking(), () => {
  describe.each(installations)('with Compose $compose and $images images', (installation) => {
    const engine = new Engine(installation);
    const scene = new Scene(engine);
    beforeAll(async () => {
      await engine.start();
      await buildImage(engine, 'shop/api:v1', { healthcheck: true });
      await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
    });
    afterEach(() => scene.clear());
    afterAll(() => engine.stop());

    it.each(deploys)(
      'bad by $by: only the deployed service is rolled back',
      async ({ deploy, changed }) => {
        await scene.deploy({ ...good, images: rest('v1') });
        expect(await scene.recordGood()).toBe(
          'kept what runs as the state to return to: api, db, migrate, worker',
        );
        const before = await scene.seeAll();
        const recorded = await scene.snapshot();

        await scene.deploy({ ...deploy, images: deploy.images ?? rest('v1') });
        await engine.outputOf(['exec', 'shop-db-1', 'touch', '/data/written-between']);
        const bad = await scene.seeAll();
        for (const service of changed) expect(bad[service]).not.toEqual(before[service]);
        const strategy = await scene.strategy({ recorded });
        expect(await strategy.preflight(never)).toEqual([]);
        expect(await strategy.capture!(never)).toEqual({});
        expect(await strategy.assertUnchanged!(never)).toBeUndefined();

        const plan = await scene.plan(strategy);
        expect(plan.touches).toEqual(changed.map((service) => `service/${service}`));
        const result = await strategy.execute(plan, scene.context());
        expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
        expect(await strategy.assertUnchanged!(never)).toBeUndefined();

        const after = await scene.seeAll();
        for (const service of services) {
          expect(versionOf(after[service]!)).toEqual(versionOf(before[service]!));
          // What was not changed by the deploy is not touched by the undo.
          if (!changed.includes(service)) expect(after[service]!.id).toBe(bad[service]!.id);
        }
        expect(await scene.answer('/version')).toBe('v1');
        expect(await engine.outputOf(['exec', 'shop-db-1', 'ls', '/data'])).toContain(
          'written-between',
        );
        const again = await scene.strategy({ recorded });
        expect((await again.capture!(never)).alreadyRolledBack).toMatch(
          /^this run has rolled back shop\/api:v\d \(sha256:[0-9a-f]{12}\) of service api at /,
        );
      },
    );

    it('the old image survives `image prune -af`', async () => {
      await scene.deploy({ ...good, images: rest('v1') });
      await scene.recordGood();
      const before = await scene.see('api');
      await scene.deploy({ image: 'shop/api:v2' });
      // Nothing that runs is of v1 now but what we keep.
      await engine.outputOf(['image', 'prune', '--all', '--force']);
      writeFileSync(join(scene.folder, 'compose.yaml'), 'services: {api: {image: nothing:here}}');
      const result = await scene.undo(await scene.strategy());
      expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
      expect(versionOf(await scene.see('api'))).toEqual(versionOf(before));
      rmSync(join(scene.folder, 'compose.yaml'));
      await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
      await buildImage(engine, 'shop/api:v1', { healthcheck: true });
    });

    it.each(['orderly', 'crash'] as const)(
      'rolls back after a restart of the engine in between (%s)',
      async (how) => {
        await scene.deploy({ ...good, images: rest('v1') });
        const recorded = await scene.snapshot();
        await scene.deploy({ ...good, images: rest('v1'), image: 'shop/api:v2' });
        const strategy = await scene.strategy({ recorded });
        await strategy.capture!(never);
        // Asked while the engine is away, the strategy waits for it.
        const restarted = engine.restart(how);
        const made = await strategy.plan(scene.context().request, never);
        await restarted;
        if (made.kind !== 'plan') throw new Error(made.reason);
        expect(await strategy.assertUnchanged!(never)).toBeUndefined();
        expect(await strategy.execute(made, scene.context())).toMatchObject({
          outcome: 'verified',
        });
        expect(await scene.answer('/version')).toBe('v1');
      },
    );
  });
});
