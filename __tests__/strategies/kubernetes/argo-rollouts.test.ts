import { beforeEach, describe, expect, it } from '@jest/globals';
import { DeadlineReached } from '../../../src/support/abort.js';
import { never, Scene } from '../../support/kubernetes-strategy.js';
import { failing } from '../../support/stand-in-cluster.js';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

const workloads = ['rollout/api'];
const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }];
const canary = { replicas: 5, strategy: { canary: { steps } } };

/** v1, and then a bad version which waits at its first pause. */
async function updating(strategy: object = canary.strategy) {
  await scene.cluster.create('rollout', 'api', 'shop:v1', { ...canary, strategy });
  const recorded = await scene.snapshot({ workloads });
  await scene.cluster.deploy('api', 'shop:v2');
  return { workloads, recorded };
}

async function promote(): Promise<void> {
  scene.cluster.workload('api').status.promoteFull = true;
  await scene.cluster.settle();
}

function statusPatches(): readonly string[] {
  return scene.cluster.calls
    .filter(({ args }) => args.includes('--subresource=status'))
    .map(({ args }) => args[args.indexOf('-p') + 1]!);
}

function imagesOfPods(): readonly string[] {
  const images = scene.cluster
    .of('Pod')
    .map(({ spec }) => (spec.containers as { image: string }[])[0]!.image);
  return [...new Set(images)];
}

describe('a deploy of a Rollout and a Deployment', () => {
  const both = ['rollout/api', 'deployment/web'];

  it('the Rollout was aborted: the deploy has gone back, and the Deployment follows it', async () => {
    await scene.cluster.create('rollout', 'api', 'shop:v1', canary);
    await scene.cluster.create('deployment', 'web', 'web:v1');
    const recorded = await scene.snapshot({ workloads: both });
    await scene.cluster.deploy('api', 'shop:v2');
    await scene.cluster.deploy('web', 'web:v2');
    const strategy = scene.strategy({ workloads: both, recorded });
    await scene.wait(strategy.capture!(never));
    expect(await scene.wait(strategy.goneBack!(never))).toBeUndefined();
    scene.cluster.workload('api').status.abort = true;
    await scene.cluster.settle();
    expect(await scene.wait(strategy.goneBack!(never))).toBe(
      'the update of rollout/shop/api to revision 2 (shop:v2) had been aborted before',
    );
    expect(await scene.undo(strategy)).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.image('web')).toBe('web:v1');
  });

  it('the Rollout was aborted before the deploy of the Deployment alone: nothing of it has gone back', async () => {
    await scene.cluster.create('rollout', 'api', 'shop:v1', canary);
    await scene.cluster.create('deployment', 'web', 'web:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.workload('api').status.abort = true;
    await scene.cluster.settle();
    const recorded = await scene.snapshot({ workloads: both });
    await scene.cluster.deploy('web', 'web:v2');
    const strategy = scene.strategy({ workloads: both, recorded });
    await scene.wait(strategy.capture!(never));
    expect(await scene.wait(strategy.goneBack!(never))).toBeUndefined();
    const plan = await scene.mustPlan(strategy);
    expect(plan.touches).toEqual(['deployment/web']);
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
  });
});

