import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { never } from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import type { Rule } from '../kubernetes/account.js';
import { ControlPlane } from '../kubernetes/control-plane.js';
import { Job } from '../kubernetes/job.js';
import { image } from '../kubernetes/manifests.js';
import { Undoing, undo } from '../kubernetes/undoing.js';
import { lackingFlux, lackingRollouts } from './components.js';
import { Flux } from './flux.js';
import { ArgoRollouts, blueGreen, canary, ingress, rollout, routed, service } from './rollouts.js';

const workloads = 'rollout/api';
const { rules: least } = parse(readFileSync('docs/strategies/kubernetes-role.yaml', 'utf8')) as {
  rules: readonly Rule[];
};

/** The bundle, against a real Argo Rollouts. */
describeWith('the bundle and Argo Rollouts', lackingRollouts() ?? lackingFlux(), () => {
  let plane: ControlPlane;
  let flux: Flux | undefined;
  let rollouts: ArgoRollouts;
  const jobs: Job[] = [];
  beforeAll(async () => {
    plane = await ControlPlane.start();
    rollouts = await ArgoRollouts.start(plane);
  });
  afterEach(async () => {
    for (const job of jobs.splice(0)) await job.close();
  });
  afterAll(async () => {
    await flux?.stop();
    await plane.stop();
  });

  /** A good version, and its snapshot. */
  async function deployed(strategy: object = canary, ...others: readonly object[]): Promise<Job> {
    const job = await Job.start(plane, { kubectl: 'kubectl' });
    jobs.push(job);
    if (others.length > 0) await plane.apply(job.namespace, ...others);
    await rollouts.deploy(job.namespace, rollout('v1', strategy), 'Healthy');
    expect(await job.call('snapshot', [], { workloads })).toMatchObject({ code: 0 });
    return job;
  }

  /** The stable version serves alone again, and the report says that this is verified. */
  async function expectVerified(job: Job, detail: RegExp): Promise<void> {
    const flags = [...job.watching(), '--kubernetes-health', 'true'];
    const { code, output } = await job.call('run', flags, { workloads });
    const [target] = job.place.report().targets;
    expect({ output, rollback: target!.rollback }).toMatchObject({
      rollback: {
        status: 'verified',
        attempts: [
          { id: 'kubernetes', outcome: 'verified', detail: expect.stringMatching(detail) },
        ],
      },
    });
    expect(code).toBe(1);
    expect(await rollouts.images(job.namespace)).toEqual([image('v1')]);
  }

  it('a canary that waits at a step: aborted, its template put back, verified', async () => {
    const job = await deployed();
    await rollouts.deploy(job.namespace, rollout('broken-2'), 'Paused');
    expect(await rollouts.images(job.namespace)).toHaveLength(2);
    await expectVerified(job, /^The update of rollout\/\S+\/api to revision 2 .* was aborted/);
    expect((await rollouts.reached(job.namespace, 'Healthy')).spec.template.spec).toMatchObject({
      containers: [{ image: image('v1') }],
    });
    const { stdout } = await plane.kubectl(['get', 'events', '-n', job.namespace]);
    expect(stdout).toContain('RolloutAborted');

    // The next deploy begins at its first step, as ever.
    await rollouts.deploy(job.namespace, rollout('v3'), 'Paused');
    expect((await rollouts.images(job.namespace)).toSorted()).toEqual([image('v1'), image('v3')]);
  });

  it('a bad version that was promoted: its template is rolled back, its steps are skipped, verified', async () => {
    const job = await deployed();
    await rollouts.deploy(job.namespace, rollout('broken-2'), 'Paused');
    await rollouts.promote(job.namespace);
    await expectVerified(job, /was rolled back from revision 2 .* now revision 3: 5 of 5/);
    const { status } = await rollouts.reached(job.namespace, 'Healthy');
    expect(status?.stableRS).toBe(status?.currentPodHash);
  });

  it('a second bad version over a paused one: no pod of either is left, verified', async () => {
    const job = await deployed();
    const { status } = await rollouts.get(job.namespace);
    await rollouts.deploy(job.namespace, rollout('broken-2'), 'Paused');
    await rollouts.deploy(job.namespace, rollout('broken-3'), 'Paused');
    await expectVerified(job, /^The update of rollout\/\S+\/api to revision 3 .* was aborted/);
    expect((await rollouts.reached(job.namespace, 'Healthy')).status?.stableRS).toBe(
      status?.stableRS,
    );
  });

  it('an update that its own analysis aborted: nothing is changed, what is there is confirmed', async () => {
    const analysed = {
      canary: {
        steps: [{ setWeight: 20 }, { analysis: { templates: [{ templateName: 'errors' }] } }],
      },
    };
    const job = await deployed(analysed, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name: 'errors' },
      spec: {
        metrics: [
          {
            name: 'errors',
            consecutiveErrorLimit: 0,
            // Nobody listens there: an analysis that cannot measure fails.
            provider: { web: { url: 'http://127.0.0.1:1/', jsonPath: '{$.errors}' } },
          },
        ],
      },
    });
    const before = await rollouts.deploy(job.namespace, rollout('broken-2', analysed), 'Degraded');
    expect(before.status?.abort).toBe(true);
    await expectVerified(job, /Argo Rollouts aborted by itself .*Nothing was changed/);
    const after = await rollouts.get(job.namespace);
    expect(after.metadata.generation).toBe(before.metadata.generation);
    expect(after.metadata.annotations).toEqual(before.metadata.annotations);
  });

  it('a canary with weights: aborted, and verified by where the traffic goes', async () => {
    const services = [service('api-stable'), service('api-canary'), ingress('api-stable')];
    const job = await deployed(routed, ...services);
    await rollouts.deploy(job.namespace, rollout('broken-2', routed), 'Paused');
    const { status } = await rollouts.get(job.namespace);
    expect(status?.canary?.weights?.canary.weight).toBe(20);
    await expectVerified(job, /was aborted/);
    const { status: after } = await rollouts.reached(job.namespace, 'Healthy');
    expect(after?.canary?.weights?.canary.weight).toBe(0);
  });

  it('a Rollout that Flux keeps: the abort alone, which lasts while Flux reconciles', async () => {
    flux ??= await Flux.start(plane);
    const job = await Job.start(plane, { kubectl: 'kubectl' });
    jobs.push(job);
    const tree = (tag: string) => ({ 'api.yaml': JSON.stringify(rollout(tag)) });
    await flux.keep('shop', job.namespace, tree('v1'));
    await rollouts.reached(job.namespace, 'Healthy');
    expect(await job.call('snapshot', [], { workloads })).toMatchObject({ code: 0 });
    await flux.deploy('shop', job.namespace, tree('broken-2'));
    await rollouts.reached(job.namespace, 'Paused');

    await expectVerified(job, /The spec of rollout\/api still names .*, which the Flux Kustom/);
    for (let round = 0; round < 3; round++) await flux.reconcile('shop', job.namespace);
    expect(await rollouts.images(job.namespace)).toEqual([image('v1')]);
    expect((await rollouts.get(job.namespace)).status?.abort).toBe(true);

    const again = await job.call('run', job.watching(), { workloads, attempt: 2 });
    expect(again.output).toContain('Already rolled back');
    expect(again.code).toBe(4);
  });

  it('the Role of the documentation is enough, and preflight says so', async () => {
    const namespace = await plane.namespace();
    const flags = { 'kubernetes-workload': workloads };
    const undoing = new Undoing(plane);
    try {
      await rollouts.deploy(namespace, rollout('v1'), 'Healthy');
      const recorded = await undoing.snapshot(namespace, workloads);
      await rollouts.deploy(namespace, rollout('v2'), 'Paused');
      const kubeconfig = await plane.kubeconfigFor(namespace, least);
      const strategy = undoing.strategy(namespace, flags, { recorded, kubeconfig });
      expect(await strategy.preflight(never)).toEqual([]);
      expect(await undo(strategy)).toMatchObject({
        outcome: 'verified',
        detail: expect.stringContaining('was aborted'),
      });
    } finally {
      undoing.remove();
    }
  });

  it.each([
    ['in its preview', false, /was aborted/],
    ['after its promotion', true, /was rolled back from revision 2/],
  ])('blue-green, a bad version %s: verified', async (_, isPromoted, detail) => {
    const job = await deployed(blueGreen, service('api-active'), service('api-preview'));
    await rollouts.deploy(job.namespace, rollout('broken-2', blueGreen), 'Paused');
    if (isPromoted) await rollouts.promote(job.namespace);
    await expectVerified(job, detail);
  });
});
