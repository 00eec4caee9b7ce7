import { good, type Result } from '../../contract/result.js';
import { distance } from 'fastest-levenshtein';
import { oneLine } from '../text.js';

/** A JSON schema (draft 2020-12) of what the configuration file may hold. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How an input is read, shown and described; knows nothing of where the text comes from. */
export interface ValueType<T> {
  /** One or two words for tables: `duration`. */
  readonly name: string;
  /**
   * What else than a plain text may stand for it: `boolean` is a flag without a value, `list` may be repeated and may be
   * a sequence in the configuration file, `pairs` may also be a map there.
   */
  readonly shape: 'text' | 'boolean' | 'list' | 'pairs';
  /** Its values are numbers, or words of a set of ours: none can be a secret. */
  readonly closed?: true;
  /** Of `pairs`: what stands between name and value. */
  readonly separator?: string;
  /** `text` is trimmed and not empty. The message never shows a secret. */
  parse(text: string): Result<T>;
  /** As the user would write it, and safe to print. */
  print(value: T): string;
  /** The parts of the text that are secret by themselves, whatever the input: the password in a URL. */
  secretParts?(text: string): readonly string[];
  readonly schema: JsonSchema;
}

/** The facts about an input or option that reading and printing its value needs. */
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

/** Text of the user's as a message may show it. Never for a secret. */
export function quote(text: string): string {
  return `\`${oneLine(text, 80)}\``;
}

/**
 * The known name that was probably meant, or `undefined` when none is near: at most two letters may differ in a
 * short name, a third of the letters in a long one.
 */
export function suggest(given: string, known: readonly string[]): string | undefined {
  const meant = given.toLowerCase();
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const name of known) {
    const far = distance(meant, name.toLowerCase());
    if (best === undefined || far < best.far) best = { name, far };
  }
  const allowed = Math.min(Math.max(2, Math.floor(meant.length / 3)), meant.length - 1);
  return best !== undefined && best.far <= allowed ? best.name : undefined;
}

/** `did you mean `x`?`, or `undefined`. */
export function didYouMean(
  given: string,
  known: readonly string[],
  shown: (name: string) => string = (name) => name,
): string | undefined {
  const name = suggest(given, known);
  return name === undefined ? undefined : `did you mean \`${shown(name)}\`?`;
}
