import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stateOfBuild, stateOfItem } from '../../../src/pipelines/jenkins/state.js';

describe('the state of a Jenkins build', () => {
  it.each([
    [true, null, undefined, 'running', 'building'],
    [true, 'SUCCESS', undefined, 'running', 'building'],
    [true, null, 'IN_PROGRESS', 'running', 'building'],
    [true, null, 'FAILED', 'running', 'building'],
    [true, null, 'PAUSED_PENDING_INPUT', 'waiting', 'PAUSED_PENDING_INPUT'],
    [false, 'SUCCESS', undefined, 'succeeded', 'SUCCESS'],
    [false, 'UNSTABLE', undefined, 'failed', 'UNSTABLE'],
    [false, 'FAILURE', undefined, 'failed', 'FAILURE'],
    [false, 'NOT_BUILT', undefined, 'failed', 'NOT_BUILT'],
    [false, 'ABORTED', undefined, 'cancelled', 'ABORTED'],
    [false, 'success', undefined, 'unknown', 'success'],
    [false, 'constructor', undefined, 'unknown', 'constructor'],
    [false, null, undefined, 'unknown', 'done without a result'],
    [undefined, 'SUCCESS', undefined, 'unknown', 'neither building nor done'],
    ['false', 'SUCCESS', undefined, 'unknown', 'neither building nor done'],
  ])('building %s, %s, %s: %s', (building, result, pipeline, phase, word) => {
    expect(stateOfBuild({ building, result, pipeline })).toMatchObject({ phase, word });
  });

  it('aborted: may have run', () => {
    expect(stateOfBuild({ building: false, result: 'ABORTED' })).toMatchObject({
      mayHaveRun: true,
    });
  });

  it('is success only for a build that has ended with SUCCESS', () => {
    const any = fc.oneof(fc.string(), fc.constantFrom(true, false, 'SUCCESS', null, undefined, {}));
    fc.assert(
      fc.property(any, any, any, (building, result, pipeline) => {
        const succeeded = stateOfBuild({ building, result, pipeline }).phase === 'succeeded';
        expect(succeeded).toBe(building === false && result === 'SUCCESS');
      }),
    );
  });
});

describe('the state of a Jenkins queue item', () => {
  it.each([
    ['Waiting for next available executor', /only one.*label.*second executor/],
    ['Waiting for next available executor on ‘linux’', /second executor/],
    ['Build #16 is already in progress (ETA: 5 min 2 sec)', /no concurrent builds.*job of its own/],
    ['‘agent-1’ is offline', /no agent/],
    ['All nodes of label ‘linux’ are offline', /no agent/],
    ['There are no nodes with the label ‘linux’', /no agent/],
    ['‘agent-1’ doesn’t have label ‘linux’', /no agent/],
    ['Jenkins is about to shut down', /shut down/],
    ['Upstream project build is already building.', /other jobs/],
  ])('%s: queued, with a hint', (why, says) => {
    expect(stateOfItem({ why, cancelled: false, buildable: false })).toEqual({
      phase: 'queued',
      word: why,
      hint: expect.stringMatching(says),
    });
  });

  it('without an executor: a deadlock hint, in any language', () => {
    const state = stateOfItem({ why: '等待下一个可用的执行器', cancelled: false, buildable: true });
    expect(state).toMatchObject({ hint: expect.stringMatching(/no executor is free/) });
  });

  it.each([['In the quiet period. Expires in 0 ms'], ['']])(
    'with the reason %j: no hint',
    (why) => {
      const state = stateOfItem({ why, cancelled: undefined, buildable: undefined });
      expect(state).toEqual({ phase: 'queued', word: why === '' ? 'in the queue' : why });
    },
  );

  it('cancelled: nothing has run', () => {
    expect(stateOfItem({ why: null, cancelled: true, buildable: false })).toEqual({
      phase: 'cancelled',
      word: 'cancelled in the queue',
      mayHaveRun: false,
    });
  });
});
