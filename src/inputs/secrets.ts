import type { Input } from './input.js';

/** To hide these wherever they stand would wreck every report; CircleCI does not mask them either. */
const plainWord = /^(true|false|null|none|undefined)$/i;

/**
 * Everything that must be hidden because this text was given to this input: the text itself and each of its lines,
 * because logs are masked line by line; of headers the values; of URLs what stands before the `@`.
 */
export function secretsOf(
  row: Pick<Input<unknown>, 'type' | 'secret'>,
  text: string,
): readonly string[] {
  const parts = row.type.secretParts?.(text);
  const whole = row.secret === true && parts === undefined ? [text, ...text.split('\n')] : [];
  return [...(parts ?? []), ...whole]
    .map((part) => part.trim())
    .filter((part) => part !== '' && !plainWord.test(part));
}
