import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Finding } from '../../../src/contract/result.js';
import { DeadlineReached } from '../../../src/support/abort.js';
import { never, Scene, type KubernetesStrategyOptions } from '../../support/kubernetes-strategy.js';
import type { Kind } from '../../support/stand-in-cluster.js';

const oldDigest = `sha256:${'a'.repeat(64)}`;
const newDigest = `sha256:${'b'.repeat(64)}`;
const LATEST = 'shop:latest';

describe('a tag that is moved', () => {
  let scene: Scene;

  beforeEach(() => {
    scene = new Scene();
  });

  const push = (digest: string, image = LATEST): void => {
    scene.cluster.registry.set(image, `docker-pullable://shop@${digest}`);
    scene.cluster.registry.set(`shop@${digest}`, `docker-pullable://shop@${digest}`);
  };
  const first = async (kind: Kind = 'deployment', spec: Record<string, unknown> = {}) => {
    push(oldDigest);
    await scene.cluster.create(kind, 'api', LATEST, spec);
    return scene.snapshot({ workloads: [`${kind}/api`] });
  };
  const preflight = async (given: KubernetesStrategyOptions, isBeforeDeploy = false) =>
    (await scene.wait(scene.strategy(given).preflight(never, isBeforeDeploy))).map(
      ({ level, message, fix }: Finding) => `${level}: ${message} → ${fix ?? ''}`,
    );

  describe.each<Kind>(['deployment', 'statefulset', 'daemonset'])('and a %s restarted', (kind) => {
    const workloads = [`${kind}/api`];

    it('is a deploy; a rollback that runs the new image again is not verified', async () => {
      const recorded = await first(kind);
      push(newDigest);
      await scene.cluster.restart('api');
      const strategy = scene.strategy({ workloads, recorded });
      await scene.wait(strategy.capture!(never));
      expect(await scene.assertUnchanged(strategy)).toBeUndefined();
      expect(await scene.undo(strategy)).toMatchObject({
        ...{ outcome: 'triggered', versionConfirmed: false },
        detail: expect.stringContaining(
          `but container main runs shop:latest as ${newDigest}, and the recorded version ran ${oldDigest}: the tag was moved.`,
        ),
        // However well the checks pass: the image that was judged runs again.
        notBack: expect.stringMatching(/ and the recorded version ran .*: the tag was moved$/),
      });
    });

    it('a rollback that runs the recorded image is verified', async () => {
      const recorded = await first(kind);
      push(newDigest);
      await scene.cluster.restart('api');
      push(oldDigest);
      expect(await scene.undo(scene.strategy({ workloads, recorded }))).toMatchObject({
        ...{ outcome: 'verified', versionConfirmed: true },
      });
    });

    it('kubernetes-pin-image: back to the recorded digest, verified', async () => {
      const recorded = await first(kind);
      push(newDigest);
      await scene.cluster.restart('api');
      const strategy = scene.strategy({ workloads, recorded, pinsImages: true });
      const plan = await scene.mustPlan(strategy);
      expect(plan.steps.join()).toContain(`(shop@${oldDigest})`);
      expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
      expect(scene.cluster.image('api')).toBe(`shop@${oldDigest}`);
      // The gate that comes again finds its own rollback.
      const again = scene.strategy({ workloads, recorded, pinsImages: true });
      expect(await scene.wait(again.capture!(never))).toHaveProperty('alreadyRolledBack');
    });
  });

  describe('and nothing else changed, as when pods come anew', () => {
    const moved = async (): Promise<unknown> => {
      const recorded = await first();
      push(newDigest);
      for (const pod of scene.cluster.of('Pod')) scene.cluster.remove(pod);
      await scene.cluster.settle();
      return recorded;
    };

    it('is a deploy: there is something to roll back', async () => {
      const strategy = scene.strategy({ recorded: await moved() });
      const { findings = [] } = await scene.wait(strategy.capture!(never));
      expect(findings.map(({ message }) => message)).toEqual([
        expect.stringMatching(
          /^the template of deployment\/api is as it was, and its images are not/,
        ),
      ]);
      expect(await scene.assertUnchanged(strategy)).toBeUndefined();
    });

    it('without kubernetes-pin-image: skipped, with the ids and what to set', async () => {
      expect(await scene.plan(scene.strategy({ recorded: await moved() }))).toMatchObject({
        kind: 'skip',
        reason: expect.stringMatching(
          new RegExp(`${newDigest}.*${oldDigest}.*kubernetes-pin-image: true`),
        ),
      });
      expect(scene.changes).toBe(0);
    });

    it('with kubernetes-pin-image: rolled back to the digest', async () => {
      const strategy = scene.strategy({ recorded: await moved(), pinsImages: true });
      expect(await scene.undo(strategy)).toMatchObject({ outcome: 'verified' });
      expect(scene.cluster.image('api')).toBe(`shop@${oldDigest}`);
    });

    it('an id that is no digest of a repository: skipped', async () => {
      scene.cluster.registry.set('local', `docker://${oldDigest}`);
      await scene.cluster.create('deployment', 'api', 'local');
      const recorded = await scene.snapshot();
      scene.cluster.registry.set('local', `docker://${newDigest}`);
      for (const pod of scene.cluster.of('Pod')) scene.cluster.remove(pod);
      await scene.cluster.settle();
      expect(await scene.plan(scene.strategy({ recorded, pinsImages: true }))).toMatchObject({
        kind: 'skip',
        reason: expect.stringMatching(/no digest of a repository to be pinned to$/),
      });
    });

    it('the same images, or ids that cannot be seen: nothing was deployed', async () => {
      const recorded = await first();
      const strategy = scene.strategy({ recorded });
      expect(await scene.assertUnchanged(strategy)).toMatchObject({ kind: 'withheld' });
      push(newDigest);
      scene.cluster.denied.add('list pods');
      for (const pod of scene.cluster.of('Pod')) scene.cluster.remove(pod);
      expect(await scene.assertUnchanged(strategy)).toMatchObject({ kind: 'withheld' });
    });
  });

  describe('and the templates differ in something else', () => {
    const edited = async (spec: Record<string, unknown> = {}): Promise<void> => {
      const object = scene.cluster.workload('api');
      const { spec: pod, ...rest } = object.spec.template as { spec: object };
      object.spec.template = { ...rest, spec: { ...pod, nodeName: 'n', ...spec } };
      object.metadata.generation++;
      scene.cluster.touch(object);
      await scene.cluster.settle();
    };

    it('the recorded ids are seen: verified', async () => {
      const recorded = await first();
      await edited();
      expect(await scene.undo(scene.strategy({ recorded }))).toMatchObject({ outcome: 'verified' });
    });

    it('others are seen: triggered', async () => {
      const recorded = await first();
      push(newDigest);
      await edited();
      expect(await scene.undo(scene.strategy({ recorded }))).toMatchObject({
        ...{ outcome: 'triggered', versionConfirmed: false },
      });
    });

    it('without a snapshot: triggered, because nothing tells what ran', async () => {
      await first();
      await edited();
      expect(await scene.undo(scene.strategy())).toMatchObject({
        ...{ outcome: 'triggered', versionConfirmed: null },
        detail: expect.stringMatching(/no snapshot tells what the earlier version ran\.$/),
      });
    });

    it('the pods may not be listed: triggered, and the detail says why', async () => {
      const recorded = await first();
      await edited();
      scene.cluster.denied.add('list pods');
      expect(await scene.undo(scene.strategy({ recorded }))).toMatchObject({
        ...{ outcome: 'triggered', versionConfirmed: null },
        detail: expect.stringMatching(/which image that is cannot be seen \(.*cannot list.*\)\.$/),
      });
    });

    it('the time is over while the pods are read: triggered, and the detail says so', async () => {
      const recorded = await first();
      await edited();
      const strategy = scene.strategy({ recorded });
      const plan = await scene.mustPlan(strategy);
      const stop = new AbortController();
      scene.cluster.hooks.push(({ args }) => {
        if (args[1] !== 'pods') return undefined;
        stop.abort(new DeadlineReached('kubernetes', 60_000));
        return { code: null, stopped: 'aborted', spawnError: { code: 'ABORTED', message: '' } };
      });
      expect(await scene.execute(strategy, plan, { signal: stop.signal })).toMatchObject({
        ...{ outcome: 'triggered', versionConfirmed: null },
        detail: expect.stringMatching(
          /which image that is cannot be seen \(.*took longer than 60 s\)/,
        ),
      });
    });

    it('an init container whose tag was moved, beside an image of another name: triggered', async () => {
      scene.cluster.registry.set('init:1', `init@${oldDigest}`);
      push(oldDigest, 'shop:v1');
      const containers = [{ name: 'main', image: 'shop:v1' }];
      const initContainers = [{ name: 'init', image: 'init:1' }];
      const template = {
        metadata: { labels: { app: 'api' } },
        spec: { containers, initContainers },
      };
      await scene.cluster.create('deployment', 'api', 'shop:v1', { template });
      const recorded = await scene.snapshot();
      scene.cluster.registry.set('init:1', `init@${newDigest}`);
      await edited({ containers: [{ name: 'main', image: 'shop:v2' }] });
      expect(await scene.undo(scene.strategy({ recorded }))).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringMatching(/container init runs init:1 as/),
      });
    });
  });

  describe('in preflight', () => {
    const remedy = /→ set kubernetes-pin-image: true and take a snapshot/;

    it('before the deploy, of a name that every version has', async () => {
      await first();
      expect(await preflight({}, true)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(
            /^warning: deployment\/api: container main has the image name shop:latest/,
          ),
        ]),
      );
      expect((await preflight({ pinsImages: true }, true)).join()).not.toMatch(/container main/);
    });

    it('before the deploy, of a name that cannot be pinned', async () => {
      scene.cluster.registry.set(LATEST, oldDigest);
      await scene.cluster.create('deployment', 'api', LATEST);
      expect((await preflight({ pinsImages: true }, true)).join()).toMatch(
        /kubernetes-pin-image has no digest of a repository for it/,
      );
    });

    it('after the deploy: the ids, and what to set', async () => {
      const recorded = await first();
      push(newDigest);
      await scene.cluster.restart('api');
      const [found, ...others] = await preflight({ recorded });
      expect(others).toEqual([]);
      expect(found).toContain(`container main runs shop:latest as ${newDigest}`);
      expect(found).toMatch(remedy);
      expect(await preflight({ recorded, pinsImages: true })).toEqual([]);
    });

    it('after a deploy that only moved the tag', async () => {
      const recorded = await first();
      push(newDigest);
      for (const pod of scene.cluster.of('Pod')) scene.cluster.remove(pod);
      await scene.cluster.settle();
      expect((await preflight({ recorded })).join()).toContain('the tag was moved');
    });

    it('nothing of a sidecar that runs what was recorded, or of tags of their own', async () => {
      push(oldDigest, 'shop:v1');
      push(newDigest, 'shop:v2');
      await scene.cluster.create('deployment', 'api', 'shop:v1');
      const recorded = await scene.snapshot();
      await scene.cluster.deploy('api', 'shop:v2');
      expect(await preflight({ recorded })).toEqual([]);
    });
  });
});
