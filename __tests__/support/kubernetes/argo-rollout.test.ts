import { describe, expect, it } from '@jest/globals';
import {
  argoRolloutOf,
  foreignTemplate,
  resumeInWords,
} from '../../../src/support/kubernetes/argo-rollout.js';
import {
  asWorkload,
  objectOf,
  parseWorkloadName,
} from '../../../src/support/kubernetes/workload.js';

function read(status: object, spec: object = { strategy: { canary: {} } }, generation = 12) {
  const metadata = { name: 'api', namespace: 'shop', uid: 'u', generation };
  return argoRolloutOf(asWorkload({ kind: 'Rollout', metadata, spec, status })!);
}

const condition = (message: string): object => ({
  ...{ abort: true, abortedAt: '2026-01-01T00:00:00Z', observedGeneration: '12' },
  conditions: [{ type: 'Progressing', reason: 'RolloutAborted', message }],
});

describe('the status of a Rollout', () => {
  it.each([
    ['12', true],
    ['11', false],
    ['9', false],
    // Before 0.10 it was a hash.
    ['5d4f7c', false],
    [12, true],
    [undefined, false],
  ])('observedGeneration %j of 12: seen %s', (observedGeneration, isSeen) => {
    expect(read({ observedGeneration }).isSeen).toBe(isSeen);
  });

  it.each([
    [{ stableRS: 'a', currentPodHash: 'a', observedGeneration: '12' }, false],
    [{ stableRS: 'a', currentPodHash: 'b', observedGeneration: '12' }, true],
    [{ stableRS: 'a', currentPodHash: 'a', observedGeneration: '11' }, true],
    [{ stableRS: '', currentPodHash: 'a', observedGeneration: '12' }, false],
  ])('%j: an update is on its way: %s', (status, isUpdating) => {
    expect(read(status)).toMatchObject({ isUpdating });
  });

  it.each([
    [
      'by an analysis',
      'Rollout aborted update to revision 2: metric "x" assessed Failed',
      'metric "x" assessed Failed',
    ],
    ['on request', 'Rollout aborted update to revision 2', undefined],
  ])('an abort %s', (_, message, because) => {
    expect(read(condition(message))).toMatchObject({
      ...{ isAborted: true, hasAborted: true, abortedBecause: because },
    });
  });

  it('an abort that the controller has not carried out yet', () => {
    expect(read({ abort: true })).toMatchObject({ isAborted: true, hasAborted: false });
  });

  it('the weights of the traffic, and the active version of blue-green', () => {
    const canary = { weights: { canary: { weight: 20 }, stable: { weight: 80 } } };
    expect(read({ canary }, { strategy: { canary: { trafficRouting: {} } } })).toMatchObject({
      ...{ strategy: 'canary', isRouted: true, canaryWeight: 20 },
    });
    const blueGreen = { activeSelector: 'a' };
    expect(read({ blueGreen }, { strategy: { blueGreen: {} } })).toMatchObject({
      ...{ strategy: 'blue-green', isRouted: false, active: 'a' },
    });
  });

  it('a word for the phase that is not known is no phase', () => {
    expect(read({ phase: 'Splendid' }).phase).toBe('unknown');
  });
});

describe('a Rollout as an object', () => {
  it('has the group of Argo Rollouts', () => {
    expect(objectOf(parseWorkloadName('rollout/api')!)).toBe('rollouts.argoproj.io/api');
  });

  it('with a template of another object: the way out', () => {
    const workload = {
      ...({ kind: 'rollout', name: 'api', namespace: 'shop' } as const),
      spec: { workloadRef: { kind: 'Deployment', name: 'web' } },
    };
    expect(foreignTemplate(workload)).toMatchObject({
      fix: 'abort by hand (kubectl argo rollouts abort api -n shop), or roll deployment/web back by git, ci or command',
    });
    expect(foreignTemplate({ ...workload, spec: {} })).toBeUndefined();
  });

  it('is resumed by a patch, others by kubectl rollout', () => {
    const where = { name: 'api', namespace: 'shop' };
    expect(resumeInWords({ kind: 'rollout', ...where })).toContain('kubectl patch rollouts');
    expect(resumeInWords({ kind: 'deployment', ...where })).toBe(
      'kubectl rollout resume deployment/api -n shop',
    );
  });
});
