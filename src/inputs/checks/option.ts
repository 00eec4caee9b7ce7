import { good, type Result } from '../../contract/result.js';
import type { JsonSchema, ValueType } from '../../support/values/value-type.js';
import type { InputId, Settings } from '../table.js';

/** What a table of options says of an option besides its type. */
export interface OptionFacts {
  /** One or two sentences for a stranger. What stands for a missing value is said here only when no other fact does. */
  readonly description: string;
  /** As the user would write it. */
  readonly default?: string;
  /** There is no check without it. */
  readonly required?: true;
  /** The word `off` is accepted. */
  readonly off?: true;
  /** Is never read from the file; see `variables`, and the variable that every option has. */
  readonly secret?: true;
  /** Variables that may hold it too, such as those that a vendor's own tools read. What the file says comes first. */
  readonly variables?: readonly string[];
  /** The input that means the same where the inputs describe the check. */
  readonly input?: InputId;
  /** The value of that input stands in when the option is not given. */
  readonly inherits?: true;
  /** But only when this option is not given either: credentials belong to the server that they were given for. */
  readonly inheritsWith?: string;
  /** Of a secret: the options that hold the addresses it is sent to. */
  readonly sentTo?: readonly string[];
  /** May stand below `baseline` too, where it says what the baseline is read by. */
  readonly baseline?: true;
}

/** An option of a check with the values `V`. */
export interface Option<V> extends OptionFacts {
  readonly type: ValueType<unknown>;
  parse(text: string): Result<V>;
  /** Safe to print; of a secret only that there is one. */
  print(value: V): string;
  readonly schema: JsonSchema;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table of options; what was not given and has no default is `undefined`. */
export type ValuesOf<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

type Missing<F extends OptionFacts> = F extends
  { readonly default: string } | { readonly required: true }
  ? never
  : F extends { readonly inherits: true; readonly input: infer Id extends InputId }
    ? Settings[Id]
    : undefined;

type ValueOf<T, F extends OptionFacts> =
  T | (F extends { readonly off: true } ? 'off' : never) | Missing<F>;

/** Makes an option of a type and the facts about it; what may be absent or `off` shows in its value type. */
export function option<T, const F extends OptionFacts>(
  type: ValueType<T>,
  facts: F,
): Option<ValueOf<T, F>> {
  const isOff = (text: string): boolean => facts.off === true && text.toLowerCase() === 'off';
  return {
    ...facts,
    type,
    parse: (text) => (isOff(text) ? good('off') : type.parse(text)) as Result<ValueOf<T, F>>,
    print: (value) => {
      if (facts.secret === true) return '***';
      return value === 'off' && facts.off === true ? 'off' : type.print(value as T);
    },
    schema: facts.off === true ? { anyOf: [{ const: 'off' }, type.schema] } : type.schema,
  };
}
