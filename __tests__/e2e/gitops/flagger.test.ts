import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { ControlPlane } from '../kubernetes/control-plane.js';
import { Job } from '../kubernetes/job.js';
import { deployment, image } from '../kubernetes/manifests.js';
import { CRDS, flaggerFolder, lackingFlagger } from './components.js';

/** The bundle, and Canaries of Flagger, whose controller is played by the test. */
describeWith('the bundle and the Canaries of Flagger', lackingFlagger(), () => {
  let plane: ControlPlane;
  let job: Job | undefined;
  beforeAll(async () => {
    plane = await ControlPlane.start();
    const kinds = join(flaggerFolder(), CRDS);
    await plane.mustKubectl(['apply', '--server-side', '-f', kinds]);
    await plane.mustKubectl(['wait', '--for=condition=Established', '-f', kinds]);
  });
  afterEach(() => job?.close());
  afterAll(() => plane.stop());

  /** A new version of the target, with which Flagger has come to this phase; what serves is its primary. */
  async function analysed(phase: string): Promise<Job> {
    job = await Job.start(plane, { kubectl: 'kubectl' });
    const { namespace } = job;
    const primary = deployment('api', 'v1');
    await plane.apply(namespace, {
      ...primary,
      metadata: { name: 'api-primary' },
      spec: {
        ...primary.spec,
        selector: { matchLabels: { role: 'primary' } },
        template: {
          ...primary.spec.template,
          metadata: { labels: { app: 'api', role: 'primary' } },
        },
      },
    });
    await plane.rolledOut('Deployment', 'api-primary', namespace);
    await job.deploy('v1');
    expect(await job.call('snapshot')).toMatchObject({ code: 0 });
    await job.deploy('broken-2');
    await plane.apply(namespace, {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'Canary',
      metadata: { name: 'shop' },
      spec: {
        targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
        service: { port: 80 },
        analysis: { interval: '1m', threshold: 1, iterations: 1 },
      },
    });
    const status = {
      ...{ phase, canaryWeight: 0, failedChecks: 1, iterations: 0 },
      lastTransitionTime: new Date().toISOString(),
    };
    await plane.mustKubectl([
      ...['patch', 'canary', 'shop', '-n', namespace, '--subresource=status', '--type=merge'],
      ...['-p', JSON.stringify({ status })],
    ]);
    return job;
  }

  it('Flagger analyses: nothing is touched, and preflight says who rolls back', async () => {
    const running = await analysed('Progressing');
    const before = await running.live();
    const { output } = await running.call('run', running.watching());
    expect(output).toContain('deployment/api is the target of the Flagger Canary shop');
    expect(running.place.report()).toMatchObject({
      targets: [
        {
          rollback: {
            status: 'failed',
            attempts: expect.arrayContaining([
              expect.objectContaining({ id: 'kubernetes', outcome: 'skipped' }),
            ]),
          },
        },
      ],
    });
    expect(await running.live()).toEqual(before);
  });

  it('Flagger has gone back by itself: nothing is touched, and what serves is confirmed', async () => {
    const running = await analysed('Failed');
    const watch = running.start('run', running.watching());
    // As long as it is watched its pods answer, and then Flagger takes them down.
    await watch.printed('unhealthy');
    await plane.scale('Deployment', 'api', running.namespace, 0);
    const { code } = await watch.ended;
    expect(running.place.report()).toMatchObject({
      targets: [
        {
          rollback: {
            status: 'verified',
            attempts: [
              {
                id: 'kubernetes',
                outcome: 'verified',
                detail: expect.stringMatching(/^Flagger rolled revision 2 .* back by itself/),
              },
            ],
          },
        },
      ],
    });
    expect(code).toBe(1);
    const { spec } = await plane.get('Deployment', 'api', running.namespace);
    expect(spec.template.spec.containers[0]?.image).toBe(image('broken-2'));
  });
});
