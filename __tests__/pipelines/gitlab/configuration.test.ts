import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { composeInputs, readDeclaration } from '../../../src/pipelines/gitlab/configuration.js';
import type { StartRequest } from '../../../src/contract/pipeline.js';

const request: StartRequest = {
  ref: undefined,
  optional: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
  parameters: {},
  correlationId: 'rg-1',
};

describe('the inputs that a GitLab configuration declares', () => {
  it('are read from its header', () => {
    const text = `spec:
  inputs:
    rollback: { type: boolean, default: false }
    zone:
    count: { type: number, default: 1 }
---
job: { script: !reference [.x, script] }
`;
    expect(Object.fromEntries(readDeclaration(text))).toEqual({
      rollback: { type: 'boolean', required: false },
      zone: { type: 'string', required: true },
      count: { type: 'number', required: false },
    });
  });

  it.each(['', 'job: { script: x }', 'spec: { inputs: { rollback: } }', 'spec: {}\n---\nx: 1'])(
    'are none in %j',
    (text) => {
      expect(readDeclaration(text).size).toBe(0);
    },
  );

  it('that is not YAML: throws', () => {
    expect(() => readDeclaration('spec: [\n---\nx: 1')).toThrow(/./);
  });
});

describe('the inputs of a pipeline', () => {
  it('are only the declared ones, each in its type', () => {
    const declaration = readDeclaration(`spec:
  inputs:
    rollback: { type: boolean }
    rollback_target: {}
    count: { type: number }
    flag: { type: boolean }
    list: { type: array }
    odd: { type: array }
---
`);
    const parameters = { count: '3', flag: 'false', list: '["a", 1]', odd: 'a' };
    expect(composeInputs({ ...request, parameters }, declaration)).toEqual({
      problems: [],
      inputs: {
        rollback: true,
        rollback_target: 'api',
        count: 3,
        flag: false,
        list: ['a', 1],
        odd: 'a',
      },
    });
  });

  it.each([
    ['spec: { inputs: { x: { default: 1 } } }\n---\n', {}, /does not declare the input "rollback"/],
    ['spec: { inputs: { rollback: } }\n---\n', { mode: 'x' }, /"mode", which is not an input/],
    ['spec: { inputs: { rollback: , zone: } }\n---\n', {}, /requires the input "zone"/],
  ])('with the declaration %j: refused', (text, parameters, says) => {
    const { problems } = composeInputs({ ...request, parameters }, readDeclaration(text));
    expect(problems).toMatchObject([{ message: expect.stringMatching(says) }]);
  });

  it('without a declaration are the marker and the parameters', () => {
    expect(composeInputs({ ...request, parameters: { a: 'b' } }, undefined)).toEqual({
      inputs: { rollback: true, a: 'b' },
      problems: [],
    });
  });

  it('are always declared, and always with the marker', () => {
    const names = fc.constantFrom('rollback', 'rollback_id', 'mode', 'zone');
    fc.assert(
      fc.property(
        fc.uniqueArray(names),
        fc.dictionary(fc.constantFrom('mode', 'zone'), fc.string(), { noNullPrototype: true }),
        (declared, parameters) => {
          const declaration = new Map(
            declared.map((name) => [name, { type: 'string', required: true }]),
          );
          const { inputs, problems } = composeInputs({ ...request, parameters }, declaration);
          if (problems.length > 0) return;
          expect(inputs.rollback).toBe('true');
          expect(Object.keys(inputs).sort()).toEqual([...declared].sort());
        },
      ),
    );
  });
});
