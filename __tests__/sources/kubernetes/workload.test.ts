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

describe('the shortfall of a workload', () => {
  it.each<{ name: string; rollout: Standing; shortfall: string }>([
    {
      name: 'every replica is available',
      rollout: of(
        'Deployment',
        { replicas: 3 },
        { replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
      ),
      shortfall: '',
    },
    {
      name: 'no number of replicas: one',
      rollout: of('Deployment', {}, { replicas: 1, updatedReplicas: 1 }),
      shortfall: '1 of 1 replicas are not available',
    },
    {
      name: 'scaled to zero',
      rollout: of('Deployment', { replicas: 0 }, {}),
      shortfall: '',
    },
    {
      name: 'its controller has not seen the change',
      rollout: of('Deployment', { replicas: 0 }, {}, 3),
      shortfall: 'its controller has not seen the newest change yet',
    },
    {
      name: 'a surge pod is not available',
      rollout: of(
        'Deployment',
        { replicas: 3 },
        { replicas: 4, updatedReplicas: 1, availableReplicas: 3 },
      ),
      shortfall: '1 of 4 replicas are not available',
    },
    {
      name: 'no new pod is created',
      rollout: of('Deployment', { replicas: 1 }, { replicas: 1, availableReplicas: 1 }),
      shortfall: '1 of 1 replicas are not updated',
    },
    {
      name: 'paused',
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
      name: 'a stateful set during its rollout',
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
      name: 'a daemon set with OnDelete',
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

describe('for how long a rollout has not progressed', () => {
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

  /** What it says, check by check, every ten seconds. */
  function still(...rollouts: readonly Standing[]): readonly number[] {
    const progress = new Progress();
    return rollouts.map((rollout, index) => progress.push(rollout, index * 10));
  }

  it.each<{ name: string; rollouts: Standing[]; stillFor: number[] }>([
    { name: 'no shortfall', rollouts: [at(3, 3), at(3, 3)], stillFor: [0, 0] },
    {
      name: 'no change',
      rollouts: [at(0, 2), at(0, 2), at(0, 2)],
      stillFor: [0, 10, 20],
    },
    {
      name: 'progress',
      rollouts: [at(0, 2), at(1, 2), at(1, 2), at(2, 2), at(3, 3)],
      stillFor: [0, 0, 10, 0, 0],
    },
    {
      name: 'replicas that come and go are no progress',
      rollouts: [at(3, 2), at(3, 1), at(3, 2), at(3, 1), at(3, 2)],
      stillFor: [0, 10, 20, 30, 40],
    },
    {
      name: 'a new shortfall',
      rollouts: [at(3, 3), at(3, 3), at(3, 2), at(3, 2)],
      stillFor: [0, 0, 0, 10],
    },
    {
      name: 'an autoscaler wants more replicas',
      rollouts: [
        at(3, 2),
        at(3, 2),
        at(3, 2, { desired: 6, generation: 2 }),
        at(3, 2, { desired: 6, generation: 2 }),
      ],
      stillFor: [0, 10, 0, 10],
    },
  ])('$name', ({ rollouts, stillFor }) => {
    expect(still(...rollouts)).toEqual(stillFor);
  });
});
