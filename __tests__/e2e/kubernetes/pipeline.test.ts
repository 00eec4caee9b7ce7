import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Ended } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { Job } from './job.js';
import { image } from './manifests.js';

const script = resolve('templates/shell/rollback-kubernetes.sh');

/** The script that the rollback pipelines for Kubernetes hold, against a cluster. */
describeWith('the rollback pipelines and a cluster', lacking(oldKubectl), () => {
  let plane: ControlPlane;
  let job: Job;

  beforeAll(async () => {
    plane = await ControlPlane.start();
  });
  afterEach(async () => {
    await job.close();
  });
  afterAll(async () => {
    // It has not been made when its start failed.
    await (plane as ControlPlane | undefined)?.stop();
  });

  function rollback(sent: Readonly<Record<string, string>>): Promise<Ended> {
    const env = job.tools.env(plane.kubeconfig);
    return job.place.launch('sh', [script], {
      ...{ ...env, PATH: `${env.PATH ?? ''}:/usr/bin:/bin` },
      ...{ ROLLBACK: 'true', NAMESPACE: job.namespace, WORKLOADS: 'deployment/api', ...sent },
    }).ended;
  }
  const runs = async (): Promise<unknown> => {
    const { spec } = await plane.get('Deployment', 'api', job.namespace);
    return spec.template.spec.containers[0]?.image;
  };

  it.each(['kubectl', oldKubectl] as const)(
    'rolls back to the revision, by %s',
    async (kubectl) => {
      job = await Job.start(plane, { kubectl });
      for (const tag of ['v1', 'v2', 'v3']) await job.deploy(tag);
      const sent = { ROLLBACK_REVISION: '1', ROLLBACK_IMAGE: image('v1') };
      const { code, output } = await rollback(sent);
      expect({ code, output }).toEqual({ code: 0, output });
      expect(await runs()).toBe(image('v1'));
      // The revision has another number now: whoever comes again with the old one changes nothing.
      expect(await rollback(sent)).toMatchObject({ code: 2 });
      expect(await runs()).toBe(image('v1'));
    },
  );

  it('no revision: rolls back to the previous one', async () => {
    job = await Job.start(plane, { kubectl: 'kubectl' });
    for (const tag of ['v1', 'v2', 'v3']) await job.deploy(tag);
    expect(await rollback({})).toMatchObject({ code: 0 });
    expect(await runs()).toBe(image('v2'));
  });

  it('a revision that does not exist: exit 2, nothing is changed', async () => {
    job = await Job.start(plane, { kubectl: 'kubectl' });
    await job.deploy('v1');
    const before = await job.live();
    const { code, output } = await rollback({ ROLLBACK_REVISION: '7' });
    expect(code).toBe(2);
    expect(output).toContain('deployment/api has no revision 7. Nothing was touched.');
    expect(await job.live()).toEqual(before);
  });
});
