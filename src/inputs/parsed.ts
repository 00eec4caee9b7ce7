import { clip, neutralise } from '../support/text.js';

/** What came of reading a text: a value, or what is wrong with the text and what to write instead. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly fix?: string };

export function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function bad(message: string, fix?: string): Parsed<never> {
  return fix === undefined ? { ok: false, message } : { ok: false, message, fix };
}

/** Text of the user's as a message may show it. Never for a secret. */
export function quote(text: string): string {
  return `\`${clip(neutralise(text), 80)}\``;
}
