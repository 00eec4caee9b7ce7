import { commands, switchesOf, wordsOf } from './commands.js';
import { exitCodeTable } from '../contract/outcome.js';
import { described, groups, type GroupId } from './input.js';
import { inputIds, inputOf, type InputId } from './table.js';
import { ownVariable } from './variables.js';

const width = 100;

/** The text of `--help`, at most 100 characters wide, ending with a line break. */
export function renderHelp({ version }: { version: string }): string {
  return [
    `rollgate ${version}: watches a fresh deployment and rolls it back when it is bad`,
    '',
    'Usage: rollgate [command] [--flag value ...]',
    '       rollgate --help | --version',
    '',
    'Commands:',
    ...commands.flatMap(({ id, description }) => [
      ...entry([id, wordsOf(id) ?? ''].join(' ').trim(), description, 19),
      ...Object.entries(switchesOf(id)).flatMap(([name, does]) => entry(`  --${name}`, does, 19)),
    ]),
    '',
    ...wrap(
      'Every input is a flag, and a variable: --min-success-rate is ROLLGATE_MIN_SUCCESS_RATE. An empty value counts as not set. ' +
        'Values are looked up in this order: flag, input of the action or task, ROLLGATE_ variable, other variables named below, ' +
        'configuration file, what the CI system sets by itself, default.',
      '',
    ),
    ...wrap(
      'Durations are written 500ms, 90s, 5m or 1h30m; percentages 95 or 99.9%; lists have commas or line breaks between.',
      '',
    ),
    ...(Object.keys(groups) as GroupId[]).flatMap((group) => [
      '',
      `${groups[group]}:`,
      ...inputIds.filter((id) => inputOf(id).group === group).flatMap(describe),
    ]),
    '',
    'Exit codes:',
    ...exitCodeTable.flatMap(({ code, meaning }) => entry(String(code), meaning, 5)),
    '',
  ].join('\n');
}

function describe(id: InputId): string[] {
  const row = inputOf(id);
  const { guide = [], type } = row;
  const variables = [ownVariable(id), ...guide].join(', ');
  const value = type.shape === 'boolean' ? '' : ` <${type.name}>`;
  return [
    `  --${id}${value}`,
    ...wrap(described(row), '      '),
    ...wrap(`[${variables}]`, '      '),
  ];
}

/** A term and its meaning, which is indented where it needs a second line. */
function entry(term: string, meaning: string, column: number): string[] {
  const indent = ' '.repeat(column);
  const [first = '', ...rest] = wrap(meaning, indent);
  return [`  ${term}`.padEnd(column) + first.slice(column), ...rest];
}

function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
