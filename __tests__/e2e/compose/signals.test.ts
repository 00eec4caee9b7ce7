import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Workplace } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { ended, signalPoints } from '../signal-points.js';
import { lacking } from './components.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';
import { Scene, versionOf } from './scene.js';

/** Longer than a rollback takes, so that some signals come too late. */
const MOST_MS = 5000;

describeWith('a signal in the middle of a rollback of a Compose project', lacking(), () => {
  const engine = new Engine();
  const scene = new Scene(engine);
  const place = new Workplace();
  const env = () => ({
    ...engine.env,
    ...{ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' },
  });

  beforeAll(async () => {
    await engine.start();
    await buildImage(engine, 'shop/api:v1');
    await buildImage(engine, 'shop/api:v2');
  });
  afterAll(async () => {
    place.remove();
    await scene.clear();
    await engine.stop();
  });

  /** What runs as `api`; `gone`: nothing, or more than one. */
  const seen = async (): Promise<unknown> =>
    scene.see('api').then(
      (api) => versionOf(api),
      () => 'gone',
    );

  it.each(signalPoints(MOST_MS))(
    '$signal after $afterMs ms: what was changed is in the report',
    async (point) => {
      await scene.deploy({ image: 'shop/api:v1' });
      await scene.answer('/version');
      const snapshot = await place.run(['snapshot', '--compose-project', 'shop'], env());
      expect(snapshot.code).toBe(0);
      const old = await seen();
      await scene.deploy({ image: 'shop/api:v2' });
      const fresh = await seen();
      rmSync(place.path('rollgate-report/report.json'), { force: true });

      const running = place.start(['rollback', '--compose-project', 'shop'], env());
      const code = await ended(running, point);
      const now = await seen();
      const report = place.read('rollgate-report/report.json');
      if (code === null || report === undefined) {
        // It ended before it had begun.
        expect(now).toEqual(fresh);
        return;
      }
      const { rollback } = place.report().targets[0] ?? {};
      const outcome = rollback?.attempts.find(({ id }) => id === 'compose')?.outcome;
      expect([0, 3, 6]).toContain(code);
      expect(place.report().exitCode).toBe(code);
      if (outcome === 'verified') expect(now).toEqual(old);
      else if (outcome !== 'triggered') expect(now).toEqual(fresh);
      if (code === 0) expect(rollback?.status).toBe('verified');
    },
  );
});