describe('the rollback of a Rollout whose update is not finished', () => {
  it('aborts it, and puts the template of the stable version back: verified', async () => {
    const strategy = scene.strategy(await updating());
    const plan = await scene.mustPlan(strategy);
    expect(plan).toMatchObject({
      steps: [
        'abort the update of rollout/shop/api to revision 2 (shop:v2), and go back to revision 1 (shop:v1)',
      ],
      from: { revision: 2, images: ['shop:v2'] },
      to: { revision: 1, images: ['shop:v1'] },
      touches: ['rollout/api'],
    });
    expect(await scene.execute(strategy, plan)).toEqual({
      outcome: 'verified',
      versionConfirmed: true,
      detail:
        'The update of rollout/shop/api to revision 2 (shop:v2) was aborted, and its template is that of revision 1 (shop:v1) again, now revision 3: 5 of 5 replicas are available.',
    });
    expect(statusPatches()).toHaveLength(1);
    expect(statusPatches()[0]).toContain('"/status/abort"');
    expect(scene.cluster.workload('api').status).toMatchObject({ phase: 'Healthy' });
    expect(imagesOfPods()).toEqual(['shop:v1']);
  });

  it('waits until the controller has aborted before it changes the template', async () => {
    const strategy = scene.strategy(await updating());
    let aborted: unknown;
    scene.cluster.hooks.push(({ args }) => {
      if (args[0] === 'patch' && !args.includes('--subresource=status'))
        aborted = scene.cluster.workload('api').status.abortedAt;
      return undefined;
    });
    await scene.undo(strategy);
    expect(aborted).toEqual(expect.any(String));
  });

  it('a second bad update over a paused one: no pod of either is left', async () => {
    const given = await updating();
    await scene.cluster.deploy('api', 'shop:v3');
    expect(imagesOfPods().toSorted()).toEqual(['shop:v1', 'shop:v2', 'shop:v3']);
    expect(await scene.undo(scene.strategy(given))).toMatchObject({ outcome: 'verified' });
    expect(imagesOfPods()).toEqual(['shop:v1']);
  });

  it.each([
    ['blue-green', { blueGreen: {} }],
    ['a canary with weights', { canary: { steps, trafficRouting: { nginx: {} } } }],
  ])('%s: verified while pods of the other version are kept without requests', async (_, how) => {
    const strategy = scene.strategy(await updating(how));
    expect(await scene.undo(strategy)).toMatchObject({
      outcome: 'verified',
      detail: expect.stringContaining('was aborted'),
    });
  });

  it('without the right to change the status: the template alone brings the stable version back', async () => {
    const strategy = scene.strategy(await updating());
    scene.cluster.denied.add('patch rollouts/status');
    expect(await scene.undo(strategy)).toMatchObject({ outcome: 'verified' });
    expect(scene.lines.join('\n')).toContain('rollout/api: not aborted: ');
    expect(imagesOfPods()).toEqual(['shop:v1']);
  });

  it('it is promoted between plan and abort: not aborted, and its template is rolled back', async () => {
    const strategy = scene.strategy(await updating());
    const plan = await scene.mustPlan(strategy);
    await promote();
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
    expect(scene.lines.join('\n')).toContain('it has been promoted in the meantime');
    expect(imagesOfPods()).toEqual(['shop:v1']);
  });

  it('somebody deploys between plan and abort: withheld, and nothing is aborted', async () => {
    const strategy = scene.strategy(await updating());
    await scene.wait(strategy.capture!(never));
    const plan = await scene.mustPlan(strategy);
    await scene.cluster.deploy('api', 'shop:v3');
    expect(await scene.execute(strategy, plan)).toEqual({
      kind: 'withheld',
      reason: expect.stringMatching(/^rollout\/api: revision 3 replaced ours \(2\) at /),
    });
    expect(scene.cluster.workload('api').status.abort).toBeUndefined();
  });

  it('the answer to the abort is lost: it is looked at what became of it', async () => {
    const strategy = scene.strategy(await updating());
    let lost = 0;
    scene.cluster.hooks.push((call) => {
      if (!call.args.includes('--subresource=status') || lost++ > 0) return undefined;
      scene.cluster.answer(call);
      return { code: 1, stderr: 'Unable to connect to the server: EOF' };
    });
    expect(await scene.undo(strategy)).toMatchObject({ outcome: 'verified' });
    expect(statusPatches()).toHaveLength(1);
  });

  it('Argo CD keeps it: only aborted, the template is left, and nothing would be put back', async () => {
    const given = await updating();
    own();
    const strategy = scene.strategy(given);
    const result = await scene.undo(strategy);
    expect(result).toMatchObject({
      outcome: 'verified',
      detail:
        'The update of rollout/shop/api to revision 2 (shop:v2) was aborted, and revision 1 (shop:v1) stays: 5 of 5 replicas are available. ' +
        'The spec of rollout/api still names shop:v2, which the Argo CD application shop keeps: a retry, or a change of its steps, would deploy it again, so deploy a good version.',
    });
    expect(scene.cluster.image('api')).toBe('shop:v2');
    // Flux takes away what kubectl has set by its own name.
    const marks = scene.cluster.calls.filter(({ args }) => args.join().includes('rejected'));
    expect(marks.map(({ args }) => args.includes('--field-manager=rollgate'))).toEqual([true]);
    expect(await scene.wait(strategy.undoneBy!(never))).toBeUndefined();
    expect(await scene.assertUnchanged(strategy)).toBeUndefined();
  });

  it('a run that comes again after such an abort: already rolled back', async () => {
    const given = await updating();
    own();
    await scene.undo(scene.strategy(given));
    expect(await scene.wait(scene.strategy(given).capture!(never))).toMatchObject({
      alreadyRolledBack: expect.stringMatching(
        /^this run has rolled back revision 2 \(shop:v2\) of rollout\/api at .*, and revision 1 \(shop:v1\) runs since\.$/,
      ),
    });
  });

  it('Argo CD keeps it, and it may not be marked: verified, and told once', async () => {
    const given = await updating();
    own();
    scene.cluster.denied.add('patch rollouts');
    expect(await scene.undo(scene.strategy(given))).toMatchObject({ outcome: 'verified' });
    expect(scene.lines.filter((line) => line.includes('not marked'))).toHaveLength(1);
  });

  it('its template is refused after the abort: a run that comes again finds it rolled back', async () => {
    const given = await updating();
    scene.cluster.hooks.push(({ args }) =>
      args[0] === 'patch' && /"op":"(add|replace)","path":"\/spec\/template/.test(args.join())
        ? failing('Error from server: admission webhook "policy" denied the request: no')
        : undefined,
    );
    expect(await scene.undo(scene.strategy(given))).toMatchObject({
      outcome: 'verified',
      detail: expect.stringContaining('was aborted, and revision 1 (shop:v1) stays'),
    });
    expect(await scene.wait(scene.strategy(given).capture!(never))).toHaveProperty(
      'alreadyRolledBack',
    );
  });

  it('Argo CD keeps it, and pods of a version between the two stay: triggered, with the reason', async () => {
    const given = await updating();
    await scene.cluster.deploy('api', 'shop:v3');
    own();
    const strategy = scene.strategy(given);
    expect(await timeOver(strategy)).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringContaining('1 pod of other versions is still there'),
    });
  });
});

