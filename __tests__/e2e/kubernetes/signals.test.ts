import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { ended, signalPoints } from '../signal-points.js';
import { lacking } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { Job } from './job.js';
import { image } from './manifests.js';

/** Longer than a rollback takes, so that some signals come too late. */
const MOST_MS = 3000;

describeWith('a signal in the middle of a rollback of a cluster', lacking(), () => {
  let plane: ControlPlane;
  let job: Job;

  beforeAll(async () => {
    plane = await ControlPlane.start();
    job = await Job.start(plane, { kubectl: 'kubectl' });
    await job.deploy('v1');
    expect(await job.call('snapshot')).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    // They have not been made when the start failed.
    await (job as Job | undefined)?.close();
    await (plane as ControlPlane | undefined)?.stop();
  });

  const imageOf = async (): Promise<unknown> => {
    const { spec } = await plane.get('Deployment', 'api', job.namespace);
    return (spec as { template: { spec: { containers: readonly { image: string }[] } } }).template
      .spec.containers[0]?.image;
  };

  it.each(signalPoints(MOST_MS))(
    '$signal after $afterMs ms: what was changed is in the report',
    async (point) => {
      rmSync(job.place.path('rollgate-report/report.json'), { force: true });
      await job.deploy('v2');
      const running = job.start('rollback');
      const code = await ended(running, point);
      const isBack = (await imageOf()) === image('v1');
      const report = job.place.read('rollgate-report/report.json');
      if (code === null || report === undefined) {
        // It ended before it had begun.
        expect(isBack).toBe(false);
        return;
      }
      const { rollback } = job.place.report().targets[0] ?? {};
      const outcome = rollback?.attempts.find(({ id }) => id === 'kubernetes')?.outcome;
      if (isBack) expect(['triggered', 'verified']).toContain(outcome);
      else expect(outcome).not.toBe('verified');
      expect([0, 3, 6]).toContain(code);
      if (code === 0) expect(rollback?.status).toBe('verified');
      if (code === 6) expect(isBack).toBe(false);
      expect(job.place.report().exitCode).toBe(code);
    },
  );
});
