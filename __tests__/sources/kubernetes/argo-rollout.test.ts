import { beforeEach, describe, expect, it } from '@jest/globals';
import { setUpKubernetesChecks } from '../../../src/sources/kubernetes/health.js';
import type { HealthCheck } from '../../../src/contract/check.js';
import { StandInKubectl, type StoredObject } from '../../support/stand-in-kubectl.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { never } from '../../support/strategy-dependencies.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const aborted = {
  ...{ phase: 'Degraded', abort: true, abortedAt: '2026-01-01T00:00:00Z' },
  message: 'RolloutAborted: Rollout aborted update to revision 2: metric "errors" assessed Failed',
};

function rollout(status: object, spec: object = {}): StoredObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'api', uid: 'uid-api', generation: 12 },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: 'api' } },
      template: {},
      strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } },
      ...spec,
    },
    status: {
      // Text, of which "9" would be more than "12".
      observedGeneration: '12',
      ...{ replicas: 5, updatedReplicas: 1, availableReplicas: 5 },
      ...{ stableRS: 'aaa', currentPodHash: 'bbb', phase: 'Progressing' },
      ...status,
    },
  };
}

describe('the health of a Rollout', () => {
  let cluster: StandInKubectl;
  beforeEach(() => {
    cluster = new StandInKubectl();
  });

  function checkOf(leastRate = 0): HealthCheck {
    const { settings } = resolveWith({
      flags: {
        ...{ 'kubernetes-health': 'true', 'kubernetes-workload': 'rollout/api' },
        'warm-up': '0s',
      },
    });
    const [check] = setUpKubernetesChecks({
      ...{ settings, clock: new VirtualClock(), exec: cluster.exec, env: {}, leastRate },
      http: () => {
        throw new Error('no HTTP here');
      },
      ...{ redact: (text: string) => text, random: () => 0.5, commandEnv: {} },
      ...{ platform: process.platform, logLines: 0 },
    });
    if (check?.kind !== 'health') throw new Error('no health check');
    return check;
  }

  it.each<[string, object, object, boolean]>([
    ['Healthy', { phase: 'Healthy', updatedReplicas: 5, currentPodHash: 'aaa' }, {}, true],
    ['Paused at a step', { phase: 'Paused', message: 'CanaryPauseStep' }, {}, true],
    ['Progressing with an analysis', { phase: 'Progressing' }, {}, true],
    ['pods that are not available', { availableReplicas: 4 }, {}, false],
    ['Degraded by an abort', aborted, {}, false],
    [
      'Degraded by its deadline',
      { phase: 'Degraded', message: 'ProgressDeadlineExceeded: too slow' },
      {},
      false,
    ],
    [
      'a blue-green preview beside the active pods, which alone are counted as available',
      { replicas: 10, updatedReplicas: 5, phase: 'Paused' },
      { strategy: { blueGreen: {} } },
      true,
    ],
    [
      'a blue-green Rollout without all of its active pods',
      { replicas: 10, availableReplicas: 4 },
      { strategy: { blueGreen: {} } },
      false,
    ],
  ])('%s: %s', async (_, status, spec, ok) => {
    cluster.add(rollout(status, spec));
    expect(await checkOf().probe(never)).toMatchObject({ ok });
  });

  it('Degraded says why, in the words of Argo Rollouts', async () => {
    cluster.add(rollout(aborted));
    expect(await checkOf().probe(never)).toMatchObject({
      detail: expect.stringMatching(
        /^rollout\/api: Argo Rollouts says Degraded: RolloutAborted: .* metric "errors" assessed Failed$/,
      ),
    });
  });

  it('what is Degraded for an older generation says nothing of the newest one', async () => {
    cluster.add(rollout({ ...aborted, observedGeneration: '11' }));
    expect(await checkOf().probe(never)).toMatchObject({
      detail: expect.stringContaining('has not seen the newest change yet'),
    });
  });

  it.each([
    ['with all pods: well', {}, true],
    ['without all of its pods: not well', { availableReplicas: 4 }, false],
  ])('an abort when a rollback is confirmed, %s', async (_, status, ok) => {
    cluster.add(rollout({ ...aborted, ...status }));
    expect(await checkOf(10).probe(never)).toMatchObject({ ok });
  });

  it('an abort of another version than before the deploy is new', async () => {
    cluster.add(rollout(aborted));
    const check = checkOf();
    const [askable] = check.askables ?? [];
    askable!.recall((await askable!.ask(never))!);
    expect(await check.probe(never)).not.toHaveProperty('changed');
    cluster.remove('Rollout', 'api');
    cluster.add(rollout({ ...aborted, currentPodHash: 'ccc' }));
    expect(await check.probe(never)).toMatchObject({ ok: false, changed: true });
  });
});
