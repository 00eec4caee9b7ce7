import type { commands } from '../../src/inputs/commands.js';
import type { exitCodeTable } from '../../src/contract/outcome.js';
import { groups, type GroupId, type Input } from '../../src/inputs/input.js';

interface Row {
  readonly id: string;
  readonly description: string;
}

type Inputs = Readonly<Record<string, Input<unknown>>>;

/** What most pipelines set, in the order of docs/commands.md. */
const mostUsed = [
  'url',
  'health-url',
  'duration',
  'warm-up',
  'min-success-rate',
  'max-latency',
  'rollback',
  'rollback-command',
  'kubernetes-workload',
  'compose-service',
  'on-unhealthy',
  'dry-run',
  'notify-url',
];

/** The inputs that docs/commands.md shows. */
export function generateMostUsedInputs(inputs: Inputs): string {
  const rows = mostUsed.map((id) => {
    const facts = inputs[id];
    if (facts === undefined) throw new Error(`There is no input ${id}.`);
    return [code(id), defaultOf(facts), facts.description];
  });
  return table(['Input', 'Default', 'What'], rows);
}

/** All inputs, a table for each group. */
export function generateInputTables(inputs: Inputs): string {
  return (Object.keys(groups) as GroupId[])
    .map((group) => {
      const rows = Object.entries(inputs)
        .filter(([, facts]) => facts.group === group)
        .map(([id, facts]) => [
          code(id),
          defaultOf(facts),
          facts.secret === true ? `${facts.type.name} (secret)` : facts.type.name,
          facts.description,
        ]);
      return `## ${groups[group]}\n\n${table(['Input', 'Default', 'Type', 'What'], rows)}`;
    })
    .join('\n\n');
}

function defaultOf(facts: Input<unknown>): string {
  return facts.default === undefined ? '–' : code(facts.default);
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