function own(): void {
  const { metadata } = scene.cluster.workload('api');
  metadata.annotations['argocd.argoproj.io/tracking-id'] = 'shop:argoproj.io/Rollout:shop/api';
  scene.cluster.keeper('Application', 'shop', {
    syncPolicy: { automated: { selfHeal: true } },
  });
}

async function timeOver(strategy: ReturnType<Scene['strategy']>) {
  const plan = await scene.mustPlan(strategy);
  const stop = new AbortController();
  void scene.clock.sleep(60_000).then(() => {
    stop.abort(new DeadlineReached('kubernetes', 60_000));
  });
  return scene.execute(strategy, plan, { signal: stop.signal });
}

describe('the rollback of a Rollout after its full promotion', () => {
  it('puts the template back and skips the steps, which would wait for a person: verified', async () => {
    const given = await updating();
    await promote();
    const strategy = scene.strategy(given);
    expect(await scene.undo(strategy)).toMatchObject({
      outcome: 'verified',
      detail:
        'rollout/shop/api was rolled back from revision 2 (shop:v2) to the template of revision 1 (shop:v1), now revision 3: 5 of 5 replicas are available.',
    });
    expect(statusPatches().every((text) => text.includes('"/status/promoteFull"'))).toBe(true);
    expect(scene.cluster.workload('api').status).toMatchObject({ phase: 'Healthy' });
    expect(imagesOfPods()).toEqual(['shop:v1']);
  });

  it('without the right to skip the steps: triggered, with the command', async () => {
    const given = await updating();
    await promote();
    scene.cluster.denied.add('patch rollouts/status');
    expect(await scene.undo(scene.strategy(given))).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringContaining('kubectl argo rollouts promote api -n shop --full'),
    });
  });

  it('the version that was rolled back is not gone back to by the next run', async () => {
    const given = await updating();
    await promote();
    await scene.undo(scene.strategy(given));
    await scene.cluster.deploy('api', 'shop:v3');
    await promote();
    const plan = await scene.mustPlan(scene.strategy({ workloads }));
    expect(plan.to).toMatchObject({ images: ['shop:v1'] });
  });
});

