import type { OptionTable } from './option.js';
import type { Read, Surroundings } from './lookup.js';

/**
 * The options that hold an address from the file to which a secret from outside would be sent: whoever can change the
 * file could have it sent to a server of theirs.
 */
export function strayingSecrets(
  options: OptionTable,
  entry: Read,
  baseline: Read | undefined,
  { isFromFile }: Surroundings,
): readonly { readonly option: string; readonly secret: string }[] {
  const stray = (name: string): boolean => {
    const from = entry.given.get(name);
    if (from !== undefined) return from === 'file';
    const facts = options[name];
    return facts?.inherits === true && facts.input !== undefined && isFromFile(facts.input);
  };
  return Object.entries(options).flatMap(([secret, { sentTo = [] }]) => {
    if (entry.values[secret] === undefined) return [];
    return sentTo.flatMap((option) => [
      ...(stray(option) ? [{ option, secret }] : []),
      ...(baseline?.given.get(option) === 'file' ? [{ option: `baseline.${option}`, secret }] : []),
    ]);
  });
}
