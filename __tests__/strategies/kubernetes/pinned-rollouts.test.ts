import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Strategy, StrategyResult, Withheld } from '../../../src/contract/strategy.js';
import { deadline } from '../../../src/support/abort.js';
import { never, Scene } from '../../support/kubernetes-strategy.js';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const oldDigest = digest('a');
const newDigest = digest('b');

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  push('shop:v1', oldDigest);
  push('shop:v2', newDigest);
});

function push(image: string, id: string): void {
  scene.cluster.registry.set(image, `docker-pullable://shop@${id}`);
  scene.cluster.registry.set(`shop@${id}`, `docker-pullable://shop@${id}`);
}

const workloads = ['rollout/api'];
const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }];
const spec = { replicas: 5, strategy: { canary: { steps } } };

/** v1, and then a bad version which waits at its first pause. */
async function updating(image = 'shop:v2'): Promise<unknown> {
  await scene.cluster.create('rollout', 'api', 'shop:v1', spec);
  const recorded = await scene.snapshot({ workloads });
  if (image === 'shop:v1') {
    push(image, newDigest);
    await scene.cluster.restart('api');
  } else await scene.cluster.deploy('api', image);
  return recorded;
}

async function promote(): Promise<void> {
  scene.cluster.workload('api').status.promoteFull = true;
  await scene.cluster.settle();
}

async function abort(): Promise<void> {
  scene.cluster.workload('api').status.abort = true;
  await scene.cluster.settle();
}

/** With a limit, as the chain sets one. */
async function undo(strategy: Strategy): Promise<StrategyResult | Withheld> {
  const { signal, clear } = deadline(scene.clock, 300_000, 'kubernetes', never);
  try {
    return await scene.execute(strategy, await scene.mustPlan(strategy), { signal });
  } finally {
    clear();
  }
}

describe('a Rollout whose images are pinned', () => {
  it.each([
    ['an update at a pause', 'shop:v2', () => Promise.resolve()],
    ['a finished update', 'shop:v2', promote],
    ['a restart at a pause, under a moved tag', 'shop:v1', () => Promise.resolve()],
    ['a finished restart, under a moved tag', 'shop:v1', promote],
  ])(
    '%s: its template names the recorded digest, and becomes the stable one',
    async (_, image, then) => {
      const recorded = await updating(image);
      await then();
      const strategy = scene.strategy({ workloads, recorded, pinsImages: true });
      await scene.wait(strategy.capture!(never));
      expect(await undo(strategy)).toMatchObject({
        ...{ outcome: 'verified', versionConfirmed: true },
      });
      expect(scene.cluster.image('api')).toBe(`shop@${oldDigest}`);
      const again = scene.strategy({ workloads, recorded, pinsImages: true });
      expect(await scene.wait(again.capture!(never))).toHaveProperty('alreadyRolledBack');
    },
  );

  it.each([false, true])(
    'an update that was aborted before (pinned: %s): nothing is changed, verified',
    async (pinsImages) => {
      const recorded = await updating();
      await abort();
      const strategy = scene.strategy({ workloads, recorded, pinsImages });
      await scene.wait(strategy.capture!(never));
      expect(await undo(strategy)).toMatchObject({
        outcome: 'verified',
        detail: expect.stringContaining('revision 1 (shop:v1) stays'),
      });
    },
  );

  it.each([false, true])(
    'a restart under a moved tag was aborted (pinned: %s): what the stable pods run decides',
    async (pinsImages) => {
      const recorded = await updating('shop:v1');
      await abort();
      const strategy = scene.strategy({ workloads, recorded, pinsImages });
      await scene.wait(strategy.capture!(never));
      // One of them came back under the moved tag.
      expect(await undo(strategy)).toMatchObject({
        ...{ outcome: 'triggered', versionConfirmed: false },
        detail: expect.stringContaining(`${newDigest}, and the recorded version ran ${oldDigest}:`),
      });
    },
  );

  it('the template is refused after the abort: what the stable pods run decides', async () => {
    const recorded = await updating('shop:v1');
    push('shop:v1', oldDigest);
    scene.cluster.denied.add('patch rollouts');
    expect(await undo(scene.strategy({ workloads, recorded, pinsImages: true }))).toMatchObject({
      ...{ outcome: 'verified', versionConfirmed: true },
      detail: expect.stringContaining('was aborted, and revision 1 (shop:v1) stays'),
    });
  });

  it('a snapshot in the middle of an update records what the stable version runs', async () => {
    await updating('shop:v1');
    const recorded = await scene.snapshot({ workloads });
    const strategy = scene.strategy({ workloads, recorded, pinsImages: true });
    expect(await scene.wait(strategy.capture!(never))).toMatchObject({
      findings: [{ message: expect.stringMatching(/^nothing was deployed since the snapshot/) }],
    });
    await scene.cluster.deploy('api', 'shop:v2');
    const after = scene.strategy({ workloads, recorded, pinsImages: true });
    expect(await scene.mustPlan(after)).toMatchObject({
      to: { images: [expect.stringContaining(oldDigest)] },
    });
  });
});
