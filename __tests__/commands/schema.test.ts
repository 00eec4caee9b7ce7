import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { answerSchema } from '../../src/commands/schema.js';
import { inputIds, inputOf } from '../../src/inputs/table.js';

describe('answerSchema', () => {
  let schema: Readonly<Record<string, unknown>>;
  let validate: ValidateFunction;

  beforeAll(() => {
    const { text, exitCode } = answerSchema([]);
    expect(exitCode).toBe(0);
    schema = JSON.parse(text) as typeof schema;
    validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  });

  it('has every input that may stand in the file, and no secret', () => {
    const { properties } = schema as { readonly properties: object };
    const inFile = inputIds.filter((id) => {
      const { secret, inFile: may } = inputOf(id);
      return secret !== true && may !== false;
    });
    expect(Object.keys(properties).sort()).toEqual([...inFile, 'checks', 'targets'].sort());
  });

  it('judges the inputs of a target as those outside of it', () => {
    const target = (inputs: object): object => ({ targets: [{ name: 'eu', ...inputs }] });
    expect(validate(target({ url: 'https://eu.example.com', 'min-success-rate': 99 }))).toBe(true);
    expect(validate(target({ 'min-success-rate': 0.99 }))).toBe(false);
    // One report for all of a run.
    expect(validate(target({ 'report-dir': 'out' }))).toBe(false);
    expect(validate(target({ checks: [{ source: 'http', url: 'https://eu.example.com' }] }))).toBe(
      true,
    );
  });

  it.each([[['x']], [['--yes']]])('takes no words: %j', (operands) => {
    const { text, exitCode } = answerSchema(operands);
    expect(exitCode).toBe(2);
    expect(text).toContain('`rollgate schema`');
  });
});
