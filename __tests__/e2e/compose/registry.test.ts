import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { lacking, lackingFurther } from './components.js';
import { rest } from './deploys.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';
import { Registry } from './registry.js';
import { Scene } from './scene.js';

describeWith('an image that came from a registry', lacking() ?? lackingFurther(), () => {
  describe.each(['classic', 'containerd'] as const)('with %s images', (images) => {
    const engine = new Engine({ images });
    const scene = new Scene(engine);
    let registry: Registry;
    let image = '';
    beforeAll(async () => {
      await engine.start();
      registry = await Registry.start(engine);
      image = `${registry.host}/shop/api:v1`;
      await buildImage(engine, image);
      await engine.outputOf(['push', '--quiet', image]);
      await buildImage(engine, 'shop/api:v2', { mode: 'bad' });
    });
    afterEach(() => scene.clear());
    afterAll(async () => {
      await registry.stop();
      await engine.stop();
    });

    /** v1 is recorded, and v2 runs. */
    const deploy = async (): Promise<unknown> => {
      await scene.deploy({ image, images: rest('v2') });
      const recorded = await scene.snapshot();
      await scene.deploy({ image: 'shop/api:v2' });
      return recorded;
    };

    it('an image on the engine is not pulled', async () => {
      const recorded = await deploy();
      const { pulls } = registry;
      const result = await scene.undo(await scene.strategy({ recorded }));
      expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
      expect(registry.pulls).toBe(pulls);
    });

    it('a missing image is pulled by its digest, whatever its tag means now', async () => {
      const recorded = await deploy();
      const before = await engine.outputOf(['image', 'inspect', '--format', '{{.Id}}', image]);
      await engine.outputOf(['tag', 'shop/api:v2', image]);
      await engine.outputOf(['push', '--quiet', image]);
      await engine.outputOf(['system', 'prune', '--all', '--force']);
      await expect(engine.outputOf(['image', 'inspect', before])).rejects.toThrow('No such image');
      const { pulls } = registry;
      const result = await scene.undo(await scene.strategy({ recorded }));
      expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
      expect(registry.pulls).toBeGreaterThan(pulls);
      expect((await scene.see('api')).image).toBe(before);
      expect(await scene.answer('/version')).toBe('v1');
    });

    it('a missing image without a registry: failed, nothing is changed', async () => {
      await buildImage(engine, image);
      await engine.outputOf(['push', '--quiet', image]);
      const recorded = await deploy();
      const bad = await scene.see('api');
      await engine.outputOf(['system', 'prune', '--all', '--force']);
      await registry.stop();
      expect(await scene.undo(await scene.strategy({ recorded }))).toMatchObject({
        outcome: 'failed',
        detail: expect.stringMatching(
          /is gone from the engine and cannot be pulled: docker pull: .*connection refused$/,
        ),
      });
      expect(scene.changes).toBe(0);
      expect(await scene.see('api')).toEqual(bad);
    });
  });
});
