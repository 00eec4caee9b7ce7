import { describe, expect, it } from '@jest/globals';
import { Progress, type Standing, standingOf } from '../../../src/sources/kubernetes/workload.js';
import { asWorkload } from '../../../src/support/kubernetes/workload.js';

function of(kind: string, spec: object, status: object, generation = 2): Standing {
  const object = {
    kind,
    metadata: { name: 'api', generation },
    spec,
    status: { observedGeneration: 2, ...status },
  };
  return standingOf(asWorkload(object)!);
}

describe('how far a workload is', () => {
  it.each<{ name: string; rollout: Standing; shortfall: string }>([
    {
      name: 'all is there',
      rollout: of(
        'Deployment',
        { replicas: 3 },
        { replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
      ),
      shortfall: '',
    },
    {
      name: 'nobody said how many: one',
      rollout: of('Deployment', {}, { replicas: 1, updatedReplicas: 1 }),
      shortfall: '1 of 1 replicas are not available',
    },
    {
      name: 'taken to nothing',
      rollout: of('Deployment', { replicas: 0 }, {}),
      shortfall: '',
    },
    {
      name: 'its controller is late',
      rollout: of('Deployment', { replicas: 0 }, {}, 3),
      shortfall: 'its controller has not seen the newest change yet',
    },
    {
      name: 'the surge does not become available',
      rollout: of(
        'Deployment',
        { replicas: 3 },
        { replicas: 4, updatedReplicas: 1, availableReplicas: 3 },
      ),
      shortfall: '1 of 4 replicas are not available',
    },
    {
      name: 'no new pod can be made at all',
      rollout: of('Deployment', { replicas: 1 }, { replicas: 1, availableReplicas: 1 }),
      shortfall: '1 of 1 replicas are not updated',
    },
    {
      name: 'paused on purpose',
      rollout: of(
        'Deployment',
        { replicas: 3, paused: true },
        { replicas: 3, updatedReplicas: 1, availableReplicas: 3 },
      ),
      shortfall: '',
    },
    {
      name: 'a stateful set, before Kubernetes 1.22',
      rollout: of(
        'StatefulSet',
        { replicas: 2 },
        { replicas: 2, readyReplicas: 2, currentRevision: 'a', updateRevision: 'a' },
      ),
      shortfall: '',
    },
    {
      name: 'a stateful set with a partition',
      rollout: of(
        'StatefulSet',
        { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
        {
          ...{ replicas: 3, availableReplicas: 3, updatedReplicas: 1 },
          ...{ currentRevision: 'a', updateRevision: 'b' },
        },
      ),
      shortfall: '',
    },
    {
      name: 'a stateful set on its way',
      rollout: of(
        'StatefulSet',
        { replicas: 3 },
        {
          ...{ replicas: 3, availableReplicas: 3, updatedReplicas: 1 },
          ...{ currentRevision: 'a', updateRevision: 'b' },
        },
      ),
      shortfall: '2 of 3 replicas are not updated',
    },
    {
      name: 'a daemon set that is updated by hand',
      rollout: of(
        'DaemonSet',
        { updateStrategy: { type: 'OnDelete' } },
        { desiredNumberScheduled: 4, numberAvailable: 4, updatedNumberScheduled: 0 },
      ),
      shortfall: '',
    },
    {
      name: 'a daemon set with a node that is not ready',
      rollout: of(
        'DaemonSet',
        {},
        { desiredNumberScheduled: 4, numberAvailable: 3, updatedNumberScheduled: 4 },
      ),
      shortfall: '1 of 4 replicas are not available',
    },
  ])('$name', ({ rollout, shortfall }) => {
    expect(rollout.shortfall).toBe(shortfall);
  });
});

describe('how long a rollout has stood still', () => {
  const at = (updated: number, available: number, more: Partial<Standing> = {}): Standing => ({
    generation: 1,
    isSeen: true,
    desired: 3,
    total: 3,
    updated,
    ready: available,
    available,
    isPaused: false,
    updateType: 'RollingUpdate',
    partition: 0,
    shortfall: available < 3 ? 'some' : '',
    ...more,
  });

  /** What it says, look by look, every ten seconds. */
  function still(...rollouts: readonly Standing[]): readonly number[] {
    const progress = new Progress();
    return rollouts.map((rollout, index) => progress.push(rollout, index * 10));
  }

  it.each<{ name: string; rollouts: Standing[]; told: number[] }>([
    { name: 'nothing shortfall', rollouts: [at(3, 3), at(3, 3)], told: [0, 0] },
    {
      name: 'nothing moves',
      rollouts: [at(0, 2), at(0, 2), at(0, 2)],
      told: [0, 10, 20],
    },
    {
      name: 'it moves on',
      rollouts: [at(0, 2), at(1, 2), at(1, 2), at(2, 2), at(3, 3)],
      told: [0, 0, 10, 0, 0],
    },
    {
      name: 'what goes up and down does not move',
      rollouts: [at(3, 2), at(3, 1), at(3, 2), at(3, 1), at(3, 2)],
      told: [0, 10, 20, 30, 40],
    },
    {
      name: 'something shortfall anew',
      rollouts: [at(3, 3), at(3, 3), at(3, 2), at(3, 2)],
      told: [0, 0, 0, 10],
    },
    {
      name: 'an autoscaler asks for more',
      rollouts: [
        at(3, 2),
        at(3, 2),
        at(3, 2, { desired: 6, generation: 2 }),
        at(3, 2, { desired: 6, generation: 2 }),
      ],
      told: [0, 10, 0, 10],
    },
  ])('$name', ({ rollouts, told }) => {
    expect(still(...rollouts)).toEqual(told);
  });
});
