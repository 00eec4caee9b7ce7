import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { composeInputs, readDeclaration } from '../../../src/pipelines/github/workflow.js';

describe('the declaration of a workflow', () => {
  it.each([
    ['on: workflow_dispatch', true],
    ['on: [push, workflow_dispatch]', true],
    ['on: { workflow_dispatch: }', true],
    ['"on": { workflow_dispatch: { inputs: } }', true],
    ['true: { workflow_dispatch: }', true],
    ['%YAML 1.1\n---\non: { workflow_dispatch: }', true],
    ['on: push', false],
    ['on: [push]', false],
    ['on: { push: { branches: [workflow_dispatch] } }', false],
    ['', false],
    ['[]', false],
  ])('%j can be started by hand: %s', (text, dispatch) => {
    expect(readDeclaration(text).dispatch).toBe(dispatch);
  });

  it.each([
    ['Rollback ${{ inputs.rollback_id }}', true],
    ['${{ github.event.inputs.rollback_id }}', true],
    ["${{ inputs['rollback_id'] }}", true],
    ['Rollback ${{ inputs.rollback_target }}', false],
    ['rollback_id', false],
  ])('run-name %j shows the id: %s', (runName, showsId) => {
    const text = `run-name: ${JSON.stringify(runName)}\non: workflow_dispatch`;
    expect(readDeclaration(text).showsId).toBe(showsId);
  });

  it('says which inputs are required', () => {
    const { inputs } = readDeclaration(
      'on: { workflow_dispatch: { inputs: { a: { required: true }, b: { required: true, default: x }, c: } } }',
    );
    expect(Object.fromEntries(inputs)).toEqual({
      a: { required: true, type: 'string', preset: undefined },
      b: { required: false, type: 'string', preset: 'x' },
      c: { required: false, type: 'string', preset: undefined },
    });
  });

  it('says which jobs there are, how they are called, and when they run', () => {
    const { jobs } = readDeclaration(
      'jobs: { a: { if: false, needs: b }, b: { name: Undo it, needs: [a, 1] }, c: }',
    );
    expect(jobs).toEqual([
      { id: 'a', name: 'a', condition: 'false', needs: ['b'] },
      { id: 'b', name: 'Undo it', condition: undefined, needs: ['a'] },
      { id: 'c', name: 'c', condition: undefined, needs: [] },
    ]);
  });
});

describe('the inputs of a dispatch', () => {
  it('are the marker, the declared optional ones, and the parameters as given', () => {
    const names = fc.constantFrom('rollback', 'rollback_id', 'rollback_image', 'mode', 'zone');
    const values = fc.dictionary(names, fc.string(), { noNullPrototype: true });
    fc.assert(
      fc.property(fc.uniqueArray(names), values, fc.boolean(), (declared, parameters, readable) => {
        const optional = { rollback: 'true', rollback_id: 'x', rollback_image: 'i' };
        const { inputs, problems } = composeInputs(
          { ref: undefined, optional, parameters, correlationId: 'x' },
          readable
            ? {
                dispatch: true,
                inputs: new Map(
                  declared.map((name) => [
                    name,
                    { required: false, type: 'string', preset: undefined },
                  ]),
                ),
                showsId: false,
                jobs: [],
              }
            : undefined,
          'rollback.yml',
        );
        if (problems.length > 0) return;
        expect(inputs).toMatchObject({ ...parameters, rollback: 'true' });
        for (const name of Object.keys(inputs)) {
          const known = readable ? declared.some((one) => one === name) : name === 'rollback';
          expect(known || name in parameters).toBe(true);
        }
      }),
    );
  });

  it.each([
    [{}, 'requires the input "version", which is not sent'],
    [{ version: '' }, 'requires the input "version", which is sent without a value'],
    [{ version: '1' }, undefined],
  ])('parameters %j for a required input: %s', (parameters, problem) => {
    const declaration = readDeclaration(
      'on: { workflow_dispatch: { inputs: { rollback: {}, version: { required: true } } } }',
    );
    const { problems } = composeInputs(
      { ref: undefined, optional: { rollback: 'true' }, parameters, correlationId: 'x' },
      declaration,
      'rollback.yml',
    );
    expect(problems.map(({ message }) => message)).toEqual(
      problem === undefined ? [] : [`the workflow rollback.yml ${problem}`],
    );
  });
});
