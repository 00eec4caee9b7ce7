import { describe, expect, it } from '@jest/globals';
import { forgejoState, giteaState } from '../../../src/pipelines/gitea/state.js';

describe('the state of a run of Gitea', () => {
  it.each([
    ['queued', undefined, 'queued', 'queued'],
    // Blocked by another run, and not by a person as with GitHub.
    ['waiting', undefined, 'queued', 'waiting'],
    ['in_progress', undefined, 'running', 'in_progress'],
    ['completed', 'success', 'succeeded', 'success'],
    ['completed', 'failure', 'failed', 'failure'],
    ['completed', 'skipped', 'failed', 'skipped'],
    ['completed', 'cancelled', 'cancelled', 'cancelled'],
    ['completed', 'neutral', 'failed', 'neutral'],
    ['completed', '', 'unknown', 'completed without a conclusion'],
    ['completed', null, 'unknown', 'completed without a conclusion'],
    ['', undefined, 'unknown', ''],
    ['success', 'success', 'unknown', 'success'],
    ['constructor', undefined, 'unknown', 'constructor'],
    [7, 'success', 'unknown', 'no status'],
  ])('%j %j: %s', (status, conclusion, phase, word) => {
    expect(giteaState(status, conclusion)).toMatchObject({ phase, word });
  });

  it('says what holds a queued run up', () => {
    expect(giteaState('queued', undefined)).toMatchObject({
      hint: expect.stringContaining('runner'),
    });
    expect(giteaState('waiting', undefined)).toMatchObject({
      hint: expect.stringContaining('concurrency group'),
    });
  });
});

describe('the state of a run of Forgejo', () => {
  it.each([
    ['waiting', false, 'queued'],
    ['waiting', true, 'waiting'],
    ['blocked', undefined, 'queued'],
    ['blocked', true, 'waiting'],
    ['running', undefined, 'running'],
    ['success', undefined, 'succeeded'],
    ['failure', undefined, 'failed'],
    ['skipped', undefined, 'failed'],
    ['cancelled', undefined, 'cancelled'],
    ['unknown', undefined, 'unknown'],
    ['completed', undefined, 'unknown'],
    ['toString', undefined, 'unknown'],
  ])('%j, needs an approval: %j: %s', (status, needsApproval, phase) => {
    expect(forgejoState(status, needsApproval)).toMatchObject({ phase, word: status });
  });
});