describe('a Rollout whose update was aborted already', () => {
  async function abortedBy(because?: string) {
    const given = await updating();
    if (because !== undefined) scene.cluster.abortReasons.set('api', because);
    scene.cluster.workload('api').status.abort = true;
    await scene.cluster.settle();
    return given;
  }

  it('by Argo Rollouts: nothing is changed, and what is there is proven', async () => {
    const strategy = scene.strategy(await abortedBy('metric "errors" assessed Failed'));
    await scene.wait(strategy.capture!(never));
    expect(await scene.assertUnchanged(strategy)).toBeUndefined();
    const patches = scene.cluster.count('patch');
    expect(await scene.undo(strategy)).toEqual({
      outcome: 'verified',
      versionConfirmed: true,
      detail:
        'The update of rollout/shop/api to revision 2 (shop:v2) was aborted: Argo Rollouts aborted by itself (metric "errors" assessed Failed). ' +
        'Nothing was changed, and revision 1 (shop:v1) stays: 5 of 5 replicas are available. ' +
        'The spec of rollout/api still names shop:v2: a retry, or a change of its steps, would deploy it again, so deploy a good version.',
    });
    expect(scene.cluster.count('patch')).toBe(patches);
    expect(scene.changes).toBe(0);
  });

  it('it is told as gone back, by whom, and an update on its way is not', async () => {
    const strategy = scene.strategy(await abortedBy('late'));
    await scene.wait(strategy.capture!(never));
    expect(await scene.wait(strategy.goneBack!(never))).toBe(
      'the update of rollout/shop/api to revision 2 (shop:v2) was aborted: Argo Rollouts aborted by itself (late)',
    );
    scene.cluster.workload('api').status.abort = false;
    await scene.cluster.settle();
    expect(await scene.wait(strategy.goneBack!(never))).toBeUndefined();
  });

  it('when the watch begins, and after a healthy verdict: it is said what answers', async () => {
    const strategy = scene.strategy(await abortedBy('late'));
    const message =
      'rollout/api: the update to revision 2 (shop:v2) was aborted: revision 1 (shop:v1) is what answers';
    expect(await scene.wait(strategy.capture!(never))).toMatchObject({
      findings: [{ level: 'warning', message, fix: expect.stringContaining('kubernetes-health') }],
    });
    expect(await scene.wait(strategy.pin!(never))).toBe(message);
  });

  it('by somebody else: said so', async () => {
    expect(await scene.undo(scene.strategy(await abortedBy()))).toMatchObject({
      outcome: 'verified',
      detail: expect.stringContaining('had been aborted before. Nothing was changed'),
    });
  });

  it('with pods of a version between the two: its template is rolled back, so that they go', async () => {
    const given = await updating();
    await scene.cluster.deploy('api', 'shop:v3');
    scene.cluster.workload('api').status.abort = true;
    await scene.cluster.settle();
    expect(await scene.undo(scene.strategy(given))).toMatchObject({ outcome: 'verified' });
    expect(imagesOfPods()).toEqual(['shop:v1']);
  });
});

