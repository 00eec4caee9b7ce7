import type { Field } from '../config-file/entries.js';
import type { Option } from './option.js';

/** What an option is given in the file, as text; or in words what else it should be. */
export function fieldText(
  { value }: Field,
  { type }: Pick<Option<unknown>, 'type'>,
): { readonly text: string } | { readonly wanted: string } {
  if (typeof value === 'string') return { text: value };
  if (type.shape !== 'pairs') return { wanted: 'a text' };
  const lines: string[] = [];
  for (const [name, field] of value.fields) {
    // A line break in a value would begin a pair of its own.
    if (typeof field.value !== 'string' || field.value.includes('\n'))
      return { wanted: 'a map of texts' };
    lines.push(`${name}${type.separator ?? ''}${field.value}`);
  }
  return { text: lines.join('\n') };
}
