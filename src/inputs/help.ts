import {
  commandIds,
  commandOf,
  commands,
  entryWords,
  parseCommand,
  switchesOf,
  wordsOf,
  type CommandId,
} from './commands.js';
import { exitCodeTable } from '../contract/outcome.js';
import { didYouMean, quote } from '../support/values/value-type.js';
import { described, groups, type GroupId } from './input.js';
import { inputsOf } from './readers.js';
import { inputOf, type InputId } from './table.js';
import { ownVariable } from './variables.js';

const width = 100;

/** What is printed, and the code to exit with. */
export interface Answer {
  readonly text: string;
  readonly exitCode: 0 | 2;
}

/**
 * Answers `--help`, `rollgate COMMAND --help` and `rollgate help COMMAND`.
 * @param argv the words after `node index.js`
 */
export function answerHelp(argv: readonly string[], version: string): Answer {
  const words = argv.filter((word) => !word.startsWith('-'));
  const asked = words[0] === 'help' ? words[1] : argv[0] === words[0] ? words[0] : undefined;
  // `--url URL run --help`: the command stands somewhere between flags.
  const given = asked ?? words.find((word) => parseCommand(word).ok);
  if (given === undefined) return { text: renderHelp({ version }), exitCode: 0 };
  const entryWord = entryWords.find(({ id }) => id === given);
  if (entryWord !== undefined) return { text: entryWordHelp(entryWord), exitCode: 0 };
  const command = parseCommand(given);
  if (command.ok) return { text: renderCommandHelp(command.value), exitCode: 0 };
  const known = [...commandIds, ...entryWords.map(({ id }) => id)];
  const fix = didYouMean(given, known) ?? '`rollgate --help` lists the commands';
  return { text: `${quote(given)} is not a command → ${fix}\n`, exitCode: 2 };
}

/** The five flags that most runs have, in fewer words than the table. */
const mostUsed: readonly (readonly [InputId, string])[] = [
  ['url', 'the URL to probe; pick one that exercises the database'],
  ['duration', 'how long the deployment is watched'],
  ['min-success-rate', 'percent of the requests that must succeed'],
  ['kubernetes-workload', 'what to roll back (or --compose-project, --rollback-command)'],
  ['dry-run', 'watch and judge, say what would be rolled back, and do nothing'],
];

/** The text of `--help`: what fits on a screen of 40 lines and 100 columns, ending with a line break. */
export function renderHelp({ version }: { version: string }): string {
  return [
    `rollgate ${version}: watches a fresh deployment and rolls it back when it is bad`,
    '',
    'Usage: rollgate [command] [--flag value ...]',
    '',
    'Commands:',
    ...commands.map(({ id, summary }) => `  ${id.padEnd(11)} ${summary}`),
    ...entryWords.map(({ id, summary }) => `  ${id.padEnd(11)} ${summary}`),
    '',
    'Most used flags:',
    ...mostUsed.map(([id, does]) => {
      const { default: usual } = inputOf(id);
      const more = usual === undefined || usual === 'false' ? '' : ` (default: ${usual})`;
      return `  ${flagOf(id).padEnd(32)} ${does}${more}`;
    }),
    '',
    'Examples:',
    '  rollgate demo',
    ...commandOf('run').examples.map((example) => `  rollgate ${example}`),
    '',
    'Exit codes:',
    ...inTwoColumns(exitCodeTable.map(({ code, short }) => `  ${String(code)}  ${short}`)),
    '',
    'All flags of a command: `rollgate run --help`. All inputs: docs/inputs.md.',
    '',
  ].join('\n');
}

function inTwoColumns(cells: readonly string[]): readonly string[] {
  const rows = Math.ceil(cells.length / 2);
  return cells
    .slice(0, rows)
    .map((cell, at) => `${cell.padEnd(width / 2)}${cells[rows + at] ?? ''}`.trimEnd());
}

function entryWordHelp({ id, words, summary }: (typeof entryWords)[number]): string {
  const examples: Readonly<Record<typeof id, readonly string[]>> = {
    help: ['rollgate help run'],
    completion: [
      'source <(rollgate completion bash)      # in ~/.bashrc',
      'source <(rollgate completion zsh)       # in ~/.zshrc, after compinit',
      'rollgate completion fish | source       # in ~/.config/fish/config.fish',
    ],
    schema: ['rollgate schema > rollgate.schema.json'],
    version: ['rollgate version'],
  };
  return [
    `rollgate ${id}: ${summary}`,
    '',
    `Usage: rollgate ${id} ${words}`.trimEnd(),
    '',
    'Examples:',
    ...examples[id].map((example) => `  ${example}`),
    '',
  ].join('\n');
}

/** The usage of one command: its own flags and the inputs that it reads. */
export function renderCommandHelp(command: CommandId): string {
  const { description, examples, writesInputs } = commandOf(command);
  const inputs = writesInputs === true ? [] : inputsOf(command);
  const switches = Object.entries(switchesOf(command));
  const hasFlags = writesInputs === true || switches.length > 0 || inputs.length > 0;
  const usage = ['rollgate', command, wordsOf(command) ?? '', hasFlags ? '[--flag value ...]' : ''];
  return [
    ...wrap(`rollgate ${command}: ${description}`, ''),
    '',
    `Usage: ${usage.filter((part) => part !== '').join(' ')}`,
    '',
    'Examples:',
    ...examples.map((example) => `  rollgate ${example}`),
    ...(switches.length === 0 ? [] : ['', 'Flags of its own:']),
    ...switches.flatMap(([name, does]) => entry(`--${name}`, does, 19)),
    ...(writesInputs === true
      ? [
          '',
          ...wrap(
            'Every flag that `rollgate run --help` lists is written into `rollgate.yml`, unless it is a secret.',
            '',
          ),
        ]
      : []),
    ...(inputs.length === 0 ? [] : ['', ...aboutInputs()]),
    ...(Object.keys(groups) as GroupId[]).flatMap((group) => {
      const members = inputs.filter((id) => inputOf(id).group === group);
      return members.length === 0 ? [] : ['', `${groups[group]}:`, ...members.flatMap(describe)];
    }),
    ...(command === 'run'
      ? [
          '',
          'Exit codes:',
          ...exitCodeTable.flatMap(({ code, meaning }) => entry(String(code), meaning, 5)),
        ]
      : []),
    '',
  ].join('\n');
}

function aboutInputs(): readonly string[] {
  return [
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
  ];
}

function flagOf(id: InputId): string {
  const { type } = inputOf(id);
  return type.shape === 'boolean' ? `--${id}` : `--${id} <${type.name}>`;
}

function describe(id: InputId): string[] {
  const row = inputOf(id);
  const variables = [ownVariable(id), ...(row.guide ?? [])].join(', ');
  return [
    `  ${flagOf(id)}`,
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
