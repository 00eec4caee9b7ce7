import { describe, expect, it } from '@jest/globals';
import type { Way } from '../../../src/strategies/kubernetes/apply-template.js';
import { rolloutCompletion } from '../../../src/strategies/kubernetes/rollout-completion.js';
import { asWorkload } from '../../../src/support/kubernetes/workload.js';

const target = { uid: 'uid-1' };
const routed = { canary: { trafficRouting: {} } };

/** Five replicas, the version to return to with all of them. */
function completion({
  way,
  status,
  strategy = { canary: {} },
  available = 5,
}: {
  way: Way;
  status: object;
  strategy?: object;
  available?: number;
}) {
  const workload = asWorkload({
    kind: 'Rollout',
    metadata: { name: 'api', generation: 3 },
    spec: { replicas: 5, strategy },
    status: {
      ...{ observedGeneration: '3', replicas: 5, availableReplicas: 5, stableRS: 'good' },
      ...status,
    },
  })!;
  const history = [
    { uid: 'uid-1', set: { hash: 'good', replicas: 5, available } },
    { uid: 'uid-2', set: { hash: 'bad', replicas: 0, available: 0 } },
  ];
  return rolloutCompletion(workload, history, target, way);
}

const back = { currentPodHash: 'good', updatedReplicas: 5, phase: 'Healthy' };
const aborted = {
  ...{ currentPodHash: 'bad', phase: 'Degraded', abort: true, abortedAt: '2026-01-01T00:00:00Z' },
  conditions: [{ type: 'Progressing', reason: 'RolloutAborted', message: '' }],
};

describe('the proof that the stable version of a Rollout serves', () => {
  it.each<[string, Parameters<typeof completion>[0]]>([
    ['its template is back, and it is healthy', { way: 'template', status: back }],
    ['its update is aborted, and no pod of it is left', { way: 'aborted', status: aborted }],
    [
      'all traffic goes to it, though pods of the other version stay',
      {
        way: 'abort-only',
        strategy: routed,
        status: {
          ...aborted,
          ...{ replicas: 7, updatedReplicas: 2 },
          canary: { weights: { canary: { weight: 0 }, stable: { weight: 100 } } },
        },
      },
    ],
    [
      'the active service selects it',
      {
        way: 'abort-only',
        strategy: { blueGreen: {} },
        status: { ...aborted, replicas: 10, blueGreen: { activeSelector: 'good' } },
      },
    ],
  ])('%s: done', (_, given) => {
    expect(completion(given)).toEqual({ done: true, words: '5 of 5 replicas are available' });
  });

  it.each<[string, Parameters<typeof completion>[0], RegExp]>([
    [
      'the controller has not seen the change',
      { way: 'template', status: { ...back, observedGeneration: '2' } },
      /has not seen the change yet/,
    ],
    [
      'the status still names the other version',
      { way: 'template', status: { ...back, currentPodHash: 'bad' } },
      /has not seen the change yet/,
    ],
    [
      'not all of its pods are available, whatever the counts of all say',
      { way: 'template', status: back, available: 4 },
      /^4 of 5 replicas are available$/,
    ],
    [
      'a pod of another version is left',
      { way: 'template', status: { ...back, replicas: 6 } },
      /1 pod of other versions is still there/,
    ],
    [
      'a pod of the version before the last is left after an abort',
      { way: 'aborted', status: { ...aborted, replicas: 6 } },
      /1 pod of other versions is still there/,
    ],
    [
      'pods of the aborted version are left, and the stable one lacks as many',
      { way: 'aborted', status: { ...aborted, updatedReplicas: 1 } },
      /1 pod of other versions is still there/,
    ],
    [
      'the abort is not carried out yet',
      { way: 'aborted', status: { ...aborted, abortedAt: undefined } },
      /has not aborted the update yet/,
    ],
    [
      'traffic still goes to the other version',
      {
        way: 'abort-only',
        strategy: routed,
        status: { ...aborted, canary: { weights: { canary: { weight: 20 } } } },
      },
      /traffic does not go to them alone yet/,
    ],
    [
      'the active service selects the other version',
      {
        way: 'aborted',
        strategy: { blueGreen: {} },
        status: { ...aborted, blueGreen: { activeSelector: 'bad' } },
      },
      /active service does not select them yet/,
    ],
    [
      'the phase is not that of a Rollout at rest',
      { way: 'template', status: { ...back, phase: 'Degraded', message: 'InvalidSpec: x' } },
      /Argo Rollouts says Degraded: InvalidSpec: x/,
    ],
  ])('%s: not done', (_, given, words) => {
    expect(completion(given)).toMatchObject({ done: false, words: expect.stringMatching(words) });
  });

  it.each<[string, Parameters<typeof completion>[0], string | undefined]>([
    [
      'it is not the stable version yet: its steps are to be skipped',
      { way: 'template', status: { ...back, stableRS: 'bad' } },
      'promotion',
    ],
    [
      'that is asked for already',
      { way: 'template', status: { ...back, stableRS: 'bad', promoteFull: true } },
      undefined,
    ],
    [
      'an abort was dropped',
      { way: 'abort-only', status: { ...aborted, abort: undefined } },
      'abort',
    ],
  ])('%s', (_, given, ask) => {
    expect(completion(given).ask).toBe(ask);
  });

  it('another version was promoted after the abort: nothing to wait for', () => {
    expect(completion({ way: 'aborted', status: { ...aborted, stableRS: 'bad' } })).toMatchObject({
      done: false,
      held: expect.stringContaining('another version has become the stable one'),
    });
  });
});
