import { beforeEach, describe, expect, it } from '@jest/globals';
import { DeadlineReached } from '../../../src/support/abort.js';
import { Scene } from '../../support/kubernetes-strategy.js';
import type { Kind } from '../../support/stand-in-cluster.js';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

/** v1, then v2 with a problem, or as given. */
async function deployed(kind: Kind, next = 'shop:bad', spec = {}) {
  await scene.cluster.create(kind, 'api', 'shop:v1', spec);
  const recorded = await scene.snapshot({ workloads: [`${kind}/api`] });
  await scene.cluster.deploy('api', next);
  return { workloads: [`${kind}/api`], recorded };
}

describe('a rollback by the kubernetes strategy', () => {
  it.each(['deployment', 'daemonset'] as const)(
    'restores the recorded version of a %s',
    async (kind) => {
      const strategy = scene.strategy(await deployed(kind));
      const plan = await scene.mustPlan(strategy);
      expect(plan).toMatchObject({
        steps: [`roll ${kind}/shop/api back from revision 2 (shop:bad) to 1 (shop:v1)`],
        from: { workload: `${kind}/api`, namespace: 'shop', revision: 2, images: ['shop:bad'] },
        to: { revision: 1, images: ['shop:v1'] },
        touches: [`${kind}/api`],
      });
      const result = await scene.execute(strategy, plan);
      expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
      expect(scene.cluster.image('api')).toBe('shop:v1');
      expect(scene.changes).toBe(1);
    },
  );

  it('reports what it changed', async () => {
    const result = await scene.undo(scene.strategy(await deployed('deployment')));
    expect(result).toMatchObject({
      detail:
        'deployment/shop/api was rolled back from revision 2 (shop:bad) to the template of revision 1 (shop:v1), now revision 3: 2 of 2 replicas are available.',
    });
  });

  it('changes nothing in plan', async () => {
    const strategy = scene.strategy(await deployed('deployment'));
    await scene.mustPlan(strategy);
    expect(scene.cluster.count('patch')).toBe(0);
    expect(scene.changes).toBe(0);
  });

  it('makes one patch', async () => {
    await scene.undo(scene.strategy(await deployed('deployment')));
    expect(scene.cluster.count('patch')).toBe(1);
  });

  it('prints progress only when something has changed', async () => {
    await scene.undo(scene.strategy(await deployed('deployment')));
    expect(new Set(scene.lines).size).toBe(scene.lines.length);
    expect(scene.lines[0]).toBe('deployment/api: has the template of revision 1 (shop:v1) again');
    expect(scene.lines.at(-1)).toBe('deployment/api: 2 of 2 replicas are available');
  });

  it('skips several revisions to restore the recorded one', async () => {
    const given = await deployed('deployment', 'shop:v2');
    await scene.cluster.deploy('api', 'shop:v3');
    await scene.cluster.deploy('api', 'shop:bad');
    await scene.undo(scene.strategy(given));
    expect(scene.cluster.image('api')).toBe('shop:v1');
  });

  it('finds the recorded version under its new revision number', async () => {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2');
    await scene.cluster.deploy('api', 'shop:v1');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:bad');
    const plan = await scene.mustPlan(scene.strategy({ recorded }));
    expect(plan.steps).toEqual([
      'roll deployment/shop/api back from revision 4 (shop:bad) to 3 (shop:v1)',
    ]);
  });

  it('restores the annotations of the revision, except those that kubectl leaves out', async () => {
    const cause = 'kubernetes.io/change-cause';
    const applied = 'kubectl.kubernetes.io/last-applied-configuration';
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    await scene.cluster.deploy('api', 'shop:v2', { [cause]: 'two', [applied]: 'old' });
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:bad', {
      [cause]: 'bad',
      [applied]: 'new',
      only: 'bad',
    });
    await scene.undo(scene.strategy({ recorded }));
    const { annotations } = scene.cluster.workload('api').metadata;
    expect(annotations).toMatchObject({ [cause]: 'two', [applied]: 'new' });
    expect(annotations).not.toHaveProperty('only');
  });

  it('leaves the annotations of a StatefulSet unchanged', async () => {
    const given = await deployed('statefulset', 'shop:v2');
    scene.cluster.workload('api').metadata.annotations = { mine: 'yes' };
    await scene.undo(scene.strategy(given));
    expect(scene.cluster.workload('api').metadata.annotations).toMatchObject({ mine: 'yes' });
  });

  it('marks the version that it rolled back, with the run', async () => {
    await scene.undo(scene.strategy(await deployed('deployment')));
    const mark: unknown = JSON.parse(
      scene.cluster.workload('api').metadata.annotations['rollgate.dev/rejected']!,
    );
    expect(mark).toEqual([
      {
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        revision: 2,
        images: ['shop:bad'],
        run: { system: 'github', runId: '77' },
        at: expect.any(String),
        to: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });
});

describe('a StatefulSet whose pod never becomes ready', () => {
  it('has that pod deleted, because the controller would wait for it forever', async () => {
    const result = await scene.undo(scene.strategy(await deployed('statefulset')));
    expect(result).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.count('delete')).toBe(1);
    expect(scene.lines.join()).toMatch(/pod api-\d of the version that was rolled back .* deleted/);
  });

  it('stays without the right to delete pods: triggered, with the command to run', async () => {
    scene.cluster.denied.add('delete pods');
    const strategy = scene.strategy(await deployed('statefulset'));
    const plan = await scene.mustPlan(strategy);
    const result = await timeOver(strategy, plan);
    expect(result).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringMatching(/kubectl delete pod api-\d -n shop/),
    });
    expect(scene.cluster.count('delete')).toBe(0);
  });
});

