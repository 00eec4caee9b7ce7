import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { mismatches, readDeclaration } from '../../../src/pipelines/circleci/configuration.js';

const declared = new Map([
  ['rollback', 'boolean'],
  ['version', 'string'],
  ['zone', 'enum'],
  ['count', 'integer'],
]);

describe('the parameters that a CircleCI configuration declares', () => {
  it.each([
    ['version: 2.1', []],
    ['', []],
    ['parameters: []', []],
    ['parameters: { rollback: { type: boolean } }', [['rollback', 'boolean']]],
    ['parameters: { rollback: }', [['rollback', 'no type']]],
  ])('%j declares %j', (text, expected) => {
    expect([...readDeclaration(text)]).toEqual(expected);
  });

  it('that is not YAML: throws', () => {
    expect(() => readDeclaration('a: [')).toThrow();
  });
});

describe('parameters that the configuration does not take', () => {
  it.each([
    [{}, []],
    [{ version: 'v1', zone: 'eu' }, []],
    [{ count: '1' }, [/declares "count".*as integer/]],
    [{ versoin: 'v1' }, [/does not declare "versoin"/]],
  ])('%j', (parameters, expected) => {
    expect(mismatches(declared, parameters).map(({ message }) => message)).toEqual(
      expected.map((says) => expect.stringMatching(says)),
    );
  });

  it.each([
    [new Map(), /does not declare the parameter "rollback"/],
    [new Map([['rollback', 'string']]), /"rollback" as string/],
  ])('the marker that is not a boolean (%#)', (declaration, says) => {
    expect(mismatches(declaration, {})).toMatchObject([{ message: expect.stringMatching(says) }]);
  });
});

describe('the CircleCI pipeline of the documentation', () => {
  const page = readFileSync('docs/strategies/ci-circleci.md', 'utf8');
  const text = /```yaml\n(version: 2\.1\n[\s\S]*?)```/.exec(page)?.[1] ?? '';

  it('declares what Rollgate sends', () => {
    expect(mismatches(readDeclaration(text), { version: 'v41' })).toEqual([]);
  });

  it('runs either the deploy or the rollback', () => {
    const marker = '<< pipeline.parameters.rollback >>';
    expect(parse(text)).toMatchObject({
      workflows: { deploy: { unless: marker }, rollback: { when: marker } },
      jobs: { rollback: { environment: { ROLLBACK: marker } } },
    });
  });
});
