import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stateOf } from '../../../src/pipelines/github/state.js';

describe('the state of a GitHub run', () => {
  it.each([
    ['queued', null, 'queued'],
    ['requested', null, 'queued'],
    ['pending', null, 'queued'],
    ['in_progress', null, 'running'],
    ['waiting', null, 'waiting'],
    ['action_required', null, 'waiting'],
    ['tomorrow', null, 'unknown'],
    [undefined, 'success', 'unknown'],
    ['in_progress', 'success', 'running'],
    ['constructor', null, 'unknown'],
    ['completed', 'success', 'succeeded'],
    ['completed', 'cancelled', 'cancelled'],
    ['completed', 'failure', 'failed'],
    ['completed', 'timed_out', 'failed'],
    ['completed', 'startup_failure', 'failed'],
    ['completed', 'skipped', 'failed'],
    ['completed', 'neutral', 'failed'],
    ['completed', 'stale', 'failed'],
    ['completed', 'action_required', 'waiting'],
    ['completed', 'toString', 'failed'],
    ['completed', null, 'unknown'],
    ['completed', undefined, 'unknown'],
  ])('%s, %s: %s', (status, conclusion, phase) => {
    expect(stateOf(status, conclusion).phase).toBe(phase);
  });

  it('is success only for completed with success', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('completed', 'success', null, 1, {}));
    fc.assert(
      fc.property(word, word, (status, conclusion) => {
        const succeeded = stateOf(status, conclusion).phase === 'succeeded';
        expect(succeeded).toBe(status === 'completed' && conclusion === 'success');
      }),
    );
  });
});