async function timeOver(
  strategy: ReturnType<Scene['strategy']>,
  plan: Awaited<ReturnType<Scene['mustPlan']>>,
) {
  const stop = new AbortController();
  void scene.clock.sleep(60_000).then(() => {
    stop.abort(new DeadlineReached('kubernetes', 60_000));
  });
  return scene.execute(strategy, plan, { signal: stop.signal });
}

describe('pods that do not become ready after a rollback', () => {
  it.each([
    ['shop:bad', /container main: CrashLoopBackOff: exit code 1, 3 restarts/],
    ['shop:missing', /container main: ImagePullBackOff: Back-off pulling image "shop:missing"/],
    ['shop:unready', /container main: it runs and is not ready/],
  ])('%s: the report has the reason', async (image, says) => {
    await scene.cluster.create('deployment', 'api', image);
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    const strategy = scene.strategy({ recorded });
    const result = await timeOver(strategy, await scene.mustPlan(strategy));
    expect(result).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringMatching(says),
    });
    expect(result).toMatchObject({ detail: expect.stringContaining('took longer than 60 s') });
    expect(scene.lines.join('\n')).toMatch(says);
  });

  it('no right to list pods: the report has everything else', async () => {
    scene.cluster.denied.add('list pods');
    await scene.cluster.create('deployment', 'api', 'shop:bad');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    const strategy = scene.strategy({ recorded });
    const result = await timeOver(strategy, await scene.mustPlan(strategy));
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/it is not ready .*: \d of 2 replicas are available\.$/),
    });
  });

  it.each([
    [0, false],
    [2, true],
  ])('report-logs %s: the report shows log lines: %s', async (logLines, shown) => {
    await scene.cluster.create('deployment', 'api', 'shop:bad');
    const recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    scene.cluster.logs = 'one\n::error::two with hunter2\nthree\n';
    const strategy = scene.strategy({
      recorded,
      logLines,
      redact: (text) => text.replaceAll('hunter2', '***'),
    });
    const result = await timeOver(strategy, await scene.mustPlan(strategy));
    const expected = 'its log ends: \u2060::error::two with *** | three';
    expect('detail' in result && result.detail.includes(expected)).toBe(shown);
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(scene.cluster.count('logs') > 0).toBe(shown);
  });
});

