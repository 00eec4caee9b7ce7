import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jobPhaseOf, stateOf } from '../../../src/pipelines/gitlab/state.js';

describe('the state of a GitLab pipeline', () => {
  it.each([
    ['created', 'queued', undefined],
    ['waiting_for_resource', 'queued', /resource_group/],
    ['preparing', 'queued', undefined],
    ['waiting_for_callback', 'queued', undefined],
    ['pending', 'queued', /single runner/],
    ['scheduled', 'queued', /delayed/],
    ['running', 'running', undefined],
    ['canceling', 'running', undefined],
    ['manual', 'waiting', /when: manual/],
    ['success', 'succeeded', undefined],
    ['canceled', 'cancelled', undefined],
    ['failed', 'failed', undefined],
    ['skipped', 'failed', undefined],
    ['cancelled', 'unknown', undefined],
    ['constructor', 'unknown', undefined],
    ['', 'unknown', undefined],
  ])('%s: %s', (word, phase, hint) => {
    const state = stateOf(word);
    expect(state).toMatchObject({ phase, word });
    if (hint === undefined) expect(state).not.toHaveProperty('hint');
    else expect(state).toMatchObject({ hint: expect.stringMatching(hint) });
  });

  it('is success only for success', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('success', 'Success', 'succeeded', 'passed'),
    );
    fc.assert(
      fc.property(word, (status) => {
        expect(stateOf(status).phase === 'succeeded').toBe(status === 'success');
      }),
    );
  });
});

describe('the phase of a GitLab job', () => {
  it.each([
    ['created', 'not-begun'],
    ['pending', 'not-begun'],
    ['scheduled', 'not-begun'],
    ['running', 'running'],
    ['manual', 'over'],
    ['success', 'over'],
    ['canceling', 'over'],
    ['tomorrow', 'running'],
    ['toString', 'running'],
  ])('%s: %s', (word, phase) => {
    expect(jobPhaseOf(word)).toBe(phase);
  });
});
