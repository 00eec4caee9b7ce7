import { expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import type { Job } from '../kubernetes/job.js';
import { deployment, image } from '../kubernetes/manifests.js';
import type { Pod } from '../kubernetes/objects.js';
import { lackingFlux } from './components.js';
import type { Tree } from './git-server.js';
import { fluxScene } from './scene.js';

/** JSON is YAML. */
const manifest = (tag: string): Tree => ({ 'api.yaml': JSON.stringify(deployment('api', tag)) });
const bad = image('broken-2');

/** The bundle, against a workload that a real Flux keeps as Git says. */
describeWith('the bundle and Flux', lackingFlux(), () => {
  const scene = fluxScene();

  /** A good version and its snapshot, and then a bad one that Git says and Flux has applied. */
  async function deployedBadly(): Promise<Job> {
    const job = await scene.job({ kubectl: 'kubectl' });
    await scene.flux.keep('shop', job.namespace, manifest('v1'));
    await scene.plane.rolledOut('Deployment', 'api', job.namespace);
    expect(await job.call('snapshot')).toMatchObject({ code: 0 });
    await scene.flux.deploy('shop', job.namespace, manifest('broken-2'));
    await scene.plane.rolledOut('Deployment', 'api', job.namespace);
    return job;
  }

  it('a workload that Flux keeps: rolled back, never called verified, and Flux does put it back', async () => {
    const job = await deployedBadly();
    const { code, output } = await job.call('run', job.watching());
    expect(output).toContain(`Flux will put ${bad} back at its next reconcile (within 30m)`);
    expect(code).toBe(3);
    expect(job.place.report()).toMatchObject({
      verdict: 'unhealthy',
      targets: [
        {
          rollback: {
            status: 'unverified',
            attempts: [
              { id: 'kubernetes', outcome: 'triggered' },
              { id: 'scale-down', outcome: 'skipped' },
            ],
          },
        },
      ],
    });
    expect(await scene.liveImage(job)).toBe(image('v1'));

    await scene.flux.reconcile('shop', job.namespace);
    expect(await scene.liveImage(job)).toBe(bad);
  });

  it('a suspended Kustomization: verified, and it stays', async () => {
    const job = await deployedBadly();
    await scene.flux.suspend('shop', job.namespace, true);
    const { code } = await job.call('run', job.watching());
    expect(job.place.report()).toMatchObject({ targets: [{ rollback: { status: 'verified' } }] });
    expect(code).toBe(1);
    await scene.flux.request('Kustomization', 'shop', job.namespace);
    expect(await scene.liveImage(job)).toBe(image('v1'));
  });

  it('gitops-pause: it holds while Flux reconciles three times, and Flux resumes as told', async () => {
    const job = await deployedBadly();
    await scene.flux.keep('witness', job.namespace, {
      'other.yaml': JSON.stringify(deployment('other', 'v1')),
    });
    const { code, output } = await job.call('run', [...job.watching(), '--gitops-pause', 'true']);
    expect(output).toContain(`flux resume kustomization shop -n ${job.namespace}`);
    expect(job.place.report()).toMatchObject({ targets: [{ rollback: { status: 'verified' } }] });
    expect(code).toBe(1);

    for (let round = 0; round < 3; round++) {
      await scene.flux.request('Kustomization', 'shop', job.namespace);
      await scene.flux.reconcile('witness', job.namespace);
      expect(await scene.liveImage(job)).toBe(image('v1'));
    }
    expect((await scene.plane.pods('api', job.namespace)).map(imageOf)).toEqual([
      image('v1'),
      image('v1'),
    ]);

    await scene.flux.suspend('shop', job.namespace, false);
    await scene.plane.until(
      'Flux to put it back',
      async () => (await scene.liveImage(job)) === bad,
    );
  });
});

function imageOf({ spec }: Pod): string | undefined {
  return spec.containers[0]?.image;
}
