import { good, type Result } from '../../contract/result.js';
import type { JsonSchema, ValueType } from './value-type.js';

/** What a table of inputs or options says of a row, as far as it concerns reading and printing its value. */
export interface RowFacts {
  /** One or two sentences for a stranger. What stands for a missing value is said here only when `default` does not. */
  readonly description: string;
  /** As the user would write it. */
  readonly default?: string;
  /** The word `off` is accepted, and means that there is no such check. */
  readonly off?: true;
  readonly secret?: true;
}

/** How a value of a row is read, printed and described. */
export interface RowValue<V> {
  readonly type: ValueType<unknown>;
  parse(text: string): Result<V>;
  /** Safe to print; of a secret only that there is one. */
  print(value: V): string;
  readonly schema: JsonSchema;
}

/** `off` where the facts allow it. */
export type OffOf<F extends RowFacts> = F extends { readonly off: true } ? 'off' : never;

/** Makes a row of a type and the facts about it. `V` is what its value may be besides what the type reads. */
export function tableRow<V, const F extends RowFacts>(
  type: ValueType<unknown>,
  facts: F,
): F & RowValue<V> {
  const isOff = (text: string): boolean => facts.off === true && text.toLowerCase() === 'off';
  return {
    ...facts,
    type,
    parse: (text) => (isOff(text) ? good('off') : type.parse(text)) as Result<V>,
    print: (value) => {
      if (facts.secret === true) return '***';
      return value === 'off' && facts.off === true ? 'off' : type.print(value);
    },
    schema: facts.off === true ? { anyOf: [{ const: 'off' }, type.schema] } : type.schema,
  };
}
