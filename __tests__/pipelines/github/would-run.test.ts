import { describe, expect, it } from '@jest/globals';
import type { GithubContext } from '../../../src/pipelines/github/context.js';
import { readDeclaration } from '../../../src/pipelines/github/workflow.js';
import { checkJobs } from '../../../src/pipelines/github/would-run.js';

/** The findings for a workflow with these jobs, whose input `rollback` has this type. */
function findings(
  jobs: string,
  {
    type = 'boolean',
    named = [],
    inputs = '',
    parameters = {},
  }: {
    readonly type?: string;
    readonly named?: readonly string[];
    readonly inputs?: string;
    readonly parameters?: Readonly<Record<string, string>>;
  } = {},
): readonly string[] {
  const text = `on: { workflow_dispatch: { inputs: { rollback: { type: ${type} }, ${inputs} } } }\njobs: ${jobs}`;
  const found: string[] = [];
  checkJobs(
    { workflow: 'rollback.yml', rollbackJobs: named } as unknown as GithubContext,
    { ref: undefined, optional: { rollback: 'true' }, parameters, correlationId: 'preflight' },
    readDeclaration(text),
    (level, message, fix) => found.push(`${level}: ${message} -> ${fix ?? ''}`),
  );
  return found;
}

describe('whether the rollback job would run', () => {
  it.each([
    ['without a condition', '{ undo: {} }', {}],
    ['inputs.rollback of a boolean', '{ undo: { if: inputs.rollback } }', {}],
    ['equal to true', '{ undo: { if: inputs.rollback == true } }', {}],
    ['a text equal to a text', `{ undo: { if: "inputs.rollback == 'true'" } }`, { type: 'string' }],
    ['the text of the event', `{ undo: { if: "github.event.inputs.rollback == 'true'" } }`, {}],
    [
      'what only the run knows',
      '{ undo: { if: inputs.rollback_id } }',
      { inputs: 'rollback_id: {}' },
    ],
    ['a number', '{ undo: { if: inputs.n == 1 } }', { inputs: 'n: { type: number, default: 2 }' }],
    [
      'a parameter',
      `{ undo: { if: "inputs.mode == 'x'" } }`,
      { inputs: 'mode: {}', parameters: { mode: 'x' } },
    ],
    ['a default', `{ undo: { if: "inputs.mode == 'x'" } }`, { inputs: 'mode: { default: x }' }],
    [
      'another job is skipped, and one is named',
      '{ undo: {}, page: { if: false } }',
      { named: ['undo'] },
    ],
    ['a name of its own', '{ undo: { name: Undo it } }', { named: ['Undo it'] }],
    ['a name with the values of a matrix', '{ undo: {} }', { named: ['undo (eu, 1)'] }],
    ['a job of a reusable workflow', '{ undo: { uses: ./x.yml } }', { named: ['undo / all'] }],
    ['a name that only the run knows', '{ x: { name: "${{ matrix.a }}" } }', { named: ['eu'] }],
    ['no jobs that can be read', '[]', { named: ['undo'] }],
  ])('%s: nothing to say', (_, jobs, options) => {
    expect(findings(jobs, options)).toEqual([]);
  });

  it.each([
    [
      'a boolean compared with a text',
      `{ undo: { if: "inputs.rollback == 'true'" } }`,
      {},
      `warning: the job "undo" of the workflow rollback.yml would be skipped, and nothing be rolled back (if: inputs.rollback == 'true') -> write if: inputs.rollback: the input is a boolean, and a boolean equals no text`,
    ],
    [
      'the text of the event compared with a boolean',
      '{ undo: { if: github.event.inputs.rollback == true } }',
      { type: 'string' },
      `warning: the job "undo" of the workflow rollback.yml would be skipped, and nothing be rolled back (if: github.event.inputs.rollback == true) -> write if: inputs.rollback == 'true': github.event.inputs holds texts, and a text equals no boolean`,
    ],
    [
      'another condition that is false',
      '{ undo: { if: "!inputs.rollback" } }',
      {},
      'warning: the job "undo" of the workflow rollback.yml would be skipped, and nothing be rolled back (if: !inputs.rollback) -> let it run when the input "rollback" is true',
    ],
    [
      'all of several',
      '{ a: { if: "!inputs.rollback" }, b: { needs: a } }',
      {},
      'warning: the jobs "a", "b" of the workflow rollback.yml would be skipped, and nothing be rolled back (if: !inputs.rollback) -> let it run when the input "rollback" is true',
    ],
    [
      'another one, and none is named',
      '{ undo: {}, page: { if: failure() } }',
      {},
      'warning: the job "page" of the workflow rollback.yml would be skipped, so that its run could not prove a rollback (if: failure()) -> name the jobs that roll back in rollback-job, or take this one out of the workflow',
    ],
    [
      'the named one',
      '{ undo: { if: false }, page: {} }',
      { named: ['undo'] },
      'warning: the job "undo" of the workflow rollback.yml would be skipped, and nothing be rolled back (if: false) -> let it run when the input "rollback" is true',
    ],
    [
      'a named one that is not there',
      '{ undo: {}, page: {} }',
      { named: ['rollback', 'undo'] },
      'warning: rollback-job names jobs that the workflow rollback.yml does not have: rollback -> it has: undo, page',
    ],
  ])('%s: a warning, with what to write', (_, jobs, options, finding) => {
    expect(findings(jobs, options)).toEqual([finding]);
  });
});
