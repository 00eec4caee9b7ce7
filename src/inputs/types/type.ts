import type { Parsed } from '../parsed.js';

/** A JSON schema (draft 2020-12) of what the configuration file may hold. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How an input is read, shown and described; knows nothing of where the text comes from. */
export interface InputType<T> {
  /** One or two words for tables: `duration`. */
  readonly name: string;
  /**
   * What else than a plain text may stand for it: `boolean` is a flag without a value, `list` may be repeated and may be
   * a sequence in the configuration file, `pairs` may also be a map there.
   */
  readonly shape: 'text' | 'boolean' | 'list' | 'pairs';
  /** Of `pairs`: what stands between name and value. */
  readonly separator?: string;
  /** `text` is trimmed and not empty. The message never shows a secret. */
  parse(text: string): Parsed<T>;
  /** As the user would write it, and safe to print. */
  print(value: T): string;
  /** The parts of the text that are secret by themselves, whatever the input: the password in a URL. */
  secretParts?(text: string): readonly string[];
  readonly schema: JsonSchema;
}