describe('the snapshot of a Rollout', () => {
  it('holds the stable version, though another one is on its way', async () => {
    await updating();
    expect(await scene.snapshot({ workloads })).toMatchObject({
      workloads: [{ kind: 'rollout', name: 'api', revision: 1, images: ['shop:v1'] }],
    });
  });

  it('what was on its way then was not deployed by this run: withheld', async () => {
    await updating();
    const recorded = await scene.snapshot({ workloads });
    const strategy = scene.strategy({ workloads, recorded });
    await scene.wait(strategy.capture!(never));
    expect(await scene.assertUnchanged(strategy)).toMatchObject({
      reason: expect.stringContaining('nothing was deployed since the snapshot'),
    });
  });

  it('nothing deployed since: withheld', async () => {
    await scene.cluster.create('rollout', 'api', 'shop:v1', canary);
    const recorded = await scene.snapshot({ workloads });
    expect(await scene.plan(scene.strategy({ workloads, recorded }))).toMatchObject({
      kind: 'withheld',
    });
  });

  it('none: in an unfinished update the stable version is what is gone back to', async () => {
    await updating();
    await scene.cluster.deploy('api', 'shop:v3');
    const plan = await scene.mustPlan(scene.strategy({ workloads }));
    expect(plan).toMatchObject({ to: { images: ['shop:v1'] }, from: { images: ['shop:v3'] } });
  });
});

describe('a Rollout that cannot be rolled back', () => {
  it('takes its template from a Deployment: skipped, with the way out, also in preflight and snapshot', async () => {
    const object = await scene.cluster.create('rollout', 'api', 'shop:v1', canary);
    object.spec.workloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    const says =
      /^rollout\/api takes its template from deployment\/web \(spec\.workloadRef\), .*kubectl argo rollouts abort api -n shop/;
    expect(await scene.plan(scene.strategy({ workloads }))).toMatchObject({
      kind: 'skip',
      reason: expect.stringMatching(says),
    });
    await expect(scene.snapshot({ workloads })).rejects.toThrow(says);
    expect(await scene.wait(scene.strategy({ workloads }).preflight(never))).toMatchObject([
      { level: 'error', message: expect.stringContaining('spec.workloadRef') },
    ]);
  });

  it('paused: skipped, with a command that works for a Rollout', async () => {
    const given = await updating();
    scene.cluster.workload('api').spec.paused = true;
    expect(await scene.plan(scene.strategy(given))).toMatchObject({
      reason: expect.stringContaining(
        'kubectl patch rollouts.argoproj.io/api -n shop --type=merge',
      ),
    });
  });
});

describe('the preflight of a Rollout', () => {
  it('all is there: nothing to say', async () => {
    await updating();
    expect(await scene.wait(scene.strategy({ workloads }).preflight(never))).toEqual([]);
  });

  it.each(['get rollouts', 'patch rollouts', 'patch rollouts/status', 'list replicasets'])(
    'no right to %s: an error',
    async (right) => {
      await updating();
      scene.cluster.denied.add(right);
      const [verb = '', resource = ''] = right.split(' ');
      const [kind = '', sub] = resource.split('/');
      const group = kind === 'rollouts' ? 'argoproj.io' : 'apps';
      const what = `${verb} ${kind}.${group}${sub === undefined ? '' : `/${sub}`}`;
      expect(await scene.wait(scene.strategy({ workloads }).preflight(never))).toMatchObject([
        { level: 'error', message: expect.stringContaining(`no right to ${what}`) },
      ]);
    },
  );

  it('Argo CD keeps it: a warning that says what lasts and what does not', async () => {
    await updating();
    own();
    expect(await scene.wait(scene.strategy({ workloads }).preflight(never))).toMatchObject([
      {
        level: 'warning',
        message: expect.stringMatching(
          /the abort of an update lasts; after a rollback of what was promoted, Argo CD will put/,
        ),
      },
    ]);
  });

  it('the cluster has no Rollouts: an error', async () => {
    scene.cluster.missingKinds.add('rollouts');
    expect(await scene.wait(scene.strategy({ workloads }).preflight(never))).toMatchObject([
      { level: 'error', message: expect.stringMatching(/^the cluster has no Rollouts/) },
    ]);
  });
});
