import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  NO_WORKFLOW_MS,
  hasBegun,
  nothingSeen,
  stateOf,
  type Workflow,
} from '../../../src/pipelines/circleci/state.js';

function workflow(status: string, more: Partial<Workflow> = {}): Workflow {
  return { id: `w-${status}`, name: 'rollback', status, setup: false, ...more };
}

function read(state: string, workflows: readonly Workflow[], errors: readonly string[] = []) {
  return stateOf({ state, errors }, workflows, nothingSeen, 0).state;
}

/** The state after a minute in which nothing has changed. */
function readLater(state: string, workflows: readonly Workflow[]) {
  const first = stateOf({ state, errors: [] }, workflows, nothingSeen, 5);
  return stateOf({ state, errors: [] }, workflows, first.memory, 5 + NO_WORKFLOW_MS).state;
}

describe('the state of a CircleCI pipeline', () => {
  it.each([
    ['success', 'succeeded'],
    ['running', 'running'],
    ['failing', 'running'],
    ['queued', 'queued'],
    ['on_hold', 'waiting'],
    ['canceled', 'cancelled'],
    ['failed', 'failed'],
    ['error', 'failed'],
    ['not_run', 'failed'],
    ['unauthorized', 'failed'],
    ['tomorrow', 'unknown'],
    ['constructor', 'unknown'],
  ])('a workflow that is %s: %s', (status, phase) => {
    expect(read('created', [workflow(status)])).toMatchObject({
      phase,
      word: expect.stringMatching(new RegExp(`^${status}`)),
    });
  });

  it.each([
    ['pending', 'queued'],
    ['setup-pending', 'queued'],
    ['setup', 'queued'],
    ['created', 'queued'],
    ['errored', 'failed'],
    ['tomorrow', 'unknown'],
    ['toString', 'unknown'],
  ])('a pipeline without workflows that is %s: %s', (state, phase) => {
    expect(read(state, []).phase).toBe(phase);
  });

  it.each([
    [['success', 'success'], 'succeeded'],
    [['success', 'running'], 'running'],
    [['failed', 'running'], 'running'],
    [['failed', 'canceled', 'success'], 'failed'],
    [['canceled', 'success'], 'cancelled'],
    [['success', 'on_hold'], 'waiting'],
    [['queued', 'on_hold'], 'waiting'],
    [['queued', 'queued'], 'queued'],
    [['success', 'queued'], 'running'],
    [['success', 'tomorrow'], 'unknown'],
    [['success', 'not_run'], 'failed'],
  ])('several workflows, %j: %s', (statuses, phase) => {
    const state = read(
      'created',
      statuses.map((status, place) => workflow(status, { id: String(place) })),
    );
    expect(state.phase).toBe(phase);
    for (const status of statuses) expect(state.word).toContain(`rollback: ${status}`);
  });

  it('says what a waiting run waits for', () => {
    expect(read('created', [workflow('queued')])).toMatchObject({
      hint: expect.stringMatching(/serial-group/),
    });
    expect(read('created', [workflow('on_hold')])).toMatchObject({
      hint: expect.stringMatching(/approval/),
    });
    expect(read('created', [workflow('unauthorized')]).word).toMatch(/context/);
  });

  it("errored: failed, nothing has run, with CircleCI's message", () => {
    expect(read('errored', [], ['Unexpected argument(s): rollback', '::error::x'])).toEqual({
      phase: 'failed',
      word: expect.stringMatching(
        /^errored: Unexpected argument\(s\): rollback; ::error::x \(Declare these under parameters/,
      ),
      mayHaveRun: false,
    });
    expect(read('errored', [])).toEqual({ phase: 'failed', word: 'errored', mayHaveRun: false });
    expect(read('errored', [workflow('success', { setup: true })])).not.toHaveProperty(
      'mayHaveRun',
    );
  });

  describe('with a setup workflow', () => {
    const setup = workflow('success', { id: 's', setup: true });

    it.each([
      ['setup', [setup], 'running'],
      ['created', [setup], 'running'],
      ['setup', [workflow('success')], 'running'],
      ['setup', [workflow('failed', { setup: true })], 'failed'],
      ['created', [setup, workflow('success')], 'succeeded'],
      ['created', [setup, workflow('running')], 'running'],
    ])('pipeline %s with %j: %s', (state, workflows, phase) => {
      expect(read(state, workflows).phase).toBe(phase);
    });

    it('without a tag: the setup workflow is remembered as one', () => {
      const unmarked = workflow('success', { id: 's' });
      const first = stateOf({ state: 'setup', errors: [] }, [unmarked], nothingSeen, 0);
      const then = (workflows: readonly Workflow[]) =>
        stateOf({ state: 'created', errors: [] }, workflows, first.memory, 1).state.phase;
      expect(then([unmarked])).toBe('running');
      expect(then([unmarked, workflow('success')])).toBe('succeeded');
    });

    it('without a workflow after it: failed after a minute', () => {
      expect(readLater('created', [setup])).toMatchObject({
        phase: 'failed',
        word: expect.stringMatching(/no workflow followed its setup workflow/),
      });
      expect(readLater('setup', [setup]).phase).toBe('failed');
    });
  });

  it('created without any workflow: failed after a minute', () => {
    expect(readLater('created', [])).toEqual({
      phase: 'failed',
      word: expect.stringMatching(/no workflow matched.*pipeline\.parameters\.rollback/),
    });
    expect(readLater('pending', []).phase).toBe('queued');
    expect(readLater('setup-pending', []).phase).toBe('queued');
    expect(readLater('tomorrow', []).phase).toBe('unknown');
  });

  it('a workflow that ran in between: the minute starts again', () => {
    const created = { state: 'created', errors: [] };
    const idle = stateOf(created, [], nothingSeen, 0);
    const busy = stateOf(created, [workflow('running')], idle.memory, 50_000);
    const again = stateOf(created, [], busy.memory, NO_WORKFLOW_MS);
    expect(again.state.phase).toBe('queued');
  });

  it('is success only when created, with a workflow beyond setup, all of them "success"', () => {
    const words = fc.constantFrom(
      'success',
      'running',
      'failing',
      'queued',
      'on_hold',
      'canceled',
      'failed',
      'Success',
      'ok',
      '',
    );
    const workflows = fc.array(fc.record({ status: words, setup: fc.boolean() }), { maxLength: 4 });
    const states = fc.constantFrom('created', 'pending', 'setup', 'setup-pending', 'errored', 'ok');
    fc.assert(
      fc.property(states, workflows, fc.nat(200_000), (state, given, now) => {
        const all = given.map(({ status, setup }, place) =>
          workflow(status, { id: String(place), setup }),
        );
        const { phase } = stateOf({ state, errors: [] }, all, nothingSeen, now).state;
        expect(phase === 'succeeded').toBe(
          state === 'created' &&
            given.some(({ setup }) => !setup) &&
            given.every(({ status }) => status === 'success'),
        );
      }),
    );
  });
});

describe('a job that has started', () => {
  it.each([
    [{ status: 'running', started_at: '2026-01-01T00:00:00Z' }, true],
    [{ status: 'success', started_at: '2026-01-01T00:00:00Z' }, true],
    [{ status: 'canceled', started_at: null }, false],
    [{ status: 'canceled', started_at: '2026-01-01T00:00:00Z' }, true],
    [{ status: 'blocked', started_at: null }, false],
    [{ status: 'queued', started_at: '2026-01-01T00:00:00Z' }, false],
    [{ status: 'not_running' }, false],
    [{ status: 'on_hold', type: 'approval', started_at: '2026-01-01T00:00:00Z' }, false],
    [{ status: 'success', type: 'approval' }, false],
    [{ status: 'canceled' }, true],
    [{}, true],
  ])('%j: %s', (job, begun) => {
    expect(hasBegun(job)).toBe(begun);
  });
});
