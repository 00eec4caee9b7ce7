import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { needsTimeline, stateOf, timelineOf } from '../../../src/pipelines/azure/state.js';
import type { TimelineRow } from '../../support/stand-in-azure.js';

const rows = (...records: TimelineRow[]) => timelineOf(200, { records });
const stage = { type: 'Stage', state: 'pending' };
const pendingJob = { type: 'Job', state: 'pending', startTime: null, workerName: null };
const job = { type: 'Job', state: 'inProgress', startTime: '2026-01-01T00:00:00Z' };
const cancelledJob = { ...pendingJob, state: 'completed', result: 'canceled' };

describe('the state of an Azure build', () => {
  it.each([
    ['notStarted', undefined, 'queued'],
    ['postponed', undefined, 'queued'],
    ['inProgress', undefined, 'running'],
    ['cancelling', undefined, 'running'],
    ['none', undefined, 'unknown'],
    ['all', undefined, 'unknown'],
    ['tomorrow', undefined, 'unknown'],
    ['constructor', undefined, 'unknown'],
    [undefined, 'succeeded', 'unknown'],
    ['inProgress', 'succeeded', 'running'],
    ['completed', 'succeeded', 'succeeded'],
    ['completed', 'partiallySucceeded', 'failed'],
    ['completed', 'failed', 'failed'],
    ['completed', 'canceled', 'cancelled'],
    ['completed', 'none', 'unknown'],
    ['completed', 'toString', 'unknown'],
    ['completed', 'Succeeded', 'unknown'],
    ['completed', null, 'unknown'],
    ['completed', undefined, 'unknown'],
  ])('%s, %s: %s', (status, result, phase) => {
    expect(stateOf({ status, result }, undefined).phase).toBe(phase);
  });

  it('is success only for completed with succeeded, whatever the timeline says', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('completed', 'succeeded', null, 1, {}));
    const timeline = fc.constantFrom(undefined, [], rows(job), rows(pendingJob));
    fc.assert(
      fc.property(word, word, timeline, (status, result, records) => {
        const succeeded = stateOf({ status, result }, records).phase === 'succeeded';
        expect(succeeded).toBe(status === 'completed' && result === 'succeeded');
      }),
    );
  });

  it.each([
    [{ type: 'Checkpoint.Approval', state: 'inProgress' }, /wants an approval/],
    [{ type: 'Checkpoint.Authorization', state: 'inProgress' }, /not permitted to use yet/],
    [
      { type: 'Task', state: 'inProgress', task: { name: 'ManualValidation' } },
      /manual validation/,
    ],
  ])('with %j: waiting for a person', (record, hint) => {
    for (const status of ['inProgress', 'notStarted']) {
      expect(stateOf({ status }, rows(stage, job, record))).toEqual({
        phase: 'waiting',
        word: status,
        hint: expect.stringMatching(hint),
      });
    }
  });

  it.each([
    [{ type: 'Checkpoint.Approval', state: 'completed' }],
    [{ type: 'Checkpoint.Approval', state: 'pending' }],
    [{ type: 'Checkpoint.TaskCheck', state: 'inProgress' }],
    [{ type: 'Task', state: 'inProgress', task: { name: 'Bash' } }],
    [{ type: 'Task', state: 'inProgress', task: null }],
  ])('with %j: running', (record) => {
    expect(stateOf({ status: 'inProgress' }, rows(job, record)).phase).toBe('running');
  });

  it('with a lock or without an agent: queued until a job starts', () => {
    const lock = { type: 'Checkpoint.ExclusiveLock', state: 'inProgress' };
    const status = 'inProgress';
    expect(stateOf({ status }, rows(stage, lock))).toMatchObject({
      phase: 'queued',
      hint: expect.stringMatching(/exclusive lock.*can never begin/),
    });
    expect(stateOf({ status }, rows(stage, pendingJob))).toMatchObject({
      phase: 'queued',
      hint: expect.stringMatching(/agent or a parallel job/),
    });
    expect(stateOf({ status }, rows(job, lock)).phase).toBe('running');
    expect(stateOf({ status }, []).phase).toBe('running');
  });

  it.each([
    ['no timeline can be read', undefined, undefined, true],
    ['it never started', undefined, [], false],
    ['it started', '2026-01-01T00:00:00Z', [], true],
    ['its jobs were cancelled while they waited', 'then', rows(stage, cancelledJob), false],
    ['a job had an agent', undefined, rows({ ...cancelledJob, workerName: 'agent 1' }), true],
    ['a job had started', undefined, rows({ ...cancelledJob, startTime: 'then' }), true],
    ['a job was done', undefined, rows({ ...cancelledJob, result: 'succeeded' }), true],
    ['a task ran', undefined, rows({ type: 'Task', state: 'inProgress' }), true],
    ['all was skipped', undefined, rows({ ...cancelledJob, result: 'skipped' }), false],
    ['it was run again', 'then', rows({ ...cancelledJob, attempt: 2 }), true],
  ])('cancelled or failed, when %s', (_, startTime, timeline, mayHaveRun) => {
    const build = { status: 'completed', startTime };
    for (const [result, phase] of [
      ['canceled', 'cancelled'],
      ['failed', 'failed'],
    ]) {
      expect(stateOf({ ...build, result }, timeline)).toEqual({ phase, word: result, mayHaveRun });
    }
  });

  it('partiallySucceeded: failed, and something has run', () => {
    const build = { status: 'completed', result: 'partiallySucceeded' };
    expect(stateOf(build, undefined)).toEqual({ phase: 'failed', word: 'partiallySucceeded' });
  });

  it('failed with a job that shows no start: may have run', () => {
    const failedJob = { ...pendingJob, state: 'completed', result: 'failed' };
    expect(stateOf({ status: 'completed', result: 'failed' }, rows(failedJob))).toMatchObject({
      mayHaveRun: true,
    });
  });
});

describe('the timeline of an Azure build', () => {
  it.each([
    [204, '', []],
    [200, null, []],
    [200, { records: [] }, []],
    [200, {}, undefined],
    [200, 'text', undefined],
  ])('from status %i with %j', (status, data, records) => {
    expect(timelineOf(status, data)).toEqual(records);
  });

  it('is read only for states where it decides', () => {
    expect(needsTimeline('inProgress', undefined)).toBe(true);
    expect(needsTimeline('notStarted', undefined)).toBe(true);
    expect(needsTimeline('completed', 'canceled')).toBe(true);
    expect(needsTimeline('completed', 'failed')).toBe(true);
    expect(needsTimeline('completed', 'partiallySucceeded')).toBe(false);
    expect(needsTimeline('completed', 'succeeded')).toBe(false);
    expect(needsTimeline('cancelling', undefined)).toBe(false);
  });
});
