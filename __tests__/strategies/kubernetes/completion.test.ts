import { describe, expect, it } from '@jest/globals';
import { completionOf } from '../../../src/strategies/kubernetes/completion.js';
import { asWorkload } from '../../../src/support/kubernetes/workload.js';

function rollout(kind: string, spec: object, status: object) {
  const workload = asWorkload({
    kind,
    metadata: { name: 'api', namespace: 'shop', generation: 4 },
    spec,
    status: { observedGeneration: 4, ...status },
  });
  return completionOf(workload!);
}

/** The cases of kubectl, pkg/polymorphichelpers/rollout_status.go. */
describe('the completion of a Deployment', () => {
  it.each([
    [
      3,
      { observedGeneration: 3, updatedReplicas: 3, availableReplicas: 3, replicas: 3 },
      false,
      /has not seen/,
    ],
    [
      3,
      { updatedReplicas: 1, availableReplicas: 3, replicas: 4 },
      false,
      /^1 of 3 replicas are updated/,
    ],
    [
      3,
      { updatedReplicas: 3, availableReplicas: 3, replicas: 4 },
      false,
      /^1 old replica is still/,
    ],
    [
      3,
      { updatedReplicas: 3, availableReplicas: 3, replicas: 5 },
      false,
      /^2 old replicas are still/,
    ],
    [
      3,
      { updatedReplicas: 3, availableReplicas: 2, replicas: 3 },
      false,
      /^2 of 3 replicas are available/,
    ],
    [3, { updatedReplicas: 3, availableReplicas: 3, replicas: 3 }, true, /^3 of 3/],
    [undefined, { updatedReplicas: 1, availableReplicas: 1, replicas: 1 }, true, /^1 of 1/],
    [0, {}, true, /^0 of 0/],
  ])('%s replicas, status %j: done %s', (replicas, status, done, words) => {
    const seen = rollout('Deployment', { replicas }, status);
    expect(seen.done).toBe(done);
    expect(seen.words).toMatch(words);
    expect(seen.held).toBeUndefined();
  });

  it('that is paused needs a person, and the reason says which command', () => {
    expect(rollout('Deployment', { replicas: 3, paused: true }, { updatedReplicas: 1 }).held).toBe(
      'it was paused in the meantime: kubectl rollout resume deployment/api -n shop',
    );
  });

  it('ignores an exceeded progress deadline when the new version is available', () => {
    const conditions = [
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
    ];
    const status = { updatedReplicas: 1, availableReplicas: 1, replicas: 1, conditions };
    expect(rollout('Deployment', { replicas: 1 }, status).done).toBe(true);
  });
});

describe('the completion of a StatefulSet', () => {
  const partition = (n: number): object => ({
    replicas: 3,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: n } },
  });
  it.each([
    [{ replicas: 3 }, { updatedReplicas: 2, readyReplicas: 3 }, false, /^2 of 3 .* updated/, false],
    [{ replicas: 3 }, { updatedReplicas: 3, readyReplicas: 2 }, false, /^2 of 3 .* ready/, false],
    [{ replicas: 3 }, { updatedReplicas: 3, readyReplicas: 3 }, true, /^3 of 3/, false],
    [
      { replicas: 3, minReadySeconds: 9 },
      { updatedReplicas: 3, readyReplicas: 3, availableReplicas: 1 },
      false,
      /^1 of 3 .* available/,
      false,
    ],
    [
      { replicas: 3, minReadySeconds: 9 },
      { updatedReplicas: 3, readyReplicas: 3 },
      true,
      /^3 of 3/,
      false,
    ],
    [partition(1), { updatedReplicas: 1, readyReplicas: 3 }, false, /^1 of 3/, false],
    [partition(1), { updatedReplicas: 2, readyReplicas: 3 }, false, /^2 of 3/, true],
    [partition(1), { updatedReplicas: 3, readyReplicas: 3 }, true, /^3 of 3/, false],
    [
      { replicas: 3, updateStrategy: { type: 'OnDelete' } },
      { updatedReplicas: 0, readyReplicas: 3 },
      false,
      /^0 of 3/,
      true,
    ],
    [
      { replicas: 3, updateStrategy: { type: 'OnDelete' } },
      { updatedReplicas: 3, readyReplicas: 3 },
      true,
      /^3 of 3/,
      false,
    ],
    [{ replicas: 0 }, {}, true, /^0 of 0/, false],
  ])('spec %j, status %j: done %s', (spec, status, done, words, held) => {
    const seen = rollout('StatefulSet', spec, status);
    expect(seen.done).toBe(done);
    expect(seen.words).toMatch(words);
    expect(seen.held !== undefined).toBe(held);
  });
});

describe('the completion of a DaemonSet', () => {
  it.each([
    [
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 },
      false,
      /^1 of 3 pods are updated/,
      false,
    ],
    [
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 1 },
      false,
      /^1 of 3 pods are available/,
      false,
    ],
    [
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
      true,
      /^3 of 3/,
      false,
    ],
    [{}, { desiredNumberScheduled: 0 }, true, /^0 of 0/, false],
    [
      { updateStrategy: { type: 'OnDelete' } },
      { desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 },
      false,
      /^1 of 3/,
      true,
    ],
  ])('spec %j, status %j: done %s', (spec, status, done, words, held) => {
    const seen = rollout('DaemonSet', spec, status);
    expect(seen.done).toBe(done);
    expect(seen.words).toMatch(words);
    expect(seen.held !== undefined).toBe(held);
  });
});
