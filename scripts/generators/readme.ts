import type { commands } from '../../src/inputs/commands.js';
import type { exitCodeTable } from '../../src/contract/outcome.js';
import { groups, type GroupId, type Input } from '../../src/inputs/input.js';

interface Row {
  readonly id: string;
  readonly description: string;
}

/** The inputs, a table for each group. */
export function generateInputTables(inputs: Readonly<Record<string, Input<unknown>>>): string {
  return (Object.keys(groups) as GroupId[])
    .map((group) => {
      const rows = Object.entries(inputs)
        .filter(([, facts]) => facts.group === group)
        .map(([id, facts]) => [
          code(id),
          facts.default === undefined ? '–' : code(facts.default),
          facts.secret === true ? `${facts.type.name} (secret)` : facts.type.name,
          facts.description,
        ]);
      return `### ${groups[group]}\n\n${table(['Input', 'Default', 'Type', 'What'], rows)}`;
    })
    .join('\n\n');
}

export function generateOutputTable(outputs: readonly Row[]): string {
  return table(
    ['Output', 'What'],
    outputs.map(({ id, description }) => [code(id), description]),
  );
}

export function generateExitCodeTable(codes: typeof exitCodeTable): string {
  return table(
    ['Code', 'Meaning'],
    codes.map((row) => [String(row.code), row.meaning]),
  );
}

export function generateCommandTable(rows: typeof commands): string {
  return table(
    ['Command', 'Does'],
    rows.map(({ id, description }) => [code(id), description]),
  );
}

export function code(text: string): string {
  return `\`${text}\``;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