describe('update strategies that do not replace pods by themselves', () => {
  it.each(['statefulset', 'daemonset'] as const)(
    '%s with OnDelete: triggered, with the pods to delete',
    async (kind) => {
      const given = await deployed(kind, 'shop:v2', { updateStrategy: { type: 'OnDelete' } });
      for (const pod of scene.cluster.of('Pod')) scene.cluster.remove(pod);
      await scene.cluster.settle();
      const result = await scene.undo(scene.strategy(given));
      expect(result).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringMatching(/OnDelete: .*kubectl delete pod -l 'app=api' -n shop/),
      });
    },
  );

  it('OnDelete without a deleted pod since the deploy: verified, since all pods have the old version', async () => {
    const given = await deployed('statefulset', 'shop:v2', {
      updateStrategy: { type: 'OnDelete' },
    });
    expect(await scene.undo(scene.strategy(given))).toMatchObject({ outcome: 'verified' });
  });

  it('a partition that keeps pods of a third version: triggered, and reported', async () => {
    const given = await deployed('statefulset', 'shop:v2');
    const object = scene.cluster.workload('api');
    object.spec.updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
    await scene.cluster.deploy('api', 'shop:v3');
    expect(await scene.undo(scene.strategy(given))).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(
        /partition of 1 .* set spec.updateStrategy.rollingUpdate.partition/,
      ),
    });
  });
});

describe('a rollback of several workloads', () => {
  const workloads = ['deployment/api', 'deployment/web', 'statefulset/db'];

  async function three() {
    await scene.cluster.create('deployment', 'api', 'api:v1');
    await scene.cluster.create('deployment', 'web', 'web:v1');
    await scene.cluster.create('statefulset', 'db', 'db:v1');
    return scene.snapshot({ workloads });
  }

  it('restores the deployed ones in order, and leaves the others out', async () => {
    const recorded = await three();
    await scene.cluster.deploy('api', 'api:bad');
    await scene.cluster.deploy('db', 'db:v2');
    const strategy = scene.strategy({ workloads, recorded });
    const plan = await scene.mustPlan(strategy);
    expect(plan.touches).toEqual(['deployment/api', 'statefulset/db']);
    expect(plan.to).toEqual({
      'deployment/api': { revision: 1, images: ['api:v1'] },
      'statefulset/db': { revision: 1, images: ['db:v1'] },
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
    expect(['api', 'web', 'db'].map((name) => scene.cluster.image(name))).toEqual([
      'api:v1',
      'web:v1',
      'db:v1',
    ]);
  });

  it('one that is paused: skipped, and none is changed', async () => {
    const recorded = await three();
    await scene.cluster.deploy('api', 'api:bad');
    await scene.cluster.deploy('web', 'web:v2');
    scene.cluster.workload('web').spec.paused = true;
    expect(await scene.plan(scene.strategy({ workloads, recorded }))).toEqual({
      kind: 'skip',
      reason:
        'deployment/web is paused; resume it first: kubectl rollout resume deployment/web -n shop',
    });
  });

  it('a refusal in the middle: the report says what was changed and what was not', async () => {
    const recorded = await three();
    for (const name of ['api', 'web', 'db']) await scene.cluster.deploy(name, `${name}:v2`);
    const strategy = scene.strategy({ workloads, recorded });
    const plan = await scene.mustPlan(strategy);
    scene.cluster.hooks.push(({ args }) =>
      args[0] === 'patch' && args[1] === 'deployments.apps/web'
        ? { code: 1, stderr: 'Error from server (Forbidden): deployments.apps "web" is forbidden' }
        : undefined,
    );
    const result = await scene.execute(strategy, plan);
    expect(result).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringMatching(
        /^deployment\/shop\/api was rolled back .*available\. deployment\/shop\/web was not changed: .*forbidden\. statefulset\/shop\/db was not touched\.$/,
      ),
    });
    expect(scene.cluster.image('db')).toBe('db:v2');
  });

  it('twenty workloads at once: verified', async () => {
    const many = [...Array(20).keys()].map((n) => `deployment/s${String(n)}`);
    for (const name of many) await scene.cluster.create('deployment', name.split('/')[1]!, 'x:v1');
    const recorded = await scene.snapshot({ workloads: many });
    for (const name of many) await scene.cluster.deploy(name, 'x:bad');
    const result = await scene.undo(scene.strategy({ workloads: many, recorded }));
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    for (const name of many) expect(scene.cluster.image(name)).toBe('x:v1');
  });

  it('without a snapshot leaves out those older than deployed-within', async () => {
    await three();
    await scene.cluster.settle(7_200_000);
    await scene.cluster.deploy('api', 'api:bad');
    const plan = await scene.mustPlan(scene.strategy({ workloads }));
    expect(plan.touches).toEqual(['deployment/api']);
  });
});
